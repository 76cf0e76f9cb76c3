//! What is hidden from an asker is as if it were not there.

use std::sync::Arc;

use super::super::Catalogue;
use super::*;
use crate::host::library::{FacetList, Page};
use crate::protocol::rules::Rules;

const FACETS: [Facet; 5] = [Facet::Genre, Facet::Artist, Facet::AlbumArtist, Facet::Album, Facet::Composer];
const ORDERS: [FacetOrder; 4] = [FacetOrder::Name, FacetOrder::Title, FacetOrder::Year, FacetOrder::Added];
/// Words that some track nearly has.
const SLIPS: [&str; 4] = ["beatlse", "heroez", "zapap", "trakc"];
const RULES: [&str; 4] = [
    r#"{"match":"all","rules":[{"field":"duplicate","op":"is","value":true}]}"#,
    r#"{"match":"any","rules":[{"field":"title","op":"contains","value":"a"},{"field":"duplicate","op":"is","value":false}]}"#,
    r#"{"match":"all","rules":[{"field":"artist","op":"is_not","value":"zappa"}],"limit":{"count":3,"unit":"items","by":"album"}}"#,
    r#"{"match":"all","rules":[],"limit":{"count":2,"unit":"items","by":"most_recently_added"}}"#,
];

/// A library of which some tracks are hidden, and one of the others alone.
fn both(folder: &std::path::Path, tracks: &[Track]) -> (Library, Library) {
    let whole = library(&folder.join("whole"), tracks);
    let narrowed = whole.seen_by(Arc::new(|path| path.starts_with("/m")));
    (narrowed, library_of(&folder.join("seen"), tracks, |at| folder_of(at) == "/m"))
}

fn page(library: &Library, selection: &Selection, sort: SortKey, descending: bool) -> Page {
    let browse = Browse { selection: selection.clone(), sort, descending, files: false, together: true, offset: 0, limit: 500 };
    library.browse(LISTENER, &browse).expect("answers")
}

/// Of several spellings of a name that of the whole library is shown, whoever asks.
fn list(library: &Library, selection: &Selection, of: Facet, order: FacetOrder) -> FacetList {
    let facets = Facets { of, selection: selection.clone(), order, offset: 0, limit: 500 };
    let mut list = library.facets(LISTENER, &facets).expect("answers");
    list.values.iter_mut().for_each(|value| value.name = fold(&value.name));
    list
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whoever_does_not_see_a_track_is_told_nothing_of_it(
        tracks in prop::collection::vec(any_track(), 0..40),
        asked in prop::collection::vec((any_selection(), prop::sample::select(&SORTS[..]), any::<bool>()), 8),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("whole")).expect("made");
        std::fs::create_dir_all(folder.path().join("seen")).expect("made");
        let (narrowed, seen) = both(folder.path(), &tracks);
        prop_assert_eq!(narrowed.totals().expect("told"), seen.totals().expect("told"));
        narrowed.refresh().expect("made");
        prop_assert_eq!(narrowed.totals_at_hand().expect("told"), seen.totals().expect("told"));
        let special = SLIPS.map(|text| Selection { search: Some(text.to_owned()), ..Selection::default() });
        let ruled = RULES.map(|text| {
            let rules: Rules = serde_json::from_str(text).expect("rules");
            Selection { rules: Some(rules), ..Selection::default() }
        });
        let special = special.into_iter().chain(ruled).map(|selection| (selection, SortKey::Title, false));
        for (selection, sort, descending) in asked.into_iter().chain(special) {
            let pages = [&narrowed, &seen].map(|library| page(library, &selection, sort, descending));
            prop_assert_eq!(&pages[0], &pages[1], "{:?}", selection);
            for (of, order) in FACETS.into_iter().flat_map(|of| ORDERS.map(|order| (of, order))) {
                let lists = [&narrowed, &seen].map(|library| list(library, &selection, of, order));
                prop_assert_eq!(&lists[0], &lists[1], "{:?} of {:?} by {:?}", selection, of, order);
            }
            let ids: Vec<TrackId> = pages[0].tracks.iter().map(|row| row.id).collect();
            prop_assert_eq!(narrowed.tracks(&ids).expect("told"), seen.tracks(&ids).expect("told"));
        }
        let hidden: Vec<TrackId> = (0..tracks.len()).filter(|at| folder_of(*at) == "/n").map(id).collect();
        prop_assert_eq!(narrowed.tracks(&hidden).expect("told"), vec![]);
    }
}

