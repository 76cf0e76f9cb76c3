//! What a host tells of one track: its file, its tags, its lyrics.

use iroam::protocol::{ErrorCode, Lyrics, Reply, TrackInfo};

use crate::host_kit::Home;
use crate::host_kit::player::{ask, tracks};
use crate::{Stage, plain_stage};

#[tokio::test]
async fn tags_and_lyrics_are_told_for_one_track() {
    let home = Home::new();
    let tags = [("title", "Blue"), ("artist", "Ada"), ("album", "Sea"), ("composer", "Clara"), ("ISRC", "X1"), ("LYRICS", "In the file")];
    home.song("sea/blue.flac", &tags);
    let Stage { tunnel, host, home, .. } = plain_stage(home).await;
    let row = tracks(&tunnel, 1).await.remove(0);
    assert!(row.has_lyrics);

    let told = ask(&tunnel, &format!(r#"{{"op":"info","track":"{}"}}"#, row.id)).await;
    assert_eq!(told.reply(), &Reply::Info {});
    let info: TrackInfo = serde_json::from_slice(&told.body).expect("an info");
    assert_eq!((info.name.as_str(), info.composers, info.tags.isrc.as_deref()), ("blue.flac", vec!["Clara".to_owned()], Some("X1")));
    assert_eq!(info.size, std::fs::metadata(home.media.join("sea/blue.flac")).expect("there").len());
    let text = String::from_utf8(told.body).expect("text");
    assert!(!text.contains(home.media.to_str().expect("text")), "where it lies is not told");

    let lyrics = format!(r#"{{"op":"lyrics","track":"{}"}}"#, row.id);
    let sung = async || serde_json::from_slice::<Lyrics>(&ask(&tunnel, &lyrics).await.body).expect("lyrics");
    assert_eq!(sung().await, Lyrics { plain: Some("In the file".to_owned()), ..Lyrics::default() });
    // A file that was put there since is seen at once; one outside the folder is not, whatever links to it.
    let beside = home.media.join("sea/blue.lrc");
    std::fs::write(&beside, "[la:en]\n[00:01.50]Beside").expect("written");
    let found = sung().await;
    assert_eq!((found.synced, found.language.as_deref()), (Some(vec![(1_500, "Beside".to_owned())]), Some("en")));
    std::fs::rename(&beside, home.data.join("secret")).expect("moved");
    std::os::unix::fs::symlink(home.data.join("secret"), &beside).expect("linked");
    assert_eq!(sung().await.synced, None);

    let nobody = r#"{"op":"lyrics","track":"018f0000-0000-7000-8000-000000000000"}"#;
    assert_eq!(ask(&tunnel, nobody).await.error(), ErrorCode::NotFound);
    host.stop().await;
}
