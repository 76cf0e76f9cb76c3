//! MP4 and QuickTime (ISO/IEC 14496-12, section 4.2): what the boxes `mdat` hold. Tags live in `moov`, and so do the places of samples, which
//! move when tags grow or `moov` is brought to the front; the samples themselves stay in their order.

use super::sample::Stream;
use super::source::{Parsed, Source, Span, Stop, take};

/// Boxes at the top: a fragmented film has two for every few seconds.
const BOXES_MAX: usize = 4_096;
const FIRST: [&[u8; 4]; 7] = [b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"];

pub(super) fn read(source: &dyn Source, content: Span) -> Parsed<Stream> {
    let mut spans = Vec::new();
    let mut at = content.start;
    for count in 0..BOXES_MAX {
        if content.end.saturating_sub(at) < 8 {
            break;
        }
        let head = take::<8>(source, at)?;
        let (size, kind) = (u32::from_be_bytes([head[0], head[1], head[2], head[3]]), &head[4..]);
        if count == 0 && !FIRST.iter().any(|first| first[..] == *kind) {
            return Err(Stop::NotIt);
        }
        let (header, size) = match size {
            0 => (8, content.end - at),
            1 => (16, u64::from_be_bytes(take::<8>(source, at + 8)?)),
            size => (8, u64::from(size)),
        };
        if size < header {
            break;
        }
        if kind == b"mdat" {
            spans.push(Span::within(at + header, size - header, content.end));
        }
        at = at.saturating_add(size);
    }
    if spans.iter().all(|span| span.len() == 0) { Err(Stop::NotIt) } else { Ok(Stream::coded("mp4", spans)) }
}
