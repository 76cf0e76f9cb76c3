//! Tracks of a disk that is mounted within a media folder and taken away, with its mount point or without.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::host_kit::Home;
use crate::songs::song;

/// Runs a script that may mount disks, in a world of its own; false where nobody but root may. It has the program, `args` and a function
/// `scan` of the media folder `$1` with the data folder `$2`.
fn in_own_world(home: &Home, args: &[&Path], script: &str) -> bool {
    let script = format!(r#"scan() {{ "$0" host scan --media "$1" --data "$2" >/dev/null || exit 1; }}; {script}"#);
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", &script, env!("CARGO_BIN_EXE_iroam")])
        .args([&home.media, &home.data])
        .args(args)
        .output()
        .expect("unshare is part of util-linux");
    let told = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(77) || told.contains("unshare failed") {
        eprintln!("not tried: this system lets nobody but root mount a disk");
        return false;
    }
    assert!(output.status.success(), "{told}");
    true
}

/// What an index has of each track: its name, id and state.
fn tracks(index: &Path) -> Vec<(String, Vec<u8>, String)> {
    let index = rusqlite::Connection::open(index).expect("opened");
    let mut tracks = index.prepare("SELECT CAST(name AS TEXT), id, state FROM track ORDER BY name").expect("asked");
    let rows = tracks.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("asked");
    rows.collect::<rusqlite::Result<_>>().expect("read")
}

fn by_name<'a>(tracks: &'a [(String, Vec<u8>, String)], name: &str) -> (&'a [u8], &'a str) {
    let (_, id, state) = tracks.iter().find(|(known, ..)| known == name).unwrap_or_else(|| panic!("{name} is not known: {tracks:?}"));
    (id, state)
}

#[test]
fn a_copy_does_not_take_the_id_of_a_song_on_a_disk_that_is_away() {
    for is_mount_point_kept in [false, true] {
        let home = Home::new();
        let [stick, kept] = ["stick", "kept.flac"].map(|name| home.data.with_file_name(name));
        song(&kept, 7);
        // The walk comes to one copy before the place of the disk, and to the other after it.
        let script = r#"data="$2"; keep() { mkdir "$data/$1" && cp "$data"/library.db* "$data/$1"; }
            mkdir -p "$3" "$1/USB" "$1/A" "$1/Z" && mount -t tmpfs none "$3" || exit 77
            mkdir "$3/Album" && cp "$4" "$3/Album/ours.flac" && mount --bind "$3" "$1/USB" &&
            scan "$1" "$2" && keep before &&
            umount "$1/USB" && { "$5" || rmdir "$1/USB"; } && cp "$4" "$1/A/a.flac" && cp "$4" "$1/Z/z.flac" &&
            scan "$1" "$2" && keep away &&
            mkdir -p "$1/USB" && mount --bind "$3" "$1/USB" && scan "$1" "$2""#;
        let flag = if is_mount_point_kept { "true" } else { "false" };
        if !in_own_world(&home, &[&stick, &kept, Path::new(flag)], script) {
            return;
        }
        let [before, away, back] = ["before/library.db", "away/library.db", "library.db"].map(|name| tracks(&home.data.join(name)));
        let id = by_name(&before, "ours.flac").0;
        assert_eq!(by_name(&away, "ours.flac"), (id, "offline"), "mount point kept: {is_mount_point_kept}");
        assert_eq!(by_name(&back, "ours.flac"), (id, "present"));
        for copy in ["a.flac", "z.flac"] {
            assert_ne!(by_name(&away, copy).0, id);
            assert_eq!(by_name(&back, copy), by_name(&away, copy));
        }
    }
}

