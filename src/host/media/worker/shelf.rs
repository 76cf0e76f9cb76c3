//! The files a worker has open.

use std::path::{Path, PathBuf};

use crate::host::media::audio::{Passthrough, Program};
use crate::host::media::error::MediaError;
use crate::host::media::job::{Job, Piece};
use crate::host::media::mp4::Picture;
use crate::protocol::{Rendition, Timeline};

/// A video's pictures and sound, and the track that plays next.
const OPEN_MAX: usize = 3;

/// Open renditions, the last used at the end.
#[derive(Default)]
pub struct Shelf {
    open: Vec<(Key, Opened)>,
}

#[derive(Clone, PartialEq, Eq)]
struct Key {
    path: PathBuf,
    size: u64,
    rendition: Rendition,
}

enum Opened {
    Sound(Box<Program>),
    Flac(Box<Passthrough>),
    Picture(Box<Picture>),
}

impl Shelf {
    /// The bytes of what a job asks for, with the timeline when it is an init.
    pub fn make(&mut self, job: &Job) -> Result<(Vec<u8>, Option<Timeline>), MediaError> {
        let path = job.path().ok_or_else(|| MediaError::internal("a job has no path"))?;
        let key = Key { path, size: job.size, rendition: job.rendition };
        let mut opened = self.take(&key)?;
        let made = opened.make(job.piece);
        if made.is_ok() {
            self.open.push((key, opened));
        }
        made
    }

    fn take(&mut self, key: &Key) -> Result<Opened, MediaError> {
        // First of all: a FIFO or a device would block GStreamer for ever.
        check_file(&key.path, key.size)?;
        if let Some(index) = self.open.iter().position(|(open, _)| open == key) {
            return Ok(self.open.remove(index).1);
        }
        if self.open.len() >= OPEN_MAX {
            self.open.remove(0);
        }
        Ok(match key.rendition {
            Rendition::H264 => Opened::Picture(Box::new(Picture::open(&key.path)?)),
            sound => match passthrough(&key.path, sound)? {
                Some(flac) => Opened::Flac(Box::new(flac)),
                None => Opened::Sound(Box::new(Program::open(&key.path, sound)?)),
            },
        })
    }
}

impl Opened {
    fn make(&mut self, piece: Piece) -> Result<(Vec<u8>, Option<Timeline>), MediaError> {
        match (self, piece) {
            (Self::Sound(program), Piece::Init) => Ok((program.init()?, Some(program.timeline().clone()))),
            (Self::Sound(program), Piece::Segment(index)) => Ok((program.segment(index)?, None)),
            (Self::Flac(flac), Piece::Init) => Ok((flac.init()?, Some(flac.timeline().clone()))),
            (Self::Flac(flac), Piece::Segment(index)) => Ok((flac.segment(index)?, None)),
            (Self::Picture(picture), Piece::Init) => Ok((picture.init()?, Some(picture.timeline().clone()))),
            (Self::Picture(picture), Piece::Segment(index)) => Ok((picture.segment(index)?, None)),
        }
    }
}

/// FLAC out of FLAC; `None` when it must be encoded.
fn passthrough(path: &Path, rendition: Rendition) -> Result<Option<Passthrough>, MediaError> {
    if rendition == Rendition::Flac { Passthrough::open(path) } else { Ok(None) }
}

fn check_file(path: &Path, size: u64) -> Result<(), MediaError> {
    let metadata = std::fs::metadata(path).map_err(|_| MediaError::Gone)?;
    if !metadata.is_file() {
        return Err(MediaError::unplayable("This is not a regular file."));
    }
    if metadata.len() != size {
        return Err(MediaError::Gone);
    }
    match std::fs::File::open(path) {
        Ok(_) if size == 0 => Err(MediaError::unplayable("This file is empty.")),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(MediaError::unplayable("The host may not read this file. Give its user permission to."))
        }
        Err(_) => Err(MediaError::Gone),
    }
}
