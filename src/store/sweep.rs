//! Rows whose time has passed.

use rusqlite::params;

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

impl Store {
    /// Deletes what has expired; how many rows.
    pub async fn sweep(&self, cutoffs: Cutoffs) -> Result<usize, StoreError> {
        self.write(move |db| {
            let sessions = db.execute("DELETE FROM web_sessions WHERE expires_at_ms <= $1", params![cutoffs.now.0])?;
            let links = db.execute("DELETE FROM sign_in_links WHERE expires_at_ms <= $1", params![cutoffs.now.0])?;
            let grants = db.execute("DELETE FROM device_grants WHERE expires_at_ms <= $1", params![cutoffs.grants_expired_before.0])?;
            let plays = db.execute("DELETE FROM play_sessions WHERE renewed_at_ms <= $1", params![cutoffs.plays_renewed_before.0])?;
            Ok(sessions + links + grants + plays)
        })
        .await
    }
}
