//! Links that sign in once.

use super::job::Durability::Full;
use super::statement::statements;
use super::users::read_user;
use super::value::params;
use super::{Store, StoreError, User};
use crate::auth::token::TokenHash;
use crate::types::{UnixMs, UserId};

statements! {
    ADD_SIGN_IN_LINK = "INSERT INTO sign_in_links (token_hash, user_id, created_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4)";
    SIGN_IN_LINK_USER = "SELECT users.id AS id, users.name AS name, users.created_at_ms AS created_at_ms
        FROM sign_in_links JOIN users ON users.id = sign_in_links.user_id
        WHERE token_hash = $1 AND expires_at_ms > $2";
    TAKE_SIGN_IN_LINK = "DELETE FROM sign_in_links WHERE token_hash = $1 AND expires_at_ms > $2 RETURNING user_id";
}

impl Store {
    pub async fn add_sign_in_link(&self, token: TokenHash, user: UserId, now: UnixMs, expires_at: UnixMs) -> Result<(), StoreError> {
        self.change(Full, move |db| db.execute(&ADD_SIGN_IN_LINK, params![token, user, now, expires_at])).await?;
        Ok(())
    }

    /// Whom a link would sign in; it is not used up.
    pub async fn sign_in_link_user(&self, token: TokenHash, now: UnixMs) -> Result<Option<User>, StoreError> {
        self.query(move |db| db.maybe(&SIGN_IN_LINK_USER, params![token, now], read_user)).await
    }

    /// Uses a link up: of two browsers that try at once, one is signed in.
    pub async fn take_sign_in_link(&self, token: TokenHash, now: UnixMs) -> Result<Option<UserId>, StoreError> {
        self.change(Full, move |db| db.maybe(&TAKE_SIGN_IN_LINK, params![token, now], |row| row.get("user_id"))).await
    }
}
