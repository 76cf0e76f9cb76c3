//! What a scan comes back to: files that did not open in time, and pictures that nobody uses any more.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

use iroam::host::library::ScanSummary;
use iroam::host::media::{Prober, WorkerConfig};
use iroam::protocol::{ArtSize, SortKey};
use iroam::types::{ArtId, Clock, SystemClock, UnixMs};

use crate::host_kit::{Home, everything, ffmpeg, prober, rows};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[test]
fn a_changed_file_that_does_not_open_in_time_stays_as_it_is_known_and_is_read_later() {
    let home = Home::new();
    let film = home.film("film.mkv", "libx264", true);
    assert_eq!(home.scan().videos, 1);
    fs::File::options().append(true).open(&film).and_then(|file| file.set_modified(SystemTime::now())).expect("touched");
    // One that never answers, as on a disk that is busy.
    let exe = home.data.join("worker");
    fs::write(&exe, "#!/bin/sh\nexec sleep 600\n").expect("written");
    fs::set_permissions(&exe, fs::Permissions::from_mode(0o700)).expect("set");
    let mut silent = Prober::new(WorkerConfig { exe, registry: home.data.join("registry") });
    let media = std::slice::from_ref(&home.media);
    let summary = home.library().scan(media, &mut silent, &SystemClock, &AtomicBool::new(false)).expect("scans");
    assert_eq!((summary.missing, summary.videos, summary.skipped_total), (0, 1, 1), "{summary:?}");
    let summary = home.scan();
    assert_eq!((summary.updated, summary.missing, summary.videos), (1, 0, 1), "{summary:?}");
}

struct Later(i64);

impl Clock for Later {
    fn now(&self) -> UnixMs {
        UnixMs(SystemClock.now().0 + self.0)
    }
}

fn scan_after(home: &Home, days: i64) -> ScanSummary {
    let media = std::slice::from_ref(&home.media);
    home.library().scan(media, &mut prober(), &Later(days * DAY_MS), &AtomicBool::new(false)).expect("scans")
}

fn cover(home: &Home, colour: &str) {
    let source = format!("color={colour}:size=1600x1600");
    ffmpeg(&["-f", "lavfi", "-i", &source, "-frames:v", "1"], &[], &home.media.join("Album/cover.jpg"));
}

/// Files of a picture, in all its sizes.
fn files(art_dir: &Path, art: &ArtId) -> usize {
    let names = fs::read_dir(art_dir).expect("listed").map(|entry| entry.expect("listed").file_name());
    names.filter(|name| name.to_string_lossy().starts_with(art.as_str())).count()
}

#[test]
fn pictures_that_nobody_has_used_for_a_day_are_thrown_away_and_no_others() {
    let home = Home::new();
    home.song("Album/song.flac", &[]);
    let art = || rows(&home.library(), &everything(SortKey::Title)).remove(0).art.expect("a cover");
    let art_dir = home.data.join("art");
    cover(&home, "red");
    home.scan();
    let red = art();
    cover(&home, "blue");
    assert_eq!(home.scan().updated, 1);
    let blue = art();
    let unfinished = art_dir.join("x.0123456789abcdef.part");
    fs::write(&unfinished, "half").expect("written");
    let own = art_dir.join("notes.txt");
    fs::write(&own, "not ours").expect("written");
    assert_eq!([&red, &blue].map(|art| files(&art_dir, art)), [5, 5]);

    scan_after(&home, 0);
    assert_eq!((files(&art_dir, &red), unfinished.exists()), (5, true), "it may be wanted again today");
    let young = art_dir.join("y.0123456789abcdef.part");
    let hours = std::time::Duration::from_secs(47 * 60 * 60);
    fs::File::create(&young).and_then(|file| file.set_modified(SystemTime::now() + hours)).expect("written");
    scan_after(&home, 2);
    assert!(young.exists(), "somebody may be writing it");
    assert_eq!([&red, &blue].map(|art| files(&art_dir, art)), [5, 5], "its day begins when it is found unused, however long it was used");
    assert_eq!((unfinished.exists(), own.exists()), (false, true));
    scan_after(&home, 4);
    assert_eq!([&red, &blue].map(|art| files(&art_dir, art)), [0, 5]);

    // Who wants it again has it again, and keeps it.
    cover(&home, "red");
    assert_eq!(scan_after(&home, 4).updated, 1);
    assert_eq!(art(), red);
    assert!(home.library().sized_picture(&red, ArtSize::S64).expect("readable").is_some());
    scan_after(&home, 6);
    scan_after(&home, 8);
    assert_eq!([&red, &blue].map(|art| files(&art_dir, art)), [5, 0]);
}
