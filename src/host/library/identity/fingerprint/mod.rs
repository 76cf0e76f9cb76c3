//! What a media file is, whatever its tags, its name and its place: 16 bytes of a digest of its coded stream.
//!
//! Of a long stream only windows are read (`sample.rs`), so that it costs a scan little. Everything that a file says of itself is checked
//! and bounded; one that does not parse is known by its bytes.

mod flac;
mod matroska;
mod mp4;
mod mpeg;
mod ogg;
mod others;
mod riff;
mod sample;
mod source;
#[cfg(test)]
mod tests;
mod trim;

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use sample::Stream;
use source::{Opened, Parsed, Source, Span, Stop};

/// Equal for files whose coded bytes are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 16]);

impl Fingerprint {
    /// Of the file at `path`.
    ///
    /// # Errors
    /// It cannot be read, or is no file.
    pub fn of_path(path: &Path) -> io::Result<Self> {
        // Without waiting for anybody: it may have become a pipe.
        let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW).open(path)?;
        Self::of(&file)
    }

    /// Of an open file, wherever it was read up to.
    pub fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        }
        of_source(&Opened { file, len: metadata.len() })
    }
}

fn of_source(source: &dyn Source) -> io::Result<Fingerprint> {
    match stream(source).and_then(|stream| stream.fingerprint(source)) {
        Ok(fingerprint) => Ok(fingerprint),
        Err(Stop::Io(error)) => Err(error),
        Err(Stop::NotIt) => Err(io::Error::from(io::ErrorKind::InvalidData)),
    }
}

type Reader = fn(&dyn Source, Span) -> Parsed<Stream>;

/// Each tells at once that a file is none of its own. MPEG audio has no sign but its frames, and is looked for last.
const READERS: [Reader; 11] = [
    others::whole,
    flac::read,
    mp4::read,
    ogg::read,
    riff::read,
    matroska::read,
    others::dsf,
    others::au,
    others::asf,
    others::musepack,
    mpeg::read,
];

fn stream(source: &dyn Source) -> Parsed<Stream> {
    let content = trim::content(source)?;
    for read in READERS {
        match read(source, content) {
            Err(Stop::NotIt) => {}
            told => return told,
        }
    }
    Ok(Stream::coded("bytes", vec![content]))
}
