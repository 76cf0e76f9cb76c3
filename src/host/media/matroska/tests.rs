//! A small file made here, whole and spoilt: frames are found by their places, and nothing that a file says makes the reader panic, hang or
//! take much memory.

use std::path::{Path, PathBuf};

use mp4_atom::{Atom, Avcc};
use proptest::prelude::*;

use super::header::Matroska;
use super::text::packets;
use super::{Picture, Sound, facts, ids, text_packets};
use crate::host::media::error::MediaError;
use crate::host::media::segments::{Segments, made};

const SECONDS: u64 = 20;
/// Bytes of a picture: reading them all would show.
const PICTURE_BYTES: usize = 20_000;

fn id_bytes(id: u32) -> Vec<u8> {
    id.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect()
}

/// An element whose length takes eight bytes.
fn element(id: u32, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u64 | 1 << 56).to_be_bytes();
    [id_bytes(id).as_slice(), &length, content].concat()
}

fn master(id: u32, children: &[Vec<u8>]) -> Vec<u8> {
    element(id, &children.concat())
}

fn unsigned(id: u32, value: u64) -> Vec<u8> {
    element(id, &value.to_be_bytes())
}

fn block(track: u8, relative: i16, is_key: bool, content: &[u8]) -> Vec<u8> {
    let [high, low] = relative.to_be_bytes();
    element(ids::SIMPLE_BLOCK, &[&[0x80 | track, high, low, if is_key { 0x80 } else { 0 }][..], content].concat())
}

fn tracks() -> Vec<u8> {
    let mut avcc = Vec::new();
    Avcc::new(&[0x67, 0x42, 0, 30], &[0x68]).expect("long enough").encode_body(&mut avcc).expect("encodes");
    let video = master(ids::VIDEO, &[unsigned(ids::PIXEL_WIDTH, 64), unsigned(ids::PIXEL_HEIGHT, 36)]);
    let audio = master(ids::AUDIO, &[element(ids::SAMPLING_FREQUENCY, &48_000f64.to_be_bytes()), unsigned(ids::CHANNELS, 2)]);
    let entry = |number, kind, codec: &str, more: &[Vec<u8>]| {
        let head = [unsigned(ids::TRACK_NUMBER, number), unsigned(ids::TRACK_TYPE, kind), element(ids::CODEC_ID, codec.as_bytes())];
        master(ids::TRACK_ENTRY, &[&head, more].concat())
    };
    master(
        ids::TRACKS,
        &[
            entry(1, 1, "V_MPEG4/ISO/AVC", &[element(ids::CODEC_PRIVATE, &avcc), unsigned(ids::DEFAULT_DURATION, 40_000_000), video]),
            entry(2, 2, "A_AAC", &[element(ids::CODEC_PRIVATE, &[0x11, 0x90]), audio]),
            entry(3, 17, "S_TEXT/UTF8", &[]),
        ],
    )
}

/// A second of pictures, of which the first is key and the second is shown after the third; sound; a line of text.
fn cluster(second: u64) -> Vec<u8> {
    let mut parts = vec![unsigned(ids::TIMESTAMP, second * 1000)];
    for picture in 0..25i16 {
        let shown = match picture {
            1 => 2,
            2 => 1,
            other => other,
        };
        parts.push(block(1, shown * 40, picture == 0, &vec![picture as u8; PICTURE_BYTES]));
    }
    let frames = (second * 48_000).div_ceil(1024)..((second + 1) * 48_000).div_ceil(1024);
    for frame in frames {
        let stamp = (frame * 1024 + 24) / 48;
        parts.push(block(2, (stamp - second * 1000) as i16, true, &frame.to_be_bytes()));
    }
    parts.push(block(3, 500, true, format!("line {second}").as_bytes()));
    master(ids::CLUSTER, &parts)
}

/// `with_cues`: after the clusters, and the seek head knows where.
fn small_film(with_cues: bool) -> Vec<u8> {
    film(with_cues, false)
}

