//! Files that are moved, renamed, tagged anew, exchanged, taken away and brought back.

use std::fs;
use std::path::Path;

use iroam::protocol::{BrowsePage, Reply, SortKey, TrackRow};
use iroam::types::TrackId;

use crate::host_kit::player::{BOUND, ask};
use crate::host_kit::server::{Host, config, listener, server_key, welcome, write_pairing};
use crate::host_kit::{Home, everything, ffmpeg, rows};
use crate::songs::{FORMATS, format, ids, song, songs, tag, title};

#[test]
fn a_thousand_songs_that_are_moved_renamed_and_tagged_anew_keep_their_ids() {
    let home = Home::new();
    let paths = songs(&home, 1_000);
    assert_eq!(home.scan().added, 1_000);
    let before = ids(&home.library());
    assert_eq!(before.len(), 1_000);
    // Of every format, in an order of its own, one of them twice.
    let playlist: Vec<_> = (0..1_000).rev().step_by(7).chain([999]).map(title).map(|title| (before[&title], title)).collect();

    let mut moved = Vec::new();
    for (number, path) in paths.iter().enumerate() {
        // Every third elsewhere, every third renamed where it is, and the others both.
        let folder =
            if number % 3 == 1 { path.parent().expect("a folder").to_owned() } else { home.media.join(format!("by year/{}", number % 7)) };
        let name = if number % 3 == 0 {
            path.file_name().expect("a name").to_owned()
        } else {
            format!("{number} renamed.{}", format(number)).into()
        };
        fs::create_dir_all(&folder).expect("made");
        fs::rename(path, folder.join(&name)).expect("moved");
        if number % 2 == 0 {
            tag(&folder.join(&name), number, "Second pressing", &"a longer comment ".repeat(number));
        }
        moved.push(folder.join(name));
    }
    let summary = home.scan();
    assert_eq!((summary.missing, summary.tracks), (0, 1_000));
    assert_eq!(ids(&home.library()), before);

    // Within the folder each takes the next one's name: no path is new, and each has another's content.
    for folder in fs::read_dir(home.media.join("by year")).expect("listed") {
        let folder = folder.expect("listed").path();
        for format in FORMATS {
            rotate(&folder, format);
        }
    }
    let summary = home.scan();
    assert_eq!((summary.missing, summary.tracks), (0, 1_000));
    assert_eq!(ids(&home.library()), before);
    tokio::runtime::Runtime::new().expect("starts").block_on(plays(&home, &playlist));
}

/// A player asks a host for the items of a playlist, which are ids, and plays the first of each format.
async fn plays(home: &Home, playlist: &[(TrackId, String)]) {
    const NO_HTTP: &str = "http://127.0.0.1:9";
    let listener = listener();
    write_pairing(&home.data, NO_HTTP, listener.local_addr(), &server_key());
    let host = Host::start(config(home, NO_HTTP));
    let tunnel = tokio::time::timeout(BOUND, welcome(&listener)).await.expect("it comes");
    let items: Vec<_> = playlist.iter().map(|(id, _)| id).collect();
    let answered = ask(&tunnel, &serde_json::json!({ "op": "tracks", "ids": items }).to_string()).await;
    let page: BrowsePage = serde_json::from_slice(&answered.body).expect("rows");
    let found: Vec<_> = page.tracks.iter().map(|row| (row.id, row.title.clone())).collect();
    assert_eq!(found, playlist);
    for wanted in FORMATS {
        let is_it = |row: &&TrackRow| (0..1_000).any(|number| format(number) == wanted && title(number) == row.title);
        let row = page.tracks.iter().find(is_it).expect("of every format");
        let of = serde_json::json!({ "op": "init", "track": row.id, "rendition": row.renditions[0] });
        let init = ask(&tunnel, &of.to_string()).await;
        assert!(matches!(init.reply(), Reply::Init(timeline) if timeline.duration > 0), "{wanted}");
        let of = serde_json::json!({ "op": "segment", "track": row.id, "rendition": row.renditions[0], "index": 0 });
        let segment = ask(&tunnel, &of.to_string()).await;
        assert!(matches!(segment.reply(), Reply::Segment { .. }), "{wanted}");
        assert!(segment.body.len() > 100, "{wanted}");
    }
    host.stop().await;
}