#[test]
fn a_copy_of_a_disk_does_not_take_the_ids_of_the_one_that_is_away() {
    let home = Home::new();
    let [first, second, kept] = ["first", "second", "kept.flac"].map(|name| home.data.with_file_name(name));
    song(&kept, 7);
    // Two file systems that were filled in the same way number their files in the same way.
    let script = r#"data="$2"; fill() { mkdir -p "$1" && mount -t tmpfs none "$1" || exit 77; mkdir "$1/Album" && cp "$2" "$1/Album/$3"; }
        inode() { stat -c %i "$1"; }
        fill "$3" "$5" ours.flac && fill "$4" "$5" copy.flac &&
        [ "$(inode "$3/Album/ours.flac")" = "$(inode "$4/Album/copy.flac")" ] || exit 77
        mkdir "$1/USB" && mount --bind "$3" "$1/USB" && scan "$1" "$2" && mkdir "$data/before" && cp "$data"/library.db* "$data/before" &&
        umount "$1/USB" && rmdir "$1/USB" && mkdir "$1/Backup" && mount --bind "$4" "$1/Backup" && scan "$1" "$2""#;
    if !in_own_world(&home, &[&first, &second, &kept], script) {
        return;
    }
    let [before, after] = ["before/library.db", "library.db"].map(|name| tracks(&home.data.join(name)));
    let id = by_name(&before, "ours.flac").0;
    assert_eq!(by_name(&after, "ours.flac"), (id, "offline"));
    assert_ne!(by_name(&after, "copy.flac").0, id);
}

#[test]
fn an_album_that_is_emptied_on_a_disk_with_another_number_is_missing_and_not_away() {
    let home = Home::new();
    let [gone, stays] = ["Gone/gone.flac", "Stays/stays.flac"].map(|name| home.media.join(name));
    song(&gone, 7);
    song(&stays, 13);
    home.scan();
    let index = rusqlite::Connection::open(home.data.join("library.db")).expect("opened");
    assert_eq!(index.execute("UPDATE folder SET device = 12345", []).expect("noted"), 2);
    fs::remove_file(&gone).expect("ours");
    home.scan();
    let known = tracks(&home.data.join("library.db"));
    assert_eq!([by_name(&known, "gone.flac").1, by_name(&known, "stays.flac").1], ["missing", "present"]);
}

#[test]
fn what_was_moved_on_a_disk_that_has_another_number_now_is_what_it_was() {
    let home = Home::new();
    let renumber = || {
        let index = rusqlite::Connection::open(home.data.join("library.db")).expect("opened");
        assert!(index.execute("UPDATE folder SET device = 12345", []).expect("noted") > 0);
    };
    let [ours, renamed] = ["Album/ours.flac", "Renamed/renamed.flac"].map(|name| home.media.join(name));
    song(&ours, 7);
    home.scan();
    let id = by_name(&tracks(&home.data.join("library.db")), "ours.flac").0.to_owned();
    // All of it: the file itself tells.
    renumber();
    fs::rename(ours.parent().expect("a folder"), home.media.join("Renamed")).expect("moved");
    fs::rename(home.media.join("Renamed/ours.flac"), &renamed).expect("moved");
    home.scan();
    assert_eq!(by_name(&tracks(&home.data.join("library.db")), "renamed.flac").0, id);
    // Some of it, written anew: the others tell.
    song(&home.media.join("Renamed/other.flac"), 13);
    home.scan();
    renumber();
    let copied = home.media.join("Copied/copied.flac");
    fs::create_dir(home.media.join("Copied")).expect("made");
    fs::copy(&renamed, &copied).expect("copied");
    fs::remove_file(&renamed).expect("ours");
    home.scan();
    assert_eq!(by_name(&tracks(&home.data.join("library.db")), "copied.flac").0, id);
}

#[test]
fn what_is_mounted_within_another_media_folder_is_not_seen_through_it() {
    let home = Home::new();
    let private = home.data.with_file_name("private");
    song(&private.join("diary.flac"), 1);
    song(&private.join("tapes/tape.flac"), 7);
    song(&home.media.join("ours.flac"), 13);
    // All of it, a part of it, what lies around it, the media folder itself, and a folder that is protected from writes.
    let script = r#"cd "$1" && mkdir all part around loop plain && cp ours.flac plain/plain.flac || exit 1
        mount --bind "$3" all && mount --bind "$3/tapes" part && mount --bind "$3/.." around && mount --bind . loop && mount --bind plain plain || exit 77
        "$0" host scan --media "$1" --media "$3" --data "$2" >/dev/null"#;
    if !in_own_world(&home, &[&private], script) {
        return;
    }
    let known =
        [home.media.join("ours.flac"), home.media.join("plain/plain.flac"), private.join("diary.flac"), private.join("tapes/tape.flac")];
    assert_eq!(paths(&home.data.join("library.db")), known.map(|path| text(&path)));
}