/// `with_text_cues`: of each line of text too.
fn film(with_cues: bool, with_text_cues: bool) -> Vec<u8> {
    let clusters: Vec<Vec<u8>> = (0..SECONDS).map(cluster).collect();
    let seek = |at: u64| {
        master(ids::SEEK_HEAD, &[master(ids::SEEK, &[element(ids::SEEK_ID, &id_bytes(ids::CUES)), unsigned(ids::SEEK_POSITION, at)])])
    };
    let info = master(ids::INFO, &[element(ids::DURATION, &((SECONDS * 1000) as f64).to_be_bytes())]);
    let mut at = (seek(0).len() + info.len() + tracks().len()) as u64;
    let mut points = Vec::new();
    for (second, cluster) in clusters.iter().enumerate() {
        let position = master(ids::CUE_TRACK_POSITIONS, &[unsigned(ids::CUE_TRACK, 1), unsigned(ids::CUE_CLUSTER_POSITION, at)]);
        points.push(master(ids::CUE_POINT, &[unsigned(ids::CUE_TIME, second as u64 * 1000), position]));
        if with_text_cues {
            let line = block(3, 500, true, format!("line {second}").as_bytes()).len();
            // After the cluster's own id and length.
            let relative = unsigned(ids::CUE_RELATIVE_POSITION, (cluster.len() - 12 - line) as u64);
            let position = [unsigned(ids::CUE_TRACK, 3), unsigned(ids::CUE_CLUSTER_POSITION, at), relative];
            let position = master(ids::CUE_TRACK_POSITIONS, &position);
            points.push(master(ids::CUE_POINT, &[unsigned(ids::CUE_TIME, second as u64 * 1000 + 500), position]));
        }
        at += cluster.len() as u64;
    }
    let cues = if with_cues { master(ids::CUES, &points) } else { Vec::new() };
    let segment = master(ids::SEGMENT, &[seek(at), info, tracks(), clusters.concat(), cues]);
    [master(ids::EBML, &[element(0x4282, b"matroska")]), segment].concat()
}

fn written(dir: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
    let path = dir.path().join("a.mkv");
    std::fs::write(&path, bytes).expect("written");
    path
}

fn lines(path: &Path) -> Result<Vec<(u64, String)>, MediaError> {
    let mut lines = Vec::new();
    text_packets(path, 0, &mut |packet| {
        lines.push((packet.start_ms, String::from_utf8_lossy(&packet.text).into_owned()));
        Ok(())
    })?;
    Ok(lines)
}

#[test]
fn a_length_that_the_blocks_contradict_is_not_believed() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let (truth, lie) = (((SECONDS * 1000) as f64).to_be_bytes(), 2_145_600_000f64.to_be_bytes());
    let mut film = small_film(true);
    let at = film.windows(8).position(|bytes| bytes == truth).expect("told");
    film[at..at + 8].copy_from_slice(&lie);
    let told = facts(&written(&dir, &film)).expect("readable").duration_ms;
    assert!(told.abs_diff(SECONDS * 1000) < 100, "{told}");
}

#[test]
fn text_that_the_cues_list_is_read_by_them() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let walked = lines(&written(&dir, &small_film(true))).expect("lines");
    assert_eq!(walked.len(), SECONDS as usize);
    let path = written(&dir, &film(true, true));
    assert_eq!(lines(&path).expect("lines"), walked);
    let mut file = Matroska::open(&path).expect("a film");
    packets(&mut file, 0, &mut |_| Ok(())).expect("lines");
    assert!(file.input.bytes_read < PICTURE_BYTES as u64 * SECONDS, "{} bytes read", file.input.bytes_read);
}

