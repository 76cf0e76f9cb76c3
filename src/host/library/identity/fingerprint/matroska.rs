//! Matroska and WebM (RFC 9559): the frames, whatever clusters they are in. Tags are elements of their own, often before the first cluster
//! and again at the end, so places in the file mean nothing; the index of seek points leads to frames in the middle and at the end.

use super::sample::Stream;
use super::source::{Parsed, Source, Span, Stop, some};

const EBML: u32 = 0x1a45_dfa3;
const SEGMENT: u32 = 0x1853_8067;
const SEEK_HEAD: u32 = 0x114d_9b74;
const SEEK: u32 = 0x4dbb;
const SEEK_ID: u32 = 0x53ab;
const SEEK_POSITION: u32 = 0x53ac;
const INFO: u32 = 0x1549_a966;
const DURATION: u32 = 0x4489;
const CUES: u32 = 0x1c53_bb6b;
const CUE_POINT: u32 = 0xbb;
const CUE_TRACK_POSITIONS: u32 = 0xb7;
const CUE_CLUSTER_POSITION: u32 = 0xf1;
const CLUSTER: u32 = 0x1f43_b675;
const SIMPLE_BLOCK: u32 = 0xa3;
const BLOCK_GROUP: u32 = 0xa0;
const BLOCK: u32 = 0xa1;

/// Elements before the first cluster.
const HEAD_ELEMENTS_MAX: usize = 256;
/// Elements looked at for one window of frames.
const ELEMENTS_MAX: usize = 4_096;
/// Frames' bytes at the beginning, and at each of the other places.
const BEGIN_BYTES: usize = 48 * 1024;
const PLACE_BYTES: usize = 16 * 1024;
/// Seek points of a long film are some 100 KB.
const INDEX_BYTES_MAX: u64 = 4 * 1024 * 1024;

#[derive(Clone, Copy)]
struct Element {
    id: u32,
    body: u64,
    /// At most that of what it was read from, also where the file does not say.
    end: u64,
}

pub(super) fn read(source: &dyn Source, content: Span) -> Parsed<Stream> {
    let head = element(source, content.start, content.end)?;
    if head.id != EBML {
        return Err(Stop::NotIt);
    }
    let segment = element(source, head.end, content.end)?;
    if segment.id != SEGMENT {
        return Err(Stop::NotIt);
    }
    let head = Head::read(source, segment)?;
    let mut facts = Vec::new();
    let mut add = |bytes: Vec<u8>| {
        facts.extend((bytes.len() as u64).to_be_bytes());
        facts.extend(bytes);
    };
    add(frames(source, head.cluster, segment.end, BEGIN_BYTES)?);
    let places = head.index.map_or(Ok(Vec::new()), |at| places(source, at, segment))?;
    if places.is_empty() {
        add(head.duration);
    }
    for place in [places.len() / 2, places.len().saturating_sub(1)] {
        if let Some(at) = places.get(place) {
            add(frames(source, *at, segment.end, PLACE_BYTES)?);
        }
    }
    Ok(Stream::told("matroska", facts))
}

/// What stands before the first cluster.
struct Head {
    cluster: u64,
    index: Option<u64>,
    duration: Vec<u8>,
}

impl Head {
    fn read(source: &dyn Source, segment: Element) -> Parsed<Self> {
        let (mut at, mut index, mut duration) = (segment.body, None, Vec::new());
        for _ in 0..HEAD_ELEMENTS_MAX {
            let found = element(source, at, segment.end)?;
            match found.id {
                CLUSTER => return Ok(Self { cluster: at, index, duration }),
                CUES => index = Some(at),
                SEEK_HEAD => index = index.or(sought(source, found)?.and_then(|place| segment.body.checked_add(place))),
                INFO => duration = child(&body(source, found, 64 * 1024)?, DURATION).unwrap_or_default().to_vec(),
                _ => {}
            }
            at = found.end;
        }
        Err(Stop::NotIt)
    }
}

