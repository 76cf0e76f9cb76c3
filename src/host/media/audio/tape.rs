//! The last of what a decoder gave: where one segment ends, the next begins a little earlier.

use gstreamer_audio as gst_audio;

use super::decoder::Decoder;
use crate::host::media::error::MediaError;

/// Longer than a segment reaches back into the one before: an encoder's warm-up and a resampler's margin, or a few frames of FLAC.
const KEPT_MS: usize = 500;
const KEPT_SAMPLES_MIN: usize = 4 * 4096;

/// Samples `from..end`, of which the decoder gives `end` next.
pub struct Tape {
    from: i64,
    pcm: Vec<u8>,
    unit: usize,
    /// Samples kept when more come.
    kept: usize,
    /// There is something to go on from.
    valid: bool,
}

impl Tape {
    pub fn new(info: &gst_audio::AudioInfo) -> Self {
        let kept = (info.rate() as usize * KEPT_MS / 1000).max(KEPT_SAMPLES_MIN);
        Self { from: 0, pcm: Vec::new(), unit: info.bpf() as usize, kept, valid: false }
    }

    /// The decoder gives `from` next.
    pub fn clear(&mut self, from: i64) {
        (self.from, self.valid) = (from, true);
        self.pcm.clear();
    }

    pub fn holds(&self, sample: i64) -> bool {
        self.valid && (self.from..=self.end()).contains(&sample)
    }

    fn end(&self) -> i64 {
        self.from.saturating_add_unsigned((self.pcm.len() / self.unit) as u64)
    }

    /// `count` samples from `from`, which the tape holds, on.
    pub fn read(&mut self, decoder: &mut Decoder, from: i64, count: usize) -> Result<Vec<u8>, MediaError> {
        let skip = usize::try_from(from - self.from).map_err(MediaError::internal)?;
        let have = self.pcm.len() / self.unit;
        if skip > have {
            return Err(MediaError::internal("samples were asked for out of order"));
        }
        if let Some(more) = (skip + count).checked_sub(have).filter(|more| *more > 0) {
            let read = decoder.read(more).inspect_err(|_| self.valid = false)?;
            self.pcm.extend_from_slice(&read);
        }
        let found = self.pcm[skip * self.unit..][..count * self.unit].to_vec();
        self.forget();
        Ok(found)
    }

    fn forget(&mut self) {
        let gone = (self.pcm.len() / self.unit).saturating_sub(self.kept);
        self.pcm.drain(..gone * self.unit);
        self.from = self.from.saturating_add_unsigned(gone as u64);
    }
}
