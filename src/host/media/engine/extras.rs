//! What goes with a track, made and cached like segments.

use bytes::Bytes;

use super::{Engine, Source};
use crate::host::media::error::MediaError;
use crate::host::media::job::{Head, Task};
use crate::protocol::{Details, MediaKind, PreviewHead};
use crate::types::SessionId;

impl Engine {
    /// Streams, subtitles and chapters within a file.
    pub async fn details(&self, session: SessionId, source: Source) -> Result<Details, MediaError> {
        match self.extra(session, source, Task::Details, true).await? {
            (Head::Details(details), _) => Ok(details),
            _ => Err(MediaError::internal("details came without any")),
        }
    }

    /// A subtitle as WebVTT; `source` is the file that holds it: the video, or the file beside it.
    pub async fn subtitle(&self, session: SessionId, source: Source, id: String) -> Result<Bytes, MediaError> {
        let (_, body) = self.extra(session, source, Task::Subtitle { id }, true).await?;
        Ok(body)
    }

    /// A strip of small pictures, a JPEG.
    pub async fn preview(&self, session: SessionId, source: Source) -> Result<(PreviewHead, Bytes), MediaError> {
        check_video(&source)?;
        match self.extra(session, source, Task::Preview, true).await? {
            (Head::Preview(head), body) => Ok((head, body)),
            _ => Err(MediaError::internal("a preview came without its sizes")),
        }
    }

    /// A picture that stands for a video, a JPEG; made when nothing else runs. Dropping it stops it.
    pub async fn poster(&self, source: Source) -> Result<Bytes, MediaError> {
        check_video(&source)?;
        let (_, body) = self.background(source, Task::Poster).await?;
        Ok(body)
    }
}

fn check_video(source: &Source) -> Result<(), MediaError> {
    if source.kind == MediaKind::Audio {
        return Err(MediaError::NotFound { what: "This track has no pictures.".to_owned() });
    }
    Ok(())
}
