//! Playlists, tables and databases as programs write them, with all that is odd about them.

use std::path::Path;

use iroam::host::import::{Content, ForeignTrack, Format, Imported, Source, read};
use iroam::types::UnixMs;

fn read_as(bytes: &[u8], extension: &str) -> Imported {
    read(bytes, Source { folder: Some(Path::new("/home/ann/lists")), name: "Party" }, extension)
        .unwrap_or_else(|error| panic!("{extension}: {error}"))
}

fn place(track: &ForeignTrack) -> &str {
    track.place.as_ref().map_or("", |place| place.as_str())
}

fn places(found: &Imported) -> Vec<&str> {
    found.tracks.iter().map(place).collect()
}

/// Artist, title and seconds.
fn said(track: &ForeignTrack) -> (&str, &str, u64) {
    (track.artist.as_deref().unwrap_or(""), track.title.as_deref().unwrap_or(""), track.duration_ms.unwrap_or(0) / 1000)
}

/// In the encoding of western Windows.
fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("of Latin-1")).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

#[test]
fn a_playlist_of_winamp_is_read_in_every_encoding() {
    let text = "#EXTM3U\r\n#EXTINF:305,Björk - Jóga\r\nD:\\Musik\\Björk\\Homogenic\\02 Jóga.mp3\r\n#EXTINF:0,Für Elise\r\n..\\Für\\Elise.mp3\r\n\
                #EXTINF:61,Motörhead - Überfall - Live\r\n\\\\nas\\musik\\Motörhead\\Überfall.mp3\r\n";
    let marked = format!("\u{feff}{text}");
    for (bytes, extension) in [
        (latin1(text), "m3u"),
        (text.as_bytes().to_vec(), "m3u8"),
        (marked.into_bytes(), "m3u8"),
        (utf16(text), "m3u"),
        (latin1(&text.replace("\r\n", "\r")), "m3u"),
    ] {
        let found = read_as(&bytes, extension);
        assert_eq!((found.format, found.playlists[0].content.tracks()), (Format::M3u, &[0, 1, 2][..]));
        assert_eq!(
            places(&found),
            ["D:/Musik/Björk/Homogenic/02 Jóga.mp3", "/home/ann/Für/Elise.mp3", "//nas/musik/Motörhead/Überfall.mp3"]
        );
        let all: Vec<_> = found.tracks.iter().map(said).collect();
        assert_eq!(all, [("Björk", "Jóga", 305), ("", "Für Elise", 0), ("Motörhead", "Überfall - Live", 61)]);
    }
}

#[test]
fn remarks_of_every_kind_are_understood() {
    let text = "#EXTM3U url-tvg=\"x\"\n#extinf:-1,Radio\nhttps://ann:secret@radio.example/live.m3u8?token=1\n\
                #EXTINF:300 tvg-id=\"a, b\" group-title=\"C\",Ann - A\na.mp3\n\
                #EXTINF:12.5,B\n#EXTGRP:x\n#EXTVLCOPT:network-caching=1000\nb.mp3\n\
                #EXTINF:99,Lost - Never came\n#EXTINF:7,C\nc.mp3\n\
                #EXTINF:8\nd.mp3\n#EXTINF:\ne.mp3\n#EXTINF:9,\"Quoted, Title\nf.mp3\n#\n# 100 remarks\n#EXTART:Ann\n#EXTALB:Album\ng.mp3";
    let found = read_as(text.as_bytes(), "m3u");
    let all: Vec<_> = found.tracks.iter().map(said).collect();
    let expected = [
        ("", "Radio", 0),
        ("Ann", "A", 300),
        ("", "B", 12),
        ("", "C", 7),
        ("", "", 8),
        ("", "", 0),
        ("", "\"Quoted, Title", 9),
        ("Ann", "", 0),
    ];
    assert_eq!(all, expected);
    assert_eq!(found.tracks[0].address.as_deref(), Some("https://radio.example/live.m3u8"));
    assert_eq!(
        (place(&found.tracks[0]), place(&found.tracks[7]), found.tracks[7].album.as_deref()),
        ("", "/home/ann/lists/g.mp3", Some("Album"))
    );
}

