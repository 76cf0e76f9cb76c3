//! A FLAC file as FLAC: its own frames, in whatever order they are asked for.

use std::path::{Path, PathBuf};
use std::process::Command;

use iroam::protocol::{MediaKind, Rendition};

use crate::kit::{Bench, Whole, bench, fetch, integers, segment, session, source, sweep_file};

/// A coded frame as ffprobe sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Packet {
    position: usize,
    size: usize,
    /// Samples before it.
    start: usize,
}

fn packets(path: &Path) -> Vec<Packet> {
    let args = ["-v", "error", "-select_streams", "a:0", "-show_entries", "packet=pos,size,pts", "-of", "json"];
    let out = Command::new("ffprobe").args(args).arg(path).output().expect("ffprobe is installed").stdout;
    let json: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
    let number = |value: &serde_json::Value| value.as_str().map_or(value.to_string(), str::to_owned).parse::<usize>().expect("a number");
    let read = |packet: &serde_json::Value| Packet {
        position: number(&packet["pos"]),
        size: number(&packet["size"]),
        start: number(&packet["pts"]),
    };
    json["packets"].as_array().expect("packets").iter().map(read).collect()
}

/// The bytes in a segment's `mdat`.
fn data(segment: &[u8]) -> &[u8] {
    let moof = u32::from_be_bytes(*segment.first_chunk().expect("a moof")) as usize;
    assert_eq!(&segment[moof + 4..moof + 8], b"mdat");
    &segment[moof + 8..]
}

fn all_data(whole: &Whole) -> Vec<u8> {
    whole.segments.iter().flat_map(|segment| data(segment).iter().copied()).collect()
}

async fn both_ways(bench: &Bench, path: &Path) -> Whole {
    let whole = fetch(&bench.engine, &source(path, MediaKind::Audio), Rendition::Flac, false).await;
    let reversed = fetch(&bench.engine, &source(path, MediaKind::Audio), Rendition::Flac, true).await;
    assert!(whole.init == reversed.init && whole.segments == reversed.segments, "segments depend on the order they were asked for in");
    whole
}

/// Holds what the engine makes of `path` against the frames and the samples of `plain`, a file with the same sound.
async fn check_passed(bench: &Bench, path: &Path, plain: &Path) {
    let whole = both_ways(bench, path).await;
    let joined = bench.dir.path().join("joined.mp4");
    whole.write(&joined);
    let (sources, ours) = (packets(plain), packets(&joined));
    let bytes = std::fs::read(plain).expect("there");
    let first = sources.first().expect("frames").position;
    assert!(sources.len() > 20 && all_data(&whole) == bytes[first..], "not the source's frames");
    let shape = |packets: &[Packet]| packets.iter().map(|packet| (packet.size, packet.start)).collect::<Vec<_>>();
    assert_eq!(shape(&sources), shape(&ours), "frames have other sizes or times");
    let written = std::fs::read(&joined).expect("there");
    for (source, ours) in sources.iter().zip(&ours) {
        assert!(bytes[source.position..][..source.size] == written[ours.position..][..ours.size], "frame at {}", source.position);
    }
    let (heard, reference) = (integers(&joined), integers(plain));
    assert!(heard == reference, "samples differ");
    let channels = usize::from(bytes[20] >> 1 & 7) + 1;
    assert_eq!(whole.timeline.duration, (reference.len() / 4 / channels) as u64);
    // STREAMINFO, without the head of its block.
    assert!(whole.init.windows(34).any(|window| window == &bytes[8..42]), "the source's STREAMINFO is passed on");
}

macro_rules! passed {
    ($($name:ident: $options:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let bench = bench();
            let path = sweep_file(bench.dir.path(), "a.flac", &[&["-c:a", "flac"], &$options[..]].concat());
            check_passed(&bench, &path, &path).await;
            bench.engine.shutdown().await;
        }
    )*};
}

const BITS_24: [&str; 4] = ["-sample_fmt", "s32", "-bits_per_raw_sample", "24"];

