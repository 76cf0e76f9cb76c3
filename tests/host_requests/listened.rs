//! What a host finds out about its library by itself: how loud it is, and what is missing to play it.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use iroam::host::HostConfig;
use iroam::protocol::{ErrorCode, MediaStatus, Reply};

use crate::NO_HTTP;
use crate::host_kit::Home;
use crate::host_kit::player::{BOUND, STATUS, ask, tracks};
use crate::host_kit::server::{Host, Line, config, listener, server_key, welcome, write_pairing};

/// Asks for the status until it is as wanted.
async fn until(tunnel: &Line, wanted: impl Fn(&MediaStatus) -> bool) -> MediaStatus {
    let told = async {
        loop {
            let Reply::Status(status) = ask(tunnel, STATUS).await.reply().clone() else { panic!("no status") };
            if wanted(&status.media) {
                return status.media;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(BOUND, told).await.expect("in bounded time")
}

#[tokio::test]
async fn the_library_is_listened_to_once_and_a_restart_goes_on_from_there() {
    let home = Home::new();
    for name in ["one.flac", "two.mp3", "three.ogg"] {
        home.song(name, &[("album", "Sea"), ("artist", "Ada")]);
    }
    std::fs::write(home.media.join("bad.wav"), b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0nonsense").expect("written");
    let listener = listener();
    write_pairing(&home.data, NO_HTTP, listener.local_addr(), &server_key());
    let host = Host::start(HostConfig { analysis: true, ..config(&home, NO_HTTP) });
    let tunnel = welcome(&listener).await;
    until(&tunnel, |media| media.analysed == 3 && media.to_analyse == 3).await;
    let rows = tracks(&tunnel, 3).await;
    for row in &rows {
        let loudness = row.loudness.expect("heard");
        assert!(loudness.album_gain_cdb.is_some_and(|gain| gain.abs_diff(loudness.track_gain_cdb) < 100), "{row:?}");
        let waveform = ask(&tunnel, &format!(r#"{{"op":"waveform","track":"{}"}}"#, row.id)).await;
        assert_eq!((waveform.reply(), waveform.body.len()), (&Reply::Waveform {}, 1000));
    }
    let nobody = ask(&tunnel, r#"{"op":"waveform","track":"019f0000-0000-7000-8000-000000000000"}"#).await;
    assert!([ErrorCode::NotFound, ErrorCode::BadRequest].contains(&nobody.error()));
    host.shutdown.cancel();
    host.ended().await.expect("it ends in order");

    let host = Host::start(HostConfig { analysis: true, ..config(&home, NO_HTTP) });
    let tunnel = welcome(&listener).await;
    until(&tunnel, |media| media.analysed == 3 && media.to_analyse == 3).await;
    assert_eq!(tracks(&tunnel, 3).await, rows, "what was heard stays as it was");
    host.shutdown.cancel();
    host.ended().await.expect("it ends in order");
}

#[tokio::test]
async fn a_codec_that_is_not_installed_is_in_the_status_with_its_package() {
    let home = Home::new();
    home.song("song.wma", &[]);
    let exe = home.data.join("worker.sh");
    let hidden = "avdec_wmav1:0,avdec_wmav2:0,avdec_wmalossless:0,avdec_wmapro:0,avdec_wmavoice:0";
    let script = format!("#!/bin/sh\nexport GST_PLUGIN_FEATURE_RANK={hidden}\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_iroam"));
    std::fs::write(&exe, script).expect("written");
    std::fs::set_permissions(&exe, std::fs::Permissions::from_mode(0o755)).expect("made executable");
    let listener = listener();
    write_pairing(&home.data, NO_HTTP, listener.local_addr(), &server_key());
    let host = Host::start_with(config(&home, NO_HTTP), exe);
    let tunnel = welcome(&listener).await;
    let media = until(&tunnel, |media| !media.missing.is_empty()).await;
    let wma = media.missing.iter().find(|part| part.what == "WMA").expect("named");
    assert_eq!((wma.package.as_str(), wma.tracks), ("gstreamer1.0-libav", 1));
    assert_eq!(tracks(&tunnel, 1).await.len(), 1, "listed all the same");
    host.shutdown.cancel();
    host.ended().await.expect("it ends in order");
}
