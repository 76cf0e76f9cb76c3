//! The files a worker has open.

use std::path::PathBuf;

use super::open::open;
use crate::host::media::error::MediaError;
use crate::host::media::job::Encoding;
use crate::host::media::segments::Segments;

/// A video's pictures and sound, and the track that plays next.
const OPEN_MAX: usize = 3;

/// Open renditions, the last used at the end.
#[derive(Default)]
pub struct Shelf {
    open: Vec<(Key, Box<dyn Segments>)>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    pub path: PathBuf,
    pub size: u64,
    pub encoding: Encoding,
}

impl Shelf {
    /// Works with an open rendition. One that fails is closed: the next request opens it anew.
    pub fn with<T>(&mut self, key: Key, work: impl FnOnce(&mut dyn Segments) -> Result<T, MediaError>) -> Result<T, MediaError> {
        let mut opened = self.take(&key)?;
        let made = work(opened.as_mut());
        if made.is_ok() {
            self.open.push((key, opened));
        }
        made
    }

    fn take(&mut self, key: &Key) -> Result<Box<dyn Segments>, MediaError> {
        if let Some(index) = self.open.iter().position(|(open, _)| open == key) {
            return Ok(self.open.remove(index).1);
        }
        if self.open.len() >= OPEN_MAX {
            self.open.remove(0);
        }
        open(&key.path, key.encoding)
    }
}
