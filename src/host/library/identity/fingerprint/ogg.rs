//! Ogg (RFC 3533): packets, however they are cut into pages. A new tag moves the pages behind it and gives them new numbers, a new file
//! another serial; headers that hold texts and pictures are left out.

use super::flac;
use super::sample::Stream;
use super::source::{Parsed, Source, Span, Stop, some};

/// A comment header with a large picture has a page for every 64 KiB.
const PAGES_MAX: usize = 10_000;
/// Packets' bytes at either end.
const WINDOW_BYTES: usize = 16 * 1024;
/// Headers beyond the comments are a few KiB.
const SETUP_BYTES_MAX: usize = 256 * 1024;
/// Holds the longest page (65,307 bytes) and a window after it.
const TAIL_BYTES: u64 = 96 * 1024;
const CANDIDATES_MAX: usize = 256;
const HEADER_BYTES: usize = 27;

struct Page {
    serial: u32,
    granule: u64,
    /// Lengths of the pieces of packets; one that is shorter than 255 ends its packet.
    lacing: Vec<u8>,
    body: u64,
    end: u64,
}

pub(super) fn read(source: &dyn Source, content: Span) -> Parsed<Stream> {
    let first = page(source, content.start)?;
    let (facts, sound) = match headers(source, content, first.serial)? {
        Headers::Digest(stream) => return Ok(stream),
        Headers::Read(facts, sound) => (facts, sound),
    };
    let (granule, last) = tail(source, Span { start: sound, end: content.end })?;
    let begin = beginning(source, Span { start: sound, end: content.end }, first.serial)?;
    let mut all = granule.to_be_bytes().to_vec();
    for part in [facts, begin, last] {
        all.extend((part.len() as u64).to_be_bytes());
        all.extend(part);
    }
    Ok(Stream::told("ogg", all))
}

fn page(source: &dyn Source, at: u64) -> Parsed<Page> {
    let head = some(source, at, (HEADER_BYTES + 255) as u64)?;
    parse(&head, at).ok_or(Stop::NotIt)
}

fn parse(bytes: &[u8], at: u64) -> Option<Page> {
    let head: &[u8; HEADER_BYTES] = bytes.first_chunk()?;
    if &head[..4] != b"OggS" || head[4] != 0 {
        return None;
    }
    let lacing = bytes.get(HEADER_BYTES..HEADER_BYTES + usize::from(head[26]))?.to_vec();
    let body = at + (HEADER_BYTES + lacing.len()) as u64;
    let end = body + lacing.iter().map(|length| u64::from(*length)).sum::<u64>();
    let granule = u64::from_le_bytes(head[6..14].try_into().ok()?);
    let serial = u32::from_le_bytes(head[14..18].try_into().ok()?);
    Some(Page { serial, granule, lacing, body, end })
}

enum Headers {
    /// FLAC, which tells by itself.
    Digest(Stream),
    /// The headers without texts, and where the first page of sound lies: it begins a page of its own in every mapping.
    Read(Vec<u8>, u64),
}

fn headers(source: &dyn Source, content: Span, serial: u32) -> Parsed<Headers> {
    let (mut at, mut done, mut facts) = (content.start, 0, Vec::new());
    // Known with the first packet.
    let mut count = 1;
    for _ in 0..PAGES_MAX {
        let page = page(source, at)?;
        at = page.end;
        if page.serial != serial {
            continue;
        }
        let mut place = page.body;
        for length in &page.lacing {
            if done != 1 && facts.len() < SETUP_BYTES_MAX {
                facts.extend(some(source, place, u64::from(*length))?);
            }
            place += u64::from(*length);
            if *length < 255 {
                done += 1;
                if done == 1 {
                    if let Some(stream) = flac_digest(&facts) {
                        return Ok(Headers::Digest(stream));
                    }
                    count = known(&mut facts);
                }
            }
            if done >= count {
                return Ok(Headers::Read(facts, at));
            }
        }
    }
    Err(Stop::NotIt)
}

/// FLAC in Ogg (RFC 9639, section 10.1) is the same sound as in its own files.
fn flac_digest(packet: &[u8]) -> Option<Stream> {
    let block = packet.strip_prefix(b"\x7fFLAC")?.get(4..)?.strip_prefix(b"fLaC")?;
    flac::by_digest(block.first_chunk()?)
}

/// How many headers there are by the first, which is stripped of what taggers change: the gain of Opus (RFC 7845, section 5.1).
fn known(first: &mut [u8]) -> usize {
    if let Some(head) = first.strip_prefix(b"OpusHead") {
        if head.len() >= 10 {
            first[16..18].fill(0);
        }
        2
    } else if first.starts_with(b"\x01vorbis") || first.starts_with(b"\x80theora") {
        3
    } else {
        2
    }
}

/// The first bytes of sound.
fn beginning(source: &dyn Source, sound: Span, serial: u32) -> Parsed<Vec<u8>> {
    let (mut at, mut bytes) = (sound.start, Vec::new());
    for _ in 0..PAGES_MAX {
        if at >= sound.end || bytes.len() >= WINDOW_BYTES {
            break;
        }
        let Ok(page) = page(source, at) else { break };
        if page.serial == serial {
            let room = (WINDOW_BYTES - bytes.len()) as u64;
            bytes.extend(some(source, page.body, room.min(page.end - page.body))?);
        }
        at = page.end;
    }
    Ok(bytes)
}

/// The last page's time, in samples, and the last bytes of its stream. Bytes of a page that was cut off do not count.
fn tail(source: &dyn Source, sound: Span) -> Parsed<(u64, Vec<u8>)> {
    let start = sound.start.max(sound.end.saturating_sub(TAIL_BYTES));
    let bytes = some(source, start, sound.end.saturating_sub(start))?;
    let places = (0..bytes.len().saturating_sub(3)).filter(|at| bytes[*at..].starts_with(b"OggS"));
    let pages = places.take(CANDIDATES_MAX).map(|at| chain(&bytes, at)).find(|pages| !pages.is_empty()).unwrap_or_default();
    let Some(serial) = pages.last().map(|page| page.serial) else { return Ok((0, Vec::new())) };
    let mine = pages.iter().filter(|page| page.serial == serial);
    let granule = mine.clone().rev().map(|page| page.granule).find(|granule| *granule != u64::MAX).unwrap_or(0);
    let sound: Vec<u8> = mine.flat_map(|page| &bytes[page.body as usize..page.end as usize]).copied().collect();
    Ok((granule, sound[sound.len().saturating_sub(WINDOW_BYTES)..].to_vec()))
}

/// The whole pages from a place on; none when what follows them is neither a page nor the end.
fn chain(bytes: &[u8], mut at: usize) -> Vec<Page> {
    let mut pages = Vec::new();
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(page) = parse(rest, at as u64) else {
            let is_cut = rest.len() < HEADER_BYTES + 255 && (rest.starts_with(b"OggS") || b"OggS".starts_with(rest));
            return if is_cut { pages } else { Vec::new() };
        };
        let end = page.end as usize;
        if end > bytes.len() {
            break;
        }
        pages.push(page);
        at = end;
    }
    pages
}
