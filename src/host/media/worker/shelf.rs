//! The files a worker has open.

use std::path::PathBuf;

use super::file::{Opened, Stamp};
use super::open::open;
use crate::host::media::error::MediaError;
use crate::host::media::job::Encoding;
use crate::host::media::segments::Segments;

/// A video's pictures and sound, and the track that plays next.
const OPEN_MAX: usize = 3;

/// Open renditions, the last used at the end.
#[derive(Default)]
pub struct Shelf {
    open: Vec<(Key, Standing)>,
}

/// An open rendition, and the file under it: closed after it.
struct Standing {
    segments: Box<dyn Segments>,
    _file: Opened,
}

#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    pub path: PathBuf,
    pub stamp: Stamp,
    pub encoding: Encoding,
    pub video_encoder: Option<String>,
}

impl Shelf {
    /// Works with an open rendition of `file`. One that fails is closed: the next request opens it anew.
    pub fn with<T>(
        &mut self,
        key: Key,
        file: Opened,
        work: impl FnOnce(&mut dyn Segments) -> Result<T, MediaError>,
    ) -> Result<T, MediaError> {
        let mut standing = self.take(&key, file)?;
        let made = work(standing.segments.as_mut());
        if made.is_ok() {
            self.open.push((key, standing));
        }
        made
    }

    fn take(&mut self, key: &Key, file: Opened) -> Result<Standing, MediaError> {
        if let Some(index) = self.open.iter().position(|(open, _)| open == key) {
            return Ok(self.open.remove(index).1);
        }
        // Whatever was open of a file that has changed since.
        self.open.retain(|(open, _)| open.path != key.path || open.stamp == key.stamp);
        if self.open.len() >= OPEN_MAX {
            self.open.remove(0);
        }
        Ok(Standing { segments: open(&file.path(), key.encoding)?, _file: file })
    }
}
