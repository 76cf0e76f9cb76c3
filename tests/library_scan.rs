//! Scans of real folders: what they cost, what survives a kill, a disk that is pulled out, one that is full.

mod host_kit;
mod library_scan {
    mod later;
}

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use host_kit::{Home, everything, prober, rows, scan, titles};
use iroam::host::library::LibraryError;
use iroam::protocol::{ArtSize, SortKey};
use iroam::types::{Clock, SystemClock, UnixMs};
use serde_json::Value;

/// A test that waits longer for anything waits in vain.
const BOUND: Duration = Duration::from_secs(60);

/// Songs in albums of ten, all made of one.
fn albums(home: &Home, songs: usize) {
    let first = home.song("first.flac", &[("artist", "A")]);
    let bytes = fs::read(&first).expect("made");
    fs::remove_file(first).expect("ours");
    for song in 0..songs {
        let path = home.media.join(format!("Album {:03}/{song:05}.flac", song / 10));
        fs::create_dir_all(path.parent().expect("below media")).expect("made");
        fs::write(path, &bytes).expect("written");
    }
}

/// Read as another program does: a scan is going on.
fn files_known(data: &Path) -> u64 {
    let index = rusqlite::Connection::open_with_flags(data.join("library.db"), rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY);
    index.and_then(|index| index.query_row("SELECT count(*) FROM track", [], |row| row.get::<_, u32>(0))).unwrap_or(0).into()
}

