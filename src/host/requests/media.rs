//! Requests for sound and pictures.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Answer, Handler};
use crate::host::library::Found;
use crate::host::media::{Encoding, Source, Wanted};
use crate::protocol::{ErrorBody, ErrorCode, Rendition, Reply};
use crate::types::{SessionId, TrackId};

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
        Ok(Answer::ok(Reply::Segment { chunks: None }, segment.whole().await?))
    }

    /// The file behind a track that has that rendition.
    async fn source(&self, track: TrackId, rendition: Rendition) -> Result<Source, ErrorBody> {
        let (source, renditions) = self.file(track).await?;
        if !renditions.contains(&rendition) {
            return Err(ErrorBody::new(ErrorCode::NotFound, "The track has no such rendition."));
        }
        Ok(source)
    }

    /// The file behind a track, checked to be still there, a plain file, and inside a media folder; and what it is offered in.
    pub(super) async fn file(&self, track: TrackId) -> Result<(Source, Vec<Rendition>), ErrorBody> {
        let media = self.media.clone();
        let looked_up = self.ask(move |library| {
            let found = library.find(track)?;
            let is_there = found.as_ref().is_some_and(|found| found.present && is_playable(&found.path, &media));
            Ok((found, is_there))
        });
        let (found, is_there) = looked_up.await?;
        let not_found = || ErrorBody::new(ErrorCode::NotFound, "There is no such track.");
        let Found { path, kind, mtime_ms, size, renditions, .. } = found.ok_or_else(not_found)?;
        if !is_there {
            return Err(ErrorBody::new(ErrorCode::Gone, "The file is not there any more. It may be back after the next scan."));
        }
        Ok((Source { track, path, kind, mtime_ms, size }, renditions))
    }
}

/// The real file must lie in a media folder, whatever links have been put in its way since the scan.
pub(super) fn is_playable(path: &Path, media: &[PathBuf]) -> bool {
    let is_file = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    let Ok(real) = path.canonicalize() else { return false };
    is_file && media.iter().any(|folder| folder.canonicalize().is_ok_and(|folder| real.starts_with(folder)))
}