/// Where the index lies, counted from the segment's body.
fn sought(source: &dyn Source, head: Element) -> Parsed<Option<u64>> {
    let bytes = body(source, head, 64 * 1024)?;
    let wanted = children(&bytes).filter(|(id, _)| *id == SEEK).find(|(_, seek)| child(seek, SEEK_ID) == Some(&CUES.to_be_bytes()));
    Ok(wanted.and_then(|(_, seek)| child(seek, SEEK_POSITION)).and_then(number))
}

/// The clusters that the index points at.
fn places(source: &dyn Source, at: u64, segment: Element) -> Parsed<Vec<u64>> {
    let Ok(index) = element(source, at, segment.end) else { return Ok(Vec::new()) };
    if index.id != CUES {
        return Ok(Vec::new());
    }
    let bytes = body(source, index, INDEX_BYTES_MAX)?;
    let points = children(&bytes).filter(|(id, _)| *id == CUE_POINT);
    let positions = points.filter_map(|(_, point)| number(child(child(point, CUE_TRACK_POSITIONS)?, CUE_CLUSTER_POSITION)?));
    let mut places: Vec<u64> = positions.filter_map(|place| segment.body.checked_add(place)).filter(|at| *at < segment.end).collect();
    places.dedup();
    Ok(places)
}

/// The first bytes of the frames from a place on: of all tracks, without the numbers before them.
fn frames(source: &dyn Source, mut at: u64, end: u64, most: usize) -> Parsed<Vec<u8>> {
    let mut bytes = Vec::new();
    for _ in 0..ELEMENTS_MAX {
        if bytes.len() >= most || at >= end {
            break;
        }
        let Ok(found) = element(source, at, end) else { break };
        at = match found.id {
            CLUSTER | BLOCK_GROUP => found.body,
            SIMPLE_BLOCK | BLOCK => {
                let start =
                    some(source, found.body, 1)?.first().map_or(found.end, |first| found.body + u64::from(first.leading_zeros()) + 4);
                let room = (most - bytes.len()) as u64;
                bytes.extend(some(source, start, room.min(found.end.saturating_sub(start)))?);
                found.end
            }
            _ => found.end,
        };
    }
    Ok(bytes)
}

fn body(source: &dyn Source, element: Element, most: u64) -> Parsed<Vec<u8>> {
    some(source, element.body, (element.end - element.body).min(most))
}

fn element(source: &dyn Source, at: u64, end: u64) -> Parsed<Element> {
    let head = some(source, at, 12.min(end.saturating_sub(at)))?;
    let (id, length, header) = header(&head).ok_or(Stop::NotIt)?;
    let body = at + header as u64;
    Ok(Element { id, body, end: length.map_or(end, |length| body.saturating_add(length).min(end)) })
}

/// The direct children of what was read, as far as they are whole.
fn children(bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (id, length, size) = header(rest)?;
        let end = size.checked_add(usize::try_from(length?).ok()?)?;
        let body = rest.get(size..end)?;
        rest = &rest[end..];
        Some((id, body))
    })
}

fn child(bytes: &[u8], id: u32) -> Option<&[u8]> {
    children(bytes).find(|(found, _)| *found == id).map(|(_, body)| body)
}

/// Id, length and how many bytes these take (RFC 8794, sections 4 to 6).
fn header(bytes: &[u8]) -> Option<(u32, Option<u64>, usize)> {
    let id_size = bytes.first()?.leading_zeros() as usize + 1;
    let id = bytes.get(..id_size).filter(|_| id_size <= 4).and_then(number)?;
    let rest = &bytes[id_size..];
    let size = rest.first()?.leading_zeros() as usize + 1;
    let value = rest.get(..size).filter(|_| size <= 8).and_then(number)?;
    let mask = (1_u64 << (7 * size)) - 1;
    Some((u32::try_from(id).ok()?, (value & mask != mask).then_some(value & mask), id_size + size))
}

fn number(bytes: &[u8]) -> Option<u64> {
    (1..=8).contains(&bytes.len()).then(|| bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}
