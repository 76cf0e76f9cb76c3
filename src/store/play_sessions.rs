//! Players talking to hosts.

use super::job::Durability::{Full, Relaxed};
use super::row::Row;
use super::statement::statements;
use super::value::params;
use super::{Store, StoreError};
use crate::auth::DevicePublicKey;
use crate::types::{HostId, SessionId, UnixMs, UserId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaySession {
    pub id: SessionId,
    pub user: UserId,
    pub host: HostId,
    /// The key that the player proves each request with.
    pub player_key: DevicePublicKey,
    pub started_at: UnixMs,
}

statements! {
    ADD_PLAY_SESSION = "INSERT INTO play_sessions (id, user_id, host_id, player_key, started_at_ms, renewed_at_ms)
        VALUES ($1, $2, $3, $4, $5, $5)";
    RENEW_PLAY_SESSION = "UPDATE play_sessions SET renewed_at_ms = $4 WHERE id = $1 AND user_id = $2 AND renewed_at_ms > $3
        RETURNING id, user_id, host_id, player_key, started_at_ms";
}

fn read_session(row: &dyn Row) -> Result<PlaySession, StoreError> {
    Ok(PlaySession {
        id: row.get("id")?,
        user: row.get("user_id")?,
        host: row.get("host_id")?,
        player_key: row.get("player_key")?,
        started_at: row.get("started_at_ms")?,
    })
}

impl Store {
    pub async fn add_play_session(&self, new: PlaySession) -> Result<(), StoreError> {
        self.change(Full, move |db| db.execute(&ADD_PLAY_SESSION, params![new.id, new.user, new.host, new.player_key, new.started_at]))
            .await?;
        Ok(())
    }

    /// Keeps a session of `user`'s going, if it was renewed after `alive_since`.
    pub async fn renew_play_session(
        &self,
        id: SessionId,
        user: UserId,
        alive_since: UnixMs,
        now: UnixMs,
    ) -> Result<Option<PlaySession>, StoreError> {
        self.change(Relaxed, move |db| db.maybe(&RENEW_PLAY_SESSION, params![id, user, alive_since, now], read_session)).await
    }
}
