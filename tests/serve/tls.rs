use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use iroam::serve::{ServeConfig, TlsConfig};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::server::{TestServe, config, runtime};

struct Https {
    serve: TestServe,
    certificate: CertificateDer<'static>,
}

fn start() -> Https {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let data = tempfile::tempdir().expect("a folder");
    let (cert, key) = (data.path().join("cert.pem"), data.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).expect("written");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("written");
    let config = ServeConfig { public_url: "https://localhost:0".to_owned(), tls: TlsConfig::Files { cert, key }, ..config(data.path()) };
    Https { serve: TestServe::start_in(data, config), certificate: made.cert.der().clone() }
}

fn connect(https: &Https, protocol: &[u8]) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(https.certificate.clone()).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let name = ServerName::try_from("localhost").expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client");
    StreamOwned::new(client, TcpStream::connect(https.serve.running().http_addr()).expect("connects"))
}

#[test]
fn serves_http_1_1_over_tls_with_hardened_cookies() {
    let https = start();
    https.serve.block_on(async {});
    iroam::serve::admin::create_user(&https.serve.place(), "ada", iroam::types::Secret::new(crate::server::PASSWORD.to_owned()))
        .expect("made");
    let token = https.serve.link_token("ada");
    let body = format!("{{\"token\":\"{token}\"}}");
    let mut stream = connect(&https, b"http/1.1");
    let request = format!(
        "POST /api/v1/sign-in-link HTTP/1.1\r\nHost: localhost\r\nOrigin: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        https.serve.url,
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    let cookie = answer.lines().find(|line| line.to_ascii_lowercase().starts_with("set-cookie:")).expect("a cookie");
    for part in ["__Host-iroam_session=irs_", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(answer.to_ascii_lowercase().contains("strict-transport-security: max-age=31536000"), "{answer}");
}

/// One GET in HTTP/2 by hand (RFC 9113): preface, SETTINGS, HEADERS with literal fields (RFC 7541), until the response's HEADERS.
#[test]
fn speaks_http_2() {
    let https = start();
    let mut stream = connect(&https, b"h2");
    let mut headers = vec![0x82, 0x87]; // :method GET, :scheme https
    for (index, value) in [(0x04, "/healthz"), (0x01, "localhost")] {
        headers.extend([index, u8::try_from(value.len()).expect("short")]);
        headers.extend(value.as_bytes());
    }
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").expect("preface");
    stream.write_all(&frame(4, 0, 0, &[])).expect("settings");
    stream.write_all(&frame(1, 0x5, 1, &headers)).expect("headers");
    stream.flush().expect("sent");
    let status = loop {
        let (kind, payload) = read_frame(&mut stream);
        if kind == 1 {
            break payload[0];
        }
    };
    assert_eq!(status, 0x88, ":status 200 is entry 8 of the static table");
    assert_eq!(stream.conn.alpn_protocol(), Some(b"h2".as_slice()));
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn read_frame(stream: &mut impl Read) -> (u8, Vec<u8>) {
    let mut head = [0; 9];
    stream.read_exact(&mut head).expect("a frame");
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).expect("fits")];
    stream.read_exact(&mut payload).expect("a payload");
    (head[3], payload)
}

#[test]
fn says_which_certificate_is_wrong() {
    let data = tempfile::tempdir().expect("a folder");
    let cert = data.path().join("cert.pem");
    let tls = TlsConfig::Files { cert: cert.clone(), key: data.path().join("key.pem") };
    let config = ServeConfig { public_url: "https://localhost".to_owned(), tls, ..config(data.path()) };
    let refused = runtime().block_on(iroam::serve::start(config.clone())).err().expect("no certificate");
    assert!(refused.to_string().contains("cert.pem"), "{refused}");
    std::fs::write(&cert, "not a certificate").expect("written");
    let refused = runtime().block_on(iroam::serve::start(config)).err().expect("no certificate");
    assert!(refused.to_string().contains("no certificate in PEM"), "{refused}");
}
