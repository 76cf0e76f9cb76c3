//! Browsers that are signed in.

use super::job::Durability::{Full, Relaxed};
use super::statement::statements;
use super::users::read_user;
use super::value::params;
use super::{Store, StoreError, User};
use crate::auth::token::TokenHash;
use crate::types::{UnixMs, UserId};

statements! {
    ADD_WEB_SESSION = "INSERT INTO web_sessions (token_hash, user_id, created_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4)";
    WEB_SESSION = "SELECT users.id AS id, users.name AS name, users.created_at_ms AS created_at_ms, web_sessions.expires_at_ms AS expires_at_ms
        FROM web_sessions JOIN users ON users.id = web_sessions.user_id
        WHERE token_hash = $1 AND expires_at_ms > $2";
    EXTEND_WEB_SESSION = "UPDATE web_sessions SET expires_at_ms = $2 WHERE token_hash = $1";
    REMOVE_WEB_SESSION = "DELETE FROM web_sessions WHERE token_hash = $1";
}

impl Store {
    /// Signs a browser in, and out of what it was before: the old token is worth nothing afterwards.
    pub async fn add_web_session(
        &self,
        token: TokenHash,
        user: UserId,
        replaces: Option<TokenHash>,
        now: UnixMs,
        expires_at: UnixMs,
    ) -> Result<(), StoreError> {
        self.transact(Full, move |tx| {
            if let Some(old) = replaces {
                tx.execute(&REMOVE_WEB_SESSION, params![old])?;
            }
            tx.execute(&ADD_WEB_SESSION, params![token, user, now, expires_at])?;
            Ok(())
        })
        .await
    }

    /// Who holds this token, and until when.
    pub async fn web_session(&self, token: TokenHash, now: UnixMs) -> Result<Option<(User, UnixMs)>, StoreError> {
        self.query(move |db| db.maybe(&WEB_SESSION, params![token, now], |row| Ok((read_user(row)?, row.get("expires_at_ms")?)))).await
    }

    pub async fn extend_web_session(&self, token: TokenHash, expires_at: UnixMs) -> Result<(), StoreError> {
        self.change(Relaxed, move |db| db.execute(&EXTEND_WEB_SESSION, params![token, expires_at])).await?;
        Ok(())
    }

    pub async fn remove_web_session(&self, token: TokenHash) -> Result<(), StoreError> {
        self.change(Full, move |db| db.execute(&REMOVE_WEB_SESSION, params![token])).await?;
        Ok(())
    }
}
