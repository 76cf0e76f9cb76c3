//! What the operator does by the command line. Works while serve runs: the database may be open twice.

mod backup;
mod move_database;
mod partial;
mod progress;
mod stoppable;

pub use backup::backup;
pub use move_database::move_database;

use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::data_dir::{DataDir, DataDirError};
use super::data_place::DataPlace;
use super::public_url::PublicUrl;
use crate::auth::token::{self, TokenKind};
use crate::auth::{DevicePublicKey, password};
use crate::store::{NewUser, User};
use crate::types::{Clock as _, Secret, SystemClock, UserId, random};

/// How long a sign-in link may wait to be used.
pub const LINK_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Longest account name, characters.
const NAME_LENGTH_MAX: usize = 64;

/// Creates an account, and the data folder and the database where there are none: a server may be prepared before its first start.
pub fn create_user(place: &DataPlace, name: &str, password: Secret<String>) -> Result<UserId> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_LENGTH_MAX || name.chars().any(char::is_control) {
        bail!("a name has 1 to {NAME_LENGTH_MAX} characters");
    }
    let password_phc = Secret::new(password::hash(&password, random::bytes())?);
    let now = SystemClock.now();
    let user = NewUser { id: UserId::new(now, random::bytes()), name: name.to_owned(), password_phc, created_at: now };
    let id = user.id;
    let is_added = block_on(async { Ok(DataDir::open(place).await?.store.add_user(user).await?) })?;
    if is_added { Ok(id) } else { bail!("there is an account named {name} already: choose another name") }
}

/// A link that signs `name` in once, within ten minutes. Its secret is in the fragment, which browsers do not send.
pub fn sign_in_link(place: &DataPlace, name: &str, public_url: &str) -> Result<Secret<String>> {
    sign_in_link_for(place, name, public_url, LINK_LIFETIME)
}

/// The same, good for `lifetime`.
pub fn sign_in_link_for(place: &DataPlace, name: &str, public_url: &str, lifetime: Duration) -> Result<Secret<String>> {
    let public_url = PublicUrl::parse(public_url)?;
    let secret = token::make(TokenKind::SignInLink, random::bytes());
    let hash = token::hash(TokenKind::SignInLink, secret.expose()).expect("a token just made has its hash");
    let now = SystemClock.now();
    block_on(async {
        let store = DataDir::open_existing(place).await?.store;
        let user = store.user_by_name(name).await?.with_context(|| format!("there is no account named {name}"))?;
        Ok(store.add_sign_in_link(hash, user.id, now, now.plus(lifetime)).await?)
    })?;
    Ok(Secret::new(format!("{public_url}/welcome#{}", secret.expose())))
}

/// Every account, oldest first; none where no server has been yet.
pub fn list_users(place: &DataPlace) -> Result<Vec<User>> {
    block_on(async {
        match DataDir::open_existing(place).await {
            Err(DataDirError::Absent(_) | DataDirError::AbsentDatabase(_)) => Ok(Vec::new()),
            opened => Ok(opened?.store.users().await?),
        }
    })
}

/// Fails where no server has been yet: the place is mistyped, or none was made.
pub fn require_server(place: &DataPlace) -> Result<()> {
    block_on(async { Ok(DataDir::open_existing(place).await.map(drop)?) })
}

/// The key that hosts find at the tunnel's other end, as they learn it when they are paired: for measuring a tunnel without pairing.
pub fn tunnel_key(place: &DataPlace) -> Result<DevicePublicKey> {
    block_on(async { Ok(DataDir::open_existing(place).await?.identity.public()) })
}

/// These commands are no servers: a little runtime of their own is enough.
fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
