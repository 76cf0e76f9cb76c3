//! The wire as both languages must write it: `tests/vectors/*.json` are read here and by `tests/js`.
//! Run with `IROAM_WRITE_VECTORS=1` to write `headers.json` anew after the protocol was changed on purpose.

use std::fs;
use std::path::PathBuf;

use iroam::auth::{DeviceKey, b64, proof};
use iroam::protocol::frame::encode;
use iroam::protocol::reply::HostStatus;
use iroam::protocol::{
    ArtSize, AuthHeader, Away, AwayFolder, Browse, ErrorBody, ErrorCode, Forget, FrameDecoder, FrameError, MediaKind, MediaStatus, Only,
    PlayReport, PreviewHead, Rendition, Reply, ReplyHeader, Request, Selection, SortKey, Timeline,
};
use iroam::types::{ArtId, TrackId};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name)
}

fn vectors(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let vectors: Vec<Value> = serde_json::from_str(&text).expect("an array");
    assert!(!vectors.is_empty(), "{name} is empty");
    vectors
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_else(|| panic!("{field} in {vector}"))
}

fn unhex(hex: &str) -> Vec<u8> {
    assert!(hex.len().is_multiple_of(2) && hex.is_ascii(), "{hex}");
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
}

/// The frame in `wire`, which ends after it.
fn decode(wire: &[u8], limit: usize) -> Result<Vec<u8>, FrameError> {
    let mut decoder = FrameDecoder::default();
    decoder.push(wire);
    let frame = decoder.next_frame(limit)?;
    decoder.finish()?;
    Ok(frame.expect("what is finished and not empty held a frame"))
}

#[test]
fn frames_are_those_of_the_vectors() {
    for vector in vectors("frames.json") {
        let name = text(&vector, "name");
        let limit = usize::try_from(vector["limit"].as_u64().expect("a limit")).expect("fits");
        let wire = unhex(text(&vector, "wire_hex"));
        let decoded = decode(&wire, limit);
        match vector.get("error").and_then(Value::as_str) {
            None => {
                let payload = unhex(text(&vector, "payload_hex"));
                assert_eq!(decoded.as_ref(), Ok(&payload), "{name}");
                assert_eq!(encode(&payload, limit), Ok(wire), "{name}");
            }
            Some("too_long") => assert!(matches!(decoded, Err(FrameError::TooLong { .. })), "{name}: {decoded:?}"),
            Some("empty") => assert_eq!(decoded, Err(FrameError::Empty), "{name}"),
            Some("unfinished") => assert!(matches!(decoded, Err(FrameError::Unfinished { .. })), "{name}: {decoded:?}"),
            Some(other) => panic!("{name}: no such error {other}"),
        }
    }
}

#[test]
fn proofs_are_those_of_the_vectors() {
    for vector in vectors("proof.json") {
        let name = text(&vector, "name");
        let seed: [u8; 32] = unhex(text(&vector, "seed_hex")).try_into().expect("32 bytes");
        let nonce: [u8; 16] = unhex(text(&vector, "nonce_hex")).try_into().expect("16 bytes");
        let key = DeviceKey::from_seed(&seed);
        let message = proof::message(&nonce, text(&vector, "ticket"), text(&vector, "request").as_bytes());
        assert_eq!(key.public().to_string(), text(&vector, "key"), "{name}");
        assert_eq!(proof::thumbprint(&key.public()), text(&vector, "thumbprint"), "{name}");
        assert_eq!(message, unhex(text(&vector, "message_hex")), "{name}");
        assert_eq!(b64::encode(&key.sign(&message)), text(&vector, "proof"), "{name}");
    }
}

fn header(name: &str, kind: &str, value: &impl Serialize) -> Value {
    json!({ "name": name, "kind": kind, "json": serde_json::to_value(value).expect("serialises") })
}

