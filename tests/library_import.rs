//! What people already have comes along: libraries as iTunes writes them, of Windows and of a Mac, playlists, and exports of our own.
#![cfg(all(feature = "serve", feature = "host"))]
// Of what the tests of serve share this uses a part.
#![allow(dead_code)]

#[path = "serve/browser.rs"]
mod browser;
#[path = "serve/fake_host.rs"]
mod fake_host;
mod host_kit;
mod library_import {
    pub mod blobs;
    pub mod itunes;
    pub mod keeper;
    mod samples;
    mod smart;
    mod stopping;
}
#[path = "serve/server.rs"]
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use host_kit::{Home, everything, rows};
use iroam::protocol::{Listened, SortKey, TrackRow};
use library_import::blobs::{OF_TEXT, criteria, info, limited, number, text};
use library_import::itunes::{self, Known, smart, url};
use library_import::keeper::{Keeper, List};
use serde_json::{Value, json};

const SONGS: [(&str, &str, &str, &str); 7] = [
    ("Björk/Homogenic/02 Jóga.flac", "Jóga", "Björk", "Homogenic"),
    ("Björk/Post/02 Hyperballad.mp3", "Hyperballad", "Björk", "Post"),
    ("Ann & Bob/100% #1/01 A; B.mp3", "A; B", "Ann & Bob", "100% #1"),
    ("Compilations/Hits/01 Hit.mp3", "Hit", "Various", "Hits"),
    ("Compilations/Hits/02 Hit.mp3", "Hit", "Various", "Hits"),
    ("Moved/elsewhere.mp3", "Known by its tags", "Cy", "Tags"),
    ("Mr. Dot/Dots../03 Wait....mp3", "Wait...", "Mr. Dot", "Dots.."),
];
/// Stars of each; those of the fifth were made of its album's.
const RATINGS: [Option<u8>; 7] = [Some(100), Some(60), None, Some(40), Some(20), Some(50), Some(20)];
const COMPUTED: usize = 4;

/// A host with songs, paired with a keeper of playlists.
struct Place {
    home: Home,
    keeper: Keeper,
}

impl Place {
    fn new() -> Self {
        let home = Home::new();
        for (file, title, artist, album) in SONGS {
            home.song(file, &[("title", title), ("artist", artist), ("album", album), ("track", &file_number(file).to_string())]);
        }
        home.scan();
        let place = Self { home, keeper: Keeper::start() };
        place.keeper.pair(&place.home.data);
        place
    }

    fn run(&self, command: &str, args: &[&str]) -> Output {
        self.run_in(&self.home.data, command, args)
    }

    fn run_in(&self, data: &Path, command: &str, args: &[&str]) -> Output {
        self.command(data, command).args(args).output().expect("it runs")
    }

    fn command(&self, data: &Path, command: &str) -> Command {
        let mut iroam = Command::new(env!("CARGO_BIN_EXE_iroam"));
        iroam.args(["host", command, "--data"]).arg(data).arg("--media").arg(&self.home.media);
        iroam
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.home.data.parent().expect("a folder").join(name);
        fs::write(&path, content).expect("written");
        path.to_str().expect("plain").to_owned()
    }

    /// The owner's rows, by the order of `SONGS`.
    fn seen(&mut self, data: &Path) -> Vec<TrackRow> {
        let library = iroam::host::library::Library::open(data).expect("opens");
        let mut rows = rows(&library, &everything(SortKey::Title));
        library.fill_listened(self.keeper.owner(), &mut rows).expect("filled");
        rows.sort_by_key(|row| SONGS.iter().position(|(file, title, ..)| *title == row.title && row.track_no == Some(file_number(file))));
        rows
    }

    /// With the data folder that is the host's own.
    fn own(&mut self) -> Vec<TrackRow> {
        self.seen(&self.home.data.clone())
    }

    fn listened(&mut self) -> Vec<Listened> {
        self.own().into_iter().map(|row| row.listened).collect()
    }

    /// All that is kept of what was made of each, by the order of `SONGS`.
    fn made(&mut self) -> Vec<Made> {
        let (rows, owner) = (self.own(), self.keeper.owner());
        let all = self.home.library().made_by(owner).expect("read");
        let made = |row: &TrackRow| {
            all.iter()
                .find(|one| one.track == row.id)
                .map(|one| (one.plays, one.skips, one.last_played_ms, one.last_skipped_ms, one.rating, one.loved, one.added_ms))
        };
        rows.iter().map(|row| made(row).expect("something was made of it")).collect()
    }
}

/// Plays, skips, when last played and skipped, stars, love, when added.
type Made = (u32, u32, Option<i64>, Option<i64>, Option<u8>, bool, Option<i64>);

