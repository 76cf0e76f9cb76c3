//! MPEG audio, layers I to III (ISO/IEC 11172-3, 13818-3): all frames but one that only says how long the file is.

use super::sample::Stream;
use super::source::{Parsed, Source, Span, Stop, some};

/// Padding and rubbish before the first frame.
const SEARCH_BYTES: u64 = 64 * 1024;
/// In which as many frames as are sought are, where they begin at once.
const FIRST_BYTES: u64 = 12 * 1024;
/// Frames in a row that make it likely that they are frames.
const FRAMES: usize = 3;

/// A frame's header: what does not change within a stream, and how long the frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    constant: u32,
    length: usize,
    /// From the frame's start to the end of a layer III's side information.
    side: usize,
}

/// The first frame may be one of Xing, LAME or VBRI: encoders and repair tools write it, and change it without touching the sound.
pub(super) fn read(source: &dyn Source, content: Span) -> Parsed<Stream> {
    let mut bytes = some(source, content.start, FIRST_BYTES.min(content.len()))?;
    if !begins(&bytes, false) {
        bytes = some(source, content.start, SEARCH_BYTES.min(content.len()))?;
    }
    let first = (0..bytes.len().saturating_sub(3))
        .find(|at| begins(&bytes[*at..], *at == 0 && bytes.len() as u64 == content.len()))
        .ok_or(Stop::NotIt)?;
    let frame = header(&bytes[first..]).ok_or(Stop::NotIt)?;
    let start = if says_length(&bytes[first..], frame) { first + frame.length } else { first };
    let span = Span { start: content.start + start as u64, end: content.end };
    if span.len() == 0 { Err(Stop::NotIt) } else { Ok(Stream::coded("mpeg", vec![span])) }
}

/// Whether some frames in a row begin here; fewer do where they are `all` there is.
fn begins(bytes: &[u8], all: bool) -> bool {
    let Some(frame) = header(bytes) else { return false };
    let (mut at, mut found) = (frame.length, 1);
    while found < FRAMES && at < bytes.len() {
        match header(&bytes[at..]) {
            Some(next) if next.constant == frame.constant => at += next.length,
            _ => return false,
        }
        found += 1;
    }
    found == FRAMES || all && at == bytes.len()
}

fn says_length(bytes: &[u8], frame: Frame) -> bool {
    let bytes = &bytes[..frame.length.min(bytes.len())];
    let at = |place: usize| bytes.get(place..place + 4).unwrap_or_default();
    at(frame.side) == b"Xing" || at(frame.side) == b"Info" || at(36) == b"VBRI"
}

fn header(bytes: &[u8]) -> Option<Frame> {
    let word = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?);
    let (version, layer) = (word >> 19 & 3, word >> 17 & 3);
    let (rate, kbps) = ((word >> 10 & 3) as usize, (word >> 12 & 15) as usize);
    if word >> 21 != 0x7ff || version == 1 || layer == 0 || rate == 3 || kbps == 0 || kbps == 15 {
        return None;
    }
    let is_first_version = version == 3;
    let hertz = [44_100, 48_000, 32_000][rate] / [4, 1, 2, 1][version as usize];
    let bits = rate_of(is_first_version, layer, kbps) * 1000;
    let padding = (word >> 9 & 1) as usize;
    let length = match layer {
        3 => (12 * bits / hertz + padding) * 4,
        1 if !is_first_version => 72 * bits / hertz + padding,
        _ => 144 * bits / hertz + padding,
    };
    let is_mono = word >> 6 & 3 == 3;
    let side = match (is_first_version, is_mono) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    // Sync, version, layer and sample rate stay as they are.
    Some(Frame { constant: word & 0xfffe_0c00, length, side: 4 + side })
}

/// kbit/s by the header's index, 1 to 14.
fn rate_of(is_first_version: bool, layer: u32, index: usize) -> usize {
    const RATES: [[usize; 14]; 5] = [
        [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    let row = match (is_first_version, layer) {
        (true, 3) => 0,
        (true, 2) => 1,
        (true, _) => 2,
        (false, 3) => 3,
        (false, _) => 4,
    };
    RATES[row][index - 1]
}
