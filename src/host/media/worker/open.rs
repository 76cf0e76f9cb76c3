//! Which way of making segments a file and a rendition take.

use std::path::Path;

use crate::host::media::audio::{Encoded, Passthrough};
use crate::host::media::copy;
use crate::host::media::error::MediaError;
use crate::host::media::job::Encoding;
use crate::host::media::mp4::Picture;
use crate::host::media::segments::Segments;
use crate::protocol::{Rendition, Role};

/// Opens a file that is known to be a regular one.
pub fn open(path: &Path, encoding: Encoding) -> Result<Box<dyn Segments>, MediaError> {
    let Encoding { stream, rendition } = encoding;
    match rendition {
        Rendition::VideoCopy => Ok(Box::new(Picture::open(path, stream)?)),
        Rendition::Flac if stream == 0 => match Passthrough::open(path)? {
            Some(flac) => Ok(Box::new(flac)),
            None => Ok(Box::new(Encoded::open(path, rendition)?)),
        },
        Rendition::AudioCopy => copy::open(path, stream),
        sound if sound.role() == Role::Sound && sound != Rendition::AudioCopy && stream == 0 => Ok(Box::new(Encoded::open(path, sound)?)),
        _ => Err(MediaError::NotFound { what: "This file cannot be played in that way.".to_owned() }),
    }
}
