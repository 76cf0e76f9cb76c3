//! A real host answers players over a real tunnel: honest ones, and those whose tickets and frames are not what they should be.
#![cfg(feature = "host")]

mod host_kit;
mod host_requests {
    mod listened;
    mod streamed;
    mod told;
}

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use host_kit::Home;
use host_kit::player::{BOUND, STATUS, ask, assert_serves, auth, claims, exchange, good_ticket, player_key, tracks, wire};
use host_kit::server::{Host, config, host_id, listener, server_key, signer, ticket_key, welcome, write_pairing};
use iroam::auth::{Claims, DeviceKey, TicketSigner};
use iroam::net::{Tunnel, TunnelListener};
use iroam::protocol::frame::encode;
use iroam::protocol::tunnel::{CloseCode, Encoding, Notice};
use iroam::protocol::{ErrorCode, Reply, Timeline};
use iroam::types::{Clock, HostId, SystemClock, UnixMs};

/// Nobody answers there: the tests that need serve's HTTP say so.
const NO_HTTP: &str = "http://127.0.0.1:9";

struct Stage {
    home: Home,
    listener: TunnelListener,
    tunnel: Tunnel,
    host: Host,
}

async fn stage(home: Home, clock: Arc<dyn Clock>) -> Stage {
    let listener = listener();
    write_pairing(&home.data, NO_HTTP, listener.local_addr(), &server_key());
    let host = Host::start_at(config(&home, NO_HTTP), clock);
    let tunnel = welcome(&listener).await;
    Stage { home, listener, tunnel, host }
}

async fn plain_stage(home: Home) -> Stage {
    stage(home, Arc::new(SystemClock)).await
}

