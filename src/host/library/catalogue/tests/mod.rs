//! Any selection in any order, against looking at every track one by one.

mod any;
mod narrowed;
mod own;

use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;
use uuid::Uuid;

use crate::host::library::fold::fold;
use crate::host::library::identity::mark_duplicates;
use crate::host::library::{AlbumTag, Described, Library, Made, MoreTags, db};
use crate::protocol::{Browse, Facet, FacetOrder, Facets, MediaKind, Only, Selection, SortKey, SourceAudio, SourceMedia};
use crate::types::{TrackId, UnixMs, UserId};

use any::{any_selection, any_track};

const LISTENER: UserId = UserId(Uuid::from_u128(7));
const PEOPLE: [&str; 7] = ["The Beatles", "Beatles", "Björk", "bjork", "Zappa", "10cc", "A Tribe"];
const GENRES: [&str; 4] = ["Jazz", "jazz", "Rock", "Über-Pop"];
const TITLES: [&str; 6] = ["Track 2", "track 10", "Track 02", "\"Heroes\"", "A Day", "Ábaco"];
const ALBUMS: [(&str, Option<&str>); 5] =
    [("The Wall 2", Some("Zappa")), ("Wall 10", Some("Zappa")), ("Help", Some("The Beatles")), ("Help", None), ("Alone", Some("Björk"))];
const SEARCHES: [&str; 6] = ["be", "tr 2", "1", "fla", "zzz", "a. jazz"];
const SORTS: [SortKey; 11] = [
    SortKey::Title,
    SortKey::Artist,
    SortKey::Album,
    SortKey::Composer,
    SortKey::Genre,
    SortKey::Year,
    SortKey::Duration,
    SortKey::Added,
    SortKey::Bpm,
    SortKey::Kbps,
    SortKey::Size,
];

/// A track as it was written, by its place.
#[derive(Clone, Debug)]
struct Track {
    file: Described,
    album: Option<usize>,
    added_ms: i64,
    size: u64,
    sound: u8,
    is_missing: bool,
}

fn album_tag(at: usize) -> AlbumTag {
    let (title, artist) = ALBUMS[at];
    AlbumTag::new(&[artist.unwrap_or_default(), title], title.to_owned(), artist.map(str::to_owned))
}

fn library(folder: &std::path::Path, tracks: &[Track]) -> Library {
    library_of(folder, tracks, |_| true)
}

/// Every third lies in a folder of its own.
fn folder_of(at: usize) -> &'static str {
    if at % 3 == 1 { "/n" } else { "/m" }
}

/// Of those tracks that `is_in` names.
fn library_of(folder: &std::path::Path, tracks: &[Track], is_in: impl Fn(usize) -> bool) -> Library {
    let library = Library::open(folder).expect("opens");
    let made = tracks.iter().enumerate().filter(|(at, _)| is_in(*at)).map(|(at, track)| Made {
        id: id(at),
        path: PathBuf::from(format!("{}/{at:03}.flac", folder_of(at))),
        size: track.size,
        fingerprint: [track.sound; 16],
        added: UnixMs(track.added_ms),
        file: track.file.clone(),
    });
    library.keep_made(made).expect("written");
    let index = db::open_for_writing(&library.index()).expect("opens");
    for (at, _) in tracks.iter().enumerate().filter(|(_, track)| track.is_missing) {
        index.execute("UPDATE track SET state = 'missing' WHERE id = ?", [id(at).0.as_bytes()]).expect("marked");
    }
    // By their sounds alone: names are so few here that most would be there twice.
    index.execute("UPDATE track SET song = NULL", []).expect("changed");
    mark_duplicates(&index).expect("marked");
    library
}

/// Not in the order of the tracks, so that nothing is sorted by it by chance.
fn id(at: usize) -> TrackId {
    TrackId(Uuid::from_u128(u128::from(u32::MAX) - (at as u128).wrapping_mul(0x9e37) % 0xffff))
}

/// Letters, and numbers by value.
fn naive_key(name: &str) -> Vec<(char, u64)> {
    let folded = fold(name);
    let bare = folded.trim_matches('"');
    let bare = ["the ", "a "].iter().find_map(|article| bare.strip_prefix(article)).unwrap_or(bare);
    let letters: Vec<char> = bare.chars().collect();
    let runs = letters.chunk_by(|a, b| a.is_ascii_digit() && b.is_ascii_digit());
    runs.map(|run| match run.iter().collect::<String>().parse() {
        Ok(number) => ('0', number),
        Err(_) => (run[0], 0),
    })
    .collect()
}

/// Known before unknown, however the known ones are turned.
fn last<T>(key: T, is_known: bool) -> (bool, T) {
    (!is_known, key)
}

