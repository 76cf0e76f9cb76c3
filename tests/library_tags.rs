//! Tags that others wrote (mutagen, ffmpeg) read back exactly: a table of fields and formats.
#![cfg(feature = "host")]

mod host_kit;

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use host_kit::{Home, LISTENER, everything, ffmpeg, rows};
use iroam::host::library::{Library, lyrics};
use iroam::protocol::{Facets, SortKey, TrackInfo, TrackRow};
use serde_json::{Value, json};

/// Kinds of tags as `write.py` calls them, and the file that holds each.
const KINDS: [(&str, &str); 12] = [
    ("id3v2.4", "four.mp3"),
    ("id3v2.3", "three.mp3"),
    ("id3v1", "one.mp3"),
    ("ape", "ape.mp3"),
    ("aac", "adts.aac"),
    ("flac", "a.flac"),
    ("ogg", "a.ogg"),
    ("opus", "a.opus"),
    ("m4a", "a.m4a"),
    ("wav", "a.wav"),
    ("aiff", "a.aiff"),
    ("wv", "a.wv"),
];
const WMA: (&str, &str) = ("wma", "a.wma");

/// Fields that a kind of tag has no place for, or that its writers put there in another way.
fn lacks(kind: &str, field: &str) -> bool {
    match kind {
        // mutagen puts no comment there.
        "id3v1" => !["title", "album", "track_no", "year"].contains(&field),
        // Peaks belong to ReplayGain.
        "opus" => field.ends_with("_peak_ppm"),
        // A year only.
        "id3v2.3" => field == "original_date",
        "wma" => field.starts_with("movement"),
        _ => false,
    }
}

fn fields() -> Value {
    serde_json::from_str(include_str!("library_tags/fields.json")).expect("JSON")
}

/// What was written, field by field, as [`read`] says it.
fn written() -> BTreeMap<String, Value> {
    let Value::Object(fields) = fields() else { unreachable!("an object") };
    let numbers = ["bpm", "movement_no", "movement_total"];
    let number = |value: Value| json!(value.as_str().expect("a text").parse::<u32>().expect("a number"));
    let mut out: BTreeMap<String, Value> = fields
        .into_iter()
        .map(|(name, value)| if numbers.contains(&name.as_str()) { (name, number(value)) } else { (name, value) })
        .collect();
    out.insert("year".to_owned(), json!(1999));
    out.insert("compilation".to_owned(), json!(true));
    out.insert("has_lyrics".to_owned(), json!(true));
    out
}

/// What the library says.
fn read(path: &Path, row: &TrackRow, info: &TrackInfo) -> BTreeMap<String, Value> {
    let Value::Object(tags) = serde_json::to_value(&info.tags).expect("serialises") else { unreachable!("an object") };
    let mut out: BTreeMap<String, Value> = tags.into_iter().collect();
    let mut say = |name: &str, value: Value| out.insert(name.to_owned(), value);
    say("title", json!(row.title));
    say("artists", json!(info.artists));
    say("album", json!(row.album));
    say("album_artists", json!(info.album_artists));
    say("composers", json!(info.composers));
    say("genres", json!(info.genres));
    say("track_no", json!(row.track_no));
    say("disc_no", json!(row.disc_no));
    say("year", json!(row.year));
    say("bpm", json!(row.bpm));
    say("rating", json!(row.listened.rating));
    say("compilation", json!(row.compilation));
    say("has_lyrics", json!(row.has_lyrics));
    say("lyrics", json!(lyrics(path, |_| false).and_then(|lyrics| lyrics.plain)));
    out
}

/// mutagen, in the environment that the set-up made.
fn mutagen(files: &BTreeMap<PathBuf, &str>) {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    let python = target.join("setup/mutagen/bin/python");
    assert!(python.exists(), "mutagen is not installed: run scripts/setup.sh test");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/library_tags/write.py");
    let mut writer = Command::new(python).arg(script).stdin(Stdio::piped()).spawn().expect("starts");
    let task = json!({ "fields": fields(), "files": files }).to_string();
    writer.stdin.take().expect("piped").write_all(task.as_bytes()).expect("written");
    assert!(writer.wait().expect("ends").success());
}

fn found(library: &Library, name: &str) -> (TrackRow, TrackInfo) {
    let of_name = |row: &TrackRow| library.info(row.id).expect("answers").filter(|info| info.name == name);
    let row = rows(library, &everything(SortKey::Added)).into_iter().find_map(|row| of_name(&row).map(|info| (row, info)));
    row.unwrap_or_else(|| panic!("{name} is in the library"))
}

