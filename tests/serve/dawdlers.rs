//! Browsers that take their time: they hold nothing for long.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use iroam::serve::{Access, Limits, RouteEntry, ServeConfig, routes};

use crate::routes::concrete;
use crate::server::{TestServe, config};

fn impatient(limits: Limits) -> TestServe {
    let data = tempfile::tempdir().expect("a folder");
    let config = ServeConfig { limits, ..config(data.path()) };
    TestServe::start_in(data, config)
}

fn connect(serve: &TestServe) -> TcpStream {
    let stream = TcpStream::connect(serve.running().http_addr()).expect("connects");
    // Far more than any limit of the test's: to fail rather than to hang.
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    stream
}

/// Sends a head that promises a body, and two bytes of it; returns all that comes until serve hangs up.
fn stall(serve: &TestServe, method: &str, path: &str, cookie: Option<&str>, framing: &str) -> String {
    let mut stream = connect(serve);
    let cookie = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nOrigin: {}\r\n{cookie}Content-Type: application/x-www-form-urlencoded\r\n{framing}",
        serve.url
    );
    stream.write_all(head.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        // A reset ends it as well.
        Err(error) if error.kind() != std::io::ErrorKind::ConnectionReset => panic!("{method} {path} is held open: {error}"),
        _ => String::from_utf8_lossy(&answer).into_owned(),
    }
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let serve = impatient(Limits { body: Duration::from_millis(300), ..Limits::default() });
    let owner = serve.signed_in("ada");
    let announced = "Content-Length: 1000\r\n\r\nab";
    let chunked = "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n";
    let cookie = owner.cookie.as_deref();
    let posts: Vec<_> = routes().into_iter().filter(|entry| entry.method == "POST").collect();
    assert!(posts.len() >= 10);
    std::thread::scope(|threads| {
        for entry in &posts {
            for (cookie, framing) in [(None, announced), (None, chunked), (cookie, announced), (cookie, chunked)] {
                let serve = &serve;
                threads.spawn(move || is_cut_off(serve, entry, cookie, framing));
            }
        }
        for (method, path) in [("POST", "/nowhere"), ("POST", "/player"), ("GET", "/sign-in"), ("GET", "/healthz")] {
            let serve = &serve;
            threads.spawn(move || stall(serve, method, path, None, chunked));
        }
    });
}

fn is_cut_off(serve: &TestServe, entry: &RouteEntry, cookie: Option<&str>, framing: &str) {
    let path = concrete(entry.path);
    let answer = stall(serve, "POST", &path, cookie, framing);
    let expected = match entry.access {
        // A host that is not there: the request to it is not looked at.
        _ if path.ends_with("/relay") && cookie.is_some() => "404",
        Access::SignedIn if cookie.is_none() => "401",
        Access::SignedInPage if cookie.is_none() => "303",
        _ => "408",
    };
    assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{path} {framing}: {answer}");
    let is_envelope = path.starts_with("/api/") || path.starts_with("/oauth/");
    assert!(expected != "408" || !is_envelope || answer.contains("\"code\":\"timed_out\""), "{path}: {answer}");
}

#[test]
fn there_are_only_so_many_connections() {
    let serve = impatient(Limits { connections: 4, ..Limits::default() });
    let is_answered = |stream: &mut TcpStream| {
        let mut answer = [0; 12];
        // One that was cut may fail at either.
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").is_ok() && stream.read_exact(&mut answer).is_ok()
    };
    let mut held: Vec<TcpStream> = (0..4).map(|_| connect(&serve)).collect();
    assert!(held.iter_mut().all(is_answered));
    assert!(!is_answered(&mut connect(&serve)));
    held.clear();
    crate::tunnel::until(|| is_answered(&mut connect(&serve)));
}