fn host_scan(home: &Home) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iroam"));
    command.args(["host", "scan", "--media"]).arg(&home.media).arg("--data").arg(&home.data);
    command.env_remove("IROAM_CONFIG").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn kill(mut child: Child) {
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

#[test]
fn a_killed_scan_goes_on_where_it_was() {
    let home = Home::new();
    albums(&home, 2_000);
    let child = host_scan(&home).spawn().expect("it runs");
    let began = Instant::now();
    while files_known(&home.data) < 500 {
        assert!(began.elapsed() < BOUND, "nothing is written while the scan runs");
        std::thread::sleep(Duration::from_millis(5));
    }
    kill(child);
    let kept = files_known(&home.data);
    let output = host_scan(&home).output().expect("it runs");
    let summary: Value = serde_json::from_slice(&output.stdout).expect("a JSON summary");
    assert_eq!(summary["unchanged"], kept, "what was kept is not read again: {summary}");
    assert_eq!(summary["added"], 2_000 - kept);
    assert_eq!(summary["tracks"], 2_000);
    assert_eq!(summary["folders"][0]["files"], 2_000, "{summary}");
    assert!(output.stderr.is_empty(), "no bar where nobody looks on: {}", String::from_utf8_lossy(&output.stderr));
}

/// Says the time, and at one moment does something.
struct Trap<F> {
    asked: AtomicU64,
    at: u64,
    act: F,
}

impl<F: Fn() + Send + Sync> Clock for Trap<F> {
    fn now(&self) -> UnixMs {
        if self.asked.fetch_add(1, Ordering::Relaxed) == self.at {
            (self.act)();
        }
        SystemClock.now()
    }
}

#[test]
fn a_folder_that_vanishes_in_the_midst_of_a_scan_is_offline_and_nothing_is_missing() {
    let home = Home::new();
    albums(&home, 300);
    assert_eq!(home.scan().added, 300);
    // All are to be read again.
    let now = SystemTime::now();
    for entry in fs::read_dir(&home.media).expect("listed").flatten() {
        for song in fs::read_dir(entry.path()).expect("listed").flatten() {
            fs::File::options().append(true).open(song.path()).and_then(|file| file.set_modified(now)).expect("touched");
        }
    }
    let (media, elsewhere) = (home.media.clone(), home.data.with_file_name("elsewhere"));
    let clock = Trap { asked: AtomicU64::new(0), at: 20, act: || fs::rename(&media, &elsewhere).expect("moved away") };
    let library = home.library();
    let summary = library.scan(std::slice::from_ref(&home.media), &mut prober(), &clock, &AtomicBool::new(false)).expect("scans");
    assert_eq!((summary.missing, summary.tracks, summary.folders[0].offline), (0, 0, true), "{summary:?}");
    fs::rename(&elsewhere, &home.media).expect("back");
    let summary = home.scan();
    assert_eq!((summary.added, summary.missing, summary.tracks), (0, 0, 300), "{summary:?}");
}

#[test]
fn an_empty_mount_point_is_a_disk_that_is_away_and_an_emptied_folder_is_not() {
    let home = Home::new();
    albums(&home, 20);
    let mount = home.data.with_file_name("mount");
    let unplugged = tempfile::tempdir_in("/dev/shm").expect("another device");
    assert_ne!(fs::metadata(unplugged.path()).expect("there").dev(), fs::metadata(&home.media).expect("there").dev());
    let plug = |into: &Path| {
        let _ = fs::remove_file(&mount);
        symlink(into, &mount).expect("linked");
    };
    let scan = || scan(&home.library(), std::slice::from_ref(&mount));
    plug(&home.media);
    assert_eq!(scan().tracks, 20);
    plug(unplugged.path());
    let summary = scan();
    assert_eq!((summary.missing, summary.tracks, summary.folders[0].offline), (0, 0, true), "{summary:?}");
    plug(&home.media);
    let summary = scan();
    assert_eq!((summary.unchanged, summary.tracks), (20, 20), "{summary:?}");
    for entry in fs::read_dir(&home.media).expect("listed").flatten() {
        fs::remove_dir_all(entry.path()).expect("ours");
    }
    let summary = scan();
    assert_eq!((summary.missing, summary.tracks, summary.folders[0].offline), (20, 0, false), "{summary:?}");
}

#[test]
fn loops_of_links_and_links_out_are_not_followed() {
    let home = Home::new();
    home.song("Album/song.flac", &[("title", "Song")]);
    symlink(&home.media, home.media.join("Album/loop")).expect("linked");
    symlink("self", home.media.join("self")).expect("linked");
    let outside = home.data.with_file_name("outside");
    fs::create_dir(&outside).expect("made");
    fs::copy(home.media.join("Album/song.flac"), outside.join("other.flac")).expect("copied");
    symlink(&outside, home.media.join("out")).expect("linked");
    let summary = home.scan();
    assert_eq!(summary.tracks, 1);
    // The link to itself leads nowhere, which is outside as well.
    let named: Vec<_> = summary.skipped.iter().map(|skipped| Path::new(&skipped.path).file_name().expect("a name")).collect();
    assert_eq!(named, ["out", "self"], "{:?}", summary.skipped);
}

#[test]
fn a_cover_put_beside_songs_later_is_theirs_and_one_that_is_exchanged_too() {
    let home = Home::new();
    for name in ["1.flac", "2.flac"] {
        home.song(format!("Album/{name}"), &[("album", "Album")]);
    }
    home.scan();
    let arts = || rows(&home.library(), &everything(SortKey::Title)).into_iter().map(|track| track.art).collect::<Vec<_>>();
    assert_eq!(arts(), [None, None]);
    let picture = |name: &str, colour: &str| {
        let source = format!("color={colour}:size=1600x1600");
        host_kit::ffmpeg(&["-f", "lavfi", "-i", &source, "-frames:v", "1"], &[], &home.media.join("Album").join(name));
    };
    picture("artist.jpg", "red");
    assert_eq!(home.scan().unchanged, 2);
    assert_eq!(arts(), [None, None], "a picture of an artist says nothing of the album");
    picture("Front.png", "red");
    assert_eq!(home.scan().updated, 2);
    let first = arts();
    assert!(first[0].is_some() && first[0] == first[1]);
    picture("Cover.jpg", "blue");
    home.scan();
    assert_ne!(arts(), first);
    assert_eq!(home.scan().unchanged, 2, "and all is quiet");
    let art = arts()[0].clone().expect("a cover");
    for (size, side) in [(ArtSize::S64, 64), (ArtSize::S320, 320), (ArtSize::Full, 1200)] {
        let bytes = home.library().sized_picture(&art, size).expect("readable").expect("kept");
        assert_eq!(jpeg_side(&bytes), side);
    }
}

#[test]
fn a_song_that_fails_to_be_read_for_a_new_cover_stays_and_one_that_was_overwritten_does_not() {
    let home = Home::new();
    let song = home.song("Album/song.flac", &[]);
    home.scan();
    // Nobody changed it, but its disk gives nothing of use just now.
    let before = fs::metadata(&song).expect("there");
    let file = fs::File::options().write(true).open(&song).expect("opened");
    std::os::unix::fs::FileExt::write_all_at(&file, &vec![0; before.len() as usize], 0).expect("written");
    file.set_modified(before.modified().expect("known")).expect("set");
    host_kit::ffmpeg(&["-f", "lavfi", "-i", "color=red:size=50x50", "-frames:v", "1"], &[], &home.media.join("Album/cover.jpg"));
    let summary = home.scan();
    assert_eq!((summary.skipped_total, summary.missing, summary.tracks), (1, 0, 1), "{summary:?}");
    file.set_modified(SystemTime::now()).expect("set");
    let summary = home.scan();
    assert_eq!((summary.skipped_total, summary.missing, summary.tracks), (1, 1, 0), "{summary:?}");
}

#[test]
fn a_refused_file_is_not_read_again_until_it_changes() {
    let home = Home::new();
    let song = home.song("Album/song.flac", &[("title", "Song")]);
    let bytes = fs::read(&song).expect("made");
    let then = SystemTime::now() - Duration::from_secs(100);
    let write = |bytes: &[u8], time| {
        fs::write(&song, bytes).expect("written");
        fs::File::options().append(true).open(&song).and_then(|file| file.set_modified(time)).expect("touched");
    };
    write(&vec![b'x'; bytes.len()], then);
    let first = home.scan();
    assert_eq!((first.skipped_total, first.tracks), (1, 0), "{first:?}");
    // As good as new, but nothing tells so.
    write(&bytes, then);
    let second = home.scan();
    assert_eq!((second.skipped, second.added), (first.skipped, 0));
    write(&bytes, SystemTime::now());
    let third = home.scan();
    assert_eq!((third.skipped_total, third.added), (0, 1), "{third:?}");
    let refused = || {
        let index = rusqlite::Connection::open(home.data.join("library.db")).expect("opens");
        index.query_row("SELECT count(*) FROM refused", [], |row| row.get::<_, u32>(0)).expect("counted")
    };
    assert_eq!(refused(), 0, "nothing is kept of a file that is in the library");
    // Overwritten: it is missing, at the second scan too.
    write(&vec![b'y'; bytes.len()], then);
    let fourth = home.scan();
    assert_eq!((fourth.skipped_total, fourth.missing, refused()), (1, 1, 1), "{fourth:?}");
    let fifth = home.scan();
    assert_eq!((fifth.missing, fifth.tracks), (0, 0), "{fifth:?}");
    fs::remove_file(&song).expect("ours");
    home.scan();
    assert_eq!(refused(), 0, "nor of one that is gone");
}

/// The height that a JPEG's header says, ITU-T T.81 B.2.2.
fn jpeg_side(bytes: &[u8]) -> u16 {
    let mut at = 2;
    while !(0xc0..=0xc2).contains(&bytes[at + 1]) {
        at += 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
    }
    u16::from_be_bytes([bytes[at + 5], bytes[at + 6]])
}

#[test]
fn folders_within_folders_are_counted_each_for_itself() {
    let home = Home::new();
    home.song("one.flac", &[]);
    home.song("inner/two.flac", &[]);
    home.song("inner-other/three.flac", &[]);
    let inner = home.media.join("inner");
    let folders = [home.media.clone(), inner.clone(), PathBuf::from(format!("{}/", inner.display()))];
    let summary = scan(&home.library(), &folders);
    let files: Vec<_> = summary.folders.iter().map(|folder| folder.files).collect();
    assert_eq!((summary.tracks, files), (3, vec![2, 1]), "{summary:?}");
    // A folder that is no media folder any more takes its tracks along.
    let summary = scan(&home.library(), &[inner]);
    assert_eq!((summary.tracks, summary.missing), (1, 2));
    assert_eq!(titles(&home.library(), &everything(SortKey::Title)), ["two"]);
}

#[test]
fn a_scan_that_is_stopped_keeps_what_it_has() {
    let home = Home::new();
    albums(&home, 400);
    let stop = AtomicBool::new(false);
    let clock = Trap { asked: AtomicU64::new(0), at: 50, act: || stop.store(true, Ordering::Relaxed) };
    let library = home.library();
    let stopped = library.scan(std::slice::from_ref(&home.media), &mut prober(), &clock, &stop);
    assert!(matches!(stopped, Err(LibraryError::Stopped)), "{stopped:?}");
    let kept = library.totals().expect("answers").tracks;
    assert!((50..400).contains(&kept), "{kept}");
    assert_eq!(library.scan_status(), None);
    let summary = home.scan();
    assert_eq!((summary.unchanged, summary.missing, summary.tracks), (kept, 0, 400), "{summary:?}");
}

#[test]
fn a_full_disk_is_told_plainly_and_the_scan_goes_on_when_there_is_room() {
    let home = Home::new();
    albums(&home, 3_000);
    // A disk of a megabyte, in a world of its own.
    let script = r#"mount -t tmpfs -o size=1m none "$2" || exit 77
        "$0" host scan --media "$1" --data "$2" >/dev/null; echo "first: $?" >&2
        mount -o remount,size=64m "$2" && exec "$0" host scan --media "$1" --data "$2""#;
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script, env!("CARGO_BIN_EXE_iroam")])
        .args([&home.media, &home.data])
        .output()
        .expect("unshare is part of util-linux");
    let told = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(77) || told.contains("unshare failed") {
        eprintln!("not tried: this system lets nobody but root mount a disk");
        return;
    }
    assert!(told.contains("the disk with the data folder is full") && told.contains("first: 1"), "{told}");
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"));
    assert_eq!(summary["tracks"], 3_000);
    assert!(summary["unchanged"].as_u64().is_some_and(|kept| kept > 0), "what fitted was kept: {summary}");
}