#[test]
fn a_song_whose_other_copy_is_hidden_is_there_once() {
    let folder = tempfile::tempdir().expect("a folder");
    // By sound, and by name: the second of each pair is hidden.
    let library = Library::open(folder.path()).expect("opens");
    let sounds = [1, 1, 2, 3].map(|sound| [sound; 16]);
    library
        .keep_made(sounds.into_iter().enumerate().map(|(at, fingerprint)| Made {
            id: id(at),
            path: PathBuf::from(format!("/{}/{at}.flac", ["m", "n", "m", "n"][at])),
            size: 1,
            fingerprint,
            added: UnixMs(1),
            file: song(["One", "One (live)", "Two", "Two"][at], "Ada").file,
        }))
        .expect("written");
    let twice = |library: &Library| {
        let duplicates = Selection { only: Some(Only::Duplicates), ..Selection::default() };
        let rows = library.tracks(&[id(0), id(1), id(2), id(3)]).expect("told");
        (page(library, &duplicates, SortKey::Title, false).total, rows.iter().filter(|row| row.duplicate).count())
    };
    assert_eq!(twice(&library), (4, 4));
    assert_eq!(twice(&library.seen_by(Arc::new(|path| path.starts_with("/m")))), (0, 0));
    assert_eq!(twice(&library.seen_by(Arc::new(|_| true))), (4, 4));
}

#[test]
fn a_slip_is_taken_for_a_word_that_is_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    // Nearer, and in more tracks, but hidden.
    let library = library(folder.path(), &[song("Yesterday", "Beatles"), song("Today", "Beetles"), song("Tomorrow", "Beadle")]);
    let narrowed = library.seen_by(Arc::new(|path| path.starts_with("/m")));
    let search = Selection { search: Some("beetlse".to_owned()), ..Selection::default() };
    assert_eq!(page(&library, &search, SortKey::Title, false).corrected.as_deref(), Some("beetles"));
    let found = page(&narrowed, &search, SortKey::Title, false);
    assert_eq!((found.corrected, found.total), (None, 0));
    let search = Selection { search: Some("baetles".to_owned()), ..Selection::default() };
    assert_eq!(page(&narrowed, &search, SortKey::Title, false).corrected.as_deref(), Some("beatles"));
}

#[test]
fn a_slip_is_taken_for_a_word_of_what_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let gone = Track { is_missing: true, ..song("Today", "Beetles") };
    let library = library(folder.path(), &[song("Yesterday", "Beatles"), gone, song("Tomorrow", "Beadle")]);
    let found = |text: &str, only: Option<Only>| {
        let search = Selection { search: Some(text.to_owned()), only, ..Selection::default() };
        let page = page(&library, &search, SortKey::Title, false);
        (page.corrected, page.total)
    };
    assert_eq!(found("beetlse", None), (None, 0));
    assert_eq!(found("beetles", None), (Some("beatles".to_owned()), 1));
    // Among those that are gone it is one.
    assert_eq!(found("beetlse", Some(Only::Missing)), (Some("beetles".to_owned()), 1));
    let index = db::open_for_writing(&library.index()).expect("opens");
    for state in ["offline", "purged"] {
        index.execute("UPDATE track SET state = ? WHERE state <> 'present'", [state]).expect("marked");
        assert_eq!(found("beetlse", None), (None, 0), "{state}");
        assert_eq!(found("beetlse", Some(Only::Missing)), (None, 0), "{state}");
    }
}

#[test]
fn an_album_is_as_its_tracks_say_that_are_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let track = |year, added_ms, is_missing| {
        let track = song("One", "Ada");
        Track {
            file: Described { album: Some(album_tag(0)), year: Some(year), ..track.file },
            album: Some(0),
            added_ms,
            is_missing,
            ..track
        }
    };
    let years = |library: &Library, only| {
        let selection = Selection { only, ..Selection::default() };
        list(library, &selection, Facet::Album, FacetOrder::Year).values.iter().map(|value| value.year).collect::<Vec<_>>()
    };
    for gone_first in [true, false] {
        let folder = folder.path().join(gone_first.to_string());
        std::fs::create_dir(&folder).expect("made");
        let mut tracks = [track(1971, 9_000, true), track(1972, 1_000, false)];
        if !gone_first {
            tracks.reverse();
        }
        let library = library(&folder, &tracks);
        assert_eq!(years(&library, None), [Some(1972)]);
        let index = db::open_for_writing(&library.index()).expect("opens");
        index.execute("UPDATE track SET state = 'missing'", []).expect("marked");
        let first = if gone_first { 1971 } else { 1972 };
        assert_eq!(years(&library, Some(Only::Missing)), [Some(first)], "all are gone");
    }
}

#[test]
fn one_catalogue_serves_all_askers() {
    let folder = tempfile::tempdir().expect("a folder");
    let library = library(folder.path(), &[song("One", "Ada")]);
    let narrowed = library.seen_by(Arc::new(|_| false));
    let (whole, view) = (library.catalogue().expect("made"), narrowed.catalogue().expect("made"));
    assert!(std::ptr::eq::<Catalogue>(&*whole, &*view));
    assert_eq!((whole.totals().tracks, view.totals().tracks), (1, 0));
}
