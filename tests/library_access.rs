//! Who may see what, over a real tunnel: what a listener may not see does not exist for them, whatever they ask. And what changes in the
//! media folders is there soon after.
#![cfg(feature = "host")]

mod host_kit;

use std::fs;
use std::path::Path;
use std::time::Duration;

use host_kit::Home;
use host_kit::player::{Answered, BOUND, auth, claims, exchange, player_key, tracks, wire};
use host_kit::server::{Host, Line, config, host_id, listener, server_key, signer, welcome, write_pairing};
use iroam::auth::Standing;
use iroam::host::HostConfig;
use iroam::host::access::Access;
use iroam::net::TunnelListener;
use iroam::protocol::{Away, AwayFolder, ErrorCode, Reply, ReplyHeader, TrackRow};
use iroam::types::{Clock, SystemClock};

const NO_HTTP: &str = "http://127.0.0.1:9";
/// No track and no picture has these.
const NOBODY: &str = "019f0000-0000-7000-8000-000000000000";

async fn start(home: &Home, access: Vec<(std::path::PathBuf, Access)>) -> (Host, Line, TunnelListener) {
    let listener = listener();
    write_pairing(&home.data, NO_HTTP, listener.local_addr(), &server_key());
    let host = Host::start(HostConfig { access, ..config(home, NO_HTTP) });
    let tunnel = welcome(&listener).await;
    (host, tunnel, listener)
}

async fn ask_as(tunnel: &Line, standing: Standing, request: &str) -> Answered {
    let ticket = signer().sign(&iroam::auth::Claims { standing, ..claims(host_id(), SystemClock.now()) });
    exchange(tunnel, wire(&auth(&player_key(), &ticket, request), request)).await
}

fn cover(home: &Home, folder: &str, colour: &str) {
    let source = format!("color={colour}:size=50x50");
    host_kit::ffmpeg(&["-f", "lavfi", "-i", &source, "-frames:v", "1"], &[], &home.media.join(folder).join("cover.jpg"));
}

/// A secret album, one for the house, and one for guests; of each a song, with words that only it has.
fn house() -> Home {
    let home = Home::new();
    for (folder, colour) in [("secret", "red"), ("house", "green"), ("party", "blue")] {
        let word = |what: &str| format!("{folder} {what}");
        home.song(
            format!("{folder}/song.flac"),
            &[
                ("title", &word("title")),
                ("artist", &word("artist")),
                ("album", &word("album")),
                ("album_artist", &word("band")),
                ("composer", &word("composer")),
                ("genre", &word("genre")),
                ("lyrics", &word("lyrics")),
            ],
        );
        cover(&home, folder, colour);
    }
    home
}