/// A date of its own for each song: as iTunes writes it, and Unix milliseconds.
fn date(at: usize, year: i32, seconds: u8) -> (String, i64) {
    let month = time::Month::try_from(at as u8 + 1).expect("few songs");
    let day = time::Date::from_calendar_date(year, month, 13).expect("a day").with_hms(23, 31, seconds).expect("a time").assume_utc();
    (day.format(&time::format_description::well_known::Rfc3339).expect("a date"), day.unix_timestamp() * 1000)
}

/// `02` of `02 Jóga.flac`; 7 where the name has none.
fn file_number(file: &str) -> u32 {
    let name = Path::new(file).file_name().and_then(|name| name.to_str()).expect("a name");
    name.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(7)
}

/// As a Mac writes names.
fn decomposed(text: &str) -> String {
    text.replace('ö', "o\u{308}").replace('ó', "o\u{301}")
}

/// One library of Windows and a Mac, as somebody has who changed from one to the other.
fn library_of(place: &mut Place) -> itunes::Library {
    let mut library = itunes::Library::new();
    let mut numbers = Vec::new();
    for (at, row) in place.own().iter().enumerate() {
        let (file, ..) = SONGS[at];
        let location = match at {
            0 | 1 => url("file:///Volumes/Music%20Disk/iTunes%20Media/Music/", &decomposed(file)),
            5 => url("file://localhost/C:/Users/Ann/Downloads/", "x.mp3"),
            6 => url("file://localhost//nas/music/iTunes/", file),
            _ => url("file://localhost/C:/Users/Ann/Music/iTunes/iTunes%20Media/Music/", file),
        };
        let known = Known {
            location,
            rating: RATINGS[at],
            computed: at == COMPUTED,
            plays: at as u32 * 10,
            played: date(at, 2009, 30).0,
            skips: at as u32,
            skipped: date(at, 2011, 31).0,
            loved: at == 2,
            added: date(at, 2004, 32).0,
        };
        numbers.push(library.track(row, &known));
    }
    let gone = TrackRow { title: "Gone".to_owned(), ..place.own().remove(0) };
    numbers.push(
        library.track(&gone, &Known { location: url("file://localhost/D:/", "gone.mp3"), added: date(0, 2004, 0).0, ..Known::default() }),
    );
    let own = "<key>Master</key><true/><key>Visible</key><false/>";
    library.playlist("FFFF000000000000", "Library", own, &numbers);
    library.playlist("FFFF000000000001", "Music", "<key>Distinguished Kind</key><integer>4</integer><key>Music</key><true/>", &numbers);
    let inside = "<key>Parent Persistent ID</key><string>AAAA000000000001</string>";
    library.playlist("AAAA000000000002", "Für & wider", inside, &[numbers[2], numbers[0], numbers[7], numbers[2]]);
    library.playlist("AAAA000000000001", "Folder", "<key>Folder</key><true/>", &[numbers[0], numbers[2]]);
    library.playlist("AAAA000000000005", "1. Deeper...", &format!("<key>Folder</key><true/>{inside}"), &[numbers[6]]);
    let deeper = "<key>Parent Persistent ID</key><string>AAAA000000000005</string>";
    library.playlist("AAAA000000000006", "...", deeper, &[numbers[6], 999, numbers[1]]);
    let rules = smart(&info(), &criteria(false, &[text(0x04, OF_TEXT | 0x02, "björk"), number(0x16, 0x10, 5, 5)]));
    library.playlist("AAAA000000000003", "Much Björk", &format!("{inside}{rules}"), &[numbers[1]]);
    let top = smart(&limited(25, 3, 0x19, false), &criteria(false, &[number(0x39, 0x0200_0001, 1, 1), number(0x16, 0x10, 0, 0)]));
    library.playlist("AAAA000000000007", "Top 25 Most Played", &top, &[numbers[6]]);
    let foreign = smart(&info(), &criteria(false, &[number(0x28, 0x01, 0x1234, 0x1234)]));
    library.playlist("AAAA000000000004", "Of a playlist", &foreign, &[numbers[5], numbers[3]]);
    library
}

fn expected_made() -> Vec<Made> {
    let one = |at: usize| {
        let (played, skipped) = (date(at, 2009, 30).1, date(at, 2011, 31).1);
        let rating = RATINGS[at].filter(|_| at != COMPUTED);
        (at as u32 * 10, at as u32, (at > 0).then_some(played), (at > 0).then_some(skipped), rating, at == 2, Some(date(at, 2004, 32).1))
    };
    (0..SONGS.len()).map(one).collect()
}

