//! Finding whole frames in a file's bytes.
//!
//! Nothing in a frame tells its length. It ends where the next frame's header begins and its own checksum comes out right.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use super::crc::crc16_on;
use super::header::{HEADER_BYTES_MAX, Header};
use crate::host::media::cmaf::FlacHead;

/// Bytes read at once in search of a frame, besides those of the frame itself.
const PORTION: usize = 32 * 1024;
/// Bytes that may be looked through for the ends of damaged frames: some thousand of them in a row. A file made to waste time has more.
const SPOILT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A frame whose checksums were right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub number: u64,
    /// Bytes in the file.
    pub at: u64,
    pub end: u64,
}

/// A file's frames, of fixed blocks.
pub struct Frames {
    pub file: File,
    pub head: FlacHead,
    /// Where in the file the frames are.
    pub span: Range<u64>,
    /// Number of the last frame.
    pub last: u64,
}

impl Frames {
    /// Samples that frame `number` must have.
    pub fn samples(&self, number: u64) -> u64 {
        let block = u64::from(self.head.block);
        if number < self.last { block } else { self.head.samples - self.last * block }
    }

    /// More bytes than any frame has: twice what its samples take when they are not coded at all.
    pub fn bound(&self) -> usize {
        let sample_bits = usize::from(self.head.channels) * (usize::from(self.head.bits) + 1);
        usize::from(self.head.block) * sample_bits / 8 * 2 + 1024
    }

    /// The first frame that begins in `range`; `None` when there is none.
    pub fn first_in(&self, range: Range<u64>) -> io::Result<Option<Frame>> {
        let bound = self.bound();
        let (mut at, limit) = (range.start, range.end.min(self.span.end));
        let mut spoilt_bytes = 0;
        while at < limit {
            let bytes = self.read(at, PORTION + bound + HEADER_BYTES_MAX)?;
            let starts = usize::try_from(limit - at).unwrap_or(PORTION).min(PORTION);
            let mut from = 0;
            while let Some((start, header)) = self.next_header(&bytes, from, starts) {
                if let Some(length) = self.frame_length(&bytes[start..], &header, at + start as u64) {
                    let at = at + start as u64;
                    return Ok(Some(Frame { number: header.number, at, end: at + length as u64 }));
                }
                spoilt_bytes += bound;
                if spoilt_bytes > SPOILT_BYTES_MAX {
                    return Ok(None);
                }
                from = start + 1;
            }
            at += starts as u64;
        }
        Ok(None)
    }

    /// The frame that the stream must end with, when it does.
    pub fn ending(&self) -> io::Result<Option<Frame>> {
        let from = self.span.end.saturating_sub(self.bound() as u64).max(self.span.start);
        let bytes = self.read(from, self.bound())?;
        let (mut start, mut spoilt_bytes) = (0, 0);
        while let Some((place, header)) = self.next_header(&bytes, start, bytes.len()) {
            if header.number == self.last {
                if crc16_on(0, &bytes[place..]) == 0 {
                    return Ok(Some(Frame { number: self.last, at: from + place as u64, end: self.span.end }));
                }
                spoilt_bytes += self.bound();
                if spoilt_bytes > SPOILT_BYTES_MAX {
                    return Ok(None);
                }
            }
            start = place + 1;
        }
        Ok(None)
    }

    /// Lengths of the frames `numbers` that `bytes`, from `at` in the file, must be, end to end; `None` when they are not.
    pub fn lengths(&self, bytes: &[u8], at: u64, numbers: Range<u64>) -> Option<Vec<usize>> {
        let mut lengths = Vec::new();
        let mut from = 0;
        for number in numbers {
            let rest = bytes.get(from..)?;
            let header = Header::parse(rest, &self.head).filter(|header| header.number == number && self.is_possible(header))?;
            let length = self.end_of(rest, &header).or_else(|| (crc16_on(0, rest) == 0 && !rest.is_empty()).then_some(rest.len()))?;
            lengths.push(length);
            from += length;
        }
        (from == bytes.len() && at + from as u64 <= self.span.end).then_some(lengths)
    }

    /// Up to `length` bytes from `at` on: fewer at the end of the frames.
    pub fn read(&self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        let room = usize::try_from(self.span.end.saturating_sub(at)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length.min(room)];
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(bytes)
    }

    /// The next place that looks like a header of this stream, in `from..to`.
    fn next_header(&self, bytes: &[u8], from: usize, to: usize) -> Option<(usize, Header)> {
        let mut from = from;
        while from < to {
            from += bytes.get(from..)?.iter().position(|byte| *byte == 0xff)?;
            if from >= to {
                return None;
            }
            let header = Header::parse(&bytes[from..], &self.head).filter(|header| self.is_possible(header));
            if let Some(header) = header {
                return Some((from, header));
            }
            from += 1;
        }
        None
    }

    fn is_possible(&self, header: &Header) -> bool {
        header.number <= self.last && u64::from(header.samples) == self.samples(header.number)
    }

    /// Length of the frame that `bytes`, from `at` in the file, begin with.
    fn frame_length(&self, bytes: &[u8], header: &Header, at: u64) -> Option<usize> {
        if header.number < self.last {
            return self.end_of(bytes, header);
        }
        let length = usize::try_from(self.span.end - at).ok().filter(|length| *length <= self.bound())?;
        (crc16_on(0, bytes.get(..length)?) == 0).then_some(length)
    }

    /// Where the next frame begins in `bytes`, which begin with the frame of `header`.
    fn end_of(&self, bytes: &[u8], header: &Header) -> Option<usize> {
        let to = bytes.len().min(self.bound());
        let (mut crc, mut checked, mut from) = (0, 0, header.length);
        while let Some((end, next)) = self.next_header(bytes, from, to) {
            if next.number == header.number + 1 {
                crc = crc16_on(crc, &bytes[checked..end]);
                checked = end;
                if crc == 0 {
                    return Some(end);
                }
            }
            from = end + 1;
        }
        None
    }
}
