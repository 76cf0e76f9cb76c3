//! The host's library on real files: what ffmpeg wrote, and what no player would want to meet.
#![cfg(feature = "host")]

mod host_kit;

use std::ffi::{CString, OsStr};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use host_kit::{Home, LISTENER, everything, ffmpeg, reason, rows, scan, titles};
use iroam::host::library::Page;
use iroam::host::media::Heard;
use iroam::protocol::{Browse, Loudness, MediaKind, Rendition, Selection, SortKey};

fn selecting(selection: Selection) -> Browse {
    Browse { selection, ..everything(SortKey::Title) }
}

fn of_kind(kind: MediaKind) -> Browse {
    selecting(Selection { kind: Some(kind), ..Selection::default() })
}

fn mkfifo(path: &Path) {
    let name = CString::new(path.as_os_str().as_bytes()).expect("no NUL in a path");
    // SAFETY: `name` is a NUL-terminated string that outlives the call.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
}

#[test]
fn reads_the_tags_of_every_format() {
    let home = Home::new();
    let tags = [
        ("title", "Blue"),
        ("artist", "Ada"),
        ("album", "Sea"),
        ("album_artist", "Various"),
        ("track", "3/9"),
        ("disc", "2"),
        ("date", "1999-05-01"),
        ("genre", "Jazz"),
    ];
    for (extension, codec) in [("mp3", "MP3"), ("flac", "FLAC"), ("ogg", "Vorbis"), ("opus", "Opus"), ("m4a", "AAC")] {
        home.song(format!("song.{extension}"), &tags);
        let library = home.library();
        assert_eq!(home.scan().skipped, [], "{extension}");
        let row = rows(&library, &everything(SortKey::Added)).pop().expect("one row");
        assert_eq!((row.title.as_str(), row.codec.as_str()), ("Blue", codec), "{extension}");
        assert_eq!(
            (row.artist.as_deref(), row.album.as_deref(), row.genre.as_deref()),
            (Some("Ada"), Some("Sea"), Some("Jazz")),
            "{extension}"
        );
        assert_eq!(
            (row.album_artist.as_deref(), row.track_no, row.disc_no, row.year),
            (Some("Various"), Some(3), Some(2), Some(1999)),
            "{extension}"
        );
        assert!((990..=1100).contains(&row.duration_ms), "{extension}: {}", row.duration_ms);
        assert_eq!(row.renditions.contains(&Rendition::Flac), extension == "flac");
        fs::remove_file(home.media.join(format!("song.{extension}"))).expect("removed");
    }
}

#[test]
fn reads_the_tags_of_what_only_a_look_tells() {
    let home = Home::new();
    let tags = [("title", "Blue"), ("artist", "Ada"), ("album", "Sea"), ("track", "3"), ("date", "1999"), ("genre", "Jazz")];
    for extension in ["wma", "mka"] {
        home.song(format!("song.{extension}"), &tags);
        assert_eq!(home.scan().skipped, [], "{extension}");
        let row = rows(&home.library(), &everything(SortKey::Added)).pop().expect("one row");
        assert_eq!((row.title.as_str(), row.artist.as_deref()), ("Blue", Some("Ada")), "{extension}");
        if extension == "mka" {
            assert_eq!((row.album.as_deref(), row.genre.as_deref()), (Some("Sea"), Some("Jazz")));
            assert_eq!((row.track_no, row.year), (Some(3), Some(1999)));
        }
        fs::remove_file(home.media.join(format!("song.{extension}"))).expect("removed");
    }
}

#[test]
fn lists_untagged_formats_by_their_names() {
    let home = Home::new();
    for name in ["a.wav", "b.aiff", "c.aac", "d.wv", "e.wma", "f.mka", "g.tta"] {
        home.song(name, &[]);
    }
    assert_eq!(home.scan().skipped, []);
    assert_eq!(titles(&home.library(), &everything(SortKey::Title)), ["a", "b", "c", "d", "e", "f", "g"]);
}

#[test]
fn a_rescan_reads_only_what_changed_and_keeps_ids() {
    let home = Home::new();
    let (one, _two) = (home.song("one.flac", &[("title", "One")]), home.song("two.flac", &[("title", "Two")]));
    assert_eq!(home.scan().added, 2);
    let before = rows(&home.library(), &everything(SortKey::Title));
    ffmpeg(&["-f", "lavfi", "-i", "sine=220:duration=2"], &[("title", "One again")], &one);
    let summary = home.scan();
    assert_eq!((summary.added, summary.updated, summary.unchanged, summary.missing), (0, 1, 1, 0));
    let after = rows(&home.library(), &everything(SortKey::Title));
    assert_eq!(after[0].title, "One again");
    assert_eq!((before[0].id, before[1].id), (after[0].id, after[1].id));
    assert_eq!(before[0].added_at, after[0].added_at);
}