fn requests() -> Vec<(&'static str, Request)> {
    let track = TrackId(Uuid::from_u128(0x01890a5d_ac96_774b_bcce_b302099a8057));
    let plain = Browse {
        selection: Selection::default(),
        sort: SortKey::Title,
        descending: false,
        files: false,
        together: false,
        offset: 0,
        limit: 50,
    };
    let filtered = Browse {
        selection: Selection { kind: Some(MediaKind::Video), search: Some("Björk ♪".to_owned()), ..Selection::default() },
        sort: SortKey::Added,
        descending: true,
        files: false,
        together: false,
        offset: 500,
        limit: 500,
    };
    let mut out = vec![
        ("status", Request::Status {}),
        ("browse, plain", Request::Browse(plain.clone())),
        ("browse, filtered", Request::Browse(filtered)),
        (
            "browse, duplicates and their files",
            Request::Browse(Browse {
                selection: Selection {
                    only: Some(Only::Duplicates),
                    search: Some("kraftwrek".to_owned()),
                    exact: true,
                    ..Selection::default()
                },
                files: true,
                together: true,
                ..plain.clone()
            }),
        ),
        ("art", Request::Art { art: ArtId::from_digest([0xa5; 32]), size: ArtSize::default() }),
        ("init", Request::Init { track, rendition: Rendition::Flac, stream: 0 }),
        (
            "segment of another stream, soon",
            Request::Segment { track, rendition: Rendition::AudioCopy, index: 0, stream: 2, ahead_ms: Some(1500) },
        ),
        ("details", Request::Details { track }),
        ("subtitle", Request::Subtitle { track, id: "file-0".to_owned() }),
        ("preview", Request::Preview { track }),
        ("waveform", Request::Waveform { track }),
        (
            "played",
            Request::Played {
                reports: vec![PlayReport {
                    track,
                    event: Uuid::from_u128(0x1d0c_5d35_6e3b_4d53_8c2b_0a9f_5e7d_1a2b),
                    at_ms: 1_700_000_000_000,
                    heard_ms: 61_500,
                    of_ms: 200_000,
                    ended: false,
                }],
            },
        ),
        ("rate", Request::Rate { tracks: vec![track], rating: 80 }),
        ("love", Request::Love { tracks: vec![track], loved: true }),
        ("resume", Request::Resume { track, position_ms: 754_000 }),
        ("reset", Request::Reset { tracks: vec![track], what: Forget::Plays }),
        ("changes, the version", Request::Changes { since: None, wait_ms: 0 }),
        ("changes", Request::Changes { since: Some(1_700_000_000_000_004), wait_ms: 15_000 }),
        ("segment", Request::Segment { track, rendition: Rendition::Opus160, index: 7, stream: 0, ahead_ms: None }),
    ];
    for (name, sort) in
        [("browse by artist", SortKey::Artist), ("browse by album", SortKey::Album), ("browse by duration", SortKey::Duration)]
    {
        out.push((name, Request::Browse(Browse { sort, ..plain.clone() })));
    }
    for (name, rendition) in [("init of aac", Rendition::Aac256), ("init of pictures as they are", Rendition::VideoCopy)] {
        out.push((name, Request::Init { track, rendition, stream: 0 }));
    }
    out
}

