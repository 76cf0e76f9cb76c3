//! How long an MP3 is, and what of it is content: the decoder gives every frame, with encoder delay and padding.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::length::Extent;

/// Samples by which an MP3 decoder lags behind its input (the synthesis filterbank, ISO/IEC 11172-3), as the LAME tag counts it.
const DECODER_DELAY: u64 = 529;
/// Bytes searched for the first frame after the ID3 tag.
const SEARCH_BYTES: usize = 64 * 1024;

/// `None` when the file is not MPEG layer III at that rate.
pub fn extent(path: &Path, rate: u32) -> Option<Extent> {
    let file = File::open(path).ok()?;
    let size = file.metadata().ok()?.len();
    let start = first_frame(&file, size)?;
    let header = Header::read(&file, start)?;
    if header.rate != rate {
        return None;
    }
    let mut frame = vec![0u8; usize::try_from(header.length.min(size.checked_sub(start)?)).ok()?];
    file.read_exact_at(&mut frame, start).ok()?;
    match tag(&frame, header) {
        Some(Tag { frames: Some(frames), gapless: Some((delay, padding)) }) => {
            let length = (frames * header.samples).checked_sub(delay + padding)?;
            Some(Extent { trim: delay + DECODER_DELAY, length })
        }
        Some(Tag { frames: Some(frames), gapless: None }) => Some(Extent { trim: 0, length: frames * header.samples }),
        Some(Tag { frames: None, .. }) => Some(Extent { trim: 0, length: count(&file, start + header.length, size) * header.samples }),
        None => Some(Extent { trim: 0, length: count(&file, start, size) * header.samples }),
    }
}

#[derive(Clone, Copy)]
struct Header {
    rate: u32,
    /// Bytes of the frame.
    length: u64,
    /// Samples of the frame.
    samples: u64,
    /// Bytes between header and tag: the side information.
    side: usize,
}

impl Header {
    fn read(file: &File, at: u64) -> Option<Self> {
        let mut bytes = [0u8; 4];
        file.read_exact_at(&mut bytes, at).ok()?;
        Self::parse(bytes)
    }

    /// ISO/IEC 11172-3, section 2.4.1.3; layer III only.
    fn parse(bytes: [u8; 4]) -> Option<Self> {
        const KBITS_1: [u64; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
        const KBITS_2: [u64; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
        let [sync, version_layer, rates, mode] = bytes;
        if sync != 0xff || version_layer & 0xe6 != 0xe2 {
            return None;
        }
        let version = (version_layer >> 3) & 3;
        let base = *[44_100u32, 48_000, 32_000].get(usize::from((rates >> 2) & 3))?;
        let (rate, kbits, samples) = match version {
            3 => (base, KBITS_1, 1152),
            2 => (base / 2, KBITS_2, 576),
            0 => (base / 4, KBITS_2, 576),
            _ => return None,
        };
        let kbits = *kbits.get(usize::from(rates >> 4)).filter(|kbits| **kbits > 0)?;
        let length = samples / 8 * kbits * 1000 / u64::from(rate) + u64::from((rates >> 1) & 1);
        let mono = mode >> 6 == 3;
        let side = match (version == 3, mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        };
        Some(Self { rate, length, samples, side })
    }
}

struct Tag {
    frames: Option<u64>,
    /// Encoder delay and padding, samples.
    gapless: Option<(u64, u64)>,
}

/// The Xing or Info tag in the first frame, which is then no sound, with LAME's extension.
fn tag(frame: &[u8], header: Header) -> Option<Tag> {
    let tag = frame.get(4 + header.side..)?;
    if !tag.starts_with(b"Xing") && !tag.starts_with(b"Info") {
        return None;
    }
    let word = |at: usize| tag.get(at..)?.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes));
    let flags = word(4)?;
    let frames = if flags & 1 != 0 { word(8).map(u64::from) } else { None };
    let fields = (flags & 1) + ((flags >> 1) & 1) + 25 * ((flags >> 2) & 1) + ((flags >> 3) & 1);
    let lame = tag.get(8 + 4 * fields as usize..).unwrap_or_default();
    let known = [b"LAME".as_slice(), b"Lavf", b"Lavc", b"GOGO"].iter().any(|name| lame.starts_with(name));
    let gapless = match lame.get(21..24) {
        Some(&[a, b, c]) if known => Some((u64::from(a) << 4 | u64::from(b) >> 4, (u64::from(b) & 15) << 8 | u64::from(c))),
        _ => None,
    };
    Some(Tag { frames, gapless })
}

/// Offset of the first frame that another follows.
fn first_frame(file: &File, size: u64) -> Option<u64> {
    let mut head = [0u8; 10];
    file.read_exact_at(&mut head, 0).ok()?;
    // ID3v2: four bytes of seven bits each.
    let tag_length = |bytes: &[u8]| bytes.iter().fold(0u64, |sum, byte| sum << 7 | u64::from(byte & 0x7f));
    let start = if head.starts_with(b"ID3") { 10 + tag_length(&head[6..10]) } else { 0 };
    let window = usize::try_from(size.checked_sub(start)?).ok()?.min(SEARCH_BYTES);
    let mut bytes = vec![0u8; window];
    file.read_exact_at(&mut bytes, start).ok()?;
    let candidates = bytes.windows(4).enumerate().filter(|(_, window)| window[0] == 0xff);
    for (at, window) in candidates {
        let Some(header) = window.first_chunk().and_then(|bytes| Header::parse(*bytes)) else { continue };
        let at = start + at as u64;
        if Header::read(file, at + header.length).is_some() || at + header.length == size {
            return Some(at);
        }
    }
    None
}

/// Frames from `at` on, by their headers.
fn count(file: &File, mut at: u64, size: u64) -> u64 {
    let mut frames = 0;
    while let Some(header) = Header::read(file, at) {
        at += header.length;
        if at > size {
            break;
        }
        frames += 1;
    }
    frames
}
