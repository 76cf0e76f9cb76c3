//! Accounts.

use rusqlite::{OptionalExtension as _, Row, params};

use super::{Store, StoreError, row};
use crate::types::{Secret, UnixMs, UserId};

#[derive(Clone, Debug)]
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

/// Names differ by more than case and the space around them.
fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

fn read_user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User { id: row::id(row, "id")?, name: row.get("name")?, created_at: row::time(row, "created_at_ms")? })
}

impl Store {
    /// False when the name is taken.
    pub async fn add_user(&self, user: NewUser) -> Result<bool, StoreError> {
        self.write(move |db| {
            let added = db
                .prepare_cached(
                    "INSERT INTO users (id, name, name_key, password_phc, created_at_ms) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (name_key) DO NOTHING",
                )?
                .execute(params![
                    user.id.to_string(),
                    user.name.trim(),
                    name_key(&user.name),
                    user.password_phc.expose(),
                    user.created_at.0
                ])?;
            Ok(added == 1)
        })
        .await
    }

    /// The account of this name, with its password's hash.
    pub async fn user_to_verify(&self, name: &str) -> Result<Option<(User, Secret<String>)>, StoreError> {
        let key = name_key(name);
        self.read(move |db| {
            let mut query = db.prepare_cached("SELECT id, name, created_at_ms, password_phc FROM users WHERE name_key = $1")?;
            let found = query.query_row([key], |row| Ok((read_user(row)?, Secret::new(row.get("password_phc")?)))).optional()?;
            Ok(found)
        })
        .await
    }

    pub async fn user_by_name(&self, name: &str) -> Result<Option<User>, StoreError> {
        Ok(self.user_to_verify(name).await?.map(|(user, _)| user))
    }

    /// Every account, oldest first.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached("SELECT id, name, created_at_ms FROM users ORDER BY created_at_ms, id")?;
            let users = query.query_map([], read_user)?.collect::<Result<_, _>>()?;
            Ok(users)
        })
        .await
    }
}