#[test]
fn a_small_film_is_cut_at_its_key_frames_with_and_without_cues() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let path = written(&dir, &small_film(true));
    let mut picture = Picture::open(&path, 0).expect("a film");
    // One second, six of three, and what is left.
    assert_eq!(picture.timeline().runs, [(25_000, 1), (75_000, 6), (25_000, 1)]);
    assert_eq!((picture.timeline().timescale, picture.timeline().duration), (25_000, 500_000));
    let segments: Vec<_> = (0..8).map(|index| made(&mut picture, index).expect("there")).collect();
    assert!(segments.iter().all(|segment| segment.ends_with(&[24; PICTURE_BYTES])));
    let without = written(&dir, &small_film(false));
    let mut scanned = Picture::open(&without, 0).expect("a film");
    assert_eq!(scanned.timeline(), picture.timeline());
    for index in (0..8).rev() {
        assert!(made(&mut scanned, index).expect("there") == segments[index as usize]);
    }
}

#[test]
fn only_what_is_asked_for_is_read() {
    let dir = tempfile::tempdir().expect("a temp dir");
    for with_cues in [true, false] {
        let bytes = small_film(with_cues);
        let path = written(&dir, &bytes);
        let mut picture = Picture::open(&path, 0).expect("a film");
        // Of pictures of five pages each a page is met, in the few clusters that are walked through.
        assert!(picture.bytes_read() < bytes.len() as u64 / 10, "{} of {}", picture.bytes_read(), bytes.len());
        let before = picture.bytes_read();
        let segment = made(&mut picture, 3).expect("there");
        assert!(picture.bytes_read() - before < segment.len() as u64 * 3 / 2);
    }
}

#[test]
fn sound_lies_on_its_grid_of_samples() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let path = written(&dir, &small_film(true));
    let mut sound = Sound::open(&path, 0).expect("sound");
    let frames = (SECONDS * 48_000).div_ceil(1024);
    assert_eq!((sound.timeline().timescale, sound.timeline().duration), (48_000, frames * 1024));
    let mut number = 0u64;
    for index in 0..sound.timeline().segment_count() {
        let segment = made(&mut sound, index).expect("there");
        let (_, length) = sound.timeline().segment(index).expect("within the count");
        let count = (length / 1024).min(frames - number);
        let data = &segment[segment.len() - count as usize * 8..];
        for frame in data.chunks_exact(8) {
            assert_eq!(frame, number.to_be_bytes());
            number += 1;
        }
    }
    assert_eq!(number, frames);
}

#[test]
fn every_line_of_text_comes_with_its_time() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let expected: Vec<_> = (0..SECONDS).map(|second| (second * 1000 + 500, format!("line {second}"))).collect();
    assert_eq!(lines(&written(&dir, &small_film(true))), Ok(expected));
}

#[test]
fn a_file_that_was_cut_plays_as_far_as_it_goes() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let bytes = small_film(true);
    let path = written(&dir, &bytes[..bytes.len() / 2]);
    let picture = Picture::open(&path, 0).expect("half a film");
    let seconds = picture.timeline().duration / 25_000;
    assert!((9..=10).contains(&seconds), "{seconds} s");
    assert_eq!(facts(&path).map(|facts| facts.duration_ms), Ok(SECONDS * 1000));
}

#[test]
fn parts_within_parts_without_end_are_refused() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let head = master(ids::EBML, &[element(0x4282, b"matroska")]);
    let open = |id: u32| [id_bytes(id).as_slice(), &[0xff]].concat();
    // Chapters in chapters, groups in groups, clusters of no length in one another.
    for id in [ids::CHAPTER_ATOM, ids::BLOCK_GROUP, ids::CLUSTER] {
        let deep = (0..50_000).fold(Vec::new(), |inner: Vec<u8>, _| [open(id), inner].concat());
        let path = written(&dir, &[head.clone(), open(ids::SEGMENT), tracks(), deep].concat());
        assert!(Picture::open(&path, 0).is_err() && Sound::open(&path, 0).is_err());
        let _ = facts(&path);
    }
}

