//! A segment on its way to a listener.

use bytes::Bytes;

use super::making::{Begun, Listener};
use crate::host::media::error::MediaError;

/// A segment's bytes.
#[derive(Debug)]
pub enum Segment {
    Whole(Bytes),
    /// On its way, in `of` chunks.
    Chunks {
        of: u32,
        chunks: Chunks,
    },
}

/// Chunks as they are made. Dropping it is leaving.
#[derive(Debug)]
pub struct Chunks(Listener);

impl Chunks {
    /// The next chunk; `None` after the last. An error means that the segment was cut.
    pub async fn recv(&mut self) -> Option<Result<Bytes, MediaError>> {
        self.0.recv().await
    }
}

impl Segment {
    pub(super) async fn begun(mut listener: Listener) -> Result<Self, MediaError> {
        Ok(match listener.begun().await? {
            Begun::Whole(made) => Self::Whole(made.body),
            Begun::Chunks(of) => Self::Chunks { of, chunks: Chunks(listener) },
        })
    }

    /// Waits for all of it.
    pub async fn whole(self) -> Result<Bytes, MediaError> {
        match self {
            Self::Whole(bytes) => Ok(bytes),
            Self::Chunks { chunks, .. } => Ok(chunks.0.whole().await?.body),
        }
    }
}
