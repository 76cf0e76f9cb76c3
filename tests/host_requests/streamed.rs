//! A segment on its way to a player while a worker, here a shell script, still makes it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use iroam::protocol::frame::encode;
use iroam::protocol::limits::REPLY_HEADER_BYTES_MAX;
use iroam::protocol::{FrameDecoder, Reply, ReplyHeader};

use crate::NO_HTTP;
use crate::host_kit::Home;
use crate::host_kit::player::{BOUND, assert_serves, auth, good_ticket, player_key, tracks, wire};
use crate::host_kit::server::{Host, config, listener, server_key, welcome, write_pairing};

/// A worker that sends a first chunk of two, waits until the file `go` is there, and then sends `then`.
fn worker(dir: &Path, then: &[u8]) -> PathBuf {
    let answer = |json: &str, body: &str| [encode(json.as_bytes(), 1024).expect("short"), body.into()].concat();
    let chunk = |body: &str| answer(&format!(r#"{{"chunk":{{"length":{},"of":2}}}}"#, body.len()), body);
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.join(name), bytes).expect("written");
    write("begin", &[answer(r#""ready""#, "")].concat());
    write("first", &chunk("moof one"));
    write(
        "then",
        &match then {
            b"fail" => answer(r#"{"failed":"Gone"}"#, ""),
            rest => [chunk(std::str::from_utf8(rest).expect("text")), answer(r#"{"made":{"length":0,"head":"none"}}"#, "")].concat(),
        },
    );
    let script = "cat begin; head -c 1 > /dev/null; cat first; while ! test -e go; do sleep 0.02; done; cat then; sleep 600";
    let path = dir.join("worker.sh");
    std::fs::write(&path, format!("#!/bin/sh\ncd '{}'\n{script}\n", dir.display())).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("made executable");
    path
}

/// Asks for a segment and gives its header, what came before `go`, and how it ended.
async fn streamed(then: &[u8]) -> (ReplyHeader, Vec<u8>, Result<Vec<u8>, String>) {
    let home = Home::new();
    home.song("song.flac", &[]);
    let stage = tempfile::tempdir().expect("a temp dir");
    let listener = listener();
    write_pairing(&home.data, NO_HTTP, listener.local_addr(), &server_key());
    let host = Host::start_with(config(&home, NO_HTTP), worker(stage.path(), then));
    let tunnel = welcome(&listener).await;
    let id = tracks(&tunnel, 1).await[0].id;
    let request = format!(r#"{{"op":"segment","track":"{id}","rendition":"flac","index":0,"ahead_ms":0}}"#);
    let request = wire(&auth(&player_key(), &good_ticket(), &request), &request);
    let mut reply = tunnel.send(request).await.expect("an answer");
    let (mut decoder, mut header, mut before) = (FrameDecoder::default(), None, Vec::new());
    while before.len() < b"moof one".len() {
        let piece = tokio::time::timeout(BOUND, reply.chunk()).await.expect("in bounded time").expect("well").expect("not the end");
        decoder.push(&piece);
        header = header.or_else(|| decoder.next_frame(REPLY_HEADER_BYTES_MAX).expect("a frame"));
        if header.is_some() {
            before.extend(std::mem::take(&mut decoder).into_rest());
        }
    }
    std::fs::write(stage.path().join("go"), b"").expect("written");
    let rest = async {
        let mut rest = Vec::new();
        while let Some(piece) = reply.chunk().await.map_err(|error| error.to_string())? {
            rest.extend_from_slice(&piece);
        }
        Ok(rest)
    };
    let rest = tokio::time::timeout(BOUND, rest).await.expect("in bounded time");
    assert_serves(&tunnel).await;
    host.stop().await;
    (serde_json::from_slice(&header.expect("a header")).expect("a reply header"), before, rest)
}

#[tokio::test]
async fn a_segment_reaches_the_player_while_it_is_made() {
    let (header, before, rest) = streamed(b"moof two").await;
    assert_eq!(header, ReplyHeader::Ok { length: None, encoding: None, reply: Reply::Segment { chunks: Some(2) } });
    assert_eq!((before.as_slice(), rest), (&b"moof one"[..], Ok(b"moof two".to_vec())));
}

#[tokio::test]
async fn a_segment_that_fails_while_it_is_sent_is_seen_to_be_cut() {
    let (header, before, rest) = streamed(b"fail").await;
    assert!(matches!(header, ReplyHeader::Ok { length: None, .. }) && before == b"moof one");
    assert!(rest.is_err(), "an end would be taken for the end: {rest:?}");
}
