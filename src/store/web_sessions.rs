//! Browsers that are signed in.

use rusqlite::{OptionalExtension as _, params};

use super::{Store, StoreError, User, row};
use crate::auth::token::TokenHash;
use crate::types::{UnixMs, UserId};

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
        self.write(move |db| {
            if let Some(old) = replaces {
                db.execute("DELETE FROM web_sessions WHERE token_hash = $1", [old.0])?;
            }
            db.prepare_cached("INSERT INTO web_sessions (token_hash, user_id, created_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4)")?
                .execute(params![token.0, user.to_string(), now.0, expires_at.0])?;
            Ok(())
        })
        .await
    }

    /// Who holds this token, and until when.
    pub async fn web_session(&self, token: TokenHash, now: UnixMs) -> Result<Option<(User, UnixMs)>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT users.id AS id, users.name AS name, users.created_at_ms AS created_at_ms, web_sessions.expires_at_ms AS expires_at_ms
                 FROM web_sessions JOIN users ON users.id = web_sessions.user_id
                 WHERE token_hash = $1 AND expires_at_ms > $2",
            )?;
            let found = query
                .query_row(params![token.0, now.0], |row| {
                    let user = User { id: row::id(row, "id")?, name: row.get("name")?, created_at: row::time(row, "created_at_ms")? };
                    Ok((user, row::time(row, "expires_at_ms")?))
                })
                .optional()?;
            Ok(found)
        })
        .await
    }

    pub async fn extend_web_session(&self, token: TokenHash, expires_at: UnixMs) -> Result<(), StoreError> {
        self.write(move |db| {
            db.execute("UPDATE web_sessions SET expires_at_ms = $1 WHERE token_hash = $2", params![expires_at.0, token.0])?;
            Ok(())
        })
        .await
    }

    pub async fn remove_web_session(&self, token: TokenHash) -> Result<(), StoreError> {
        self.write(move |db| {
            db.execute("DELETE FROM web_sessions WHERE token_hash = $1", [token.0])?;
            Ok(())
        })
        .await
    }
}
