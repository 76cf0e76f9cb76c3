use super::page::crc32;
use super::*;
use crate::host::media::copy::packets::Copied;
use crate::host::media::segments::{Segments, made};
use proptest::prelude::*;

/// A page of these pieces; `flags` as in a file.
fn page(flags: u8, granule: u64, sequence: u32, lacing: &[u8], body: &[u8]) -> Vec<u8> {
    let head = [&b"OggS\0"[..], &[flags], &granule.to_le_bytes(), &7u32.to_le_bytes(), &sequence.to_le_bytes(), &[0; 4]].concat();
    let mut bytes = [&head[..], &[u8::try_from(lacing.len()).expect("255")], lacing, body].concat();
    let check = crc32(0, &bytes);
    bytes[22..26].copy_from_slice(&check.to_le_bytes());
    bytes
}

fn packet(number: usize) -> Vec<u8> {
    // CELT of 20 ms, stereo; some longer than a piece.
    let mut bytes = vec![(number % 251) as u8; 3 + number * 37 % 700];
    bytes[0] = 0xfc;
    bytes
}

fn head(pre_skip: u16) -> Vec<u8> {
    [&b"OpusHead\x01\x02"[..], &pre_skip.to_le_bytes(), &44_100u32.to_le_bytes(), &[0, 0, 0]].concat()
}

/// A stream of numbered packets, as tightly in pages of `pieces` as can be; its end is trimmed.
fn stream(packets: usize, pieces: usize, trimmed: u64) -> Vec<u8> {
    let mut bytes = [page(2, 0, 0, &[19], &head(312)), page(0, 0, 1, &[12], b"OpusTags\0\0\0\0")].concat();
    let mut laced: Vec<(u8, Vec<u8>)> = Vec::new();
    for number in 0..packets {
        let packet = packet(number);
        let chunks = packet.chunks(255).map(<[u8]>::to_vec).chain(packet.len().is_multiple_of(255).then(Vec::new));
        laced.extend(chunks.map(|chunk| (u8::try_from(chunk.len()).expect("255"), chunk)));
    }
    let count = laced.chunks(pieces).count();
    let (mut ended, mut open) = (0u64, false);
    for (index, part) in laced.chunks(pieces).enumerate() {
        let ends = part.iter().filter(|(length, _)| *length < 255).count() as u64;
        ended += ends;
        let last = index + 1 == count;
        let granule = if ends == 0 { u64::MAX } else { ended * 960 - if last { trimmed } else { 0 } };
        let lacing: Vec<u8> = part.iter().map(|(length, _)| *length).collect();
        let body: Vec<u8> = part.iter().flat_map(|(_, chunk)| chunk.iter().copied()).collect();
        bytes.extend(page(u8::from(open) | if last { 4 } else { 0 }, granule, 2 + index as u32, &lacing, &body));
        open = lacing.last() == Some(&255);
    }
    bytes
}

fn opened(bytes: &[u8]) -> Option<Copied<opus::Stream>> {
    let dir = tempfile::tempdir().expect("a temp dir");
    let path = dir.path().join("a.opus");
    std::fs::write(&path, bytes).expect("written");
    open(File::open(&path).expect("there")).ok()
}

/// What lies in the segments' `mdat`s.
fn data(copied: &mut Copied<opus::Stream>) -> Vec<u8> {
    let mut data = Vec::new();
    for index in 0..copied.timeline().segment_count() {
        let segment = made(copied, index).expect("there");
        let moof = u32::from_be_bytes(*segment.first_chunk().expect("a moof")) as usize;
        data.extend_from_slice(&segment[moof + 8..]);
    }
    data
}

#[test]
fn a_page_that_is_damaged_is_given_as_lost_packets() {
    let good = stream(200, 40, 0);
    let mut bytes = good.clone();
    let at = bytes.len() / 2;
    bytes[at] ^= 0x10;
    let (mut good, mut spoilt) = (opened(&good).expect("Opus"), opened(&bytes).expect("Opus"));
    assert_eq!(good.timeline(), spoilt.timeline());
    let (good, spoilt) = (data(&mut good), data(&mut spoilt));
    assert!(spoilt.len() < good.len() && spoilt.len() > good.len() * 3 / 4);
}

#[test]
fn a_stream_with_a_hole_or_another_behind_it_is_refused() {
    let bytes = stream(100, 20, 0);
    let pages: Vec<usize> = bytes.windows(5).enumerate().filter(|(_, word)| *word == b"OggS\0").map(|(at, _)| at).collect();
    let without = [&bytes[..pages[4]], &bytes[pages[5]..]].concat();
    assert!(opened(&without).is_none(), "a page is missing");
    let mut other = bytes.clone();
    for (index, &at) in pages.iter().enumerate() {
        let end = pages.get(index + 1).copied().unwrap_or(other.len());
        other[at + 14] ^= 1;
        other[at + 22..at + 26].fill(0);
        let check = crc32(0, &other[at..end]);
        other[at + 22..at + 26].copy_from_slice(&check.to_le_bytes());
    }
    assert!(opened(&other).is_some(), "a stream of its own");
    assert!(opened(&[&bytes[..], &other].concat()).is_none(), "another stream follows");
    assert!(opened(&[&bytes[..], b"no page"].concat()).is_some(), "what follows is no stream");
    assert!(opened(&bytes[..pages[2]]).is_none(), "no sound");
    assert!(opened(&bytes[..pages[1] + 3]).is_none() && opened(b"O").is_none());
    let cut = opened(&bytes[..pages[5] - 1]).expect("as far as it goes");
    assert!(cut.timeline().duration < 100 * 960 - 312);
}

proptest! {
    #[test]
    fn every_packet_is_found_as_it_is(packets in 1usize..400, pieces in 1usize..255, trimmed in 0u64..600) {
        let mut copied = opened(&stream(packets, pieces, trimmed)).expect("Opus");
        prop_assert_eq!(copied.timeline().duration, packets as u64 * 960 - 312 - trimmed.min(packets as u64 * 960));
        let wrote: Vec<u8> = (0..packets).flat_map(packet).collect();
        prop_assert!(data(&mut copied) == wrote);
    }

    #[test]
    fn spoilt_bytes_are_played_or_refused_never_a_panic(spoilt in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), cut in any::<prop::sample::Index>()) {
        let mut bytes = stream(150, 30, 100);
        for (at, byte) in spoilt {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - cut.index(bytes.len() / 2));
        if let Some(mut copied) = opened(&bytes) {
            for index in 0..copied.timeline().segment_count() {
                let _ = made(&mut copied, index);
            }
        }
    }

    #[test]
    fn any_bytes_are_a_stream_or_none_never_a_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..900)) {
        bytes.splice(0..0, stream(1, 1, 0));
        let _ = opened(&bytes);
    }
}
