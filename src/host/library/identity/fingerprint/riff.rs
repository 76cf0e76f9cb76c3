//! Chunks: WAV (also RF64 and BW64), AVI, AIFF and AIFF-C, and DSDIFF. Samples, and what says how to take them; texts are chunks of their own.

use super::sample::{Stream, Windows};
use super::source::{Parsed, Source, Span, Stop, some, take};

const CHUNKS_MAX: usize = 1_024;
/// A format's chunk is a few dozen bytes.
const FACTS_BYTES_MAX: u64 = 1_024;

/// How a family writes its chunks.
#[derive(Clone, Copy)]
struct Family {
    kind: &'static str,
    is_big_endian: bool,
    /// Of a chunk's length.
    is_wide: bool,
    /// Where the first chunk lies.
    first: u64,
    format: &'static [u8; 4],
    data: &'static [&'static [u8; 4]],
    windows: Windows,
}

const WAVE: Family =
    Family { kind: "wave", is_big_endian: false, is_wide: false, first: 12, format: b"fmt ", data: &[b"data"], windows: Windows::Plain };
const AVI: Family = Family { kind: "avi", format: b"hdrl", data: &[b"movi"], windows: Windows::Coded, ..WAVE };
const AIFF: Family = Family { kind: "aiff", is_big_endian: true, format: b"COMM", data: &[b"SSND"], ..WAVE };
const DSDIFF: Family = Family { kind: "dsdiff", is_wide: true, first: 16, format: b"FVER", data: &[b"DSD ", b"DST "], ..AIFF };

pub(super) fn read(source: &dyn Source, content: Span) -> Parsed<Stream> {
    let head = take::<16>(source, content.start)?;
    let family = match (&head[..4], &head[8..12]) {
        (b"RIFF" | b"RF64" | b"BW64", b"WAVE") => WAVE,
        (b"RIFF", b"AVI ") => AVI,
        (b"FORM", b"AIFF" | b"AIFC") => AIFF,
        (b"FRM8", _) => DSDIFF,
        _ => return Err(Stop::NotIt),
    };
    family.read(source, content)
}

impl Family {
    fn read(self, source: &dyn Source, content: Span) -> Parsed<Stream> {
        let mut stream = Stream { kind: self.kind, facts: Vec::new(), spans: Vec::new(), windows: self.windows };
        let header = if self.is_wide { 12 } else { 8 };
        let mut at = content.start + self.first;
        let mut told = None;
        for _ in 0..CHUNKS_MAX {
            if content.end.saturating_sub(at) < header {
                break;
            }
            let (name, mut length) = self.chunk(source, at)?;
            if &name == b"ds64" {
                told = Some(u64::from_le_bytes(take::<8>(source, at + header + 8)?));
            }
            let list = if &name == b"LIST" { take::<4>(source, at + header).ok() } else { None };
            let (name, inside) = list.map_or((name, 0), |name| (name, 4));
            if self.data.contains(&&name) {
                // The wide length stands elsewhere; none at all means: up to the end.
                if length == u64::from(u32::MAX) || length == 0 {
                    length = told.unwrap_or(u64::MAX);
                }
                stream.spans.push(Span::within(at + header + inside, length.saturating_sub(inside), content.end));
            } else if &name == self.format && stream.facts.is_empty() {
                stream.facts = some(source, at + header + inside, length.min(FACTS_BYTES_MAX))?;
            }
            at = at.saturating_add(header).saturating_add(length).saturating_add(length & 1);
        }
        if stream.spans.iter().all(|span| span.len() == 0) { Err(Stop::NotIt) } else { Ok(stream) }
    }

    fn chunk(self, source: &dyn Source, at: u64) -> Parsed<([u8; 4], u64)> {
        let name = take::<4>(source, at)?;
        let length = match (self.is_big_endian, self.is_wide) {
            (_, true) => u64::from_be_bytes(take::<8>(source, at + 4)?),
            (true, false) => u64::from(u32::from_be_bytes(take::<4>(source, at + 4)?)),
            (false, false) => u64::from(u32::from_le_bytes(take::<4>(source, at + 4)?)),
        };
        Ok((name, length))
    }
}