type NameKey = Vec<(Vec<(char, u64)>, String)>;
/// Without an artist last; artist, title, and which was seen first.
type AlbumKey = (bool, Vec<(char, u64)>, Vec<(char, u64)>, usize);

fn names_key(names: &[String]) -> (bool, NameKey) {
    let mut keys = NameKey::new();
    for name in names {
        let key = (naive_key(name), fold(name));
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let is_known = !keys.is_empty();
    last(keys, is_known)
}

impl Track {
    fn album_artists(&self) -> &[String] {
        if self.file.album_artists.is_empty() { &self.file.artists } else { &self.file.album_artists }
    }

    fn album_key(&self, first_seen: &[Option<usize>; 5]) -> (bool, AlbumKey) {
        let Some(at) = self.album else { return last(<_>::default(), false) };
        let (title, artist) = ALBUMS[at];
        let key = (artist.is_none(), artist.map(naive_key).unwrap_or_default(), naive_key(title), first_seen[at].unwrap_or(usize::MAX));
        last(key, true)
    }

    fn fits(&self, selection: &Selection, twice: &[u8]) -> bool {
        let any = |wanted: &[String], have: &[String]| {
            wanted.is_empty()
                || wanted.iter().any(|name| if name.is_empty() { have.is_empty() } else { have.iter().any(|one| fold(one) == fold(name)) })
        };
        let file = &self.file;
        selection.kind.is_none_or(|kind| file.kind == kind)
            && self.is_missing == (selection.only == Some(Only::Missing))
            && (selection.only != Some(Only::Duplicates) || twice.contains(&self.sound))
            && any(&selection.genres, &file.genres)
            && any(&selection.artists, &file.artists)
            && any(&selection.album_artists, self.album_artists())
            && any(&selection.composers, &file.composers)
            && (selection.albums.is_empty() || self.album.is_some_and(|at| selection.albums.contains(&album_tag(at).id)))
    }

    fn is_found(&self, at: usize, search: Option<&str>) -> bool {
        let name = format!("{at:03}.flac");
        let lists = [&self.file.artists, &self.file.album_artists, &self.file.composers, &self.file.genres];
        let mut texts: Vec<&str> = lists.into_iter().flatten().map(String::as_str).chain([name.as_str(), &self.file.title]).collect();
        if let Some(album) = self.album {
            texts.extend([ALBUMS[album].0, ALBUMS[album].1.unwrap_or_default()]);
        }
        let words: Vec<String> =
            texts.iter().flat_map(|text| fold(text).split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>()).collect();
        let sought = search.unwrap_or_default().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        sought.into_iter().all(|sought| words.iter().any(|word| word.starts_with(sought)))
    }
}

/// Sorts by one key, either way, and what ties as it lies. Unknown is last.
fn sort_by<K: Ord>(sorted: &mut [usize], descending: bool, key: impl Fn(usize) -> (bool, K)) {
    sorted.sort_by(|a, b| {
        let (a, b) = (key(*a), key(*b));
        let known = if descending { b.1.cmp(&a.1) } else { a.1.cmp(&b.1) };
        a.0.cmp(&b.0).then(if a.0 { std::cmp::Ordering::Equal } else { known })
    });
}

fn naive(tracks: &[Track], selection: &Selection, sort: SortKey, descending: bool) -> Vec<TrackId> {
    let first_seen = std::array::from_fn(|album| tracks.iter().position(|track| track.album == Some(album)));
    let twice = sounds_twice(tracks);
    let is_selected = |at: &usize| tracks[*at].fits(selection, &twice) && tracks[*at].is_found(*at, selection.search.as_deref());
    let mut sorted: Vec<usize> = (0..tracks.len()).filter(is_selected).collect();
    let file = |at: usize| &tracks[at].file;
    sorted.sort_by_key(|at| {
        let (album, file) = (tracks[*at].album_key(&first_seen), file(*at));
        let artist = (tracks[*at].album.is_none()).then(|| names_key(&file.artists));
        (album, artist, file.disc_no.unwrap_or(1), file.track_no.unwrap_or(u32::MAX), naive_key(&file.title))
    });
    let number = |number: Option<u64>| last(number, number.is_some());
    match sort {
        SortKey::Title => sort_by(&mut sorted, descending, |at| last(naive_key(&file(at).title), true)),
        SortKey::Artist => sort_by(&mut sorted, descending, |at| names_key(&file(at).artists)),
        SortKey::Album => sort_by(&mut sorted, descending, |at| tracks[at].album_key(&first_seen)),
        SortKey::Composer => sort_by(&mut sorted, descending, |at| names_key(&file(at).composers)),
        SortKey::Genre => sort_by(&mut sorted, descending, |at| names_key(&file(at).genres)),
        SortKey::Year => sort_by(&mut sorted, descending, |at| last(file(at).year, file(at).year.is_some())),
        SortKey::Duration => sort_by(&mut sorted, descending, |at| number(Some(file(at).duration_ms))),
        SortKey::Added => sort_by(&mut sorted, descending, |at| last(tracks[at].added_ms, true)),
        SortKey::Bpm => sort_by(&mut sorted, descending, |at| number(file(at).bpm.map(u64::from))),
        SortKey::Kbps => sort_by(&mut sorted, descending, |at| {
            let said = file(at).source.audio.as_ref().and_then(|audio| audio.kbps).map(u64::from);
            number(said.or(Some(tracks[at].size * 8 / file(at).duration_ms)))
        }),
        SortKey::Size => sort_by(&mut sorted, descending, |at| number(Some(tracks[at].size))),
        SortKey::Plays | SortKey::LastPlayed | SortKey::Rating => {}
    }
    sorted.into_iter().map(id).collect()
}

fn sounds_twice(tracks: &[Track]) -> Vec<u8> {
    let mut counts = BTreeMap::new();
    tracks.iter().filter(|track| !track.is_missing).for_each(|track| *counts.entry(track.sound).or_insert(0) += 1);
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(sound, _)| sound).collect()
}

