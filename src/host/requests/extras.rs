//! Requests for what goes with a track: its streams, subtitles, chapters, a preview.

use bytes::Bytes;

use super::{Answer, Handler};
use crate::host::media::Source;
use crate::host::media::extras::{Beside, is_beside};
use crate::protocol::{ErrorBody, ErrorCode, MediaKind, Reply};
use crate::types::{SessionId, TrackId};

impl Handler {
    pub(super) async fn details(&self, session: SessionId, track: TrackId) -> Result<Answer, ErrorBody> {
        let (source, _) = self.file(track).await?;
        let files = self.beside(&source).await?;
        let mut details = self.engine.details(session, source).await?;
        // Files first: who puts one beside a video wants it.
        details.subtitles.splice(0..0, files.into_iter().map(|file| file.subtitle));
        let body = serde_json::to_vec(&details).expect("details serialise");
        Ok(Answer::catalogue(Reply::Details {}, Bytes::from(body)))
    }

    pub(super) async fn subtitle(&self, session: SessionId, track: TrackId, id: String) -> Result<Answer, ErrorBody> {
        let (mut source, _) = self.file(track).await?;
        if is_beside(&id) {
            let found = self.beside(&source).await?.into_iter().find(|file| file.subtitle.id == id);
            let Beside { path, mtime_ms, size, .. } =
                found.ok_or_else(|| ErrorBody::new(ErrorCode::NotFound, "There is no such subtitle any more."))?;
            source = Source { path, mtime_ms, size, ..source };
        }
        let body = self.engine.subtitle(session, source, id).await?;
        Ok(Answer::catalogue(Reply::Subtitle {}, body))
    }

    pub(super) async fn preview(&self, session: SessionId, track: TrackId) -> Result<Answer, ErrorBody> {
        let (source, _) = self.file(track).await?;
        let (head, body) = self.engine.preview(session, source).await?;
        Ok(Answer::ok(Reply::Preview(head), body))
    }

    pub(super) async fn lyrics(&self, track: TrackId) -> Result<Answer, ErrorBody> {
        let (source, _) = self.file(track).await?;
        let lyrics = self.files.lyrics(&source.path).await?;
        let lyrics = lyrics.ok_or_else(|| ErrorBody::new(ErrorCode::NotFound, "There are no lyrics with this track."))?;
        let body = serde_json::to_vec(&lyrics).expect("lyrics serialise");
        Ok(Answer::catalogue(Reply::Lyrics {}, Bytes::from(body)))
    }

    async fn beside(&self, source: &Source) -> Result<Vec<Beside>, ErrorBody> {
        let is_video = source.kind == MediaKind::Video;
        if is_video { Ok(self.files.beside(&source.path).await?) } else { Ok(Vec::new()) }
    }
}
