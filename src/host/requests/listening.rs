//! Requests of a listener: what was heard, stars, places; and what has changed.

use std::time::Duration;

use bytes::Bytes;

use super::{Answer, Handler, json};
use crate::protocol::{ChangedTracks, ErrorBody, Forget, PlayReport, Reply};
use crate::types::{TrackId, UserId};

impl Handler {
    pub(super) async fn played(&self, listener: UserId, reports: Vec<PlayReport>) -> Result<Answer, ErrorBody> {
        let now = self.clock.now();
        self.ask(move |library| library.note_played(listener, &reports, now)).await?;
        Ok(noted(Reply::Played {}))
    }

    pub(super) async fn rate(&self, listener: UserId, tracks: Vec<TrackId>, rating: u8) -> Result<Answer, ErrorBody> {
        let now = self.clock.now();
        self.ask(move |library| library.rate(listener, &tracks, rating, now)).await?;
        Ok(noted(Reply::Rate {}))
    }

    pub(super) async fn love(&self, listener: UserId, tracks: Vec<TrackId>, loved: bool) -> Result<Answer, ErrorBody> {
        let now = self.clock.now();
        self.ask(move |library| library.love(listener, &tracks, loved, now)).await?;
        Ok(noted(Reply::Love {}))
    }

    pub(super) async fn resume(&self, listener: UserId, track: TrackId, position_ms: u64) -> Result<Answer, ErrorBody> {
        let now = self.clock.now();
        self.ask(move |library| library.note_place(listener, track, position_ms, now)).await?;
        Ok(noted(Reply::Resume {}))
    }

    pub(super) async fn reset(&self, listener: UserId, tracks: Vec<TrackId>, what: Forget) -> Result<Answer, ErrorBody> {
        let now = self.clock.now();
        self.ask(move |library| library.forget(listener, &tracks, what, now)).await?;
        Ok(noted(Reply::Reset {}))
    }

    /// Waits only where there is room to: whoever finds none is answered at once, and asks again later.
    pub(super) async fn changes(&self, listener: UserId, since: Option<u64>, wait_ms: u32) -> Result<Answer, ErrorBody> {
        let place = self.waiting.clone().try_acquire_owned();
        let patience = if place.is_ok() { Duration::from_millis(wait_ms.into()) } else { Duration::ZERO };
        let delta = self.library.changes().wait(listener, since, patience).await;
        let reply = Reply::Changes { version: delta.version, reset: delta.reset };
        Ok(Answer::catalogue(reply, json(&ChangedTracks { changed: delta.changed, removed: delta.removed })))
    }
}

fn noted(reply: Reply) -> Answer {
    Answer::ok(reply, Bytes::new())
}