fn ids(library: &Library, browse: &Browse) -> (u64, Vec<TrackId>) {
    let page = library.browse(LISTENER, browse).expect("answers");
    (page.total, page.tracks.iter().map(|row| row.id).collect())
}

fn song(title: &str, artist: &str) -> Track {
    let file = Described {
        kind: MediaKind::Audio,
        title: title.to_owned(),
        artists: vec![artist.to_owned()],
        album: None,
        album_artists: Vec::new(),
        composers: Vec::new(),
        genres: Vec::new(),
        track_no: None,
        disc_no: None,
        year: None,
        bpm: None,
        rating: None,
        compilation: false,
        has_lyrics: false,
        duration_ms: 1_000,
        codec: "FLAC".to_owned(),
        source: SourceMedia::default(),
        more: MoreTags::default(),
    };
    Track { file, album: None, added_ms: 1, size: 1, sound: 0, is_missing: false }
}

#[test]
fn a_search_is_forgiving() {
    let folder = tempfile::tempdir().expect("a folder");
    let songs = [("Yesterday", "The Beatles"), ("Don't Stop", "AC/DC"), ("閃光少女", "東京事変"), ("Jóga", "Björk"), ("!!!", "Sigur Rós")];
    let library = library(folder.path(), &songs.map(|(title, artist)| song(title, artist)));
    for (text, found, corrected) in [
        ("beat yest", &["Yesterday"][..], None),
        ("baetles", &["Yesterday"], Some("beatles")),
        ("yestreday beatlse", &["Yesterday"], Some("yesterday beatles")),
        ("dont acdc", &["Don't Stop"], None),
        ("ac/dc", &["Don't Stop"], None),
        ("東京", &["閃光少女"], None),
        ("少女 東", &["閃光少女"], None),
        ("京東", &[], None),
        ("BJORK joga", &["Jóga"], None),
        ("!!!", &["!!!"], None),
        ("qwertz", &[], None),
        ("\" OR 1", &[], None),
    ] {
        let selection = Selection { search: Some(text.to_owned()), ..Selection::default() };
        let browse = Browse { selection, sort: SortKey::Title, descending: false, files: false, together: false, offset: 0, limit: 500 };
        let page = library.browse(LISTENER, &browse).expect("answers");
        assert_eq!(page.tracks.iter().map(|row| row.title.as_str()).collect::<Vec<_>>(), found, "{text}");
        assert_eq!(page.corrected.as_deref(), corrected, "{text}");
        let selection = Selection { exact: true, ..browse.selection.clone() };
        let exact = library.browse(LISTENER, &Browse { selection, ..browse }).expect("answers");
        let as_typed = if corrected.is_none() { found.len() } else { 0 };
        assert_eq!((exact.tracks.len(), exact.corrected), (as_typed, None), "{text}, exactly");
    }
}