#[test]
fn encoded_paths_are_known_from_names_with_percents() {
    let found = read_as(b"#EXTM3U\n../Bj%C3%B6rk/01%20J%C3%B3ga.mp3\nplain.mp3\nfile:///C:/Music/a%20b.mp3\n", "m3u8");
    assert_eq!(places(&found), ["/home/ann/Björk/01 Jóga.mp3", "/home/ann/lists/plain.mp3", "C:/Music/a b.mp3"]);
    let found = read_as("100%25 off.mp3\n50%.mp3\nBjörk/a%20b.mp3\n".as_bytes(), "m3u8");
    assert_eq!(places(&found), ["/home/ann/lists/100%25 off.mp3", "/home/ann/lists/50%.mp3", "/home/ann/lists/Björk/a%20b.mp3"]);
}

#[test]
fn a_pls_is_read_however_it_is_written() {
    let text = "[Playlist]\r\nNumberOfEntries=3\r\nFILE1 = ..\\Für\\a=b.mp3\r\nTitle1=Ann - A=B\r\nLENGTH1= 61\r\n\r\n; a remark\r\nFile3=file:///m/c%20d.ogg\r\nFile2=http://radio.example:8000/\r\nTitle2=Radio\r\nLength2=-1\r\nVersion=2\r\n";
    for bytes in [latin1(text), format!("\u{feff}{text}").into_bytes(), utf16(text)] {
        let found = read_as(&bytes, "pls");
        assert_eq!(places(&found), ["/home/ann/Für/a=b.mp3", "", "/m/c d.ogg"]);
        assert_eq!((said(&found.tracks[0]), found.tracks[1].address.as_deref()), (("Ann", "A=B", 61), Some("http://radio.example:8000/")));
    }
}

#[test]
fn an_xspf_of_vlc_is_read() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<playlist xmlns=\"http://xspf.org/ns/0/\" xmlns:vlc=\"http://www.videolan.org/vlc/playlist/ns/0/\" version=\"1\">
        <title>Wiedergabeliste</title><trackList>
        <track><location>file:///home/ann/M%C3%BAsica/a%20%26%20b.mp3</location><title>A &amp; B</title><creator>Björk</creator><album>&#x4D;</album><annotation/><image>file:///x.png</image>
        <duration>183066</duration><extension application=\"http://www.videolan.org/vlc/playlist/0\"><vlc:id>0</vlc:id><vlc:option>x</vlc:option></extension></track>
        <track><location>file:///C:/Users/Ann/Music/c.mp3</location><title/></track>
        <track><location>C:\\Music\\d.mp3</location></track>
        <track><location>../e%20f.mp3</location></track>
        <track><location>https://music.example/g.mp3?key=secret</location></track>
        <track><title>Only words</title><creator>Ann</creator></track></trackList>
        <extension application=\"http://www.videolan.org/vlc/playlist/0\"><vlc:item tid=\"0\"/></extension></playlist>";
    for bytes in [text.as_bytes().to_vec(), format!("\u{feff}{text}").into_bytes(), utf16(&text.replace("UTF-8", "UTF-16"))] {
        let found = read_as(&bytes, "xspf");
        assert_eq!((found.playlists[0].name.as_str(), found.tracks.len()), ("Wiedergabeliste", 6));
        assert_eq!(
            places(&found),
            ["/home/ann/Música/a & b.mp3", "C:/Users/Ann/Music/c.mp3", "C:/Music/d.mp3", "/home/ann/e f.mp3", "", ""]
        );
        assert_eq!((said(&found.tracks[0]), found.tracks[0].album.as_deref()), (("Björk", "A & B", 183), Some("M")));
        assert_eq!(found.tracks[4].address.as_deref(), Some("https://music.example/g.mp3"));
    }
}

