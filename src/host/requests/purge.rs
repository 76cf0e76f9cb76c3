//! Tracks whose files have vanished: out of the library, and back.

use bytes::Bytes;

use super::{Answer, Handler};
use crate::protocol::{ErrorBody, Reply};
use crate::types::{Clock, SystemClock, TrackId, UnixMs};

impl Handler {
    pub(super) async fn purge(&self, tracks: Option<Vec<TrackId>>) -> Result<Answer, ErrorBody> {
        let now = SystemClock.now();
        let purged = self.ask(move |library| library.purge(tracks.as_deref(), now)).await?;
        Ok(Answer::ok(Reply::Purge { count: purged.len() as u64, at_ms: now.0 }, Bytes::new()))
    }

    pub(super) async fn unpurge(&self, at_ms: Option<i64>) -> Result<Answer, ErrorBody> {
        let now = SystemClock.now();
        let back = self.ask(move |library| library.unpurge(at_ms.map(UnixMs), now)).await?;
        Ok(Answer::ok(Reply::Unpurge { count: back.len() as u64 }, Bytes::new()))
    }
}
