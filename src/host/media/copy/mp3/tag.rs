//! The first frame of many files, which is no sound: Xing's or LAME's tag, or Fraunhofer's.

use std::io;

use super::header::Header;
use crate::host::media::copy::frames::Head;
use crate::host::media::copy::window::Window;

/// An ID3v1 tag, an APE tag, lyrics: what may follow the last frame that a tag counts.
const TAIL_BYTES_MAX: u64 = 256 * 1024;

/// 8 kbit/s at 24 kHz.
const FRAME_BYTES_MIN: u64 = 24;

/// Encoder delay and padding, samples.
type Gapless = (u64, u64);

#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    /// Frames after this one.
    pub frames: Option<u64>,
    /// From the start of this frame on.
    bytes: Option<u64>,
    pub gapless: Option<Gapless>,
    /// GStreamer's 1.22 parser takes it for sound, so that its frame is decoded: Fraunhofer's.
    pub decoded: bool,
}

impl Tag {
    /// Of the frame at `at`; `None` when it is sound.
    pub fn read(window: &mut Window, at: u64, header: Header) -> io::Result<Option<Self>> {
        let length = header.length();
        let bytes = window.look(at, length)?;
        Ok(Self::parse(&bytes[..length.min(bytes.len())], header))
    }

    fn parse(frame: &[u8], header: Header) -> Option<Self> {
        // A checksum of 16 bits may follow the header; the tag's place does not move for it in every encoder.
        [0, 2].iter().find_map(|checksum| xing(frame.get(4 + header.side + checksum..)?)).or_else(|| vbri(frame.get(36..)?))
    }

    /// Whether its counts are those of the file at hand: a file that was cut, joined or edited keeps the tag of the first one.
    pub fn fits(&self, window: &Window, at: u64) -> bool {
        let Some((frames, bytes)) = self.frames.zip(self.bytes) else { return false };
        let room = window.size.saturating_sub(at);
        frames > 0 && frames <= bytes / FRAME_BYTES_MIN && bytes <= room && room - bytes <= TAIL_BYTES_MAX
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from(u32::from_be_bytes(*bytes)))
}

fn xing(tag: &[u8]) -> Option<Tag> {
    if !tag.starts_with(b"Xing") && !tag.starts_with(b"Info") {
        return None;
    }
    let flags = word(tag, 4)?;
    let mut at = 8;
    let mut field = |bit: u64, length: usize| {
        let found = (flags & bit != 0).then_some(at);
        at += found.map_or(0, |_| length);
        found
    };
    let (frames, bytes) = (field(1, 4), field(2, 4));
    field(4, 100);
    field(8, 4);
    let lame = tag.get(at..).unwrap_or_default();
    let known = [b"LAME".as_slice(), b"Lavf", b"Lavc", b"GOGO"].iter().any(|name| lame.starts_with(name));
    let gapless = match lame.get(21..24) {
        Some(&[a, b, c]) if known => Some((u64::from(a) << 4 | u64::from(b) >> 4, (u64::from(b) & 15) << 8 | u64::from(c))),
        _ => None,
    };
    Some(Tag { frames: frames.and_then(|at| word(tag, at)), bytes: bytes.and_then(|at| word(tag, at)), gapless, decoded: false })
}

/// Version, delay and quality of two bytes each come before the counts. Its delay is not to be relied on.
fn vbri(tag: &[u8]) -> Option<Tag> {
    tag.starts_with(b"VBRI").then_some(())?;
    Some(Tag { frames: word(tag, 14), bytes: word(tag, 10), gapless: None, decoded: true })
}