/// Everything that names no track, with searches and rules; and all that does, for this one.
fn questions(row: Option<&TrackRow>) -> Vec<String> {
    let track = row.map_or(NOBODY.to_owned(), |row| row.id.to_string());
    let art = row.and_then(|row| row.art.clone()).map_or("0".repeat(64), |art| art.as_str().to_owned());
    let album = row.and_then(|row| row.album_id).map_or(String::new(), |album| serde_json::to_string(&album).expect("serialises"));
    let mut all = vec![r#"{"op":"status"}"#.to_owned()];
    for sort in ["title", "artist", "album", "composer", "genre", "added", "size"] {
        all.push(format!(r#"{{"op":"browse","sort":"{sort}","offset":0,"limit":500}}"#));
    }
    for selection in [
        r#"{"search":"secret"}"#.to_owned(),
        r#"{"search":"secert titel"}"#.to_owned(),
        r#"{"genres":["secret genre"]}"#.to_owned(),
        r#"{"only":"duplicates"}"#.to_owned(),
        r#"{"only":"missing"}"#.to_owned(),
        format!(r#"{{"albums":[{album}]}}"#),
    ] {
        all.push(format!(r#"{{"op":"browse","selection":{selection},"sort":"title","offset":0,"limit":500}}"#));
        for of in ["genre", "artist", "album_artist", "album", "composer"] {
            all.push(format!(r#"{{"op":"facets","of":"{of}","selection":{selection},"offset":0,"limit":500}}"#));
        }
    }
    all.push(format!(r#"{{"op":"tracks","ids":["{track}"]}}"#));
    all.push(format!(r#"{{"op":"art","art":"{art}"}}"#));
    all.push(format!(r#"{{"op":"art","art":"{art}","size":64}}"#));
    for op in ["details", "preview", "info", "lyrics", "waveform"] {
        all.push(format!(r#"{{"op":"{op}","track":"{track}"}}"#));
    }
    all.push(format!(r#"{{"op":"rate","tracks":["{track}"],"rating":80}}"#));
    all.push(format!(r#"{{"op":"love","tracks":["{track}"],"loved":true}}"#));
    all.push(format!(r#"{{"op":"resume","track":"{track}","position_ms":1000}}"#));
    all.push(format!(r#"{{"op":"subtitle","track":"{track}","id":"s0"}}"#));
    all.push(format!(r#"{{"op":"init","track":"{track}","rendition":"flac"}}"#));
    all.push(format!(r#"{{"op":"segment","track":"{track}","rendition":"flac","index":0}}"#));
    all
}

/// What an answer says, to be compared.
fn said(answered: &Answered) -> (Result<Reply, ErrorCode>, String) {
    let header = match &answered.header {
        ReplyHeader::Ok { reply, .. } => Ok(reply.clone()),
        ReplyHeader::Error { error } => Err(error.code),
    };
    (header, String::from_utf8_lossy(&answered.body).into_owned())
}

#[tokio::test]
async fn what_is_not_shared_with_an_asker_does_not_exist_for_them() {
    let home = house();
    // By another name than the media folder has.
    let link = home.data.with_file_name("another-name");
    std::os::unix::fs::symlink(&home.media, &link).expect("linked");
    let access =
        vec![(link.join("secret"), Access::Private), (home.media.join("party"), Access::Link), (home.media.clone(), Access::Household)];
    let (host, tunnel, _listener) = start(&home, access).await;
    let all = tracks(&tunnel, 3).await;
    let titled = |title: &str| all.iter().find(|row| row.title == title).expect("listed");
    let (secret, house, party) = (titled("secret title"), titled("house title"), titled("party title"));
    assert!(all.iter().all(|row| row.art.is_some()));

    for (standing, hidden, seen) in [
        (Standing::Guest, vec![secret, house], vec![party]),
        (Standing::Household, vec![secret], vec![house, party]),
        (Standing::Owner, vec![], vec![secret, house, party]),
    ] {
        let Reply::Status(status) = ask_as(&tunnel, standing, r#"{"op":"status"}"#).await.reply().clone() else { panic!("no status") };
        assert_eq!(status.tracks, seen.len() as u64, "{standing:?}");
        if standing != Standing::Owner {
            let changes = said(&ask_as(&tunnel, standing, r#"{"op":"changes","since":0,"wait_ms":0}"#).await);
            assert!(all.iter().all(|row| !changes.1.contains(&row.id.to_string())), "{standing:?}: {changes:?}");
        }
        for row in hidden {
            for (question, unknown) in questions(Some(row)).iter().zip(questions(None)) {
                let answered = said(&ask_as(&tunnel, standing, question).await);
                assert!(!format!("{:?}", answered.0).contains("secret"), "{standing:?} by {question}: {answered:?}");
                for word in ["secret", row.title.split(' ').next().expect("a word")] {
                    assert!(!answered.1.contains(word), "{standing:?} hears of {word} by {question}: {answered:?}");
                }
                // An album that nobody knows is no selection at all, so only what names tracks is compared.
                if question != &unknown && !question.contains("albums") {
                    let of_nobody = said(&ask_as(&tunnel, standing, &unknown).await);
                    assert_eq!(answered, of_nobody, "{standing:?} can tell what is hidden from what is not there by {question}");
                }
            }
        }
        for row in seen {
            for op in ["info", "lyrics"] {
                ask_as(&tunnel, standing, &format!(r#"{{"op":"{op}","track":"{}"}}"#, row.id)).await.reply();
            }
            let init = ask_as(&tunnel, standing, &format!(r#"{{"op":"init","track":"{}","rendition":"flac"}}"#, row.id)).await;
            assert!(matches!(init.reply(), Reply::Init(_)), "{standing:?}");
            let art = row.art.as_ref().expect("a cover").as_str();
            ask_as(&tunnel, standing, &format!(r#"{{"op":"art","art":"{art}"}}"#)).await.reply();
        }
    }
    host.stop().await;
}

/// The titles of the library, once they are these.
async fn until_titles(tunnel: &Line, wanted: &[&str]) {
    let ask = async {
        loop {
            let rows = ask_as(tunnel, Standing::Owner, r#"{"op":"browse","sort":"title","offset":0,"limit":500}"#).await;
            let page: iroam::protocol::BrowsePage = serde_json::from_slice(&rows.body).expect("a page");
            let titles: Vec<_> = page.tracks.iter().map(|row| row.title.as_str()).collect();
            if titles == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(BOUND, ask).await.unwrap_or_else(|_| panic!("the library never came to be {wanted:?}"));
}

fn move_in(from: &Path, to: &Path) {
    fs::rename(from, to).expect("on the same disk");
}

#[tokio::test]
async fn what_changes_in_a_watched_folder_is_in_the_library_soon() {
    let home = Home::new();
    home.song("first/a.flac", &[("title", "a")]);
    let outside = Home::new();
    for title in ["b", "c"] {
        outside.song(format!("album/cd1/{title}.flac"), &[("title", title)]);
    }
    let (host, tunnel, _listener) = start(&home, Vec::new()).await;
    until_titles(&tunnel, &["a"]).await;
    // A whole album, with a folder in it.
    move_in(&outside.media.join("album"), &home.media.join("album"));
    until_titles(&tunnel, &["a", "b", "c"]).await;
    // Another name, another folder, other tags, and one that goes.
    fs::create_dir(home.media.join("second")).expect("made");
    move_in(&home.media.join("first/a.flac"), &home.media.join("second/z.flac"));
    home.song("album/cd1/b.flac", &[("title", "bb")]);
    fs::remove_file(home.media.join("album/cd1/c.flac")).expect("there");
    until_titles(&tunnel, &["a", "bb"]).await;
    // A folder goes as a whole.
    move_in(&home.media.join("album"), &outside.media.join("album"));
    until_titles(&tunnel, &["a"]).await;
    host.stop().await;
}

/// What the status says is away, once it is so many songs.
async fn until_away(tunnel: &Line, standing: Standing, tracks: u64) -> Away {
    let ask = async {
        loop {
            let Reply::Status(status) = ask_as(tunnel, standing, r#"{"op":"status"}"#).await.reply().clone() else { panic!("no status") };
            // They are counted as soon as they are away; which folder it is, the scan says at its end.
            let is_named = standing != Standing::Owner || tracks == 0 || !status.away.folders.is_empty();
            if status.away.tracks == tracks && is_named {
                return status.away;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(BOUND, ask).await.unwrap_or_else(|_| panic!("{tracks} were never away"))
}

#[tokio::test]
async fn of_a_folder_that_is_away_its_owner_is_told_which_it_is_and_others_only_how_much_of_theirs() {
    let home = house();
    let access = vec![(home.media.join("secret"), Access::Private), (home.media.join("party"), Access::Link)];
    let (host, tunnel, _listener) = start(&home, access).await;
    let row = tracks(&tunnel, 3).await.into_iter().find(|row| row.title == "house title").expect("listed");
    let files = r#"{"op":"browse","sort":"title","files":true,"offset":0,"limit":500}"#;
    for standing in [Standing::Owner, Standing::Household, Standing::Guest] {
        let told = said(&ask_as(&tunnel, standing, files).await).1.contains(home.media.to_str().expect("text"));
        assert_eq!(told, standing == Standing::Owner, "{standing:?} is told where files are");
    }

    let unplugged = home.data.with_file_name("unplugged");
    move_in(&home.media, &unplugged);
    let name = home.media.file_name().expect("a name").to_string_lossy().into_owned();
    let which = AwayFolder { name, tracks: 3, videos: 0 };
    assert_eq!(until_away(&tunnel, Standing::Owner, 3).await.folders, [which]);
    assert_eq!(until_away(&tunnel, Standing::Household, 2).await.folders, []);
    assert_eq!(until_away(&tunnel, Standing::Guest, 1).await.folders, []);
    let init = format!(r#"{{"op":"init","track":"{}","rendition":"flac"}}"#, row.id);
    assert_eq!(ask_as(&tunnel, Standing::Household, &init).await.error(), ErrorCode::Away);

    move_in(&unplugged, &home.media);
    assert!(until_away(&tunnel, Standing::Owner, 0).await.is_nothing());
    assert!(matches!(ask_as(&tunnel, Standing::Household, &init).await.reply(), Reply::Init(_)));
    host.stop().await;
}
