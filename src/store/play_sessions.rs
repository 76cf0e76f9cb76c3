//! Players talking to hosts.

use rusqlite::{OptionalExtension as _, params};

use super::{Store, StoreError, row};
use crate::auth::DevicePublicKey;
use crate::types::{HostId, SessionId, UnixMs, UserId};

#[derive(Clone, Debug)]
pub struct PlaySession {
    pub id: SessionId,
    pub user: UserId,
    pub host: HostId,
    /// The key that the player proves each request with.
    pub player_key: DevicePublicKey,
    pub started_at: UnixMs,
}

impl Store {
    pub async fn add_play_session(&self, session: PlaySession) -> Result<(), StoreError> {
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO play_sessions (id, user_id, host_id, player_key, started_at_ms, renewed_at_ms) VALUES ($1, $2, $3, $4, $5, $5)",
            )?
            .execute(params![
                session.id.to_string(),
                session.user.to_string(),
                session.host.to_string(),
                session.player_key.as_bytes(),
                session.started_at.0
            ])?;
            Ok(())
        })
        .await
    }

    /// Keeps a session of `user`'s going, if it was renewed after `alive_since`.
    pub async fn renew_play_session(
        &self,
        id: SessionId,
        user: UserId,
        alive_since: UnixMs,
        now: UnixMs,
    ) -> Result<Option<PlaySession>, StoreError> {
        self.write(move |db| {
            let mut query = db.prepare_cached(
                "UPDATE play_sessions SET renewed_at_ms = $1 WHERE id = $2 AND user_id = $3 AND renewed_at_ms > $4
                 RETURNING id, user_id, host_id, player_key, started_at_ms",
            )?;
            let renewed = query.query_row(params![now.0, id.to_string(), user.to_string(), alive_since.0], |row| {
                Ok(PlaySession {
                    id: row::id(row, "id")?,
                    user: row::id(row, "user_id")?,
                    host: row::id(row, "host_id")?,
                    player_key: row::key(row, "player_key")?,
                    started_at: row::time(row, "started_at_ms")?,
                })
            });
            Ok(renewed.optional()?)
        })
        .await
    }
}
