//! A player's requests, honest and otherwise, over a tunnel that the test holds.
#![allow(dead_code)]

use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use iroam::auth::{Claims, DeviceKey, TicketSigner, b64, proof, ticket};
use iroam::protocol::frame::encode;
use iroam::protocol::limits::{REPLY_HEADER_BYTES_MAX, REQUEST_BYTES_MAX};
use iroam::protocol::{AuthHeader, BodyEncoding, BrowsePage, ErrorCode, FrameDecoder, Reply, ReplyHeader, TrackRow};
use iroam::types::{Clock, HostId, SessionId, SystemClock, UnixMs, UserId, random};
use uuid::Uuid;

use super::server::{Line, host_id, signer};

/// A test that waits longer for anything waits in vain.
pub const BOUND: Duration = Duration::from_secs(60);

pub fn player_key() -> DeviceKey {
    DeviceKey::from_seed(&[31; 32])
}

pub fn claims(host: HostId, now: UnixMs) -> Claims {
    Claims {
        aud: Claims::audience(host),
        sub: Claims::subject(UserId::new(now, [1; 10])),
        sid: SessionId::new(now, [2; 10]),
        jti: Uuid::from_bytes(random::bytes()),
        iat_ms: now,
        exp_ms: now.plus(Duration::from_secs(120)),
        scope: ticket::Scope::Media,
        standing: ticket::Standing::Owner,
        cnf: proof::thumbprint(&player_key().public()),
        minute: 0,
    }
}

pub fn good_ticket() -> String {
    sign(&signer(), &claims(host_id(), SystemClock.now()))
}

pub fn sign(signer: &TicketSigner, claims: &Claims) -> String {
    signer.sign(claims)
}

pub fn auth(key: &DeviceKey, ticket: &str, request: &str) -> AuthHeader {
    let nonce: [u8; 16] = random::bytes();
    AuthHeader {
        v: 1,
        ticket: ticket.to_owned(),
        key: key.public().to_string(),
        nonce: b64::encode(&nonce),
        proof: b64::encode(&key.sign(&proof::message(&nonce, ticket, request.as_bytes()))),
        accept: vec!["of another year".to_owned(), "deflate-raw".to_owned()],
    }
}

pub fn wire(auth: &AuthHeader, request: &str) -> Bytes {
    let auth = serde_json::to_vec(auth).expect("serialises");
    [encode(&auth, REQUEST_BYTES_MAX).expect("fits"), encode(request.as_bytes(), REQUEST_BYTES_MAX).expect("fits")].concat().into()
}

#[derive(Debug)]
pub struct Answered {
    pub header: ReplyHeader,
    /// Unpacked.
    pub body: Vec<u8>,
    /// Bytes of the body as it came.
    pub packed: usize,
}

impl Answered {
    pub fn reply(&self) -> &Reply {
        match &self.header {
            ReplyHeader::Ok { reply, length, .. } => {
                // A segment that is sent while it is made says how many chunks it has instead.
                let is_streamed = matches!(reply, Reply::Segment { chunks: Some(_) });
                assert!(is_streamed && length.is_none() || *length == Some(self.packed as u64), "{:?}", self.header);
                reply
            }
            ReplyHeader::Error { error } => panic!("{error:?}"),
        }
    }

    pub fn error(&self) -> ErrorCode {
        match &self.header {
            ReplyHeader::Error { error } => error.code,
            ReplyHeader::Ok { reply, .. } => panic!("{reply:?}"),
        }
    }
}

/// Sends these bytes and reads the whole answer.
pub async fn exchange(line: &Line, request: Bytes) -> Answered {
    let mut reply = line.send(request).await.expect("an answer");
    let mut bytes = Vec::new();
    while let Some(piece) = reply.chunk().await.expect("whole") {
        bytes.extend_from_slice(&piece);
    }
    let mut decoder = FrameDecoder::default();
    decoder.push(&bytes);
    let header = decoder.next_frame(REPLY_HEADER_BYTES_MAX).expect("a frame").expect("whole");
    let header = serde_json::from_slice(&header).expect("a reply header");
    let body = decoder.into_rest();
    let packed = body.len();
    let body = match header {
        ReplyHeader::Ok { encoding: Some(BodyEncoding::DeflateRaw), .. } => inflated(&body),
        ReplyHeader::Ok { encoding: Some(BodyEncoding::Zstd), .. } => zstd::decode_all(body.as_slice()).expect("zstd"),
        _ => body,
    };
    Answered { header, body, packed }
}

fn inflated(packed: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::DeflateDecoder::new(packed).read_to_end(&mut out).expect("DEFLATE");
    out
}

/// Asks as an honest player does.
pub async fn ask(tunnel: &Line, request: &str) -> Answered {
    exchange(tunnel, wire(&auth(&player_key(), &good_ticket(), request), request)).await
}

pub const STATUS: &str = r#"{"op":"status"}"#;

/// The host still serves an honest player.
pub async fn assert_serves(tunnel: &Line) {
    let answered = ask(tunnel, STATUS).await;
    assert!(matches!(answered.reply(), Reply::Status(_)));
}

/// The library's tracks, once the first scan has found `count` of them.
pub async fn tracks(tunnel: &Line, count: usize) -> Vec<TrackRow> {
    let found = async {
        loop {
            let answered = ask(tunnel, r#"{"op":"browse","sort":"title","offset":0,"limit":500}"#).await;
            let page: BrowsePage = serde_json::from_slice(&answered.body).expect("a page");
            if page.tracks.len() == count {
                return page.tracks;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(BOUND, found).await.unwrap_or_else(|_| panic!("the scans never found {count} tracks"))
}
