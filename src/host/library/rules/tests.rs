//! The SQL and the catalogue against an evaluation of the same rules track by track, on random small libraries.

mod naive;
mod shelf;
mod strategy;

use proptest::prelude::*;

use super::evaluate;
use crate::protocol::rules::Rules;
use crate::types::UnixMs;
use shelf::{LISTENER, Shelf, Song};
use strategy::NOW;

fn rules(text: &str) -> Rules {
    let rules: Rules = serde_json::from_str(text).expect("rules");
    rules.check().expect("fit to be evaluated");
    rules
}

fn found(shelf: &Shelf, text: &str) -> Vec<i64> {
    shelf.ruled(&rules(text), NOW)
}

/// The same for one test.
fn fits(shelf: &Shelf, field: &str, op: &str, value: &str) -> Vec<i64> {
    found(shelf, &format!(r#"{{"match":"all","rules":[{{"field":"{field}","op":"{op}","value":{value}}}]}}"#))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn rules_find_what_looking_at_each_track_finds(songs in strategy::songs(), all in prop::collection::vec(strategy::rules(), 24)) {
        let shelf = Shelf::of(&songs);
        for rules in all {
            prop_assert_eq!(rules.check(), Ok(()));
            let words = serde_json::to_string(&rules).expect("serialises");
            let mut wanted = naive::evaluate(&songs, &rules, NOW);
            wanted.sort_unstable();
            prop_assert_eq!(&shelf.ruled(&rules, NOW), &wanted, "{}", words);
            // The same from SQL alone.
            let whole = Rules { limit: None, ..rules };
            let missing = super::asks_for_missing(&whole);
            let found = evaluate(&shelf.index, whole.matching, &whole.rules, missing, LISTENER, UnixMs(NOW)).expect("evaluated");
            prop_assert_eq!(&found, &naive::evaluate(&songs, &whole, NOW), "{}", words);
        }
    }
}

#[test]
fn every_character_means_itself() {
    let titles = ["100%", "100 x", "a_b", "a\"b", "it's", "x\0y", "'; DROP TABLE track; --", "\\"];
    let songs: Vec<Song> = titles.iter().map(|title| Song::called(title)).collect();
    let shelf = Shelf::of(&songs);
    for (n, title) in (1..).zip(titles) {
        let value = serde_json::to_string(title).expect("serialises");
        assert_eq!(fits(&shelf, "title", "is", &value), [n], "{title}");
        assert_eq!(fits(&shelf, "title", "is_not", &value).len(), titles.len() - 1, "{title}");
    }
    assert_eq!(fits(&shelf, "title", "contains", r#""0%""#), [1]);
    assert_eq!(fits(&shelf, "title", "contains", r#""a_""#), [3]);
    assert_eq!(fits(&shelf, "title", "ends_with", r#""\u0000y""#), [6]);
    assert_eq!(fits(&shelf, "title", "starts_with", r#""'; drop""#), [7]);
}

#[test]
fn one_of_several_artists_is_enough_and_none_may_be_what_it_is_not() {
    let songs = [
        Song { artists: vec!["Miles Davis".into(), "Björk".into()], ..Song::called("both") },
        Song { artists: vec!["Björk".into()], ..Song::called("one") },
        Song::called("nobody's"),
    ];
    let shelf = Shelf::of(&songs);
    assert_eq!(fits(&shelf, "artist", "is", r#""bjork""#), [1, 2]);
    assert_eq!(fits(&shelf, "artist", "is_not", r#""bjork""#), [3]);
    assert_eq!(fits(&shelf, "artist", "contains", r#""miles""#), [1]);
    assert_eq!(fits(&shelf, "artist", "contains_not", r#""miles""#), [2, 3]);
    assert_eq!(fits(&shelf, "artist", "is", r#""""#), [3]);
    assert_eq!(fits(&shelf, "artist", "is_not", r#""""#), [1, 2]);
}

#[test]
fn what_was_never_played_has_no_plays_and_was_not_played_lately() {
    let songs = [Song { plays: 3, last_played: Some(NOW - 5), ..Song::called("played") }, Song::called("not yet")];
    let shelf = Shelf::of(&songs);
    assert_eq!(fits(&shelf, "plays", "is", "0"), [2]);
    assert_eq!(fits(&shelf, "plays", "less", "4"), [1, 2]);
    assert_eq!(fits(&shelf, "last_played", "in_last", "1000"), [1]);
    assert_eq!(fits(&shelf, "last_played", "not_in_last", "1000"), [2]);
    assert_eq!(fits(&shelf, "last_played", "less", &NOW.to_string()), [1]);
}

#[test]
fn before_anybody_listened_there_are_no_plays() {
    let shelf = Shelf::of(&[Song { loved: true, plays: 3, ..Song::called("a") }]);
    shelf.index.execute_batch("DETACH heard").expect("detached");
    assert_eq!(fits(&shelf, "plays", "is", "0"), [1]);
    assert_eq!(fits(&shelf, "loved", "is", "false"), [1]);
    assert_eq!(found(&shelf, r#"{"match":"all","rules":[],"limit":{"count":3,"unit":"items","by":"most_played"}}"#), [1]);
}

#[test]
fn the_listeners_rating_goes_before_the_files() {
    let songs = [
        Song { rating: Some(80), ..Song::called("file's") },
        Song { rating: Some(80), own_rating: Some(20), ..Song::called("own") },
        Song { rating: Some(80), own_rating: Some(0), ..Song::called("taken away") },
        Song::called("none"),
    ];
    let shelf = Shelf::of(&songs);
    assert_eq!(fits(&shelf, "rating", "greater", "60"), [1]);
    assert_eq!(fits(&shelf, "rating", "is", "0"), [3, 4]);
    assert_eq!(fits(&shelf, "rating", "less", "40"), [2, 3, 4]);
}

#[test]
fn a_random_choice_stays_for_a_day() {
    let songs: Vec<Song> = (0..60).map(|n| Song::called(&n.to_string())).collect();
    let shelf = Shelf::of(&songs);
    let rules = rules(r#"{"match":"all","rules":[],"limit":{"count":10,"unit":"items","by":"random"}}"#);
    let day = NOW - NOW.rem_euclid(86_400_000);
    let at = |ms: i64| shelf.ruled(&rules, ms);
    let today = at(day);
    assert_eq!(today.len(), 10);
    assert_eq!(at(day + 86_399_999), today);
    assert_ne!(at(day + 86_400_000), today);
}

#[test]
fn what_does_not_fit_the_limit_makes_way_for_what_does() {
    let songs: Vec<Song> =
        [30, 50, 20].map(|minutes| Song { duration_ms: minutes * 60_000, added: 100 - minutes as i64, ..Song::called("") }).into();
    let shelf = Shelf::of(&songs);
    let limit =
        |count: u32| format!(r#"{{"match":"all","rules":[],"limit":{{"count":{count},"unit":"minutes","by":"least_recently_added"}}}}"#);
    assert_eq!(found(&shelf, &limit(100)), [1, 2, 3]);
    assert_eq!(found(&shelf, &limit(79)), [2, 3]);
    assert_eq!(found(&shelf, &limit(49)), [1]);
}

#[test]
fn a_limit_by_names_takes_the_first_as_people_sort_them() {
    let by = |artist: &str, album: &str, track_no, title: &str| Song {
        artists: vec![artist.into()],
        genres: vec![artist.into()],
        album: Some(album.into()),
        track_no: Some(track_no),
        ..Song::called(title)
    };
    let songs = [by("The Bees", "Honey", 2, "b"), by("Ants", "Zoo", 1, "z"), by("the bees", "Honey", 1, "c"), Song::called("a 10")];
    let shelf = Shelf::of(&songs);
    for (by, first_two) in [("title", [1, 4]), ("artist", [2, 3]), ("genre", [2, 3]), ("album", [1, 3])] {
        let limit = format!(r#"{{"match":"all","rules":[],"limit":{{"count":2,"unit":"items","by":"{by}"}}}}"#);
        assert_eq!(found(&shelf, &limit), first_two, "{by}");
    }
}

#[test]
fn a_limit_by_size_looks_on_until_nothing_fits() {
    // The small ones are the last of very many.
    let mut songs: Vec<Song> = (0..1_500).map(|n| Song { size: 3_000_000, added: n, ..Song::called("") }).collect();
    songs.extend((0..3).map(|n| Song { size: 1_000_000, added: 2_000 + n, ..Song::called("") }));
    let shelf = Shelf::of(&songs);
    let taken = found(&shelf, r#"{"match":"all","rules":[],"limit":{"count":8,"unit":"megabytes","by":"least_recently_added"}}"#);
    assert_eq!(taken, [1, 2, 1501, 1502]);
}

#[test]
fn missing_files_are_found_only_by_who_asks_for_them() {
    let songs =
        [Song::called("here"), Song { state: "missing", ..Song::called("gone") }, Song { state: "offline", ..Song::called("away") }];
    let shelf = Shelf::of(&songs);
    assert_eq!(found(&shelf, r#"{"match":"all","rules":[]}"#), [1]);
    assert_eq!(fits(&shelf, "missing", "is", "true"), [2]);
    assert_eq!(fits(&shelf, "missing", "is", "false"), [1], "what lies on a disk that is away is nowhere");
}
