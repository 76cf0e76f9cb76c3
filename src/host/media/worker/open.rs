//! Which way of making segments a file and a rendition take.

use std::path::Path;

use crate::host::media::audio::{Encoded, Passthrough};
use crate::host::media::copy;
use crate::host::media::error::MediaError;
use crate::host::media::job::Encoding;
use crate::host::media::segments::Segments;
use crate::host::media::streams::Container;
use crate::host::media::{matroska, mp4, video};
use crate::protocol::{Rendition, Role};

/// Opens a file that is known to be a regular one.
pub fn open(path: &Path, encoding: Encoding) -> Result<Box<dyn Segments>, MediaError> {
    let Encoding { stream, rendition } = encoding;
    match rendition {
        Rendition::VideoCopy => pictures(path, stream),
        rung if rung.lines_max().is_some() => Ok(Box::new(video::Encoded::open(path, encoding)?)),
        Rendition::Flac if stream == 0 => match Passthrough::open(path)? {
            Some(flac) => Ok(Box::new(flac)),
            None => Ok(Box::new(Encoded::open(path, stream, rendition)?)),
        },
        Rendition::AudioCopy => match Container::of(path)? {
            Some(Container::Matroska) => Ok(Box::new(matroska::Sound::open(path, stream)?)),
            _ => copy::open(path, stream),
        },
        sound if sound.role() == Role::Sound => Ok(Box::new(Encoded::open(path, stream, sound)?)),
        _ => Err(MediaError::NotFound { what: "This file cannot be played in that way.".to_owned() }),
    }
}

/// Pictures as they are, from whichever container it is.
fn pictures(path: &Path, stream: u8) -> Result<Box<dyn Segments>, MediaError> {
    match Container::of(path)? {
        Some(Container::Mp4) => Ok(Box::new(mp4::Picture::open(path, stream)?)),
        Some(Container::Matroska) => Ok(Box::new(matroska::Picture::open(path, stream)?)),
        None => Err(MediaError::NotFound { what: "These pictures cannot be sent as they are.".to_owned() }),
    }
}
