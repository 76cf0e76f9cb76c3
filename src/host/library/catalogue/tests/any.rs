//! Tracks and selections of all kinds, of few names each, so that many are the same.

use super::*;

fn some_of(names: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(prop::sample::select(names).prop_map(str::to_owned), 0..=most)
}

pub(super) fn any_track() -> impl Strategy<Value = Track> {
    let texts = (prop::sample::select(&TITLES[..]), some_of(&PEOPLE, 3), some_of(&PEOPLE, 1), some_of(&PEOPLE, 1), some_of(&GENRES, 2));
    let numbers = (prop::option::of(0_usize..5), prop::option::of(1_u32..3), prop::option::of(1_u32..4), prop::option::of(1990..1993_i32));
    let sizes = (prop::option::of(90_u32..93), 1_u64..4, 1_i64..4, 1_u64..4, prop::option::of(100_u32..103));
    (texts, numbers, sizes, any::<bool>(), prop::bool::weighted(0.2), 0_u8..12).prop_map(
        |(texts, numbers, (bpm, duration, added, size, kbps), is_video, is_missing, sound)| {
            let (title, artists, album_artists, composers, genres) = texts;
            let (album, disc_no, track_no, year) = numbers;
            let audio = SourceAudio { kbps, ..SourceAudio::default() };
            let file = Described {
                kind: if is_video { MediaKind::Video } else { MediaKind::Audio },
                title: title.to_owned(),
                artists,
                album: album.map(album_tag),
                album_artists,
                composers,
                genres,
                track_no,
                disc_no,
                year,
                bpm,
                rating: None,
                compilation: false,
                has_lyrics: false,
                duration_ms: duration * 1_000,
                codec: "FLAC".to_owned(),
                source: SourceMedia { audio: Some(audio), video: None },
                more: MoreTags::default(),
            };
            Track { file, album, added_ms: added * 10_000, size: size * 1_000_000, sound, is_missing }
        },
    )
}

pub(super) fn any_selection() -> impl Strategy<Value = Selection> {
    let with_none = |names: &'static [&'static str]| {
        prop::collection::vec(prop_oneof![9 => prop::sample::select(names), 1 => Just("")].prop_map(str::to_owned), 0..3)
    };
    // Most selections of a browser are of one column or two.
    let rarely = |names: &'static [&'static str]| prop_oneof![3 => Just(Vec::new()), 1 => with_none(names)];
    let lists = (rarely(&GENRES), rarely(&PEOPLE), rarely(&PEOPLE), rarely(&PEOPLE));
    let albums = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec((0_usize..5).prop_map(|at| album_tag(at).id), 1..3)];
    let kind = prop::option::of(prop_oneof![Just(MediaKind::Audio), Just(MediaKind::Video)]);
    let only = prop::option::weighted(0.3, prop_oneof![Just(Only::Missing), Just(Only::Duplicates)]);
    let search = prop::option::weighted(0.3, prop::sample::select(&SEARCHES[..]).prop_map(str::to_owned));
    (lists, albums, kind, only, search).prop_map(|((genres, artists, album_artists, composers), albums, kind, only, search)| Selection {
        kind,
        search,
        genres,
        artists,
        album_artists,
        composers,
        albums,
        only,
        exact: false,
        rules: None,
    })
}