fn replies() -> Vec<(String, ReplyHeader)> {
    let status = HostStatus {
        name: "Attic".to_owned(),
        version: "0.1.0".to_owned(),
        tracks: 24,
        videos: 1,
        duration_ms: 1_234_567,
        bytes: 9_876_543_210,
        scanning: true,
        scan: None,
        away: Away { tracks: 93, videos: 0, folders: vec![AwayFolder { name: "Music".to_owned(), tracks: 93, videos: 0 }] },
        media: MediaStatus::default(),
    };
    let timeline = Timeline {
        mime: "audio/mp4; codecs=\"opus\"".to_owned(),
        timescale: 48_000,
        lead_in: 3840,
        duration: 9_600_000,
        runs: vec![(48_000, 1), (192_000, 50)],
    };
    let ok = |length, reply| ReplyHeader::Ok { length, reply };
    let mut out = vec![
        ("status".to_owned(), ok(Some(0), Reply::Status(Box::new(status)))),
        (
            "browse".to_owned(),
            ok(Some(2048), Reply::Browse { total: 100_000, duration_ms: 21_000_000_000, bytes: 900_000_000_000, corrected: None }),
        ),
        ("art".to_owned(), ok(Some(40_000), Reply::Art { content_type: "image/jpeg".to_owned() })),
        ("init".to_owned(), ok(Some(900), Reply::Init(timeline))),
        ("segment of known length".to_owned(), ok(Some(80_000), Reply::Segment { chunks: None })),
        ("details".to_owned(), ok(Some(300), Reply::Details {})),
        ("subtitle".to_owned(), ok(Some(300), Reply::Subtitle {})),
        (
            "preview".to_owned(),
            ok(Some(300), Reply::Preview(PreviewHead { width: 160, height: 90, columns: 10, count: 95, interval_ms: 10_000 })),
        ),
        ("waveform".to_owned(), ok(Some(1000), Reply::Waveform {})),
        ("played".to_owned(), ok(Some(0), Reply::Played {})),
        ("changes".to_owned(), ok(Some(27), Reply::Changes { version: 1_700_000_000_000_007, reset: false })),
        ("segment of unknown length".to_owned(), ok(None, Reply::Segment { chunks: Some(8) })),
    ];
    for code in CODES {
        let error = ErrorBody::new(code, "One sentence that says what to do.");
        let name = serde_json::to_value(code).expect("serialises");
        out.push((format!("error {}", name.as_str().expect("a name")), error.into()));
    }
    out
}

const CODES: [ErrorCode; 14] = [
    ErrorCode::BadRequest,
    ErrorCode::UnsupportedVersion,
    ErrorCode::TicketInvalid,
    ErrorCode::TicketExpired,
    ErrorCode::TicketWrongHost,
    ErrorCode::ProofInvalid,
    ErrorCode::Replayed,
    ErrorCode::NotFound,
    ErrorCode::Gone,
    ErrorCode::Away,
    ErrorCode::Unplayable,
    ErrorCode::MissingPlugin,
    ErrorCode::Busy,
    ErrorCode::Internal,
];

fn auth() -> AuthHeader {
    AuthHeader {
        v: 1,
        ticket: "v4.public.ticket".to_owned(),
        key: DeviceKey::from_seed(&[5; 32]).public().to_string(),
        nonce: b64::encode(&[0; 16]),
        proof: b64::encode(&[1; 64]),
    }
}

#[test]
fn headers_are_those_of_the_vectors() {
    let mut ours = vec![header("auth", "auth", &auth())];
    ours.extend(requests().iter().map(|(name, request)| header(name, "request", request)));
    ours.extend(replies().iter().map(|(name, reply)| header(name, "reply", reply)));
    if std::env::var_os("IROAM_WRITE_VECTORS").is_some() {
        let json = serde_json::to_string_pretty(&ours).expect("serialises");
        fs::write(path("headers.json"), json + "\n").expect("written");
    }
    assert_eq!(vectors("headers.json"), ours);
}

#[test]
fn headers_of_the_vectors_read_back() {
    let known_requests: Vec<Request> = requests().into_iter().map(|(_, request)| request).collect();
    let known_replies: Vec<ReplyHeader> = replies().into_iter().map(|(_, reply)| reply).collect();
    for vector in vectors("headers.json") {
        let wire = vector["json"].to_string();
        match text(&vector, "kind") {
            "auth" => assert_eq!(AuthHeader::parse(wire.as_bytes()), Ok(auth())),
            "request" => assert!(known_requests.contains(&Request::parse(wire.as_bytes()).expect("parses")), "{wire}"),
            "reply" => assert!(known_replies.contains(&serde_json::from_str(&wire).expect("parses")), "{wire}"),
            other => panic!("no such kind {other}"),
        }
    }
}