/// Gives each song of a format the name of the next one, and the last one that of the first.
fn rotate(folder: &Path, format: &str) {
    let is_one = |path: &std::path::PathBuf| path.extension().is_some_and(|extension| extension == format);
    let mut paths: Vec<_> = fs::read_dir(folder).expect("listed").map(|entry| entry.expect("listed").path()).filter(is_one).collect();
    paths.sort();
    let Some(last) = paths.last() else { return };
    let aside = folder.join("aside");
    fs::rename(last, &aside).expect("moved");
    for pair in paths.windows(2).rev() {
        fs::rename(&pair[0], &pair[1]).expect("moved");
    }
    fs::rename(&aside, &paths[0]).expect("moved");
}

#[test]
fn ffmpeg_may_write_the_file_anew() {
    for format in FORMATS.iter().chain(&["aiff", "wv", "mka", "webm", "aac"]) {
        let home = Home::new();
        let path = home.song(format!("a.{format}"), &[("title", "Blue")]);
        assert_eq!(home.scan().skipped, [], "{format}");
        let before = rows(&home.library(), &everything(SortKey::Title)).pop().expect("a row").id;
        let (from, to) = (path.to_string_lossy().into_owned(), home.media.join(format!("elsewhere/b.{format}")));
        fs::create_dir(home.media.join("elsewhere")).expect("made");
        let mut input = vec!["-i", from.as_str(), "-c", "copy"];
        if *format == "m4a" {
            input.extend(["-movflags", "+faststart"]);
        }
        ffmpeg(&input, &[("title", "Blue, a title that is much longer than before"), ("comment", "and more")], &to);
        fs::remove_file(&path).expect("removed");
        let summary = home.scan();
        assert_eq!((summary.missing, summary.tracks + summary.videos), (0, 1), "{format}");
        assert_eq!(rows(&home.library(), &everything(SortKey::Title)).pop().expect("a row").id, before, "{format}");
    }
}

#[test]
fn a_file_that_was_away_for_a_scan_is_the_track_it_was_wherever_it_comes_back() {
    let home = Home::new();
    let path = songs(&home, 2).remove(0);
    home.scan();
    let before = ids(&home.library());
    let kept = home.data.join("kept");
    fs::rename(&path, &kept).expect("moved");
    assert_eq!(home.scan().missing, 1);
    assert_eq!(ids(&home.library()).len(), 1);
    fs::rename(&kept, home.media.join("back.mp3")).expect("moved");
    assert_eq!(home.scan().tracks, 2);
    assert_eq!(ids(&home.library()), before);
}

#[test]
fn two_names_that_are_exchanged_exchange_nothing_else() {
    let home = Home::new();
    let (a, b, aside) = (home.media.join("a.mp3"), home.media.join("b.mp3"), home.media.join("aside"));
    song(&a, 0);
    song(&b, 6);
    home.scan();
    let before = ids(&home.library());
    fs::rename(&a, &aside).and_then(|()| fs::rename(&b, &a)).and_then(|()| fs::rename(&aside, &b)).expect("moved");
    home.scan();
    assert_eq!(ids(&home.library()), before);
    // And once more, one of them tagged anew.
    fs::rename(&a, &aside).and_then(|()| fs::rename(&b, &a)).and_then(|()| fs::rename(&aside, &b)).expect("moved");
    tag(&a, 0, "Anew", "and longer");
    home.scan();
    assert_eq!(ids(&home.library()), before);
}

#[test]
fn a_better_file_under_the_same_name_is_the_same_track() {
    let home = Home::new();
    let path = home.media.join("a.mp3");
    song(&path, 0);
    home.scan();
    let before = rows(&home.library(), &everything(SortKey::Title)).remove(0);
    song(&path, 6);
    home.scan();
    let after = rows(&home.library(), &everything(SortKey::Title)).remove(0);
    assert_eq!((after.id, after.added_at), (before.id, before.added_at));
    assert_ne!(after.title, before.title);
}
