//! Samples out of a file, whichever way is best for its kind.

use std::path::{Path, PathBuf};

use gstreamer_audio as gst_audio;

use super::decoder::{Decoder, Want};
use super::length::{Extent, measure};
use super::pcm_file::PcmFile;
use crate::host::media::error::MediaError;

/// One file's content, open.
pub struct Reader {
    path: PathBuf,
    want: Want,
    source: Source,
    /// The source has been read from since it was opened.
    used: bool,
    extent: Extent,
}

enum Source {
    Plain(Box<PcmFile>),
    Coded(Box<Decoder>),
}

impl Reader {
    /// Opens a file that is known to be a regular one.
    pub fn open(path: &Path, want: Want) -> Result<Self, MediaError> {
        let (source, extent, used) = match PcmFile::open(path, want) {
            Some(file) => {
                let length = file.frames();
                (Source::Plain(Box::new(file)), Extent { trim: 0, length }, false)
            }
            None => {
                let mut decoder = Decoder::open(path, want)?;
                let extent = measure(path, &mut decoder)?;
                let used = decoder.has_run();
                (Source::Coded(Box::new(decoder)), extent, used)
            }
        };
        Ok(Self { path: path.to_owned(), want, source, used, extent })
    }

    /// Format, rate and channels of what [`Reader::read`] gives.
    pub fn info(&self) -> &gst_audio::AudioInfo {
        match &self.source {
            Source::Plain(file) => &file.info,
            Source::Coded(decoder) => &decoder.info,
        }
    }

    /// Samples of the content.
    pub fn length(&self) -> u64 {
        self.extent.length
    }

    /// The content's samples `wanted`; silence before its start and after its end. The same whatever was read before.
    pub fn read(&mut self, wanted: std::ops::Range<i64>) -> Result<Vec<u8>, MediaError> {
        let unit = self.info().bpf() as usize;
        let count = |range: i64| usize::try_from(range).map_err(MediaError::internal);
        let length = i64::try_from(self.extent.length).map_err(MediaError::internal)?;
        let (from, to) = (wanted.start.clamp(0, length), wanted.end.clamp(0, length));
        let mut pcm = vec![0u8; count(from - wanted.start.min(from))? * unit];
        if to > from {
            let trim = i64::try_from(self.extent.trim).map_err(MediaError::internal)?;
            pcm.extend(self.read_source(from + trim, count(to - from)?)?);
        }
        pcm.resize(count(wanted.end - wanted.start)? * unit, 0);
        Ok(pcm)
    }

    fn read_source(&mut self, from: i64, count: usize) -> Result<Vec<u8>, MediaError> {
        match &mut self.source {
            Source::Plain(file) => file.read(u64::try_from(from).map_err(MediaError::internal)?, count),
            Source::Coded(decoder) => {
                let used = std::mem::replace(&mut self.used, true);
                if used && decoder.keeps_state {
                    **decoder = Decoder::open(&self.path, self.want)?;
                }
                match decoder.read(from, count) {
                    // A pipeline that met a damaged place before takes no seek any more; a new one does.
                    Err(_) if used && !decoder.keeps_state => {
                        **decoder = Decoder::open(&self.path, self.want)?;
                        decoder.read(from, count)
                    }
                    read => read,
                }
            }
        }
    }
}
