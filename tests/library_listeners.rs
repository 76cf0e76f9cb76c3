//! What listeners make of a real library: counted once, kept for ever, told to players at once, and nobody else's.
#![cfg(feature = "host")]

mod host_kit;
mod library_listeners {
    mod told;
}

use std::fs;
use std::os::unix::fs::FileExt;

use host_kit::{Home, everything, rows};
use iroam::host::library::{Brought, Library};
use iroam::protocol::{Forget, Listened, PlayReport, SortKey, TrackRow};
use iroam::types::{TrackId, UnixMs, UserId};
use uuid::Uuid;

const NOW: UnixMs = UnixMs(1_700_000_000_000);

fn listener(n: u8) -> UserId {
    UserId::new(NOW, [n; 10])
}

fn report(track: TrackId, event: u128, heard_ms: u64, ended: bool) -> PlayReport {
    PlayReport { track, event: Uuid::from_u128(event), at_ms: NOW.0 - 5, heard_ms, of_ms: 1_000, ended }
}

/// The rows by title, as a listener sees them.
fn seen(library: &Library, listener: UserId) -> Vec<TrackRow> {
    let mut rows = rows(library, &everything(SortKey::Title));
    library.fill_listened(listener, &mut rows).expect("reads");
    rows
}

fn of(library: &Library, listener: UserId) -> Vec<Listened> {
    seen(library, listener).into_iter().map(|row| row.listened).collect()
}

fn three_songs() -> (Home, Library, Vec<TrackId>) {
    let home = Home::new();
    for (file, title) in [("a.flac", "A"), ("b.flac", "B"), ("c.flac", "C")] {
        home.song(file, &[("title", title)]);
    }
    home.scan();
    let library = home.library();
    let ids = seen(&library, listener(0)).iter().map(|row| row.id).collect();
    (home, library, ids)
}

#[test]
fn reports_count_once_and_only_for_their_listener() {
    let (_home, library, ids) = three_songs();
    let nobody = TrackId(Uuid::from_u128(99));
    let reports = [report(ids[0], 1, 900, true), report(ids[1], 2, 100, false), report(nobody, 3, 900, true), report(ids[0], 1, 900, true)];
    for _ in 0..2 {
        library.note_played(listener(1), &reports, NOW).expect("noted");
    }
    library.note_played(listener(1), &[report(ids[0], 4, 600, false)], NOW).expect("noted");
    // Another's event of the same name is another event, and a clock that is ahead is not believed.
    let ahead = PlayReport { at_ms: i64::MAX, ..report(ids[2], 1, 0, true) };
    library.note_played(listener(2), &[ahead], NOW).expect("noted");
    let played = |plays, at_ms| Listened { plays, last_played_ms: Some(at_ms), ..Listened::default() };
    assert_eq!(of(&library, listener(1)), [played(2, NOW.0 - 5), Listened::default(), Listened::default()]);
    assert_eq!(of(&library, listener(2)), [Listened::default(), Listened::default(), played(1, NOW.0)]);
    assert_eq!(of(&library, listener(3)), vec![Listened::default(); 3]);
}

#[test]
fn stars_and_love_outlive_the_program_and_the_index() {
    let (home, library, ids) = three_songs();
    library.rate(listener(1), &ids[..2], 80, NOW).expect("rated");
    library.rate(listener(1), &ids[1..2], 0, NOW).expect("rated");
    library.love(listener(1), &ids[2..], true, NOW).expect("loved");
    let rated = |rating| Listened { rating, ..Listened::default() };
    let expected = [rated(Some(80)), rated(None), Listened { loved: true, ..Listened::default() }];
    assert_eq!(of(&library, listener(1)), expected);
    drop(library);
    let library = home.library();
    assert_eq!(of(&library, listener(1)), expected);
    library.forget(listener(1), &ids, Forget::Rating, NOW).expect("forgotten");
    library.love(listener(1), &ids, false, NOW).expect("noted");
    assert_eq!(of(&library, listener(1)), vec![Listened::default(); 3]);
}

#[test]
fn plays_are_forgotten_when_asked_and_what_else_there_is_stays() {
    let (_home, library, ids) = three_songs();
    library.note_played(listener(1), &[report(ids[0], 1, 900, true)], NOW).expect("noted");
    library.rate(listener(1), &ids[..1], 20, NOW).expect("rated");
    library.forget(listener(1), &ids, Forget::Plays, NOW).expect("forgotten");
    assert_eq!(of(&library, listener(1))[0], Listened { rating: Some(20), ..Listened::default() });
}

