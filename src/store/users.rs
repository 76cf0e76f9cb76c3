//! Accounts.

use super::job::Durability::Full;
use super::row::Row;
use super::statement::statements;
use super::value::params;
use super::{Store, StoreError};
use crate::types::{Secret, UnixMs, UserId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub created_at: UnixMs,
}

#[derive(Clone, Debug)]
pub struct NewUser {
    pub id: UserId,
    pub name: String,
    /// Argon2id, PHC string.
    pub password_phc: Secret<String>,
    pub created_at: UnixMs,
}

statements! {
    ADD_USER = "INSERT INTO users (id, name, name_key, password_phc, created_at_ms) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (name_key) DO NOTHING";
    USER_TO_VERIFY = "SELECT id, name, created_at_ms, password_phc FROM users WHERE name_key = $1";
    USERS = "SELECT id, name, created_at_ms FROM users ORDER BY created_at_ms, id";
}

/// Longest name once it is made a key, in bytes: PostgreSQL's indexes take little more.
const NAME_KEY_BYTES_MAX: usize = 1024;

/// Names differ by more than case and the space around them.
fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Reads the columns `id`, `name` and `created_at_ms` of `users`.
pub(super) fn read_user(row: &dyn Row) -> Result<User, StoreError> {
    Ok(User { id: row.get("id")?, name: row.get("name")?, created_at: row.get("created_at_ms")? })
}

impl Store {
    /// False when the name is taken.
    pub async fn add_user(&self, user: NewUser) -> Result<bool, StoreError> {
        self.change(Full, move |db| {
            let (name, key) = (user.name.trim(), name_key(&user.name));
            if key.len() > NAME_KEY_BYTES_MAX {
                return Err(StoreError::Constraint(format!("a name of more than {NAME_KEY_BYTES_MAX} bytes")));
            }
            Ok(db.execute(&ADD_USER, params![user.id, name, key, user.password_phc, user.created_at])? == 1)
        })
        .await
    }

    /// The account of this name, with its password's hash.
    pub async fn user_to_verify(&self, name: &str) -> Result<Option<(User, Secret<String>)>, StoreError> {
        let key = name_key(name);
        // Nobody can be called so, and whoever signs in may type anything.
        if key.contains('\0') {
            return Ok(None);
        }
        self.query(move |db| db.maybe(&USER_TO_VERIFY, params![key], |row| Ok((read_user(row)?, row.get("password_phc")?)))).await
    }

    pub async fn user_by_name(&self, name: &str) -> Result<Option<User>, StoreError> {
        Ok(self.user_to_verify(name).await?.map(|(user, _)| user))
    }

    /// Every account, oldest first.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        self.query(|db| db.all(&USERS, params![], read_user)).await
    }
}
