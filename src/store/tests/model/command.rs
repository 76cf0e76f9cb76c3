//! What may be asked of a store, in numbers of a small universe.

use crate::auth::DevicePublicKey;
use crate::auth::token::TokenHash;
use crate::store::tests::fixtures::{code, host, key, session, token, user};
use crate::store::{Approval, Cutoffs, GrantPoll, GrantRow, Host, NewGrant, NewUser, PlaySession, Redeem, Store, StoreError, User};
use crate::types::{Secret, UnixMs, UserId};

/// Some differ by case or space alone, one cannot be kept.
pub const NAMES: [&str; 8] = ["Ann", " aNN ", "Bo", "Örn", "öRN", "örn\u{301}", "", "a\0b"];

/// As far apart as 64 bits can be, and some so close that devices poll too hastily.
const TIMES: [i64; 8] = [i64::MIN, -1, 0, 1_000, 2_000, 3_000, 1 << 40, i64::MAX];

/// An index into `TIMES`, which are sorted.
#[derive(Clone, Copy, Debug)]
pub struct At(pub u8);

impl At {
    pub fn ms(self) -> UnixMs {
        UnixMs(TIMES[usize::from(self.0) % TIMES.len()])
    }
}

#[derive(Clone, Debug)]
pub enum Command {
    AddUser { id: u8, name: usize, created_at: At },
    Verify { name: usize },
    Users,
    AddLink { token: u8, user: u8, now: At, expires_at: At },
    ShowLink { token: u8, now: At },
    TakeLink { token: u8, now: At },
    SignIn { token: u8, user: u8, replaces: Option<u8>, now: At, expires_at: At },
    WhoIs { token: u8, now: At },
    Extend { token: u8, expires_at: At },
    SignOut { token: u8 },
    AddGrant { device: u8, code: u8, key: u8, name: usize, created_at: At, expires_at: At, capacity: u32 },
    ShowGrant { code: u8, now: At },
    Approve { code: u8, owner: u8, id: u8, now: At },
    Deny { code: u8, now: At },
    Poll { device: u8, access: u8, now: At },
    Host { id: u8 },
    HostByKey { key: u8 },
    HostByToken { token: u8 },
    HostsOf { owner: u8 },
    Revoke { owner: u8, id: u8, now: At },
    Seen { ids: Vec<u8>, now: At },
    AddPlay { id: u8, user: u8, host: u8, key: u8, now: At },
    Renew { id: u8, user: u8, since: At, now: At },
    Sweep { now: At, grants: At, plays: At },
    Claim { key: u8 },
}

/// What a store, or the model, says to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Done,
    Is(bool),
    Count(u64),
    User(Option<User>),
    Verified(Option<(User, Secret<String>)>),
    Users(Vec<User>),
    Taken(Option<UserId>),
    Session(Option<(User, UnixMs)>),
    Grant(Option<GrantRow>),
    Approval(Approval),
    Polled(GrantPoll),
    Host(Option<Host>),
    Hosts(Vec<Host>),
    Play(Option<PlaySession>),
    Claimed(DevicePublicKey),
    /// A rule of the schema forbids it.
    Refused,
    /// Nothing was changed, and the same may succeed later.
    Busy,
    Failed(String),
}

impl Command {
    pub async fn ask(&self, store: &Store) -> Answer {
        match self.try_ask(store).await {
            Ok(answer) => answer,
            Err(StoreError::Constraint(_)) => Answer::Refused,
            Err(StoreError::Busy) => Answer::Busy,
            Err(error) => Answer::Failed(error.to_string()),
        }
    }