#[test]
fn a_disk_whose_mount_point_is_taken_away_with_it_is_away_and_a_folder_that_is_deleted_is_not() {
    let home = Home::new();
    let song = home.song("first.flac", &[]);
    // As desktops mount a stick, in a world of its own.
    let script = r#"stick="$1/USB"; mkdir -p "$stick" "$1/Album" && mount -t tmpfs none "$stick" || exit 77
        mkdir "$stick/Album" && cp "$3" "$stick/Album/a.flac" && cp "$3" "$1/Album/b.flac" || exit 1
        scan() { "$0" host scan --media "$1" --data "$2"; }
        scan "$1" "$2" >/dev/null && umount "$stick" && rmdir "$stick" && rm -r "$1/Album" && scan "$1" "$2""#;
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script, env!("CARGO_BIN_EXE_iroam")])
        .args([&home.media, &home.data, &song])
        .output()
        .expect("unshare is part of util-linux");
    let told = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(77) || told.contains("unshare failed") {
        eprintln!("not tried: this system lets nobody but root mount a disk");
        return;
    }
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"));
    assert_eq!((&summary["missing"], &summary["tracks"]), (&1.into(), &1.into()), "{summary}");
    let state = |name: &str| {
        let index = rusqlite::Connection::open(home.data.join("library.db")).expect("opened");
        let sql = "SELECT state FROM track WHERE name = CAST(? AS BLOB)";
        index.query_row(sql, [name], |row| row.get::<_, String>(0)).expect("known")
    };
    assert_eq!([state("a.flac"), state("b.flac")], ["offline", "missing"]);
}
