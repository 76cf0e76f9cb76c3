use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use iroam::serve::{Limits, ServeConfig};

use crate::browser::Browser;
use crate::fake_host::{FakeHost, HomePc, Paired, command};
use crate::server::{TestServe, config};

fn stage() -> (TestServe, Browser, Paired, FakeHost) {
    let serve = TestServe::start();
    let mut owner = serve.signed_in("ada");
    let paired = HomePc::new("Attic").pair(&serve, &mut owner);
    let host = paired.go_online(&serve);
    (serve, owner, paired, host)
}

/// Sends a relay request by hand, to hang up or dawdle as no client library would.
fn by_hand(serve: &TestServe, owner: &Browser, host: &str, body: &[u8], announced: usize) -> TcpStream {
    let mut stream = TcpStream::connect(serve.running().http_addr()).expect("connects");
    let cookie = owner.cookie.as_deref().expect("signed in");
    let head = format!(
        "POST /api/v1/hosts/{host}/relay HTTP/1.1\r\nHost: {}\r\nOrigin: {}\r\nCookie: {cookie}\r\nContent-Length: {announced}\r\n\r\n",
        serve.running().http_addr(),
        serve.url
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).expect("sent");
    stream
}

#[test]
fn carries_a_request_there_and_the_answer_back() {
    let (_serve, mut owner, paired, _host) = stage();
    let answer = owner.relay(&paired.id, &command("hello"));
    assert_eq!((answer.status, answer.text().as_str()), (200, "hello"));
    assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("application/octet-stream", "no-store"));
    let large = owner.relay(&paired.id, &command("megabytes"));
    assert_eq!(large.body.len(), 32 * 1024 * 1024);
    let is_in_order = large.body.chunks(1024 * 1024).zip(0u8..).all(|(chunk, byte)| chunk.iter().all(|b| *b == byte));
    assert!(is_in_order);
}

#[test]
fn refuses_what_is_too_long_or_empty() {
    let (_serve, mut owner, paired, _host) = stage();
    let long = owner.relay(&paired.id, &vec![0; 20_547]);
    assert_eq!((long.status, long.error_code().as_str()), (413, "too_large"));
    let empty = owner.relay(&paired.id, b"");
    assert_eq!((empty.status, empty.error_code().as_str()), (400, "bad_request"));
    assert_eq!(owner.relay(&paired.id, &command("still well")).text(), "still well");
}

