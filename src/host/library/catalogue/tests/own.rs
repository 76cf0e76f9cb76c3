//! Orders by what a listener made of the tracks.

use super::*;

/// Plays, when it was played last, a rating, and when it was added as another program knew.
type Own = (u32, Option<i64>, Option<u8>, Option<i64>);

fn any_own() -> impl Strategy<Value = Option<Own>> {
    let time = || prop::option::of(prop::sample::select(vec![5_000_i64, 10_000, 15_000, 25_000]));
    prop::option::of((0_u32..3, time(), prop::option::of(prop::sample::select(vec![0_u8, 20, 60])), time()))
}

/// Into the file, as an import writes it.
fn note(library: &Library, all: &[Option<Own>]) {
    let listeners = rusqlite::Connection::open(library.index().with_file_name("listeners.db")).expect("opens");
    let sql = "INSERT INTO listened (listener, track, plays, last_played_ms, rating, added_ms, updated_ms) VALUES (?, ?, ?, ?, ?, ?, 0)";
    for (at, own) in all.iter().enumerate() {
        if let Some((plays, last_played, rating, added)) = own {
            let track = id(at).0;
            let values = rusqlite::params![LISTENER.0.as_bytes(), track.as_bytes(), plays, last_played, rating, added];
            listeners.execute(sql, values).expect("noted");
        }
    }
}

fn sorted(tracks: &[Track], all: &[Option<Own>], sort: SortKey, descending: bool) -> Vec<TrackId> {
    let by_album = naive(tracks, &Selection::default(), SortKey::Album, false);
    let at = |track: &TrackId| (0..tracks.len()).find(|at| id(*at) == *track).expect("one of them");
    let mut order: Vec<usize> = by_album.iter().map(at).collect();
    sort_by(&mut order, descending, |at| {
        let own = all.get(at).copied().flatten();
        let key = match sort {
            SortKey::Plays => Some(own.map_or(0, |own| own.0.into())),
            SortKey::LastPlayed => own.and_then(|own| own.1),
            SortKey::Rating => own.and_then(|own| own.2).or(tracks[at].file.rating).filter(|rating| *rating > 0).map(i64::from),
            _ => Some(own.and_then(|own| own.3).unwrap_or(tracks[at].added_ms)),
        };
        last(key, key.is_some())
    });
    order.into_iter().map(id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_a_listener_made_goes_before_what_files_say(
        tracks in prop::collection::vec((any_track(), prop::option::of(1_u8..80)), 0..40),
        all in prop::collection::vec(any_own(), 40),
        limit in 1_u16..9,
    ) {
        let tracks: Vec<Track> = tracks.into_iter().map(|(mut track, rating)| { track.file.rating = rating; track }).collect();
        let folder = tempfile::tempdir().expect("a folder");
        let library = library(folder.path(), &tracks);
        note(&library, &all[..tracks.len()]);
        for sort in [SortKey::Plays, SortKey::LastPlayed, SortKey::Rating, SortKey::Added] {
            for descending in [false, true] {
                let wanted = sorted(&tracks, &all, sort, descending);
                let mut browse = Browse { selection: Selection::default(), sort, descending, files: false, together: false, offset: 0, limit };
                let mut tiled = Vec::new();
                while (browse.offset as usize) < wanted.len() {
                    tiled.extend(ids(&library, &browse).1);
                    browse.offset += u32::from(limit);
                }
                prop_assert_eq!(&tiled, &wanted, "{:?} {}", sort, descending);
                browse = Browse { offset: 0, limit: 500, ..browse };
                prop_assert_eq!(&ids(&library, &browse).1, &wanted);
            }
        }
    }
}