passed! {
    frames_of_16_bits_at_44_khz_are_passed_through: ["-sample_fmt", "s16", "-frame_size", "4608"];
    short_frames_of_24_bits_at_48_khz_are_passed_through: [&BITS_24[..], &["-ar", "48000", "-frame_size", "1024"]].concat();
    frames_of_24_bits_at_96_khz_are_passed_through: [&BITS_24[..], &["-ar", "96000", "-frame_size", "4096"]].concat();
    mono_frames_at_an_odd_rate_are_passed_through: ["-sample_fmt", "s16", "-ac", "1", "-ar", "37800", "-frame_size", "1000"];
    frames_of_six_channels_are_passed_through: ["-sample_fmt", "s16", "-af", "pan=5.1|FL=c0|FR=c1|FC=c0|LFE=c1|BL=c1|BR=c0"];
    frames_of_24_bits_at_192_khz_are_passed_through: [&BITS_24[..], &["-ar", "192000"]].concat();
    frames_as_long_as_can_be_are_passed_through: ["-sample_fmt", "s16", "-frame_size", "16384", "-strict", "-2", "-af", "aloop=loop=3:size=498333"];
}

/// Puts a metadata block after STREAMINFO.
fn insert_block(bytes: &[u8], kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("small").to_be_bytes();
    [&bytes[..42], &[kind], &length[1..], body, &bytes[42..]].concat()
}