/// A file of nothing but headers, with one track of pictures.
fn headers(codec: &str, side: u64, more: &[Vec<u8>]) -> Vec<u8> {
    let video = master(ids::VIDEO, &[unsigned(ids::PIXEL_WIDTH, side), unsigned(ids::PIXEL_HEIGHT, side)]);
    let track = [unsigned(ids::TRACK_NUMBER, 1), unsigned(ids::TRACK_TYPE, 1), element(ids::CODEC_ID, codec.as_bytes()), video];
    let tracks = master(ids::TRACKS, &[master(ids::TRACK_ENTRY, &track)]);
    let parts = [&[tracks][..], more].concat();
    [master(ids::EBML, &[element(0x4282, b"matroska")]), master(ids::SEGMENT, &parts)].concat()
}

#[test]
fn absurd_pictures_and_those_of_other_codecs_are_told_but_not_copied() {
    let dir = tempfile::tempdir().expect("a temp dir");
    for (codec, side) in [("V_VP9", 100_000), ("V_VP9", u64::MAX), ("V_VP8", 64), ("V_MPEG4/ISO/AVC", 64)] {
        let path = written(&dir, &headers(codec, side, &[]));
        let facts = facts(&path).expect("readable");
        assert_eq!((facts.pictures.len(), &facts.pictures[0].source.mime), (1, &None), "{codec}");
        assert!(matches!(Picture::open(&path, 0), Err(MediaError::NotFound { .. })), "{codec}");
    }
}

#[test]
fn a_thousand_chapters_are_told_in_their_order() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let atom = |number: u64| {
        let display = master(ids::CHAPTER_DISPLAY, &[element(ids::CHAP_STRING, format!("{number}").as_bytes())]);
        master(ids::CHAPTER_ATOM, &[unsigned(ids::CHAPTER_TIME_START, number * 1_000_000_000), display])
    };
    let atoms: Vec<_> = (0..1000).rev().map(atom).collect();
    let chapters = master(ids::CHAPTERS, &[master(ids::EDITION_ENTRY, &atoms)]);
    let told = facts(&written(&dir, &headers("V_VP9", 64, &[chapters]))).expect("readable").chapters;
    assert!(
        told.iter().enumerate().all(|(number, chapter)| chapter.start_ms == number as u64 * 1000 && chapter.title == number.to_string())
    );
    assert_eq!(told.len(), 1000);
}

/// Everything that can be done with a file, so that it may panic.
fn use_all(path: &Path) {
    let _ = facts(path);
    let _ = lines(path);
    if let Ok(mut picture) = Picture::open(path, 0) {
        let _ = picture.init();
        for index in 0..picture.timeline().segment_count().min(10) {
            let _ = made(&mut picture, index);
        }
    }
    if let Ok(mut sound) = Sound::open(path, 0) {
        let _ = sound.init();
        for index in 0..sound.timeline().segment_count().min(10) {
            let _ = made(&mut sound, index);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_spoilt_file_is_played_or_refused_never_a_panic(
        spoilt in prop::collection::vec((0usize..4_000, any::<u8>()), 1..12), words in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        with_cues in any::<bool>(), keep in any::<prop::sample::Index>(),
    ) {
        let mut bytes = small_film(with_cues);
        // Near its beginning, where the headers are, and near its end, where the Cues are.
        for (at, byte) in spoilt {
            let at = if at % 3 == 0 { bytes.len() - 1 - at } else { at / 4 };
            bytes[at] = byte;
        }
        for word in words {
            let at = word.index(2_000);
            bytes[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
        }
        if keep.index(4) == 0 {
            bytes.truncate(keep.index(bytes.len()));
        }
        let dir = tempfile::tempdir().expect("a temp dir");
        use_all(&written(&dir, &bytes));
    }

    #[test]
    fn any_bytes_after_a_header_are_a_file_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let dir = tempfile::tempdir().expect("a temp dir");
        let head = master(ids::EBML, &[element(0x4282, b"matroska")]);
        let open = [id_bytes(ids::SEGMENT).as_slice(), &[0xff]].concat();
        use_all(&written(&dir, &[head, open, tracks(), bytes].concat()));
    }
}