#[test]
fn a_table_of_a_spreadsheet_is_read() {
    let text = "Titel;Interpret;Album;Bewertung;Play Count;Last Played;Länge;Pfad;Path\r\n\"Für \"\"Elise\"\"; live\r\nin Köln\";Björk;Größe;5;1.234;2009-02-13 23:31:30;3:05;x;C:\\Musik\\Für Elise.mp3\r\n;;;;;;;;\r\nKurz;Ann;;2,5\r\n";
    for bytes in [latin1(text), format!("\u{feff}{text}").into_bytes(), utf16(text), format!("sep=;\r\n{text}").into_bytes()] {
        let found = read_as(&bytes, "csv");
        assert_eq!(found.format, Format::Csv);
        let first = &found.tracks[0];
        assert_eq!(
            (first.title.as_deref(), first.artist.as_deref(), first.album.as_deref()),
            (Some("Für \"Elise\"; live  in Köln"), Some("Björk"), Some("Größe"))
        );
        assert_eq!((first.made.rating, first.made.plays, first.made.last_played), (Some(100), 1234, Some(UnixMs(1_234_567_890_000))));
        assert_eq!(place(first), "C:/Musik/Für Elise.mp3");
        let last = found.tracks.last().expect("two");
        assert_eq!((last.title.as_deref(), last.made.rating, place(last)), (Some("Kurz"), Some(50), ""));
    }
}

/// What iTunes writes as "Export Playlist": columns between tabs, lines that end in a carriage return alone.
#[test]
fn a_text_of_itunes_is_read() {
    let text = "Name\tArtist\tComposer\tAlbum\tTime\tTrack Number\tDate Added\tPlays\tLast Played\tMy Rating\tLocation\r\
                Jóga\tBjörk\t\tHomogenic\t305\t2\t06/05/2004 07:08\t9\t13/02/2009 23:31\t80\tC:\\Music\\Björk\\Jóga.mp3\r";
    let found = read_as(&utf16(text), "txt");
    let [track] = &found.tracks[..] else { panic!("one: {found:?}") };
    assert_eq!(
        (found.format, said(track), track.track_no, place(track)),
        (Format::Csv, ("Björk", "Jóga", 305), Some(2), "C:/Music/Björk/Jóga.mp3")
    );
    // Which is the day and which the month nobody can tell.
    assert_eq!((track.made.rating, track.made.plays, track.made.last_played), (Some(80), 9, None));
}

#[test]
fn a_database_of_rhythmbox_is_read() {
    let text = "<?xml version=\"1.0\" standalone=\"yes\"?>\n<rhythmdb version=\"2.0\">\n  <entry type=\"song\">\n    <title>Jóga &amp; more</title>\n    <genre>Rock</genre>\n    <artist>Björk</artist>\n    <album>Homogenic</album>\n    <track-number>2</track-number>\n    <disc-number>1</disc-number>\n    <duration>305</duration>\n    <file-size>7336768</file-size>\n    <location>file:///home/ann/M%C3%BAsica/Bj%C3%B6rk/02%20-%20J%C3%B3ga%20&amp;%20more.mp3</location>\n    <mountpoint>file:///media/ann</mountpoint>\n    <mtime>1234567000</mtime>\n    <first-seen>1200000000</first-seen>\n    <last-seen>1234567999</last-seen>\n    <rating>4</rating>\n    <play-count>9</play-count>\n    <last-played>1234567890</last-played>\n    <bitrate>192</bitrate>\n    <date>729025</date>\n    <media-type>audio/mpeg</media-type>\n    <hidden>1</hidden>\n    <comment>Multi\nline</comment>\n    <album-artist>Björk</album-artist>\n  </entry>
  <entry type=\"song\"><title>On a share</title><artist>Unknown</artist><album>Unknown</album><duration>0</duration><location>smb://ann@nas/music/a.mp3</location><rating>5.000000</rating><date>0</date></entry>
  <entry type=\"iradio\"><title>Radio</title><location>http://radio.example</location></entry>\n  <entry type=\"ignore\"><title></title><location>file:///home/ann/cover.jpg</location></entry>\n</rhythmdb>\n";
    let found = read_as(text.as_bytes(), "xml");
    let [first, second] = &found.tracks[..] else { panic!("two: {found:?}") };
    assert_eq!((said(first), place(first)), (("Björk", "Jóga & more", 305), "/home/ann/Música/Björk/02 - Jóga & more.mp3"));
    assert_eq!((first.made.rating, first.made.plays, first.made.last_played), (Some(80), 9, Some(UnixMs(1_234_567_890_000))));
    assert_eq!((first.made.added, first.disc_no, first.album_artist.as_deref()), (Some(UnixMs(1_200_000_000_000)), Some(1), Some("Björk")));
    assert_eq!((place(second), second.made.rating, second.duration_ms), ("//nas/music/a.mp3", Some(100), None));
}