/// As the player sees it.
fn expected_listened() -> Vec<Listened> {
    let one = |(plays, skips, last_played_ms, _, rating, loved, _)| Listened {
        plays,
        skips,
        last_played_ms,
        rating,
        loved,
        ..Listened::default()
    };
    expected_made().into_iter().map(one).collect()
}

/// By name.
fn expected_lists() -> Vec<List> {
    let list = |name: &str, kind: &str, parent: Option<&str>, titles: &[&str]| {
        (name.to_owned(), kind.to_owned(), parent.map(str::to_owned), titles.iter().map(|title| (*title).to_owned()).collect())
    };
    vec![
        list("...", "list", Some("1. Deeper..."), &["Wait...", "Hyperballad"]),
        list("1. Deeper...", "folder", Some("Folder"), &[]),
        list("Folder", "folder", None, &[]),
        list("Für & wider", "list", Some("Folder"), &["A; B", "Jóga", "A; B"]),
        list("Much Björk", "smart", Some("Folder"), &[]),
        list("Of a playlist", "list", None, &["Known by its tags", "Hit"]),
        list("Top 25 Most Played", "smart", None, &[]),
    ]
}

fn expected_rules() -> [(&'static str, Value); 2] {
    let much = json!({ "match": "all", "rules": [{ "field": "artist", "op": "contains", "value": "björk" }, { "field": "plays", "op": "greater", "value": 5 }] });
    let top = json!({ "match": "all", "rules": [{ "field": "plays", "op": "greater", "value": 0 }], "limit": { "count": 25, "unit": "items", "by": "most_played" } });
    [("Much Björk", much), ("Top 25 Most Played", top)]
}

impl Place {
    fn check_everything(&mut self, when: &str) {
        assert_eq!(self.made(), expected_made(), "{when}");
        assert_eq!(self.listened(), expected_listened(), "{when}");
        let added: Vec<String> = self.own().into_iter().map(|row| row.added_at).collect();
        assert_eq!(added, (0..SONGS.len()).map(|at| date(at, 2004, 32).0).collect::<Vec<_>>(), "{when}");
        assert_eq!(self.keeper.lists(), expected_lists(), "{when}");
        for (name, rules) in expected_rules() {
            assert_eq!(self.keeper.rules(name), rules, "{when}");
        }
    }
}

#[test]
fn a_library_of_itunes_comes_along_and_twice_doubles_nothing() {
    let mut place = Place::new();
    let xml = library_of(&mut place).xml();
    let xml = place.file("iTunes Music Library.xml", xml);
    let report = place.file("report.json", "");
    // The host is running: its library is open.
    let _running = place.home.library();

    let tried = place.run("import", &["--dry-run", &xml]);
    assert_eq!(tried.status.code(), Some(3), "{}", String::from_utf8_lossy(&tried.stderr));
    assert_eq!((place.listened(), place.keeper.lists().len()), (vec![Listened::default(); SONGS.len()], 0));

    for outcome in ["made", "unchanged"] {
        let done = place.run("import", &["--report", &report, &xml]);
        let text = String::from_utf8(done.stdout).expect("text");
        assert_eq!(done.status.code(), Some(3), "{text}{}", String::from_utf8_lossy(&done.stderr));
        assert!(text.contains("7 of 8 tracks found") && text.contains("Gone") && text.contains("not understood: Playlist"), "{text}");
        assert!(text.contains("...: 2 tracks; 1 item names no track of the file"), "{text}");
        let losses = "not as it was: 1 track not found, 1 item that names no track, 1 smart playlist kept as a plain list\n";
        assert!(text.contains(losses), "{text}");
        place.check_everything(outcome);
        let told: Value = serde_json::from_slice(&fs::read(&report).expect("written")).expect("JSON");
        let file = &told["files"][0];
        assert_eq!((&file["not_matched"][0]["path"], file["not_matched"].as_array().map(Vec::len)), (&"D:/gone.mp3".into(), Some(1)));
        let outcomes: Vec<_> = file["playlists"].as_array().expect("playlists").iter().map(|list| list["outcome"].clone()).collect();
        assert_eq!(outcomes, vec![Value::from(outcome); 7]);
    }
}

#[test]
fn an_export_imported_again_is_the_same() {
    let mut place = Place::new();
    let xml = library_of(&mut place).xml();
    let xml = place.file("Library.xml", xml);
    place.run("import", &[&xml]);
    let out = place.home.data.parent().expect("a folder").join("out");
    let export = |place: &Place, format: &str, folder: &str| -> PathBuf {
        let folder = out.join(folder);
        let done = place.run("export", &["--format", format, folder.to_str().expect("plain")]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        folder
    };
    let read = |folder: &Path| fs::read_to_string(folder.join("iroam.json")).expect("written");
    let first = export(&place, "json", "first");
    let table = export(&place, "csv", "table");
    for file in [first.join("iroam.json"), table.join("tracks.csv")] {
        let done = place.run("import", &[file.to_str().expect("plain")]);
        assert_eq!(done.status.code(), Some(0), "{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    }
    place.check_everything("imported again");
    assert_eq!(read(&export(&place, "json", "second")), read(&first));

    // Another host and another server, with copies of the files and nothing else.
    let mut other = Place { home: Home::new(), keeper: Keeper::start() };
    for (file, ..) in SONGS {
        let path = other.home.media.join(file);
        fs::create_dir_all(path.parent().expect("below media")).expect("made");
        fs::copy(place.home.media.join(file), path).expect("copied");
    }
    other.home.scan();
    other.keeper.pair(&other.home.data);
    for _ in 0..2 {
        let done = other.run("import", &[first.join("iroam.json").to_str().expect("plain")]);
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stdout));
        other.check_everything("elsewhere");
    }
}

#[test]
fn playlists_are_written_and_read_back() {
    let mut place = Place::new();
    let xml = library_of(&mut place).xml();
    place.run("import", &[&place.file("Library.xml", xml)]);
    let folder = place.home.media.join("Playlists");
    let path = folder.to_str().expect("plain");
    for (format, ending) in [("m3u8", "m3u8"), ("xspf", "xspf")] {
        let done = place.run("export", &["--format", format, path]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let file = folder.join(format!("Folder/Für & wider.{ending}"));
        let text = fs::read_to_string(&file).expect("written");
        assert!(!text.contains(place.home.media.to_str().expect("plain")), "paths are relative: {text}");
        let mut other = Place { home: Home::new(), keeper: Keeper::start() };
        fs::remove_dir_all(&other.home.data).expect("empty");
        copy(&place.home.data, &other.home.data);
        other.keeper.pair(&other.home.data);
        let done = other.run("import", &[file.to_str().expect("plain")]);
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stdout));
        let titles = ["A; B", "Jóga", "A; B"].map(str::to_owned).to_vec();
        assert_eq!(other.keeper.lists(), [("Für & wider".to_owned(), "list".to_owned(), None, titles)]);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("listed") {
        let entry = entry.expect("listed");
        if entry.file_type().expect("known").is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
        }
    }
}

#[test]
fn what_would_do_harm_is_refused_and_nothing_of_it_is_kept() {
    let mut place = Place::new();
    let whole = library_of(&mut place).xml();
    let laughs = whole.replacen("1.0.dtd\">", "1.0.dtd\" [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>", 1).replacen(">Jóga<", ">&b;<", 1);
    let files = [
        ("laughs.xml", laughs.into_bytes(), "entities"),
        ("cut.xml", whole.as_bytes()[..whole.len() / 2].to_vec(), "cut short"),
        ("deep.xml", [b"<plist><dict>".to_vec(), b"<key>a</key><dict>".repeat(100_000)].concat(), "nested"),
        ("noise.xml", (0..=255).cycle().take(10_000).collect(), "no file that iRoam can import"),
        ("empty.xml", Vec::new(), "no file that iRoam can import"),
    ];
    for (name, bytes, reason) in files {
        let file = place.file(name, bytes);
        let done = place.run("import", &[&file]);
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        assert_eq!((done.status.code(), text.contains(reason)), (Some(1), true), "{name}: {text}{}", String::from_utf8_lossy(&done.stderr));
    }
    let hostile =
        whole.replace(">Gone<", ">\u{202e}&#27;[2J&#10;Gone<").replace("file://localhost/D:/gone.mp3", "file:///../../../etc/passwd");
    let done = place.run("import", &[&place.file("hostile.xml", hostile)]);
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(done.status.code(), Some(3), "{text}");
    assert!(!text.chars().any(|c| c == '\u{1b}' || c == '\u{202e}'), "{text:?}");
    let missing = place.run("import", &["/nowhere/at all.xml"]);
    assert_eq!((missing.status.code(), String::from_utf8_lossy(&missing.stdout).contains("cannot be read")), (Some(1), true));
}

#[test]
fn a_long_playlist_goes_in_pieces() {
    let mut place = Place::new();
    let paths: String = (0..12_000).map(|at| format!("{}\n", place.home.media.join(SONGS[at % 5].0).display())).collect();
    let file = place.file("long.m3u8", paths);
    for existing in ["add", "add", "replace"] {
        let done = place.run("import", &["--existing", existing, &file]);
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
        let lists = place.keeper.lists();
        assert_eq!((lists.len(), lists[0].3.len()), (1, 12_000), "{existing}");
    }
}
