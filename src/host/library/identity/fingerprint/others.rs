//! Containers that take a few lines: WavPack and its like, DSF, AU, ASF, Musepack.

use super::sample::{Stream, Windows};
use super::source::{Parsed, Source, Span, Stop, some, take};

/// WavPack, Monkey's Audio, True Audio, AMR: all of the file but the tags at its ends.
pub(super) fn whole(source: &dyn Source, content: Span) -> Parsed<Stream> {
    match &take::<4>(source, content.start)? {
        b"wvpk" | b"MAC " | b"TTA1" | b"#!AM" => Ok(Stream::coded("whole", vec![content])),
        _ => Err(Stop::NotIt),
    }
}

/// DSF: its header says where the tag at the end lies, so only format and samples count.
pub(super) fn dsf(source: &dyn Source, content: Span) -> Parsed<Stream> {
    let head = take::<92>(source, content.start)?;
    if &head[..4] != b"DSD " || &head[28..32] != b"fmt " || &head[80..84] != b"data" {
        return Err(Stop::NotIt);
    }
    let length = u64::from_le_bytes(take::<8>(source, content.start + 84)?).saturating_sub(12);
    let span = Span::within(content.start + 92, length, content.end);
    Ok(Stream { kind: "dsf", facts: head[28..80].to_vec(), spans: vec![span], windows: Windows::Plain })
}

/// AU: a text stands between header and samples.
pub(super) fn au(source: &dyn Source, content: Span) -> Parsed<Stream> {
    let head = take::<24>(source, content.start)?;
    if &head[..4] != b".snd" {
        return Err(Stop::NotIt);
    }
    let start = content.start + u64::from(u32::from_be_bytes([head[4], head[5], head[6], head[7]])).max(24);
    let span = Span::within(start, u64::MAX, content.end);
    Ok(Stream { kind: "au", facts: head[12..].to_vec(), spans: vec![span], windows: Windows::Plain })
}

const ASF_HEADER: [u8; 16] = [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9, 0x00, 0xaa, 0x00, 0x62, 0xce, 0x6c];
const ASF_DATA: [u8; 16] = [0x36, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9, 0x00, 0xaa, 0x00, 0x62, 0xce, 0x6c];

/// ASF: the packets of the data object (Advanced Systems Format, section 5). All texts are in the header object.
pub(super) fn asf(source: &dyn Source, content: Span) -> Parsed<Stream> {
    let head = take::<24>(source, content.start)?;
    if head[..16] != ASF_HEADER {
        return Err(Stop::NotIt);
    }
    let length =
        |bytes: &[u8; 24]| u64::from_le_bytes([bytes[16], bytes[17], bytes[18], bytes[19], bytes[20], bytes[21], bytes[22], bytes[23]]);
    let at = content.start.saturating_add(length(&head));
    let data = take::<24>(source, at)?;
    if data[..16] != ASF_DATA {
        return Err(Stop::NotIt);
    }
    let length = if length(&data) == 0 { u64::MAX } else { length(&data) };
    Ok(Stream::coded("asf", vec![Span::within(at.saturating_add(50), length.saturating_sub(50), content.end)]))
}

/// Musepack: version 7 keeps loudness in its header, version 8 in a packet before the sound.
pub(super) fn musepack(source: &dyn Source, content: Span) -> Parsed<Stream> {
    let head = take::<4>(source, content.start)?;
    let start = match &head {
        b"MPCK" => first_sound_packet(source, content)?,
        [b'M', b'P', b'+', _] => content.start + 28,
        _ => return Err(Stop::NotIt),
    };
    let span = Span::within(start, u64::MAX, content.end);
    if span.len() == 0 { Err(Stop::NotIt) } else { Ok(Stream::coded("musepack", vec![span])) }
}

/// A packet is two letters, and its length, which counts them in, as seven bits a byte.
fn first_sound_packet(source: &dyn Source, content: Span) -> Parsed<u64> {
    let mut at = content.start + 4;
    for _ in 0..64 {
        let head = some(source, at, 12)?;
        if head.starts_with(b"AP") {
            return Ok(at);
        }
        let digits = head.get(2..).unwrap_or_default();
        let count = digits.iter().position(|byte| byte & 0x80 == 0).ok_or(Stop::NotIt)?;
        let length = digits[..=count].iter().fold(0_u64, |sum, byte| sum << 7 | u64::from(byte & 0x7f));
        at = at.checked_add(length.max(3)).filter(|at| *at < content.end).ok_or(Stop::NotIt)?;
    }
    Err(Stop::NotIt)
}