#[test]
fn playlists_of_rhythmbox_are_read() {
    let text = "<?xml version=\"1.0\"?>\n<rhythmdb-playlists>
  <playlist name=\"My Top Rated\" show-browser=\"true\" browser-position=\"180\" search-type=\"search-match\" type=\"automatic\" sort-key=\"Artist\" sort-direction=\"0\"><conjunction><equals prop=\"type\">song</equals><subquery><conjunction><greater prop=\"rating\">4.000000</greater></conjunction></subquery></conjunction></playlist>
  <playlist name=\"Recently Added\" show-browser=\"true\" type=\"automatic\" sort-key=\"FirstSeen\" sort-direction=\"0\"><conjunction><equals prop=\"type\">song</equals><subquery><conjunction><current-time-within prop=\"first-seen\">604800</current-time-within></conjunction></subquery></conjunction></playlist>
  <playlist name=\"Jazz or Blues\" type=\"automatic\"><conjunction><equals prop=\"type\">song</equals><subquery><conjunction><like prop=\"genre-folded\">jazz</like><disjunction/><like prop=\"genre-folded\">blues</like></conjunction></subquery></conjunction></playlist>
  <playlist name=\"A &amp; &quot;B&quot;\" show-browser=\"false\" type=\"static\"><location>file:///home/ann/M%C3%BAsica/a%20b.mp3</location><location>http://radio.example/x?key=1</location><location>file:///home/ann/M%C3%BAsica/a%20b.mp3</location></playlist>
  <playlist name=\"A &amp; &quot;B&quot;\" type=\"static\"><location>smb://nas/music/c.mp3</location></playlist>
  <playlist name=\"Play Queue\" type=\"queue\"/>
</rhythmdb-playlists>";
    let found = read_as(text.as_bytes(), "xml");
    let names: Vec<_> = found.playlists.iter().map(|list| list.name.as_str()).collect();
    assert_eq!(names, ["My Top Rated", "Recently Added", "Jazz or Blues", "A & \"B\"", "A & \"B\""]);
    let rules = |at: usize| match &found.playlists[at].content {
        Content::Smart { rules, .. } => serde_json::to_string(rules).expect("serialises"),
        other => panic!("smart: {other:?}"),
    };
    assert_eq!(rules(0), r#"{"match":"all","rules":[{"field":"rating","op":"greater","value":79}]}"#);
    assert_eq!(rules(1), r#"{"match":"all","rules":[{"field":"added","op":"in_last","value":604800000}]}"#);
    assert_eq!(
        rules(2),
        r#"{"match":"any","rules":[{"field":"genre","op":"contains","value":"jazz"},{"field":"genre","op":"contains","value":"blues"}]}"#
    );
    assert_eq!((found.playlists[3].content.tracks(), found.playlists[4].content.tracks()), (&[0, 1, 0][..], &[2][..]));
    assert_eq!(places(&found), ["/home/ann/Música/a b.mp3", "", "//nas/music/c.mp3"]);
    assert_ne!(found.playlists[3].origin, found.playlists[4].origin, "two of one name are two");
}