#[test]
fn a_vanished_file_is_not_listed_and_comes_back_as_itself() {
    let home = Home::new();
    let (path, aside) = (home.song("one.flac", &[]), home.data.join("aside.flac"));
    home.scan();
    let library = home.library();
    let before = rows(&library, &everything(SortKey::Title));
    fs::rename(&path, &aside).expect("moved");
    assert_eq!(home.scan().missing, 1);
    assert_eq!(library.browse(LISTENER, &everything(SortKey::Title)).expect("answers"), Page::default());
    assert!(!library.find(before[0].id).expect("answers").expect("kept").present);
    fs::rename(&aside, &path).expect("moved back");
    let summary = home.scan();
    assert_eq!((summary.added, summary.unchanged), (0, 1));
    assert_eq!(rows(&library, &everything(SortKey::Title)), before);
}

#[test]
fn a_folder_that_is_away_keeps_its_tracks() {
    let home = Home::new();
    home.song("disk/one.flac", &[]);
    home.song("here/two.flac", &[]);
    let media = [home.media.join("disk"), home.media.join("here")];
    let library = home.library();
    assert_eq!(scan(&library, &media).tracks, 2);
    let before = rows(&library, &everything(SortKey::Title));
    fs::rename(&media[0], home.data.join("unplugged")).expect("moved");
    library.check_folders(&media).expect("a folder that was there may be away");
    let summary = scan(&library, &media);
    assert_eq!((summary.missing, summary.tracks), (0, 1));
    assert!(reason(&summary, "disk").contains("tracks are kept"));
    fs::rename(home.data.join("unplugged"), &media[0]).expect("moved back");
    assert_eq!(scan(&library, &media).tracks, 2);
    assert_eq!(rows(&library, &everything(SortKey::Title)), before);
}

#[test]
fn a_folder_that_never_was_is_named() {
    let home = Home::new();
    let nowhere = home.media.join("no such folder");
    let error =
        iroam::host::scan_once(std::slice::from_ref(&nowhere), &[], &home.data, env!("CARGO_BIN_EXE_iroam").into()).expect_err("refused");
    assert!(error.to_string().contains("no such folder"), "{error}");
}

#[test]
fn what_is_no_media_is_skipped_with_a_reason_and_hangs_nothing() {
    let home = Home::new();
    home.song("good.flac", &[("title", "Good")]);
    fs::write(home.media.join("empty.mp3"), b"").expect("written");
    fs::write(home.media.join("lying.flac"), b"this is a letter, not music".repeat(100)).expect("written");
    fs::write(home.media.join("lying.mp4"), b"\0\0\0\x18ftypisom????????????garbage".repeat(9)).expect("written");
    fs::write(home.media.join("notes.txt"), b"not even pretending").expect("written");
    fs::write(home.media.join("Film.RMVB"), b"not looked into").expect("written");
    mkfifo(&home.media.join("pipe.mp3"));
    mkfifo(&home.media.join("cover.jpg"));
    fs::create_dir(home.media.join("folder.mp3")).expect("made");
    let mut cut = fs::read(home.media.join("good.flac")).expect("read");
    cut.truncate(30);
    fs::write(home.media.join("cut.flac"), cut).expect("written");
    let summary = home.scan();
    assert_eq!(reason(&summary, "empty.mp3"), "the file is empty");
    assert_eq!(reason(&summary, "pipe.mp3"), "it is a named pipe, not a file");
    for name in ["lying.flac", "lying.mp4", "cut.flac"] {
        assert!(!reason(&summary, name).is_empty());
    }
    assert_eq!(reason(&summary, "Film.RMVB"), "this format is not supported yet");
    assert_eq!(summary.skipped.len(), 6, "{:?}", summary.skipped);
    assert_eq!(titles(&home.library(), &everything(SortKey::Title)), ["Good"]);
}

