//! Packets into chunks: a segment's `moof` and `mdat` pairs, each handed out as soon as its last packet is there.

use super::flac::renumber;
use super::grid::{Feed, Grid};
use crate::host::media::cmaf::{self, Frame};
use crate::host::media::error::MediaError;
use crate::host::media::segments::Out;

/// More than any segment has, so that fragments of a track count upwards.
const CHUNKS_MAX: u32 = 64;

pub struct Chunks {
    index: u32,
    grid: Grid,
    feed: Feed,
    /// FLAC frames carry their number.
    numbered: bool,
    /// Packets seen, the skipped ones included.
    seen: usize,
    /// Kept packets handed out.
    sent: usize,
    waiting: Vec<Vec<u8>>,
    made: u32,
}

impl Chunks {
    pub fn new(index: u32, grid: Grid, feed: Feed, numbered: bool) -> Self {
        Self { index, grid, feed, numbered, seen: 0, sent: 0, waiting: Vec::new(), made: 0 }
    }

    pub fn done(&self) -> bool {
        self.sent == self.feed.keep
    }

    /// Takes an encoder's next packet; those of the warm-up and past the end are let go.
    pub fn take(&mut self, mut packet: Vec<u8>, out: &mut Out<'_>) -> Result<(), MediaError> {
        let kept = self.seen.checked_sub(self.feed.skip);
        self.seen += 1;
        let Some(number) = kept.filter(|number| *number < self.feed.keep) else { return Ok(()) };
        if self.numbered {
            let number = self.feed.frame_number + number as u64;
            renumber(&mut packet, number).ok_or_else(|| MediaError::internal("an encoder gave a broken frame"))?;
        }
        self.waiting.push(packet);
        if self.waiting.len() == self.grid.chunk || number + 1 == self.feed.keep {
            out(self.cut()?)?;
        }
        Ok(())
    }

    fn cut(&mut self) -> Result<Vec<u8>, MediaError> {
        let duration = u32::try_from(self.grid.frame).map_err(MediaError::internal)?;
        let frames: Result<Vec<Frame>, MediaError> = self
            .waiting
            .iter()
            .map(|packet| {
                let size = u32::try_from(packet.len()).map_err(MediaError::internal)?;
                Ok(Frame { duration, size, composition_offset: 0, sync: true })
            })
            .collect();
        let decode_time = self.feed.decode_time + self.sent as u64 * self.grid.frame;
        let sequence = self.index.saturating_mul(CHUNKS_MAX).saturating_add(self.made);
        let chunk = cmaf::segment(sequence, decode_time, &frames?, &self.waiting.concat())?;
        self.sent += self.waiting.len();
        self.made += 1;
        self.waiting.clear();
        Ok(chunk)
    }
}