#[test]
fn every_field_of_every_format_reads_back_exactly() {
    let home = Home::new();
    let kinds: Vec<(&str, &str)> = KINDS.into_iter().chain([WMA]).collect();
    let files: BTreeMap<PathBuf, &str> = kinds.iter().map(|(kind, name)| (home.song(name, &[]), *kind)).collect();
    mutagen(&files);
    assert_eq!(home.scan().skipped, []);
    let (library, written) = (home.library(), written());
    let read: Vec<(&str, BTreeMap<String, Value>)> = kinds
        .iter()
        .map(|(kind, name)| {
            let (row, info) = found(&library, name);
            (*kind, read(&home.media.join(name), &row, &info))
        })
        .collect();
    let mut wrong = Vec::new();
    println!("{:<18}{}", "", kinds.iter().map(|(kind, _)| format!("{kind:>8}")).collect::<String>());
    for (field, expected) in &written {
        let mut line = format!("{field:<18}");
        for (kind, said) in &read {
            let said = said.get(field).cloned().unwrap_or(Value::Null);
            let cell = match (lacks(kind, field), said == *expected) {
                (true, _) => "-",
                (false, true) => "exact",
                (false, false) => {
                    wrong.push(format!("{kind} {field}: {said} instead of {expected}"));
                    "WRONG"
                }
            };
            line.push_str(&format!("{cell:>8}"));
        }
        println!("{line}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_ffmpeg_writes_into_a_riff_list_is_read() {
    let home = Home::new();
    home.song("a.wav", &[("title", "Blue"), ("artist", "Ada"), ("album", "Sea"), ("date", "1999"), ("genre", "Jazz"), ("track", "3")]);
    assert_eq!(home.scan().skipped, []);
    let (row, _) = found(&home.library(), "a.wav");
    assert_eq!((row.title.as_str(), row.artist.as_deref(), row.album.as_deref()), ("Blue", Some("Ada"), Some("Sea")));
    assert_eq!((row.year, row.genre.as_deref(), row.track_no), (Some(1999), Some("Jazz"), Some(3)));
}

#[test]
fn what_ffmpeg_writes_into_matroska_is_read() {
    let home = Home::new();
    home.song(
        "a.mka",
        &[
            ("title", "Blue"),
            ("artist", "Ada"),
            ("album", "Sea"),
            ("composer", "Clara"),
            ("track", "3/9"),
            ("ISRC", "X1"),
            ("lyrics", "La"),
        ],
    );
    assert_eq!(home.scan().skipped, []);
    let (row, info) = found(&home.library(), "a.mka");
    assert_eq!((row.title.as_str(), row.album.as_deref(), row.composer.as_deref()), ("Blue", Some("Sea"), Some("Clara")));
    assert_eq!((row.track_no, info.tags.track_total, info.tags.isrc.as_deref()), (Some(3), Some(9), Some("X1")));
}

#[test]
fn an_album_without_an_artist_of_its_own_is_whose_its_tracks_are() {
    let home = Home::new();
    let sing = |name: &str, artist: &str| home.song(name, &[("title", name), ("artist", artist), ("album", "Sea")]);
    sing("one/1.flac", "Ada");
    sing("one/2.flac", "Ada feat. Bob");
    sing("many/1.flac", "Ada");
    sing("many/2.flac", "Zoe");
    sing("alone/1.flac", "Zoe");
    home.scan();
    let whose = || {
        let facets: Facets = serde_json::from_value(json!({ "of": "album", "offset": 0, "limit": 50 })).expect("a request");
        let found = home.library().facets(LISTENER, &facets).expect("answers");
        let mut artists: Vec<_> = found.values.into_iter().map(|album| album.artist.expect("somebody's")).collect();
        artists.sort();
        artists
    };
    assert_eq!(whose(), ["Ada", "Various Artists", "Zoe"]);
    sing("alone/2.flac", "Ada");
    home.scan();
    assert_eq!(whose(), ["Ada", "Various Artists", "Various Artists"]);
}

#[test]
fn tags_of_the_nineties_are_read_in_their_own_encodings() {
    let home = Home::new();
    let tag = |name: &str, title: &[u8], artist: &[u8]| {
        let path = home.media.join(name);
        ffmpeg(&["-f", "lavfi", "-i", "sine=440:duration=1", "-write_id3v1", "0", "-id3v2_version", "0", "-bitexact"], &[], &path);
        let mut bytes = b"TAG".to_vec();
        for (text, length) in [(title, 30), (artist, 30), (b"", 30), (b"1997", 4), (b"", 30), (b"\x11", 1)] {
            bytes.extend(text);
            bytes.resize(bytes.len() + length - text.len(), 0);
        }
        OpenOptions::new().append(true).open(path).expect("opens").write_all(&bytes).expect("written");
    };
    tag("a.mp3", b"\xc3\xf0\xf3\xef\xef\xe0 \xea\xf0\xee\xe2\xe8", b"\xca\xe8\xed\xee");
    tag("b.mp3", b"J\xf3ga", b"Bj\xf6rk");
    tag("c.mp3", b"\x83\x8d\x83r\x83\x93\x83\x5c\x83\x93", b"\x83X\x83s\x83b\x83c");
    assert_eq!(home.scan().skipped, []);
    for (name, title, artist) in [("a.mp3", "Группа крови", "Кино"), ("b.mp3", "Jóga", "Björk"), ("c.mp3", "ロビンソン", "スピッツ")]
    {
        let (row, _) = found(&home.library(), name);
        assert_eq!((row.title.as_str(), row.artist.as_deref(), row.genre.as_deref()), (title, Some(artist), Some("Rock")), "{name}");
    }
}

#[test]
fn untagged_files_make_sensible_albums() {
    let home = Home::new();
    for name in ["Ada/Sea (1999)/CD1/01 - Blue.flac", "Ada/Sea (1999)/CD2/01 - Teal.flac", "Bob - Sky/02 Grey.flac", "heap/loose.flac"] {
        home.song(name, &[("encoder", "")]);
    }
    home.scan();
    let library = home.library();
    let (one, two) = (found(&library, "01 - Blue.flac").0, found(&library, "01 - Teal.flac").0);
    assert!(one.album_id.is_some() && one.album_id == two.album_id);
    assert_eq!((one.title.as_str(), one.artist.as_deref(), one.album.as_deref()), ("Blue", Some("Ada"), Some("Sea")));
    assert_eq!((one.disc_no, two.disc_no, one.year, one.track_no), (Some(1), Some(2), Some(1999), Some(1)));
    let (grey, loose) = (found(&library, "02 Grey.flac").0, found(&library, "loose.flac").0);
    assert_eq!((grey.artist.as_deref(), grey.album.as_deref(), grey.track_no), (Some("Bob"), Some("Sky"), Some(2)));
    assert_eq!((loose.title.as_str(), loose.album, loose.artist), ("loose", None, None));
}

#[test]
fn hostile_tags_cost_no_more_than_their_file() {
    let home = Home::new();
    let path = home.song("bomb.mp3", &[]);
    let sound = fs::read(&path).expect("read");
    let mut frames = b"TIT2\0\x98\x96\x81\0\0\x03".to_vec();
    frames.resize(frames.len() + 10_000_000, b'<');
    for _ in 0..500_000 {
        frames.extend_from_slice(b"TXXX\0\0\0\x05\0\0\x03k\0vv");
    }
    let size = [21, 14, 7, 0].map(|shift| (frames.len() >> shift & 0x7f) as u8);
    fs::write(&path, [b"ID3\x03\0\0".as_slice(), &size, &frames, &sound].concat()).expect("written");
    let lying = home.song("lying.mp3", &[]);
    fs::write(&lying, [b"ID3\x04\0\0\0\0\0\x30TALB\x7f\x7f\x7f\x7f\0\0\x03Sea".as_slice(), &[0; 27], &sound].concat()).expect("written");
    let many = home.song("many.flac", &[]);
    let sound = fs::read(&many).expect("read");
    // A million comments in the place of ffmpeg's, which follow the block that says what the stream is.
    let rest = &sound[42..];
    assert_eq!(rest[0], 4, "comments");
    let rest = &rest[4 + u32::from_be_bytes([0, rest[1], rest[2], rest[3]]) as usize..];
    let mut comments = [0u32.to_le_bytes(), 1_000_000u32.to_le_bytes()].concat();
    (0..1_000_000).for_each(|_| comments.extend_from_slice(b"\x07\0\0\0TITLE=x"));
    let head = u32::try_from(comments.len()).expect("short") | 4 << 24;
    fs::write(&many, [&sound[..42], &head.to_be_bytes(), &comments, rest].concat()).expect("written");
    assert_eq!(home.scan().skipped, []);
    assert_eq!(found(&home.library(), "many.flac").0.title, "x");
    let (row, _) = found(&home.library(), "bomb.mp3");
    assert_eq!(row.title, "<".repeat(500));
    assert_eq!(found(&home.library(), "lying.mp3").0.album, None);
}