#[test]
fn links_out_of_the_folder_are_not_followed() {
    let home = Home::new();
    let outside = home.data.join("private.flac");
    ffmpeg(&["-f", "lavfi", "-i", "sine=440:duration=1"], &[], &outside);
    let inside = home.song("real.flac", &[]);
    symlink(&outside, home.media.join("leak.flac")).expect("linked");
    symlink(&home.data, home.media.join("leaks")).expect("linked");
    symlink(&inside, home.media.join("twice.flac")).expect("linked");
    symlink(&home.media, home.media.join("loop")).expect("linked");
    let summary = home.scan();
    assert_eq!((summary.tracks, summary.skipped.len()), (1, 2), "{:?}", summary.skipped);
    assert_eq!(reason(&summary, "leak.flac"), "it is a link to outside of the media folder");
    assert_eq!(reason(&summary, "leaks"), "it is a link to outside of the media folder");
}

#[test]
fn names_that_are_not_utf8_are_files_like_others() {
    let home = Home::new();
    let plain = home.song("plain.flac", &[]);
    let odd = home.media.join(OsStr::from_bytes(b"caf\xe9.flac"));
    fs::rename(plain, &odd).expect("renamed");
    assert_eq!(home.scan().added, 1);
    let library = home.library();
    let row = rows(&library, &everything(SortKey::Title)).remove(0);
    assert_eq!(row.title, "caf\u{FFFD}");
    assert_eq!(library.find(row.id).expect("answers").expect("found").path, odd);
    assert_eq!(home.scan().unchanged, 1);
}

#[test]
fn hostile_tags_are_text_and_nothing_else() {
    let home = Home::new();
    let script = "<script>alert(1)</script>'; DROP TABLE track; --";
    home.song(
        "a.flac",
        &[("title", script), ("artist", "\u{202E}evil\u{7}"), ("album", &"x".repeat(100_000)), ("track", "-5"), ("date", "soon")],
    );
    home.song("b.mp3", &[("title", " \u{1} \n"), ("disc", "99999999999999999999")]);
    assert_eq!(home.scan().skipped, []);
    let rows = rows(&home.library(), &everything(SortKey::Added));
    assert_eq!(rows[0].title, script);
    assert_eq!((rows[0].artist.as_deref(), rows[0].track_no, rows[0].year), (Some("evil"), None, None));
    assert_eq!(rows[0].album.as_ref().map(String::len), Some(500));
    assert_eq!((rows[1].title.as_str(), rows[1].disc_no), ("b", None));
}

#[test]
fn covers_are_found_scaled_and_kept_once() {
    let home = Home::new();
    let cover = home.data.join("cover.png");
    ffmpeg(&["-f", "lavfi", "-i", "testsrc=size=1200x900", "-frames:v", "1"], &[], &cover);
    for name in ["one.mp3", "two.mp3"] {
        let cover = cover.to_str().expect("plain names");
        let input = ["-f", "lavfi", "-i", "sine=440:duration=1", "-i", cover, "-map", "0", "-map", "1", "-disposition:v", "attached_pic"];
        ffmpeg(&input, &[], &home.media.join(name));
    }
    home.song("other/three.mp3", &[]);
    ffmpeg(&["-f", "lavfi", "-i", "color=red:size=50x50", "-frames:v", "1"], &[], &home.media.join("other/Folder.jpg"));
    home.song("plain/four.mp3", &[]);
    assert_eq!(home.scan().skipped, []);
    let library = home.library();
    let art: Vec<_> = rows(&library, &everything(SortKey::Title)).into_iter().map(|row| (row.title, row.art)).collect();
    let of = |title: &str| art.iter().find(|(t, _)| t == title).expect("listed").1.clone();
    assert_eq!((of("four"), of("one").is_some()), (None, true));
    assert_eq!(of("one"), of("two"));
    assert_ne!(of("one"), of("three"));
    let picture = library.picture(&of("one").expect("some")).expect("answers").expect("kept");
    let picture = image::load_from_memory_with_format(&picture, image::ImageFormat::Jpeg).expect("a JPEG");
    assert_eq!((picture.width(), picture.height()), (600, 450));
    assert!(of("three").is_some_and(|art| library.picture(&art).expect("answers").is_some()));
    let names: Vec<_> = fs::read_dir(home.data.join("art")).expect("listed").flatten().map(|entry| entry.file_name()).collect();
    // At its full size each is named by nothing but its id.
    let full = names.iter().filter(|name| name.to_string_lossy().matches('.').count() == 1);
    assert_eq!(full.count(), 2, "{names:?}");
}

