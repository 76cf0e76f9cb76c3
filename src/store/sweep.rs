//! Rows whose time has passed.

use super::job::Durability::Relaxed;
use super::statement::statements;
use super::value::params;
use super::{Store, StoreError};
use crate::types::UnixMs;

/// Instants before which rows of a kind are worth nothing.
#[derive(Clone, Copy, Debug)]
pub struct Cutoffs {
    pub now: UnixMs,
    /// A grant is kept a while past its expiry, so that its device can be told so.
    pub grants_expired_before: UnixMs,
    pub plays_renewed_before: UnixMs,
}

statements! {
    SWEEP_WEB_SESSIONS = "DELETE FROM web_sessions WHERE expires_at_ms <= $1";
    SWEEP_SIGN_IN_LINKS = "DELETE FROM sign_in_links WHERE expires_at_ms <= $1";
    SWEEP_DEVICE_GRANTS = "DELETE FROM device_grants WHERE expires_at_ms <= $1";
    SWEEP_PLAY_SESSIONS = "DELETE FROM play_sessions WHERE renewed_at_ms <= $1";
}

impl Store {
    /// Deletes what has expired; how many rows. Each kind by itself: they have nothing to do with each other, and short
    /// transactions collide less.
    pub async fn sweep(&self, cutoffs: Cutoffs) -> Result<u64, StoreError> {
        let kinds = [
            (&SWEEP_WEB_SESSIONS, cutoffs.now),
            (&SWEEP_SIGN_IN_LINKS, cutoffs.now),
            (&SWEEP_DEVICE_GRANTS, cutoffs.grants_expired_before),
            (&SWEEP_PLAY_SESSIONS, cutoffs.plays_renewed_before),
        ];
        let mut swept = 0;
        for (statement, before) in kinds {
            swept += self.change(Relaxed, move |db| db.execute(statement, params![before])).await?;
        }
        Ok(swept)
    }
}