#[test]
fn a_place_in_a_film_is_kept_until_its_end() {
    let home = Home::new();
    let film = home.media.join("film.mp4");
    host_kit::ffmpeg(&["-f", "lavfi", "-i", "testsrc=size=64x48:rate=1:duration=40", "-c:v", "libx264", "-pix_fmt", "yuv420p"], &[], &film);
    home.song("song.flac", &[("title", "Song")]);
    home.scan();
    let library = home.library();
    let rows = seen(&library, listener(1));
    for row in &rows {
        library.note_place(listener(1), row.id, 20_000, NOW).expect("noted");
    }
    let places = |library: &Library| of(library, listener(1)).into_iter().filter_map(|listened| listened.resume_ms).collect::<Vec<_>>();
    assert_eq!(places(&library), [20_000], "a song begins anew");
    let film = rows.iter().find(|row| row.title == "film").expect("listed").id;
    library.note_place(listener(1), film, 39_000, NOW).expect("noted");
    assert_eq!(places(&library), Vec::<u64>::new());
    library.note_place(listener(1), film, 30_000, NOW).expect("noted");
    library.note_played(listener(1), &[report(film, 1, 0, true)], NOW).expect("noted");
    assert_eq!(places(&library), Vec::<u64>::new());
}

#[test]
fn an_import_adds_what_it_has_more_and_takes_nothing_away() {
    let (_home, library, ids) = three_songs();
    let me = listener(1);
    library.note_played(me, &[report(ids[0], 1, 900, true)], NOW).expect("noted");
    library.rate(me, &ids[..1], 20, NOW).expect("rated");
    let brought = |plays| Brought {
        track: ids[0],
        plays,
        skips: 2,
        last_played_ms: Some(NOW.0 - 1_000_000),
        last_skipped_ms: None,
        rating: Some(100),
        loved: true,
        added_ms: Some(1_000_000_000_000),
        is_own: false,
    };
    for (plays, expected) in [(12, 13), (12, 13), (15, 16), (3, 16)] {
        assert_eq!(library.bring(me, &[brought(plays)], NOW).expect("brought"), 1);
        let row = seen(&library, me).remove(0);
        let listened =
            Listened { plays: expected, skips: 2, last_played_ms: Some(NOW.0 - 5), rating: Some(20), loved: true, ..Listened::default() };
        assert_eq!((row.listened, row.added_at.as_str()), (listened, "2001-09-09T01:46:40Z"));
    }
    let nobody = Brought { track: TrackId(Uuid::from_u128(99)), ..brought(1) };
    assert_eq!(library.bring(me, &[nobody], NOW).expect("nothing to do"), 0);
}

#[test]
fn listeners_data_is_recovered_when_its_file_is_damaged() {
    let (home, library, ids) = three_songs();
    library.rate(listener(1), &ids, 60, NOW).expect("rated");
    assert!(library.copy_listeners(NOW).expect("copied"));
    assert!(!library.copy_listeners(NOW).expect("there is one"));
    drop(library);
    let file = home.data.join("listeners.db");
    damage(&file);
    let library = home.library();
    assert_eq!(of(&library, listener(1)).iter().filter_map(|listened| listened.rating).collect::<Vec<_>>(), [60, 60, 60]);
    // Damaged while it is open: the next question heals it, and what is noted after that stays.
    damage(&file);
    assert_eq!(of(&library, listener(1)).iter().filter_map(|listened| listened.rating).collect::<Vec<_>>(), [60, 60, 60]);
    library.love(listener(1), &ids, true, NOW).expect("loved");
    drop(library);
    assert!(of(&home.library(), listener(1)).iter().all(|listened| listened.loved && listened.rating == Some(60)));
    let aside = fs::read_dir(&home.data)
        .expect("listed")
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().contains(".damaged-"))
        .count();
    assert!(aside >= 2, "the damaged files are kept");
}

/// All pages but the first.
fn damage(file: &std::path::Path) {
    let size = fs::metadata(file).expect("there").len();
    let noise = vec![0x5a; usize::try_from(size).expect("small") - 4096];
    fs::OpenOptions::new().write(true).open(file).expect("there").write_all_at(&noise, 4096).expect("written");
}

#[test]
fn three_daily_copies_are_kept() {
    let (home, library, ids) = three_songs();
    for day in 0..5 {
        let now = UnixMs(NOW.0 + day * 86_400_000);
        library.rate(listener(1), &ids, 20, now).expect("rated");
        assert!(library.copy_listeners(now).expect("copied"));
    }
    assert_eq!(fs::read_dir(home.data.join("listeners-copies")).expect("listed").count(), 3);
}