#[test]
fn a_song_with_a_picture_that_is_too_much_is_a_song_without_one() {
    let home = Home::new();
    let plain = home.data.join("plain.mp3");
    ffmpeg(&["-f", "lavfi", "-i", "sine=440:duration=1", "-write_id3v2", "0"], &[], &plain);
    let picture = [&b"\0image/jpeg\0\x03\0"[..], &[0xff; 17 * 1024 * 1024]].concat();
    let tag = id3v2(&[(b"TIT2", b"\0Song"), (b"APIC", &picture)]);
    fs::write(home.media.join("song.mp3"), [tag, fs::read(plain).expect("read")].concat()).expect("written");
    assert_eq!(home.scan().skipped, []);
    let row = rows(&home.library(), &everything(SortKey::Title)).remove(0);
    assert_eq!((row.title.as_str(), row.art), ("Song", None));
}

/// An ID3v2.3 tag of these frames.
fn id3v2(frames: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (id, content) in frames {
        let length = u32::try_from(content.len()).expect("32 bits").to_be_bytes();
        body.extend([id.as_slice(), &length, &[0, 0], content].concat());
    }
    let length = u32::try_from(body.len()).expect("28 bits");
    let syncsafe = [21, 14, 7, 0].map(|shift| (length >> shift & 0x7f) as u8);
    [b"ID3\x03\0\0", syncsafe.as_slice(), &body].concat()
}

#[test]
fn videos_of_any_kind_are_listed_with_what_they_can_be_played_as() {
    let home = Home::new();
    home.film("with sound.mp4", "libx264", true);
    home.film("silent.mov", "libx264", false);
    home.film("old.avi", "mpeg4", true);
    let summary = home.scan();
    assert_eq!((summary.tracks, summary.videos, summary.skipped.len()), (0, 3, 0), "{:?}", summary.skipped);
    let listed = rows(&home.library(), &of_kind(MediaKind::Video));
    assert_eq!(listed.iter().map(|row| row.codec.as_str()).collect::<Vec<_>>(), ["MPEG-4", "H.264", "H.264"]);
    for row in &listed {
        assert!(row.renditions.contains(&Rendition::H264P240), "{row:?}");
        assert!(!row.renditions.contains(&Rendition::H264P360), "{row:?}");
        assert_eq!(row.source.video.as_ref().map(|video| (video.width, video.height)), Some((64, 48)));
        assert_eq!(row.sound.is_empty(), row.title == "silent");
    }
    assert!(rows(&home.library(), &of_kind(MediaKind::Audio)).is_empty());
}

#[test]
fn a_file_is_what_it_holds_whatever_its_name() {
    let home = Home::new();
    let (film, song) = (home.film("film.mp4", "libx264", true), home.song("song.mp3", &[("title", "Named")]));
    for (file, name) in [(&film, "film.mp3"), (&film, "film.wma"), (&song, "song.mkv"), (&song, "song.flac")] {
        fs::copy(file, home.media.join(name)).expect("copied");
    }
    let summary = home.scan();
    assert_eq!((summary.tracks, summary.videos, summary.skipped.len()), (3, 3, 0), "{:?}", summary.skipped);
    let songs = rows(&home.library(), &of_kind(MediaKind::Audio));
    assert!(songs.iter().all(|row| row.title == "Named" && row.codec == "MP3"), "{songs:?}");
}

#[test]
fn claims_that_cannot_be_are_refused_with_their_reason() {
    let home = Home::new();
    let path = home.song("many.wav", &[]);
    let mut wav = fs::read(&path).expect("read");
    // The number of channels, and the rate, of a `fmt ` chunk at its usual place.
    wav[22..24].copy_from_slice(&255u16.to_le_bytes());
    fs::write(&path, &wav).expect("written");
    let summary = home.scan();
    assert!(reason(&summary, "many.wav").contains("255 channels"), "{:?}", summary.skipped);
}

#[test]
fn albums_sort_by_artist_disc_and_track() {
    let home = Home::new();
    let song = |file: &str, artist: &str, album: &str, disc: &str, track: &str| {
        home.song(file, &[("artist", artist), ("album", album), ("disc", disc), ("track", track)]);
    };
    song("a.flac", "beta", "Second", "1", "10");
    song("b.flac", "beta", "Second", "1", "2");
    song("c.flac", "beta", "Second", "2", "1");
    song("d.flac", "Alpha", "Zoo", "1", "1");
    home.song("e.flac", &[("artist", "beta"), ("album", "First")]);
    home.song("f.flac", &[]);
    home.scan();
    let library = home.library();
    let browse = everything(SortKey::Album);
    assert_eq!(titles(&library, &browse), ["d", "e", "b", "a", "c", "f"]);
    assert_eq!(titles(&library, &Browse { descending: true, ..browse.clone() }), ["b", "a", "c", "e", "d", "f"]);
    let page = Browse { offset: 2, limit: 2, ..browse };
    assert_eq!(library.browse(LISTENER, &page).map(|page| (page.total, page.tracks.len())).expect("answers"), (6, 2));
    assert_eq!(titles(&library, &page), ["b", "a"]);
}

