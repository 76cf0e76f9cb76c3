//! Files that the tests put together: the same coded bytes under any tags and layout are the same.

mod made;

use proptest::prelude::*;

use super::sample::{Windows, windows};
use super::source::{Source, Span};
use super::{Fingerprint, of_source, stream};
use made::{Container, Tags};

fn fingerprint(bytes: &[u8]) -> Fingerprint {
    of_source(&bytes).expect("bytes in memory are read")
}

fn any_tags() -> impl Strategy<Value = Tags> {
    let text = || prop::collection::vec(any::<u8>(), 0..3_000);
    (text(), text(), any::<bool>(), any::<u64>()).prop_map(|(front, back, is_swapped, layout)| Tags { front, back, is_swapped, layout })
}

fn any_container() -> impl Strategy<Value = Container> {
    prop::sample::select(Container::ALL.to_vec())
}

/// Long streams are read in windows; most tests need none so long.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![4 => 1_500_usize..30_000, 1 => 100_000_usize..250_000];
    (length, any::<u64>()).prop_map(|(length, seed)| made::noise(seed, length))
}

/// Places of a coded stream of this length that are looked at.
fn looked_at(container: Container, length: u64, pick: u64) -> u64 {
    let spans = match container {
        Container::Ogg => {
            vec![Span { start: 0, end: length.min(16 * 1024) }, Span { start: length.saturating_sub(16 * 1024), end: length }]
        }
        Container::Matroska => vec![Span { start: 0, end: length.min(40 * 1024) }],
        Container::Wave | Container::Aiff | Container::Dsf | Container::Dsdiff | Container::Au => windows(length, Windows::Plain),
        _ => windows(length, Windows::Coded),
    };
    let total: u64 = spans.iter().map(|span| span.len()).sum();
    let mut place = pick % total;
    for span in spans {
        if place < span.len() {
            return span.start + place;
        }
        place -= span.len();
    }
    unreachable!("the place is within the spans")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn new_tags_and_layouts_change_nothing(container in any_container(), body in any_body(), one in any_tags(), other in any_tags()) {
        let (one, other) = (made::file(container, &body, &one), made::file(container, &body, &other));
        let stream = stream(&one.as_slice()).expect("read");
        prop_assert!(stream.kind != "bytes", "{:?} was not recognised", container);
        prop_assert_eq!(fingerprint(&one), fingerprint(&other));
    }

    #[test]
    fn another_byte_that_is_looked_at_changes_it(
        container in any_container(), body in any_body(), tags in any_tags(), place in any::<u64>(), flip in 1_u8..,
    ) {
        let before = fingerprint(&made::file(container, &body, &tags));
        let mut changed = body.clone();
        let place = match container {
            // Windows lie over whole frames there, and only what is between their headers is ours.
            Container::Mpeg => place % changed.len().min(15_000) as u64,
            _ => looked_at(container, changed.len() as u64, place),
        };
        changed[place as usize] ^= flip;
        prop_assert_ne!(before, fingerprint(&made::file(container, &changed, &tags)));
    }

    #[test]
    fn one_byte_more_or_less_changes_it(container in any_container(), body in any_body(), tags in any_tags()) {
        let less = if container == Container::Mpeg { made::FRAME_BODY } else { 1 };
        // Nothing says how long a Matroska file's frames are together.
        let body = if container == Container::Matroska { &body[..body.len().min(30_000)] } else { &body };
        let shorter = &body[..body.len() - less];
        prop_assert_ne!(fingerprint(&made::file(container, body, &tags)), fingerprint(&made::file(container, shorter, &tags)));
    }

    #[test]
    fn any_bytes_have_one(container in any_container(), body in any_body(), tags in any_tags(), damage in prop::collection::vec((any::<u32>(), any::<u8>()), 0..40), cut in any::<u32>()) {
        let mut file = made::file(container, &body, &tags);
        // Most of what is believed stands at either end.
        for (place, byte) in damage {
            let near = place as usize % file.len().min(4_000);
            let at = if place & 1 == 0 { near } else { file.len() - 1 - near };
            file[at] = byte;
        }
        file.truncate(cut as usize % (file.len() + 1));
        prop_assert_eq!(fingerprint(&file), fingerprint(&file));
    }
}

