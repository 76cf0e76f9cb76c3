//! Samples out of a file, whichever way is best for its kind.

use std::path::{Path, PathBuf};

use gstreamer_audio as gst_audio;

use super::decoder::Decoder;
use super::length::{Extent, measure};
use super::pcm_file::PcmFile;
use super::tape::Tape;
use crate::host::media::error::MediaError;

/// One file's content, open.
pub struct Reader {
    source: Source,
    extent: Extent,
}

enum Source {
    Plain(Box<PcmFile>),
    Coded(Box<Coded>),
}

struct Coded {
    path: PathBuf,
    stream: u8,
    decoder: Decoder,
    /// What was decoded last.
    tape: Tape,
    /// The decoder has been read from since it was opened.
    used: bool,
}

impl Reader {
    /// Opens a file that is known to be a regular one; `stream` is which of its sounds, counted from 0.
    pub fn open(path: &Path, stream: u8) -> Result<Self, MediaError> {
        if let Some(file) = PcmFile::open(path).filter(|_| stream == 0) {
            let extent = Extent { trim: 0, length: file.frames() };
            return Ok(Self { source: Source::Plain(Box::new(file)), extent });
        }
        let mut decoder = Decoder::open(path, stream)?;
        let extent = measure(path, stream, &mut decoder)?;
        let (used, tape) = (decoder.has_run(), Tape::new(&decoder.info));
        let coded = Coded { path: path.to_owned(), stream, decoder, tape, used };
        Ok(Self { source: Source::Coded(Box::new(coded)), extent })
    }

    /// Format, rate and channels of what [`Reader::read`] gives: the source's own.
    pub fn info(&self) -> &gst_audio::AudioInfo {
        match &self.source {
            Source::Plain(file) => &file.info,
            Source::Coded(coded) => &coded.decoder.info,
        }
    }

    /// Samples of the content.
    pub fn length(&self) -> u64 {
        self.extent.length
    }

    /// Before the first reading of a row of them, which follow one another. What they give is the same whatever was read before.
    pub fn begin(&mut self, from: i64) -> Result<(), MediaError> {
        let from = self.place(from.clamp(0, to_signed(self.extent.length)?))?;
        match &mut self.source {
            Source::Plain(_) => Ok(()),
            Source::Coded(coded) => coded.begin(from),
        }
    }

    /// The content's samples `wanted`; silence before its start and after its end.
    pub fn read(&mut self, wanted: std::ops::Range<i64>) -> Result<Vec<u8>, MediaError> {
        let unit = self.info().bpf() as usize;
        let count = |range: i64| usize::try_from(range).map_err(MediaError::internal);
        let length = to_signed(self.extent.length)?;
        let (from, to) = (wanted.start.clamp(0, length), wanted.end.clamp(0, length));
        let place = self.place(from)?;
        let found = if to > from { self.source.read(place, count(to - from)?)? } else { Vec::new() };
        let whole = count(wanted.end - wanted.start)? * unit;
        if found.len() == whole {
            return Ok(found);
        }
        let mut pcm = silence(self.info(), whole);
        let before = count(from - wanted.start.min(from))?.min(whole / unit) * unit;
        pcm[before..][..found.len()].copy_from_slice(&found);
        Ok(pcm)
    }

    /// Of a sample of the content: its number in what the file decodes to.
    fn place(&self, sample: i64) -> Result<i64, MediaError> {
        Ok(sample + to_signed(self.extent.trim)?)
    }
}

impl Source {
    fn read(&mut self, from: i64, count: usize) -> Result<Vec<u8>, MediaError> {
        match self {
            Self::Plain(file) => file.read(u64::try_from(from).map_err(MediaError::internal)?, count),
            Self::Coded(coded) => coded.tape.read(&mut coded.decoder, from, count),
        }
    }
}

impl Coded {
    fn begin(&mut self, from: i64) -> Result<(), MediaError> {
        let used = std::mem::replace(&mut self.used, true);
        // A decoder that gives the same after a seek may as well go on where it is.
        if used && self.decoder.begins_anew() && self.tape.holds(from) {
            return Ok(());
        }
        self.tape.clear(from);
        if used && !self.decoder.begins_anew() {
            self.decoder = Decoder::open(&self.path, self.stream)?;
        }
        self.decoder.begin(from)
    }
}

/// Unsigned samples are silent at their middle.
pub fn silence(info: &gst_audio::AudioInfo, bytes: usize) -> Vec<u8> {
    let mut pcm = vec![0; bytes];
    info.format_info().fill_silence(&mut pcm);
    pcm
}

fn to_signed(count: u64) -> Result<i64, MediaError> {
    i64::try_from(count).map_err(MediaError::internal)
}
