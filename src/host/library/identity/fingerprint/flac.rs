//! FLAC (RFC 9639): the encoder's own digest of the sound, or the frames where it left that out.

use super::sample::Stream;
use super::source::{Parsed, Source, Span, Stop, take};

const BLOCKS_MAX: usize = 1_000;

pub(super) fn read(source: &dyn Source, content: Span) -> Parsed<Stream> {
    if &take::<4>(source, content.start)? != b"fLaC" {
        return Err(Stop::NotIt);
    }
    let head = take::<38>(source, content.start + 4)?;
    if let Some(stream) = by_digest(&head) {
        return Ok(stream);
    }
    let mut at = content.start + 4;
    for _ in 0..BLOCKS_MAX {
        let [kind, a, b, c] = take::<4>(source, at)?;
        at += 4 + u64::from(u32::from_be_bytes([0, a, b, c]));
        if at >= content.end {
            return Err(Stop::NotIt);
        }
        if kind & 0x80 != 0 {
            return Ok(Stream::coded("flac", vec![Span { start: at, end: content.end }]));
        }
    }
    Err(Stop::NotIt)
}

/// A block STREAMINFO (section 8.2) of 34 bytes after its header of 4. Its digest is of the samples, so that one who packs his
/// music anew, or harder, keeps what he made of it; rate, channels, bits and number of samples go with it. All zeros: not known.
pub(super) fn by_digest(block: &[u8; 38]) -> Option<Stream> {
    let (header, info) = block.split_at(4);
    let is_info = header[0] & 0x7f == 0 && header[1..] == [0, 0, 34];
    (is_info && info[18..].iter().any(|byte| *byte != 0)).then(|| Stream::told("flac samples", info[10..].to_vec()))
}
