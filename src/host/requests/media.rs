//! Requests for sound and pictures.

use std::time::Duration;

use super::files::Whereabouts;
use super::{Answer, Handler};
use crate::host::library::Found;
use crate::host::media::{Encoding, Segment, Source, Wanted};
use crate::protocol::{ErrorBody, ErrorCode, Rendition, Reply};
use crate::types::{SessionId, TrackId};

const GONE: &str = "The file is not there any more. It may be back after the next scan.";
const AWAY: &str = "The folder with this file is not there. Is its disk plugged in? It plays again when it is back.";

impl Handler {
    pub(super) async fn init(&self, session: SessionId, track: TrackId, encoding: Encoding) -> Result<Answer, ErrorBody> {
        let source = self.source(track, encoding.rendition).await?;
        let (timeline, body) = self.engine.init(Wanted { session, source, encoding }).await?;
        Ok(Answer::ok(Reply::Init(timeline), body))
    }

    pub(super) async fn segment(
        &self,
        session: SessionId,
        track: TrackId,
        encoding: Encoding,
        index: u32,
        ahead_ms: Option<u32>,
    ) -> Result<Answer, ErrorBody> {
        let source = self.source(track, encoding.rendition).await?;
        let ahead = ahead_ms.map(|ms| Duration::from_millis(ms.into()));
        let segment = self.engine.segment(Wanted { session, source, encoding }, index, ahead).await?;
        Ok(match segment {
            Segment::Whole(body) => Answer::ok(Reply::Segment { chunks: None }, body),
            Segment::Chunks { of, chunks } => Answer::streamed(Reply::Segment { chunks: Some(of) }, chunks),
        })
    }

    /// The file behind a track that has that rendition.
    pub(super) async fn source(&self, track: TrackId, rendition: Rendition) -> Result<Source, ErrorBody> {
        let (source, renditions) = self.file(track).await?;
        if !renditions.contains(&rendition) {
            return Err(ErrorBody::new(ErrorCode::NotFound, "The track has no such rendition."));
        }
        Ok(source)
    }

    /// The file behind a track, checked to be still there, a plain file, and inside a media folder; and what it is offered in.
    pub(super) async fn file(&self, track: TrackId) -> Result<(Source, Vec<Rendition>), ErrorBody> {
        let found = self.ask(move |library| library.find(track)).await?;
        let not_found = || ErrorBody::new(ErrorCode::NotFound, "There is no such track.");
        let Found { path, kind, mtime_ms, size, renditions, present, away } = found.ok_or_else(not_found)?;
        let now = match (present, away) {
            (true, _) => self.files.find(&path).await?,
            (false, true) => Whereabouts::Away,
            (false, false) => Whereabouts::Gone,
        };
        match now {
            Whereabouts::There => Ok((Source { track, path, kind, mtime_ms, size }, renditions)),
            Whereabouts::Away => Err(ErrorBody::new(ErrorCode::Away, AWAY)),
            Whereabouts::Gone => Err(ErrorBody::new(ErrorCode::Gone, GONE)),
        }
    }
}
