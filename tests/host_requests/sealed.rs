//! What the server in the middle has of a request and its reply: nothing that it can read, change or use.

use bytes::Bytes;
use iroam::protocol::ErrorCode;
use iroam::protocol::ReplyHeader;
use iroam::protocol::frame::FrameDecoder;
use iroam::protocol::limits::REPLY_HEADER_BYTES_MAX;
use iroam::protocol::seal::player::seal;
use iroam::protocol::seal::{Prekey, REPLY_OPEN};
use iroam::types::random;

use crate::host_kit::player::{STATUS, ask, assert_serves, auth, good_ticket, player_key, tracks, wire};
use crate::host_kit::server::{Line, host_id};
use crate::host_kit::{Home, ffmpeg};
use crate::{Stage, plain_stage};

/// Sends these bytes as the relay does, and gives what it gets.
async fn relayed(line: &Line, request: &[u8]) -> Vec<u8> {
    let mut reply = line.open_relay(Bytes::copy_from_slice(request)).await.expect("an answer");
    let mut bytes = Vec::new();
    while let Some(piece) = reply.chunk().await.expect("whole") {
        bytes.extend_from_slice(&piece);
    }
    bytes
}

/// Whether any 16 bytes of `secret` can be seen in `wire`.
fn shows(wire: &[u8], secret: &[u8]) -> bool {
    let known: std::collections::HashSet<&[u8]> = wire.windows(16).collect();
    secret.windows(16).any(|part| known.contains(part))
}

#[tokio::test]
async fn what_is_relayed_shows_neither_tags_nor_media_nor_tickets() {
    let home = Home::new();
    ffmpeg(
        &["-f", "lavfi", "-i", "anoisesrc=d=3:r=44100:seed=4", "-ac", "2", "-c:a", "flac"],
        &[("title", "A title that nobody else is to read"), ("artist", "A quiet artist of this house")],
        &home.media.join("noise.flac"),
    );
    let Stage { tunnel, host, home: _home, .. } = plain_stage(home).await;
    let rows = tracks(&tunnel, 1).await;
    let segment = format!(r#"{{"op":"segment","track":"{}","rendition":"flac","index":0}}"#, rows[0].id);
    let browse = r#"{"op":"browse","sort":"title","offset":0,"limit":50}"#.to_owned();
    for asked in [&segment, &browse] {
        let known = ask(&tunnel, asked).await;
        assert!(known.body.len() > 300, "there is something to be hidden");
        let (ticket, key) = (good_ticket(), player_key());
        let header = auth(&key, &ticket, asked);
        let plain = wire(&header, asked);
        let (sealed, opener) = seal(&plain, 3, &tunnel.prekey, host_id(), random::bytes()).expect("sealed");
        let reply = relayed(&tunnel, &sealed).await;
        for (what, secret) in [("request", plain.as_ref()), ("ticket", ticket.as_bytes()), ("proof", header.proof.as_bytes())] {
            assert!(!shows(&sealed, secret) && !shows(&reply, secret), "the {what} can be seen");
        }
        assert!(!shows(&reply, &known.body), "the reply to {asked} can be seen");
        for word in ["A title that nobody", "A quiet artist", "v4.public", "browse", "segment", rows[0].title.as_str()] {
            assert!(!reply.windows(word.len()).any(|part| part == word.as_bytes()), "{word}");
        }
        // And it is that very reply which was hidden; a page of the catalogue is packed on its way.
        let (mut opener, mut opened) = (opener, Vec::new());
        opener.push(&reply, &mut opened).expect("opens");
        opener.finish(&mut opened).expect("whole");
        assert!(opened.ends_with(&known.body) || asked != &segment, "another segment was sealed");
    }
    host.stop().await;
}

fn open_error(reply: &[u8]) -> ErrorCode {
    assert_eq!(reply.first(), Some(&REPLY_OPEN), "nothing can be sealed for who sent it");
    let mut decoder = FrameDecoder::default();
    decoder.push(&reply[1..]);
    let header = decoder.next_frame(REPLY_HEADER_BYTES_MAX).expect("a frame").expect("whole");
    match serde_json::from_slice(&header).expect("a reply header") {
        ReplyHeader::Error { error } => error.code,
        ReplyHeader::Ok { .. } => panic!("it was answered"),
    }
}

#[tokio::test]
async fn what_is_not_sealed_for_this_host_is_refused_and_costs_nothing_else() {
    let Stage { tunnel, host, home: _home, .. } = plain_stage(Home::new()).await;
    let plain = || wire(&auth(&player_key(), &good_ticket(), STATUS), STATUS);
    assert_eq!(open_error(&relayed(&tunnel, &plain()).await), ErrorCode::UnsupportedVersion, "in the open");
    let another = Prekey::from_seed(&random::bytes());
    let (elsewhere, _) = seal(&plain(), 3, another.public(), host_id(), random::bytes()).expect("sealed");
    assert_eq!(open_error(&relayed(&tunnel, &elsewhere).await), ErrorCode::PrekeyUnknown);
    let (good, _) = seal(&plain(), 3, &tunnel.prekey, host_id(), random::bytes()).expect("sealed");
    for at in [1, 12, 40, good.len() - 1] {
        let mut changed = good.clone();
        changed[at] ^= 1;
        assert_eq!(open_error(&relayed(&tunnel, &changed).await), ErrorCode::BadRequest, "byte {at}");
    }
    assert_eq!(open_error(&relayed(&tunnel, &good[..57]).await), ErrorCode::BadRequest, "cut");
    // What was kept and is sent again is sealed well, and known.
    let _ = relayed(&tunnel, &good).await;
    let again = relayed(&tunnel, &good).await;
    assert_ne!(again.first(), Some(&REPLY_OPEN));
    assert_serves(&tunnel).await;
    host.stop().await;
}