#[test]
fn what_a_listener_made_selects_and_sorts_for_them_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let library = library(folder.path(), &["One", "Three", "Two"].map(|title| song(title, "Ada")));
    let (somebody_else, now) = (UserId(Uuid::from_u128(8)), UnixMs(1_700_000_000_000));
    library.rate(LISTENER, &[id(0)], 40, now).expect("rated");
    library.rate(LISTENER, &[id(2)], 80, now).expect("rated");
    library.love(LISTENER, &[id(1)], true, now).expect("loved");
    let titles = |listener, only, descending| -> Vec<String> {
        let selection = Selection { only, ..Selection::default() };
        let browse = Browse { selection, sort: SortKey::Rating, descending, files: false, together: false, offset: 0, limit: 500 };
        library.browse(listener, &browse).expect("answers").tracks.into_iter().map(|row| row.title).collect()
    };
    // Without stars last, both ways.
    assert_eq!(titles(LISTENER, None, false), ["One", "Two", "Three"]);
    assert_eq!(titles(LISTENER, None, true), ["Two", "One", "Three"]);
    assert_eq!(titles(somebody_else, None, true), ["One", "Three", "Two"]);
    assert_eq!(titles(LISTENER, Some(Only::Loved), false), ["Three"]);
    assert_eq!(titles(LISTENER, Some(Only::Unfinished), false), [""; 0]);
    assert_eq!(titles(somebody_else, Some(Only::Loved), false), [""; 0]);
    // The next page knows what was done in between.
    library.love(LISTENER, &[id(2)], true, now).expect("loved");
    library.rate(LISTENER, &[id(1)], 100, now).expect("rated");
    assert_eq!(titles(LISTENER, Some(Only::Loved), true), ["Three", "Two"]);
}

#[test]
fn a_track_that_is_thrown_away_leaves_no_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let library = library(folder.path(), &[song("One", "Ada"), song("Two", "Ada")]);
    let index = db::open_for_writing(&library.index()).expect("opens");
    index.execute("DELETE FROM track WHERE title = 'One'", []).expect("deleted");
    let words: Vec<u32> = {
        let mut statement = index.prepare("SELECT rowid FROM words WHERE words MATCH '\"ada\"'").expect("prepares");
        statement.query_map([], |row| row.get(0)).expect("asks").collect::<Result<_, _>>().expect("reads")
    };
    assert_eq!(words.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_page_is_what_looking_at_every_track_gives(
        tracks in prop::collection::vec(any_track(), 0..50),
        asked in prop::collection::vec((any_selection(), prop::sample::select(&SORTS[..]), any::<bool>()), 12),
        limit in 1_u16..9,
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let library = library(folder.path(), &tracks);
        for (selection, sort, descending) in asked {
            let wanted = naive(&tracks, &selection, sort, descending);
            let mut browse = Browse { selection, sort, descending, files: false, together: false, offset: 0, limit: 500 };
            prop_assert_eq!(&ids(&library, &browse), &(wanted.len() as u64, wanted.clone()), "{:?}", browse);
            // Pages lie side by side and leave out nothing.
            let mut tiled = Vec::new();
            browse.limit = limit;
            while (browse.offset as usize) < wanted.len() {
                tiled.extend(ids(&library, &browse).1);
                browse.offset += u32::from(limit);
            }
            prop_assert_eq!(tiled, wanted);
            prop_assert_eq!(ids(&library, &browse).1, []);
        }
    }

    #[test]
    fn a_column_counts_what_the_others_select(
        tracks in prop::collection::vec(any_track(), 0..50),
        selections in prop::collection::vec(any_selection(), 8),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let library = library(folder.path(), &tracks);
        let twice = sounds_twice(&tracks);
        for selection in selections {
            let beside = Selection { artists: Vec::new(), ..selection.clone() };
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            let mut total = 0;
            for (at, track) in tracks.iter().enumerate() {
                if track.fits(&beside, &twice) && track.is_found(at, beside.search.as_deref()) {
                    total += 1;
                    let mut names: Vec<String> = track.file.artists.iter().map(|name| fold(name)).collect();
                    names.sort();
                    names.dedup();
                    if names.is_empty() {
                        names.push(String::new());
                    }
                    names.into_iter().for_each(|name| *counts.entry(name).or_default() += 1);
                }
            }
            let facets = Facets { of: Facet::Artist, selection, order: FacetOrder::Name, offset: 0, limit: 500 };
            let list = library.facets(LISTENER, &facets).expect("answers");
            let sorted = list.values.windows(2).all(|pair| pair[1].name.is_empty() || naive_key(&pair[0].name) <= naive_key(&pair[1].name));
            prop_assert!(sorted, "{:?}", list.values);
            prop_assert_eq!((list.total, list.tracks), (counts.len() as u64, total));
            prop_assert_eq!(list.without, counts.get("").copied().unwrap_or(0));
            let listed: BTreeMap<String, u64> = list.values.into_iter().map(|value| (fold(&value.name), value.tracks)).collect();
            prop_assert_eq!(listed, counts);
        }
    }
}