    async fn try_ask(&self, store: &Store) -> Result<Answer, StoreError> {
        Ok(match *self {
            Self::AddUser { .. } | Self::Verify { .. } | Self::Users => self.ask_users(store).await?,
            Self::AddLink { token: t, user: u, now, expires_at } => {
                store.add_sign_in_link(token(t), user(u), now.ms(), expires_at.ms()).await.map(|()| Answer::Done)?
            }
            Self::ShowLink { token: t, now } => Answer::User(store.sign_in_link_user(token(t), now.ms()).await?),
            Self::TakeLink { token: t, now } => Answer::Taken(store.take_sign_in_link(token(t), now.ms()).await?),
            Self::SignIn { token: t, user: u, replaces, now, expires_at } => {
                let added = store.add_web_session(token(t), user(u), replaces.map(token), now.ms(), expires_at.ms());
                added.await.map(|()| Answer::Done)?
            }
            Self::WhoIs { token: t, now } => Answer::Session(store.web_session(token(t), now.ms()).await?),
            Self::Extend { token: t, expires_at } => store.extend_web_session(token(t), expires_at.ms()).await.map(|()| Answer::Done)?,
            Self::SignOut { token: t } => store.remove_web_session(token(t)).await.map(|()| Answer::Done)?,
            Self::AddGrant { capacity, .. } => Answer::Is(store.add_grant(self.new_grant(), capacity).await?),
            Self::ShowGrant { code: c, now } => Answer::Grant(store.waiting_grant(&code(c), now.ms()).await?),
            Self::Approve { code: c, owner, id, now } => {
                Answer::Approval(store.approve_grant(&code(c), user(owner), host(id), now.ms()).await?)
            }
            Self::Deny { code: c, now } => Answer::Is(store.deny_grant(&code(c), now.ms()).await?),
            Self::Poll { device, access, now } => {
                Answer::Polled(store.poll_grant(Redeem { device_code: token(device), access_token: token(access) }, now.ms()).await?)
            }
            _ => self.ask_hosts(store).await?,
        })
    }

    async fn ask_users(&self, store: &Store) -> Result<Answer, StoreError> {
        Ok(match *self {
            Self::AddUser { .. } => Answer::Is(store.add_user(self.new_user()).await?),
            Self::Verify { name } => Answer::Verified(store.user_to_verify(NAMES[name]).await?),
            _ => Answer::Users(store.users().await?),
        })
    }

    async fn ask_hosts(&self, store: &Store) -> Result<Answer, StoreError> {
        Ok(match self {
            Self::Host { id } => Answer::Host(store.host(host(*id)).await?),
            Self::HostByKey { key: k } => Answer::Host(store.host_by_key(key(*k)).await?),
            Self::HostByToken { token: t } => Answer::Host(store.host_by_access_token(token(*t)).await?),
            Self::HostsOf { owner } => Answer::Hosts(store.hosts_of(user(*owner)).await?),
            Self::Revoke { owner, id, now } => Answer::Is(store.revoke_host(user(*owner), host(*id), now.ms()).await?),
            Self::Seen { ids, now } => {
                store.note_hosts_seen(ids.iter().copied().map(host).collect(), now.ms()).await.map(|()| Answer::Done)?
            }
            Self::AddPlay { .. } => store.add_play_session(self.new_play()).await.map(|()| Answer::Done)?,
            Self::Renew { id, user: u, since, now } => {
                Answer::Play(store.renew_play_session(session(*id), user(*u), since.ms(), now.ms()).await?)
            }
            Self::Sweep { now, grants, plays } => {
                let cutoffs = Cutoffs { now: now.ms(), grants_expired_before: grants.ms(), plays_renewed_before: plays.ms() };
                Answer::Count(store.sweep(cutoffs).await?)
            }
            Self::Claim { key: k } => Answer::Claimed(store.claim_for_server(key(*k)).await?),
            other => unreachable!("{other:?} is asked elsewhere"),
        })
    }

    pub fn new_user(&self) -> NewUser {
        let Self::AddUser { id, name, created_at } = *self else { panic!("{self:?} adds no user") };
        let password_phc = Secret::new(format!("phc of {id}"));
        NewUser { id: user(id), name: NAMES[name].to_owned(), password_phc, created_at: created_at.ms() }
    }

    pub fn new_grant(&self) -> NewGrant {
        let Self::AddGrant { device, code: c, key: k, name, created_at, expires_at, .. } = *self else { panic!("{self:?} adds no grant") };
        NewGrant {
            device_code: TokenHash([device; 32]),
            user_code: code(c),
            host_key: key(k),
            host_name: NAMES[name].to_owned(),
            address: format!("192.0.2.{device}"),
            created_at: created_at.ms(),
            expires_at: expires_at.ms(),
        }
    }

    pub fn new_play(&self) -> PlaySession {
        let Self::AddPlay { id, user: u, host: h, key: k, now } = *self else { panic!("{self:?} adds no play") };
        PlaySession { id: session(id), user: user(u), host: host(h), player_key: key(k), started_at: now.ms() }
    }
}
