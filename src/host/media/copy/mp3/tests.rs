use std::path::PathBuf;

use super::*;
use crate::host::media::segments::{Segments, made};
use proptest::prelude::*;

/// A frame of 128 kbit/s at 44.1 kHz with a number in it.
fn frame(number: usize) -> Vec<u8> {
    let mut bytes = vec![0u8; 417];
    bytes[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0x64]);
    bytes[36..40].copy_from_slice(&u32::try_from(number).expect("few").to_be_bytes());
    bytes
}

/// A frame with LAME's tag.
fn tag(frames: u32, bytes: u32, delay: u32, padding: u32) -> Vec<u8> {
    let mut tag = vec![0u8; 417];
    tag[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0x64]);
    let gapless = (delay << 12 | padding).to_be_bytes();
    let body = [b"Info\0\0\0\x03", &frames.to_be_bytes()[..], &bytes.to_be_bytes(), b"LAME3.100", &[0; 12], &gapless[1..]].concat();
    tag[36..36 + body.len()].copy_from_slice(&body);
    tag
}

fn with_file<T>(bytes: &[u8], work: impl FnOnce(&PathBuf) -> T) -> T {
    let dir = tempfile::tempdir().expect("a temp dir");
    let path = dir.path().join("a.mp3");
    std::fs::write(&path, bytes).expect("written");
    work(&path)
}

fn opened(bytes: &[u8]) -> Option<Copied<Frames<Header>>> {
    with_file(bytes, |path| open(File::open(path).expect("there")).ok())
}

fn whole(copied: &mut Copied<Frames<Header>>) -> Vec<u8> {
    (0..copied.timeline().segment_count()).flat_map(|index| made(copied, index).expect("there")).collect()
}

#[test]
fn the_tag_says_what_is_content_and_is_left_out() {
    let frames: Vec<u8> = (0..100).flat_map(frame).collect();
    let bytes = [&tag(100, 417 * 101, 576, 1_000)[..], &frames].concat();
    let mut copied = opened(&bytes).expect("an MP3");
    let timeline = copied.timeline().clone();
    assert_eq!((timeline.lead_in, timeline.duration, timeline.timescale), (576, 100 * 1152 - 1576, 44_100));
    assert_eq!(whole(&mut copied), frames);
    assert!(copied.init().expect("empty").is_empty());
}

#[test]
fn a_tag_that_does_not_count_this_file_is_not_believed() {
    let frames: Vec<u8> = (0..60).flat_map(frame).collect();
    for lying in [tag(100, 417 * 101, 576, 1_000), tag(u32::MAX, 417 * 61, 576, 1_000), tag(0, 0, 0, 0)] {
        let mut copied = opened(&[&lying[..], &frames].concat()).expect("an MP3");
        assert_eq!(copied.timeline().duration + copied.timeline().lead_in, 60 * 1152 - 529);
        assert_eq!(whole(&mut copied), frames);
    }
}

#[test]
fn what_is_not_sound_is_left_out() {
    let id3 = [b"ID3\x04\0\0\0\0\x10\0", &[0xff; 2048][..]].concat();
    let (first, second): (Vec<u8>, Vec<u8>) = ((0..30).flat_map(frame).collect(), (30..60).flat_map(frame).collect());
    let junk = [&b"ID3\x04\0\0\0\0\0\x7f"[..], &[0xff, 0xfb, 0x90, 0x64].repeat(50)].concat();
    let bytes = [&id3, &first[..], &junk, &second, b"APETAGEX", &[7; 300], b"TAG", &[b' '; 125]].concat();
    assert_eq!(whole(&mut opened(&bytes).expect("an MP3")), [first, second].concat());
}

#[test]
fn other_layers_free_format_and_scraps_are_refused() {
    for header in [[0xff, 0xfd, 0x90, 0x64], [0xff, 0xff, 0x90, 0x64], [0xff, 0xfb, 0x00, 0x64]] {
        let mut one = frame(0);
        one[..4].copy_from_slice(&header);
        assert!(opened(&one.repeat(40)).is_none(), "{header:x?}");
    }
    assert!(opened(b"").is_none() && opened(&[0xff]).is_none() && opened(&frame(1)[..416]).is_none());
}

proptest! {
    #[test]
    fn spoilt_bytes_give_whole_frames_or_silence_never_a_panic(
        spoilt in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40), cut in any::<prop::sample::Index>(), tagged in any::<bool>(),
    ) {
        let head = if tagged { tag(120, 417 * 121, 576, 1_000) } else { Vec::new() };
        let mut bytes = [head, (0..120).flat_map(frame).collect()].concat();
        for (at, byte) in spoilt {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - cut.index(bytes.len() / 2));
        let Some(mut copied) = opened(&bytes) else { return Ok(()) };
        let forwards = whole(&mut copied);
        for index in (0..copied.timeline().segment_count()).rev() {
            let alone = made(&mut opened(&bytes).expect("as before"), index).expect("there");
            prop_assert_eq!(&alone, &made(&mut copied, index).expect("there"));
        }
        let mut rest = forwards.as_slice();
        while !rest.is_empty() {
            let header = Header::parse(rest).expect("frames end to end");
            rest = &rest[header.length()..];
        }
    }

    #[test]
    fn any_bytes_are_an_mp3_or_none_never_a_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..3_000), head in any::<bool>()) {
        if head {
            bytes.splice(0..0, [tag(50, 417 * 51, 576, 1_000), frame(0), frame(1), frame(2)].concat());
        }
        if let Some(mut copied) = opened(&bytes) {
            for index in 0..copied.timeline().segment_count().min(20) {
                made(&mut copied, index).expect("there");
            }
        }
    }
}