/// The paths of all tracks that are there, or may be.
fn paths(index: &Path) -> Vec<String> {
    let index = rusqlite::Connection::open(index).expect("opened");
    let sql = "SELECT CAST(folder.path AS TEXT) || '/' || CAST(name AS TEXT) FROM track JOIN folder ON folder.n = track.folder
               WHERE state IN ('present', 'offline') ORDER BY 1";
    let mut paths = index.prepare(sql).expect("asked");
    paths.query_map([], |row| row.get(0)).expect("asked").collect::<rusqlite::Result<_>>().expect("read")
}

fn text(path: &Path) -> String {
    path.to_str().expect("plain").to_owned()
}

#[test]
fn a_folder_whose_own_name_leads_nowhere_is_not_seen_by_another_one() {
    // It is renamed; its disk is unmounted; and its mount point goes as well.
    let ways = [r#"mv "$3" "$3-2""#, r#"umount "$3""#, r#"umount "$3" && rmdir "$3""#];
    for (way, is_part_known) in ways.iter().zip([false, true, true]) {
        let home = Home::new();
        let (private, kept) = (home.data.with_file_name("private"), home.data.with_file_name("kept"));
        song(&kept.join("diary.flac"), 1);
        song(&kept.join("tapes/tape.flac"), 7);
        song(&home.media.join("ours.flac"), 13);
        fs::create_dir(&private).expect("made");
        // A disk of the private folder's own, where it is to be unmounted.
        let disk = if way.starts_with("mv") { "true" } else { r#"mount -t tmpfs none "$3""# };
        let part = if is_part_known { r#"mkdir "$1/part" && mount --bind "$3/tapes" "$1/part""# } else { "true" };
        let script = format!(
            r#"both() {{ "$0" host scan --media "$1" --media "$3" --data "$2" >/dev/null || exit 1; }}
            {{ {disk}; }} && cp -r "$4"/* "$3" && mkdir "$1/all" && mount --bind "$3" "$1/all" && {{ {part}; }} || exit 77
            both "$@"; {way} || exit 78; both "$@"; both "$@""#
        );
        if !in_own_world(&home, &[&private, &kept], &script) {
            return;
        }
        let known = [home.media.join("ours.flac"), private.join("diary.flac"), private.join("tapes/tape.flac")];
        assert_eq!(paths(&home.data.join("library.db")), known.map(|path| text(&path)), "{way}");
    }
}

#[test]
fn a_folder_of_which_something_is_said_is_not_seen_by_another_name_whatever_the_flags_say() {
    let home = Home::new();
    let [private, settings] = ["private", "host.toml"].map(|name| home.data.with_file_name(name));
    song(&private.join("diary.flac"), 1);
    song(&private.join("tapes/tape.flac"), 7);
    song(&home.media.join("ours.flac"), 13);
    // One that lies in a media folder is there by its own name.
    let inner = home.media.join("inner");
    song(&inner.join("inner.flac"), 19);
    let folder = |path: &Path| format!("[[folder]]\npath = {:?}\naccess = \"private\"\n", text(path));
    fs::write(&settings, folder(&private) + &folder(&inner)).expect("written");
    let script = r#"cd "$1" && mkdir all part again && mount --bind "$3" all && mount --bind "$3/tapes" part && mount --bind inner again || exit 77
        "$0" host scan --config "$4" --media "$1" --data "$2" >/dev/null"#;
    if !in_own_world(&home, &[&private, &settings], script) {
        return;
    }
    assert_eq!(paths(&home.data.join("library.db")), [inner.join("inner.flac"), home.media.join("ours.flac")].map(|path| text(&path)));
}
