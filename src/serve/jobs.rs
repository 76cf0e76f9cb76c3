//! What serve does by itself, again and again.

use std::sync::Arc;
use std::time::Duration;

use super::http::sessions::PLAY_LIFETIME;
use super::state::State;
use crate::store::{Cutoffs, StoreError};
use crate::types::UnixMs;

/// Often enough that a killed serve knows roughly when its hosts were last there.
const EVERY: Duration = Duration::from_secs(5 * 60);

/// How long an expired grant stays, for its device to be told.
const EXPIRED_GRANT_KEPT: Duration = Duration::from_secs(60 * 60);

/// What is deleted of playlists can be restored so long.
const TRASH_KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Sweeps expired rows and notes who is online, for ever.
pub async fn run(state: Arc<State>) {
    loop {
        if let Err(error) = once(&state).await {
            tracing::warn!("the regular clean-up failed and will be tried again: {error}");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn once(state: &State) -> Result<(), StoreError> {
    let now = state.now();
    state.store.note_hosts_seen(state.tunnels.online(), now).await?;
    let cutoffs = Cutoffs { now, grants_expired_before: before(now, EXPIRED_GRANT_KEPT), plays_renewed_before: before(now, PLAY_LIFETIME) };
    let swept = state.store.sweep(cutoffs).await? + state.store.empty_playlist_trash(before(now, TRASH_KEPT)).await?;
    tracing::debug!(rows = swept, "swept what had expired");
    Ok(())
}

/// The instant `span` before `now`.
pub fn before(now: UnixMs, span: Duration) -> UnixMs {
    UnixMs(now.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
}