#[test]
fn containers_do_not_take_each_others_fingerprints() {
    let body = made::noise(7, 20_000);
    let all: std::collections::HashSet<_> =
        Container::ALL.iter().map(|container| fingerprint(&made::file(*container, &body, &Tags::default()))).collect();
    assert_eq!(all.len(), Container::ALL.len());
}

#[test]
fn flac_is_known_by_its_own_digest_however_it_is_packed() {
    let file = |digest: u8, frames: &[u8]| {
        let mut info = vec![0; 34];
        info[10..18].copy_from_slice(&[0x0a, 0xc4, 0x42, 0xf0, 0, 0, 0xac, 0x44]);
        info[18..].fill(digest);
        [b"fLaC\x80\x00\x00\x22".as_slice(), &info, frames].concat()
    };
    assert_eq!(fingerprint(&file(9, b"packed")), fingerprint(&file(9, b"packed harder")));
    assert_ne!(fingerprint(&file(9, b"packed")), fingerprint(&file(8, b"packed")));
    // An encoder that wrote none.
    assert_ne!(fingerprint(&file(0, b"packed")), fingerprint(&file(0, b"packed harder")));
}

#[test]
fn a_frame_that_says_only_how_long_a_song_is_counts_for_nothing() {
    let body = made::noise(3, 10_000);
    let plain = made::file(Container::Mpeg, &body, &Tags::default());
    let mut frame = vec![0; made::FRAME];
    frame[..4].copy_from_slice(&made::FRAME_HEAD);
    frame[36..40].copy_from_slice(b"Xing");
    frame[120..124].copy_from_slice(b"LAME");
    assert_eq!(fingerprint(&plain), fingerprint(&[frame, plain.clone()].concat()));
}

#[test]
fn the_gain_that_opus_is_played_with_counts_for_nothing() {
    let packet = |gain: u8| {
        let mut head = b"OpusHead\x01\x02\x38\x01\x80\xbb\x00\x00".to_vec();
        head.extend([gain, gain, 0]);
        head
    };
    let file = |gain: u8| {
        let head = made::page(1, 0, 2, &[packet(gain).len() as u8], &packet(gain));
        [head, made::page(1, 0, 0, &[8], b"OpusTags"), made::page(1, 960, 0, &[5], b"sound")].concat()
    };
    assert_eq!(fingerprint(&file(0)), fingerprint(&file(200)));
}

#[test]
fn tags_that_lie_about_their_length_are_content() {
    let sound = made::noise(5, 5_000);
    for lie in [b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f".as_slice(), b"APETAGEX\xd0\x07\x00\x00\xff\xff\xff\x7f\x00\x00\x00\x00\x00\x00\x00\x80"]
    {
        let file = [lie, &sound].concat();
        assert_eq!(super::trim::content(&file.as_slice()).expect("read"), Span { start: 0, end: file.as_slice().len() as u64 });
    }
    assert_eq!(super::trim::content(&b"".as_slice()).expect("read"), Span { start: 0, end: 0 });
}

/// Silence at the beginning, in the middle and at the end, and equal lengths: tracks of one recording.
#[test]
fn samples_are_looked_at_all_over() {
    let quiet = vec![0; 2_000_000];
    let mut played = quiet.clone();
    played[700_000..900_000].fill(77);
    let file = |body: &[u8]| made::file(Container::Wave, body, &Tags::default());
    assert_ne!(fingerprint(&file(&quiet)), fingerprint(&file(&played)));
}

#[test]
fn windows_reach_both_ends_and_overlap_nowhere() {
    for total in [0, 1, 49_151, 49_152, 49_153, 1 << 20, u64::MAX] {
        let found = windows(total, Windows::Coded);
        assert_eq!((found.first().map(|span| span.start), found.last().map(|span| span.end)), (Some(0), Some(total)));
        assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }
}

#[test]
fn a_file_that_cannot_be_read_has_none() {
    struct Broken;
    impl Source for Broken {
        fn len(&self) -> u64 {
            10
        }
        fn read(&self, _: u64, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::TimedOut.into())
        }
    }
    assert_eq!(of_source(&Broken).map_err(|error| error.kind()), Err(std::io::ErrorKind::TimedOut));
}