#[test]
fn a_search_finds_words_by_their_beginnings_in_any_field() {
    let home = Home::new();
    home.song("a.flac", &[("title", "100% Björk_"), ("artist", "Ada")]);
    home.song("b.flac", &[("title", "100 Bears"), ("album", "BJÖRK live")]);
    home.scan();
    let library = home.library();
    let search = |text: &str| titles(&library, &selecting(Selection { search: Some(text.to_owned()), ..Selection::default() }));
    assert_eq!(search("björk").len(), 2);
    assert_eq!(search("ada BJÖRK"), ["100% Björk_"]);
    // Signs beside a word say nothing, and are no pattern.
    assert_eq!(search("100%").len(), 2);
    assert_eq!(search("bj_rk"), [""; 0]);
    assert_eq!(search("1% ada"), ["100% Björk_"]);
    assert_eq!(search("a.fl"), ["100% Björk_"]);
    assert_eq!(search("\\"), [""; 0]);
    assert_eq!(search("' OR 1=1 --"), [""; 0]);
    assert_eq!(search("  ").len(), 2);
}

#[test]
fn overlapping_folders_list_nothing_twice() {
    let home = Home::new();
    home.song("inner/one.flac", &[]);
    let library = home.library();
    let media = [home.media.clone(), home.media.join("inner")];
    assert_eq!(scan(&library, &media).tracks, 1);
    assert_eq!(scan(&library, &media).unchanged, 1);
}

#[test]
fn what_was_heard_comes_with_the_rows_until_the_file_changes() {
    let home = Home::new();
    let tags = |title: &'static str| [("title", title), ("artist", "Ada"), ("album", "Sea")];
    home.song("one.flac", &tags("One"));
    let two = home.song("two.flac", &tags("Two"));
    home.song("three.flac", &[("title", "Three")]);
    home.film("silent.mp4", "libx264", false);
    home.scan();
    let library = home.library();
    assert_eq!(library.heard().expect("answers"), (0, 3), "pictures without sound are not listened to");

    // One by one, the newest first, each once.
    let mut last = None;
    while let Some(track) = library.unheard(last.as_ref()).expect("answers") {
        let is_two = track.path == two;
        let heard = Heard { loudness_cdb: Some(if is_two { -1_000 } else { -2_000 }), true_peak_cdb: -50, gated_ms: 10_000 };
        library.note_heard(&track, Ok((heard, &[1, 2, 3]))).expect("noted");
        last = Some(track);
    }
    assert_eq!((library.heard().expect("answers"), library.unheard(None).expect("answers")), ((3, 3), None));
    let listed = rows(&library, &everything(SortKey::Title));
    let loudness = |title: &str| listed.iter().find(|row| row.title == title).expect("listed").loudness;
    // The mean of the energies of -10 and -20 LUFS is -12.6.
    let album = Some(-1_800 + 1_260);
    assert_eq!(loudness("One"), Some(Loudness { track_gain_cdb: 200, album_gain_cdb: album, true_peak_cdb: -50 }));
    assert_eq!(loudness("Two"), Some(Loudness { track_gain_cdb: -800, album_gain_cdb: album, true_peak_cdb: -50 }));
    assert_eq!(loudness("Three"), Some(Loudness { track_gain_cdb: 200, album_gain_cdb: None, true_peak_cdb: -50 }));
    let id = listed.iter().find(|row| row.title == "Two").expect("listed").id;
    assert_eq!(library.waveform(id).expect("answers"), Some(vec![1, 2, 3]));

    // Another file by the same name is to be heard anew, and once more only when it fails.
    ffmpeg(&["-f", "lavfi", "-i", "sine=220:duration=2"], &tags("Two"), &two);
    home.scan();
    assert_eq!(library.heard().expect("answers"), (2, 3));
    assert_eq!(library.waveform(id).expect("answers"), None);
    let changed = library.unheard(None).expect("answers").expect("the changed one");
    assert_eq!(changed.path, two);
    library.note_heard(&changed, Err("It is damaged.")).expect("noted");
    assert_eq!(library.unheard(None).expect("answers"), None);
    let listed = rows(&library, &everything(SortKey::Title));
    assert_eq!(listed.iter().find(|row| row.title == "Two").expect("listed").loudness, None);
}
