//! Links that sign in once.

use rusqlite::{OptionalExtension as _, params};

use super::{Store, StoreError, User, row};
use crate::auth::token::TokenHash;
use crate::types::{UnixMs, UserId};

impl Store {
    pub async fn add_sign_in_link(&self, token: TokenHash, user: UserId, now: UnixMs, expires_at: UnixMs) -> Result<(), StoreError> {
        self.write(move |db| {
            db.execute(
                "INSERT INTO sign_in_links (token_hash, user_id, created_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4)",
                params![token.0, user.to_string(), now.0, expires_at.0],
            )?;
            Ok(())
        })
        .await
    }

    /// Whom a link would sign in; it is not used up.
    pub async fn sign_in_link_user(&self, token: TokenHash, now: UnixMs) -> Result<Option<User>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(
                "SELECT users.id AS id, users.name AS name, users.created_at_ms AS created_at_ms
                 FROM sign_in_links JOIN users ON users.id = sign_in_links.user_id
                 WHERE token_hash = $1 AND expires_at_ms > $2",
            )?;
            let user = |row: &rusqlite::Row<'_>| {
                Ok(User { id: row::id(row, "id")?, name: row.get("name")?, created_at: row::time(row, "created_at_ms")? })
            };
            Ok(query.query_row(params![token.0, now.0], user).optional()?)
        })
        .await
    }

    /// Uses a link up: of two browsers that try at once, one is signed in.
    pub async fn take_sign_in_link(&self, token: TokenHash, now: UnixMs) -> Result<Option<UserId>, StoreError> {
        self.write(move |db| {
            let mut query =
                db.prepare_cached("DELETE FROM sign_in_links WHERE token_hash = $1 AND expires_at_ms > $2 RETURNING user_id")?;
            Ok(query.query_row(params![token.0, now.0], |row| row::id(row, "user_id")).optional()?)
        })
        .await
    }
}