#[tokio::test]
async fn the_status_tells_which_encoder_has_proven_itself() {
    let Stage { tunnel, host, home: _home, listener: _listener } = plain_stage(Home::new()).await;
    let told = async {
        loop {
            let Reply::Status(status) = ask(&tunnel, STATUS).await.reply().clone() else { panic!("no status") };
            if let Some(encoder) = status.media.video_encoder {
                return encoder;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let encoder = tokio::time::timeout(BOUND, told).await.expect("x264 at least is installed for the tests");
    assert!(encoder.contains("264"), "{encoder}");
    host.stop().await;
}

#[tokio::test]
async fn an_honest_player_browses_and_plays() {
    let home = Home::new();
    for n in 0..12 {
        home.song(format!("album/{n}.flac"), &[("title", &format!("Song {n:02}")), ("artist", "Ada"), ("album", "Numbers")]);
    }
    host_kit::ffmpeg(&["-f", "lavfi", "-i", "color=red:size=50x50", "-frames:v", "1"], &[], &home.media.join("album/cover.jpg"));
    let Stage { tunnel, host, home, .. } = plain_stage(home).await;
    let rows = tracks(&tunnel, 12).await;
    assert_eq!(rows[3].title, "Song 03");

    let browsed = ask(&tunnel, r#"{"op":"browse","selection":{"search":"0 song"},"sort":"title","offset":8,"limit":5}"#).await;
    assert!(matches!(browsed.reply(), Reply::Browse { total: 10, .. }), "{:?}", browsed.reply());
    let whole = ask(&tunnel, r#"{"op":"browse","sort":"album","descending":true,"offset":0,"limit":500}"#).await;
    assert!(matches!((whole.encoding, whole.reply()), (Encoding::Zstd, Reply::Browse { total: 12, .. })), "{:?}", whole.reply());

    let Reply::Status(status) = ask(&tunnel, STATUS).await.reply().clone() else { panic!("no status") };
    assert_eq!((status.name.as_str(), status.tracks, status.videos), ("Attic", 12, 0));

    let art = rows[0].art.as_ref().expect("a cover").as_str();
    let picture = ask(&tunnel, &format!(r#"{{"op":"art","art":"{art}"}}"#)).await;
    assert_eq!(picture.reply(), &Reply::Art { content_type: "image/jpeg".to_owned() });
    assert!(image::load_from_memory_with_format(&picture.body, image::ImageFormat::Jpeg).is_ok());

    let id = rows[0].id;
    let init = ask(&tunnel, &format!(r#"{{"op":"init","track":"{id}","rendition":"flac"}}"#)).await;
    let Reply::Init(Timeline { timescale, duration, .. }) = init.reply() else { panic!("no timeline") };
    assert_eq!((*timescale, *duration, &init.body[4..8]), (44_100, 44_100, &b"ftyp"[..]));
    let segment = ask(&tunnel, &format!(r#"{{"op":"segment","track":"{id}","rendition":"flac","index":0}}"#)).await;
    assert_eq!((segment.encoding, segment.reply()), (Encoding::Identity, &Reply::Segment { chunks: None }));
    assert!(segment.body.windows(4).any(|four| four == b"moof"));
    for private in ["library.db", "art", "cache"] {
        let mode = fs::metadata(home.data.join(private)).expect("made").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{private}");
    }
    host.stop().await;
}

#[tokio::test]
async fn tickets_and_proofs_that_are_not_right_are_refused_by_name() {
    let Stage { tunnel, host, home: _home, .. } = plain_stage(Home::new()).await;
    let now = SystemClock.now();
    let good = claims(host_id(), now);
    let player = player_key();
    let asked_with = async |ticket: &str| exchange(&tunnel, wire(&auth(&player, ticket, STATUS), STATUS)).await.error();

    let forger = TicketSigner::new(DeviceKey::from_seed(&[99; 32]));
    assert_eq!(asked_with(&forger.sign(&good)).await, ErrorCode::TicketInvalid);
    assert_eq!(asked_with("").await, ErrorCode::TicketInvalid);
    assert_eq!(asked_with("v4.public.nonsense").await, ErrorCode::TicketInvalid);
    let expired = Claims { iat_ms: UnixMs(now.0 - 200_000), exp_ms: UnixMs(now.0 - 80_000), ..good.clone() };
    assert_eq!(asked_with(&signer().sign(&expired)).await, ErrorCode::TicketExpired);
    let early = Claims { iat_ms: now.plus(Duration::from_secs(60)), ..good.clone() };
    assert_eq!(asked_with(&signer().sign(&early)).await, ErrorCode::TicketInvalid);
    let elsewhere = claims(HostId::new(now, [9; 10]), now);
    assert_eq!(asked_with(&signer().sign(&elsewhere)).await, ErrorCode::TicketWrongHost);

    let thief = auth(&DeviceKey::from_seed(&[66; 32]), &good_ticket(), STATUS);
    assert_eq!(exchange(&tunnel, wire(&thief, STATUS)).await.error(), ErrorCode::ProofInvalid);
    let for_another_request = auth(&player, &good_ticket(), r#"{"op":"status" }"#);
    assert_eq!(exchange(&tunnel, wire(&for_another_request, STATUS)).await.error(), ErrorCode::ProofInvalid);
    let mut from_the_future = auth(&player, &good_ticket(), STATUS);
    from_the_future.v = 2;
    assert_eq!(exchange(&tunnel, wire(&from_the_future, STATUS)).await.error(), ErrorCode::UnsupportedVersion);

    let once = wire(&auth(&player, &good_ticket(), STATUS), STATUS);
    assert!(matches!(exchange(&tunnel, once.clone()).await.reply(), Reply::Status(_)));
    assert_eq!(exchange(&tunnel, once).await.error(), ErrorCode::Replayed);
    assert_serves(&tunnel).await;
    host.stop().await;
}

#[tokio::test]
async fn a_request_from_before_a_restart_is_refused_and_a_new_ticket_is_not() {
    let Stage { tunnel, host, home, listener } = plain_stage(Home::new()).await;
    let ticket = good_ticket();
    let once = wire(&auth(&player_key(), &ticket, STATUS), STATUS);
    assert!(matches!(exchange(&tunnel, once.clone()).await.reply(), Reply::Status(_)));
    host.stop().await;

    let host = Host::start(config(&home, NO_HTTP));
    let tunnel = welcome(&listener).await;
    // The player renews a ticket that has expired, at once and by itself; of another refusal it might not.
    assert_eq!(exchange(&tunnel, once).await.error(), ErrorCode::TicketExpired);
    let asked_anew = wire(&auth(&player_key(), &ticket, STATUS), STATUS);
    assert_eq!(exchange(&tunnel, asked_anew).await.error(), ErrorCode::TicketExpired);
    assert_serves(&tunnel).await;

    // Another tunnel of the same run forgets nothing, and refuses no ticket of that run.
    let of_this_run = wire(&auth(&player_key(), &good_ticket(), STATUS), STATUS);
    let later = auth(&player_key(), &good_ticket(), STATUS);
    assert!(matches!(exchange(&tunnel, of_this_run.clone()).await.reply(), Reply::Status(_)));
    tunnel.close(CloseCode::GoingAway, "restarting");
    let tunnel = welcome(&listener).await;
    assert_eq!(exchange(&tunnel, of_this_run).await.error(), ErrorCode::Replayed);
    assert!(matches!(exchange(&tunnel, wire(&later, STATUS)).await.reply(), Reply::Status(_)));
    host.stop().await;
}

struct Skewed(AtomicI64);

impl Skewed {
    fn by(skew_ms: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(skew_ms)))
    }
}

impl Clock for Skewed {
    fn now(&self) -> UnixMs {
        UnixMs(SystemClock.now().0 + self.0.load(Ordering::Relaxed))
    }
}

/// A live ticket is good, and one that expired six seconds ago is not.
async fn assert_tells_the_time(tunnel: &Tunnel) {
    assert_serves(tunnel).await;
    let now = SystemClock.now();
    let expired = Claims { exp_ms: UnixMs(now.0 - 6_000), ..claims(host_id(), now) };
    let asked = exchange(tunnel, wire(&auth(&player_key(), &signer().sign(&expired), STATUS), STATUS)).await;
    assert_eq!(asked.error(), ErrorCode::TicketExpired);
}

#[tokio::test]
async fn a_clock_that_is_stepped_while_the_tunnel_is_up_locks_nobody_out() {
    let clock = Skewed::by(0);
    let Stage { tunnel, host, home: _home, .. } = stage(Home::new(), clock.clone()).await;
    for step_ms in [-3_600_000, 3_600_000, 0] {
        clock.0.store(step_ms, Ordering::Relaxed);
        assert_tells_the_time(&tunnel).await;
    }
    host.stop().await;
}

#[tokio::test]
async fn a_clock_that_is_an_hour_off_is_corrected_by_the_servers() {
    for hour_ms in [-3_600_000, 3_600_000] {
        let Stage { tunnel, host, home: _home, .. } = stage(Home::new(), Skewed::by(hour_ms)).await;
        assert_tells_the_time(&tunnel).await;
        host.stop().await;
    }
}

#[tokio::test]
async fn new_ticket_keys_replace_the_old_ones() {
    let Stage { tunnel, host, home: _home, .. } = plain_stage(Home::new()).await;
    assert_serves(&tunnel).await;
    let next = TicketSigner::new(DeviceKey::from_seed(&[77; 32]));
    tunnel.notify(Notice::TicketKeys { ticket_keys: vec![ticket_key(&next)] }).await.expect("told");
    let by_next = |claims: &Claims| wire(&auth(&player_key(), &next.sign(claims), STATUS), STATUS);
    // The notice has a stream of its own, so the next request may overtake it.
    let taken = async {
        loop {
            let answered = exchange(&tunnel, by_next(&claims(host_id(), SystemClock.now()))).await;
            if matches!(answered.header, iroam::protocol::ReplyHeader::Ok { .. }) {
                break;
            }
            assert_eq!(answered.error(), ErrorCode::TicketInvalid);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(BOUND, taken).await.expect("the new keys are taken");
    assert_eq!(ask(&tunnel, STATUS).await.error(), ErrorCode::TicketInvalid);
    host.stop().await;
}

#[tokio::test]
async fn broken_requests_are_told_so_and_cost_nothing_else() {
    let Stage { tunnel, host, home: _home, .. } = plain_stage(Home::new()).await;
    let good = wire(&auth(&player_key(), &good_ticket(), STATUS), STATUS);
    let long_auth = encode(&[b'x'; 5000], 6000).expect("fits");
    let cut = good.slice(..good.len() - 1);
    let trailing: Bytes = [&good[..], b"x"].concat().into();
    let not_json = wire(&auth(&player_key(), &good_ticket(), "{"), "{");
    let unknown_op = r#"{"op":"format_disk"}"#;
    let unknown = wire(&auth(&player_key(), &good_ticket(), unknown_op), unknown_op);
    let endless = Bytes::copy_from_slice(&u32::MAX.to_be_bytes());
    for bytes in [
        long_auth.into(),
        cut,
        trailing,
        not_json,
        unknown,
        endless,
        Bytes::from_static(&[0; 4]),
        Bytes::from_static(b"GET / HTTP/1.1\r\n\r\n"),
    ] {
        assert_eq!(exchange(&tunnel, bytes.clone()).await.error(), ErrorCode::BadRequest, "{bytes:?}");
    }
    assert_serves(&tunnel).await;
    host.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_told_without_a_path() {
    let home = Home::new();
    let song = home.song("secret folder/one.mp3", &[]);
    let other = home.song("secret folder/two.mp3", &[]);
    let Stage { tunnel, host, home, .. } = plain_stage(home).await;
    let rows = tracks(&tunnel, 2).await;
    let init = |id: String, rendition: &str| format!(r#"{{"op":"init","track":"{id}","rendition":"{rendition}"}}"#);
    let unknown = uuid::Uuid::from_u128(1).to_string();
    assert_eq!(ask(&tunnel, &init(unknown, "opus_160")).await.error(), ErrorCode::NotFound);
    assert_eq!(ask(&tunnel, &init(rows[0].id.to_string(), "flac")).await.error(), ErrorCode::NotFound);
    assert_eq!(ask(&tunnel, &init(rows[0].id.to_string(), "video_copy")).await.error(), ErrorCode::NotFound);
    let no_art = format!(r#"{{"op":"art","art":"{}"}}"#, "0".repeat(64));
    assert_eq!(ask(&tunnel, &no_art).await.error(), ErrorCode::NotFound);

    fs::remove_file(song).expect("removed");
    let gone = ask(&tunnel, &init(rows[0].id.to_string(), "opus_160")).await;
    assert_eq!(gone.error(), ErrorCode::Gone);
    assert!(!format!("{gone:?}").contains("secret"), "{gone:?}");

    // A link put in a file's place since the scan leads nowhere, however tempting its target.
    let outside = home.data.join("outside.mp3");
    fs::rename(&other, &outside).expect("moved");
    std::os::unix::fs::symlink(&outside, &other).expect("linked");
    assert_eq!(ask(&tunnel, &init(rows[1].id.to_string(), "opus_160")).await.error(), ErrorCode::Gone);
    assert_serves(&tunnel).await;
    host.stop().await;
}

#[tokio::test]
async fn a_media_folder_that_goes_away_while_it_plays_costs_its_tracks_until_it_is_back() {
    let home = Home::new();
    home.song("album/one.flac", &[]);
    let Stage { tunnel, host, home, .. } = plain_stage(home).await;
    let id = tracks(&tunnel, 1).await[0].id;
    let init = |rendition: &str| format!(r#"{{"op":"init","track":"{id}","rendition":"{rendition}"}}"#);
    assert!(matches!(ask(&tunnel, &init("flac")).await.reply(), Reply::Init(_)));
    let unplugged = home.data.join("unplugged");
    fs::rename(&home.media, &unplugged).expect("moved");
    for rendition in ["flac", "opus_160"] {
        assert_eq!(ask(&tunnel, &init(rendition)).await.error(), ErrorCode::Away);
    }
    assert_serves(&tunnel).await;
    fs::rename(&unplugged, &home.media).expect("moved back");
    assert!(matches!(ask(&tunnel, &init("opus_160")).await.reply(), Reply::Init(_)));
    host.stop().await;
}