#[test]
fn refuses_a_long_body_that_does_not_say_so() {
    let (serve, mut owner, paired, _host) = stage();
    let mut stream = TcpStream::connect(serve.running().http_addr()).expect("connects");
    let cookie = owner.cookie.clone().expect("signed in");
    let head = format!(
        "POST /api/v1/hosts/{}/relay HTTP/1.1\r\nHost: x\r\nOrigin: {}\r\nCookie: {cookie}\r\nTransfer-Encoding: chunked\r\n\r\n",
        paired.id, serve.url
    );
    stream.write_all(head.as_bytes()).expect("sent");
    for _ in 0..30 {
        // The server may have hung up before the last of it.
        let _ = stream.write_all(&[b"400\r\n".as_slice(), &[0; 1024], b"\r\n"].concat());
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 413");
    assert_eq!(owner.relay(&paired.id, &command("still well")).text(), "still well");
}

#[test]
fn says_that_the_host_is_offline_or_failed() {
    let (serve, mut owner, paired, host) = stage();
    let failed = owner.relay(&paired.id, &command("refuse"));
    assert_eq!((failed.status, failed.error_code().as_str()), (502, "host_failed"));
    serve.block_on(host.tunnel.close(iroam::protocol::tunnel::CloseCode::GoingAway, "the test says so"));
    crate::tunnel::until(|| owner.relay(&paired.id, &command("hello")).error_code() == "host_offline");
    assert_eq!(owner.relay(&paired.id, &command("hello")).status, 503);
}

#[test]
fn an_answer_that_is_cut_does_not_look_whole() {
    let (serve, owner, paired, host) = stage();
    let body = command("cut");
    let mut stream = by_hand(&serve, &owner, &paired.id, &body, body.len());
    let mut answer = Vec::new();
    while !answer.ends_with(b"half a\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("the first half");
        answer.extend(byte);
    }
    host.go_on.notify_one();
    // A reset is as good as an early end.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(!answer.ends_with("0\r\n\r\n"), "{answer}");
}

#[test]
fn a_browser_that_hangs_up_stops_the_host() {
    let (serve, owner, paired, host) = stage();
    for asked in ["endless", "silent"] {
        let body = command(asked);
        let stream = by_hand(&serve, &owner, &paired.id, &body, body.len());
        assert_eq!(host.hear(), "begun");
        stream.shutdown(Shutdown::Both).expect("hangs up");
        drop(stream);
        assert_eq!(host.hear(), "stopped", "{asked}");
    }
}

#[test]
fn a_browser_that_stops_reading_holds_the_host_back() {
    let (serve, mut owner, paired, host) = stage();
    let body = command("endless");
    let stream = by_hand(&serve, &owner, &paired.id, &body, body.len());
    assert_eq!(host.hear(), "begun");
    let relayed = || -> u64 {
        let metrics = serve.browser().get("/metrics").text();
        metrics.lines().find_map(|line| line.strip_prefix("iroam_relay_bytes_total ")).and_then(|n| n.parse().ok()).unwrap_or(0)
    };
    // While others' answers go through, what nobody takes gets no further than the buffers on its way.
    let mut others = 0;
    for _ in 0..3 {
        others += owner.relay(&paired.id, &command("megabytes")).body.len() as u64;
    }
    let held_back = relayed() - others;
    assert!((1..24 * 1024 * 1024).contains(&held_back), "{held_back}");
    drop(stream);
    assert_eq!(host.hear(), "stopped");
}

#[test]
fn a_browser_that_takes_nothing_for_long_is_cut_off() {
    let data = tempfile::tempdir().expect("a folder");
    let limits = Limits { idle_reader: Duration::from_millis(500), ..Limits::default() };
    let config = ServeConfig { limits, ..config(data.path()) };
    let serve = TestServe::start_in(data, config);
    let mut owner = serve.signed_in("ada");
    let paired = HomePc::new("Attic").pair(&serve, &mut owner);
    let host = paired.go_online(&serve);
    let body = command("endless");
    let mut stream = by_hand(&serve, &owner, &paired.id, &body, body.len());
    assert_eq!(host.hear(), "begun");
    assert_eq!(host.hear(), "stopped");
    // What is left in buffers is read, and then the connection has ended rather than the answer.
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest) {
        Ok(_) => assert!(!rest.ends_with(b"0\r\n\r\n")),
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
    assert_eq!(owner.relay(&paired.id, &command("still well")).text(), "still well");
}

#[test]
fn an_account_has_so_many_requests_in_flight() {
    let (serve, mut owner, paired, host) = stage();
    let body = command("silent");
    let mut held: Vec<TcpStream> = (0..60).map(|_| by_hand(&serve, &owner, &paired.id, &body, body.len())).collect();
    (0..60).for_each(|_| assert_eq!(host.hear(), "begun"));
    // These do not finish their requests: they take their place all the same.
    crate::tunnel::until(|| {
        held.push(by_hand(&serve, &owner, &paired.id, b"", 100));
        owner.relay(&paired.id, &command("hello")).status == 429
    });
    let refused = owner.relay(&paired.id, &command("hello"));
    assert_eq!((refused.error_code().as_str(), refused.header("retry-after")), ("rate_limited", "1"));
    drop(held);
    crate::tunnel::until(|| owner.relay(&paired.id, &command("hello")).status == 200);
}

#[test]
fn a_stop_lets_an_answer_in_flight_end() {
    let (serve, mut owner, paired, host) = stage();
    let asking = std::thread::spawn(move || owner.relay(&paired.id, &command("slow")));
    assert_eq!(host.hear(), "begun");
    let go_on = host.go_on.clone();
    // Over a connection that is open already: a stopping serve closes it, and may say so before.
    let mut other = TcpStream::connect(serve.running().http_addr()).expect("connects");
    let mut is_kept_open = move || {
        let mut answer = [0; 4096];
        let asked = other.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").and_then(|()| other.read(&mut answer));
        asked.is_ok_and(|length| length > 0 && !String::from_utf8_lossy(&answer).contains("connection: close"))
    };
    assert!(is_kept_open());
    let releasing = std::thread::spawn(move || {
        crate::tunnel::until(|| !is_kept_open());
        go_on.notify_one();
    });
    drop(serve);
    releasing.join().expect("no panic");
    let answer = asking.join().expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (200, "first second"));
}