fn write(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

fn seek_table(points: impl Iterator<Item = (u64, u64)>) -> Vec<u8> {
    points.flat_map(|(sample, offset)| [&sample.to_be_bytes()[..], &offset.to_be_bytes(), &[0x10, 0]].concat()).collect()
}

#[tokio::test]
async fn a_seek_table_true_or_false_and_tags_of_any_size_change_nothing() {
    let bench = bench();
    let dir = bench.dir.path();
    let plain =
        sweep_file(dir, "plain.flac", &["-af", "aloop=loop=3:size=498333", "-c:a", "flac", "-sample_fmt", "s16", "-frame_size", "4096"]);
    let bytes = std::fs::read(&plain).expect("there");
    let sources = packets(&plain);
    let first = sources[0].position;
    let truth = (0..sources.len()).step_by(10).map(|index| (index as u64 * 4096, (sources[index].position - first) as u64));
    let lies = (0..40u64).map(|index| (index * 50_000, index.wrapping_mul(7_777_777_777_777) % (bytes.len() as u64 * 2)));
    let placeholders = std::iter::repeat_n((u64::MAX, 0), 20);
    let picture: Vec<u8> =
        [&[0, 0, 0, 3, 0, 0, 0, 9], &b"image/png"[..], &[0; 20], &[0, 0x2d, 0xc6, 0xc0], &[0xff, 0xf8, 0xc9, 0xa8].repeat(750_000)]
            .concat();
    let id3 = [b"ID3\x04\0\0\0\0\x10\0", &[0xff; 2048][..]].concat();
    let id3v1 = [&b"TAG"[..], &[b' '; 125]].concat();
    for (name, changed) in [
        ("true.flac", insert_block(&bytes, 3, &seek_table(truth))),
        ("lying.flac", insert_block(&bytes, 3, &seek_table(lies))),
        ("empty.flac", insert_block(&bytes, 3, &seek_table(placeholders))),
        ("picture.flac", insert_block(&bytes, 6, &picture)),
        ("tagged.flac", [&id3, &bytes[..], &id3v1].concat()),
    ] {
        check_passed(&bench, &write(dir, name, &changed), &plain).await;
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn damaged_frames_are_silent_and_all_others_are_as_they_were() {
    let bench = bench();
    let dir = bench.dir.path();
    for (name, options) in [("16.flac", &["-sample_fmt", "s16"][..]), ("24.flac", &BITS_24[..])] {
        let plain = sweep_file(dir, name, &[&["-af", "aloop=loop=3:size=498333", "-c:a", "flac"], options].concat());
        let whole = both_ways(&bench, &plain).await;
        let sources = packets(&plain);
        // Forty in their midst; and one in its header, with which the one before it has no end.
        let (midst, header) = (sources.len() / 2, sources.len() * 3 / 4);
        let mut bytes = std::fs::read(&plain).expect("there");
        for frame in &sources[midst..midst + 40] {
            bytes[frame.position + frame.size / 2] ^= 0x55;
        }
        bytes[sources[header].position + 4] ^= 0x01;
        let damaged = both_ways(&bench, &write(dir, "damaged.flac", &bytes)).await;
        assert!(damaged.timeline == whole.timeline && damaged.init == whole.init);
        let joined = dir.join("joined.mp4");
        damaged.write(&joined);
        let (heard, reference) = (integers(&joined), integers(&plain));
        assert_eq!(heard.len(), reference.len(), "{name}");
        let block = sources[1].start * 8;
        for (index, (heard, reference)) in heard.chunks(block).zip(reference.chunks(block)).enumerate() {
            if (midst..midst + 40).contains(&index) || (header - 1..=header).contains(&index) {
                assert!(heard.iter().all(|byte| *byte == 0), "{name}: frame {index} is damaged, and not silent");
            } else {
                assert!(heard == reference, "{name}: samples differ in frame {index}");
            }
        }
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_flac_with_a_large_hole_plays_around_it() {
    let bench = bench();
    let dir = bench.dir.path();
    let plain = sweep_file(dir, "plain.flac", &["-af", "aloop=loop=3:size=498333", "-c:a", "flac", "-sample_fmt", "s16"]);
    let whole = both_ways(&bench, &plain).await;
    let mut bytes = std::fs::read(&plain).expect("there");
    let hole = bytes.len() / 4..bytes.len() * 3 / 4;
    bytes[hole].fill(0);
    let damaged = both_ways(&bench, &write(dir, "damaged.flac", &bytes)).await;
    let same: Vec<bool> = whole.segments.iter().zip(&damaged.segments).map(|(whole, damaged)| whole == damaged).collect();
    let (count, spoilt) = (same.len(), same.iter().filter(|same| !**same).count());
    assert!(same[..count / 4].iter().all(|same| *same) && same[count * 4 / 5..].iter().all(|same| *same), "{same:?}");
    assert!(spoilt >= count / 4, "{same:?}");
    let joined = dir.join("joined.mp4");
    damaged.write(&joined);
    assert_eq!(integers(&joined).len(), integers(&plain).len());
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn what_cannot_be_passed_through_is_encoded_and_still_exact() {
    let bench = bench();
    let dir = bench.dir.path();
    let plain = sweep_file(dir, "plain.flac", &["-c:a", "flac", "-sample_fmt", "s16"]);
    let bytes = std::fs::read(&plain).expect("there");
    let reference = integers(&plain);
    // Of unknown length; and with bytes behind it.
    let mut unknown = bytes.clone();
    unknown[21] &= 0xf0;
    unknown[22..26].fill(0);
    let followed = [&bytes[..], &[0; 1000]].concat();
    for (name, changed) in [("unknown.flac", unknown), ("followed.flac", followed)] {
        let whole = both_ways(&bench, &write(dir, name, &changed)).await;
        assert!(!bytes.ends_with(&all_data(&whole)), "{name}");
        let joined = dir.join("joined.mp4");
        whole.write(&joined);
        let heard = integers(&joined);
        assert_eq!(whole.timeline.duration, 498_333, "{name}");
        assert!(heard[..reference.len()] == reference[..], "{name}: samples differ");
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_truncated_flac_plays_as_far_as_it_goes() {
    let bench = bench();
    let dir = bench.dir.path();
    let plain = sweep_file(dir, "plain.flac", &["-c:a", "flac", "-sample_fmt", "s16"]);
    let bytes = std::fs::read(&plain).expect("there");
    let cut = bytes.len() * 2 / 3;
    let whole = both_ways(&bench, &write(dir, "cut.flac", &bytes[..cut])).await;
    let joined = dir.join("joined.mp4");
    whole.write(&joined);
    let (heard, reference) = (integers(&joined), integers(&plain));
    let intact = packets(&plain).iter().take_while(|packet| packet.position + packet.size < cut).count();
    // The decoder may give up the frame before the one that is cut.
    let least = (intact - 2) * 4608 * 8;
    assert!(heard[..least] == reference[..least], "what is left of it is not exact");
    let past = segment(&bench.engine, session(1), &source(&dir.join("cut.flac"), MediaKind::Audio), Rendition::Flac, 10_000).await;
    assert!(past.is_err());
    bench.engine.shutdown().await;
}
