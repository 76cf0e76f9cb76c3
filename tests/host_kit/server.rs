//! The server's two ends as a test plays them: a tunnel listener, and HTTP answers made to measure.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use iroam::auth::{DeviceKey, TicketSigner, b64};
use iroam::host::{HostConfig, Machine, run_until};
use iroam::net::{NetError, RelayReply, Tunnel, TunnelListener};
use iroam::protocol::seal::player::{ReplyOpener, seal};
use iroam::protocol::tunnel::{TicketKey, Welcome};
use iroam::types::{Clock, HostId, SystemClock, UnixMs, random};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Home;

const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

pub fn server_key() -> DeviceKey {
    DeviceKey::from_seed(&[21; 32])
}

pub fn signer() -> TicketSigner {
    TicketSigner::new(DeviceKey::from_seed(&[22; 32]))
}

pub fn host_id() -> HostId {
    HostId::new(UnixMs(1_700_000_000_000), [7; 10])
}

pub fn ticket_key(signer: &TicketSigner) -> TicketKey {
    TicketKey { kid: signer.kid().to_owned(), key: signer.public().to_string() }
}

pub fn listener() -> TunnelListener {
    TunnelListener::bind(LOOPBACK, &server_key()).expect("a free port")
}

/// A host's tunnel, and what a player seals its requests to.
#[derive(Clone)]
pub struct Line {
    tunnel: Tunnel,
    pub prekey: [u8; 32],
}

/// A sealed reply as it comes, opened.
pub struct OpenedReply {
    reply: RelayReply,
    opener: Option<ReplyOpener>,
}

impl std::ops::Deref for Line {
    type Target = Tunnel;
    fn deref(&self) -> &Tunnel {
        &self.tunnel
    }
}

impl Line {
    /// Seals a whole request and sends it.
    pub async fn send(&self, request: Bytes) -> Result<OpenedReply, NetError> {
        let (wire, opener) = seal(&request, 3, &self.prekey, host_id(), random::bytes()).expect("sealed");
        let reply = self.tunnel.open_relay(Bytes::from(wire)).await?;
        Ok(OpenedReply { reply, opener: Some(opener) })
    }
}

impl OpenedReply {
    /// What can be opened of the next piece that came, maybe nothing; `None` after the whole reply's end.
    pub async fn chunk(&mut self) -> Result<Option<Vec<u8>>, String> {
        let Some(opener) = &mut self.opener else { return Ok(None) };
        let mut out = Vec::new();
        match self.reply.chunk().await.map_err(|error| error.to_string())? {
            Some(piece) => opener.push(&piece, &mut out).map_err(|error| error.to_string())?,
            None => self.opener.take().expect("it is there").finish(&mut out).map_err(|error| error.to_string())?,
        }
        Ok(Some(out))
    }
}

/// Lets the next host in.
pub async fn welcome(listener: &TunnelListener) -> Line {
    let pending = listener.accept().await.expect("open").handshake().await.expect("a good hello");
    let prekey = b64::decode(&pending.hello().prekey.key).expect("a key");
    let server_time_ms = SystemClock.now();
    let ticket_keys = vec![ticket_key(&signer())];
    let tunnel = pending.welcome(Welcome { version: 1, host_id: host_id(), server_time_ms, ticket_keys }).await.expect("welcomed");
    Line { tunnel, prekey }
}

/// A pairing as a host keeps it.
pub fn write_pairing(data: &Path, http: &str, tunnel: SocketAddr, key: &DeviceKey) {
    let pairing = json!({
        "server": http, "host_id": host_id(), "access_token": "irh_test",
        "tunnel": { "address": tunnel.to_string(), "key": key.public().to_string() },
    });
    let mut file =
        std::fs::File::options().create(true).truncate(true).write(true).mode(0o600).open(data.join("pairing.json")).expect("opens");
    file.write_all(pairing.to_string().as_bytes()).expect("written");
}

pub fn config(home: &Home, http: &str) -> HostConfig {
    HostConfig {
        server_url: http.to_owned(),
        media: vec![home.media.clone()],
        access: Vec::new(),
        data: home.data.clone(),
        name: "Attic".to_owned(),
        cache_bytes_max: 1 << 24,
        analysis: false,
    }
}

/// A host in this process; dropping it ends it.
pub struct Host {
    task: Option<JoinHandle<anyhow::Result<()>>>,
    pub shutdown: CancellationToken,
}

impl Host {
    pub fn start(config: HostConfig) -> Self {
        Self::start_at(config, Arc::new(SystemClock))
    }

    /// With workers of the test's own.
    pub fn start_with(config: HostConfig, worker_exe: PathBuf) -> Self {
        Self::start_on(config, Machine { clock: Arc::new(SystemClock), worker_exe })
    }

    pub fn start_at(config: HostConfig, clock: Arc<dyn Clock>) -> Self {
        Self::start_on(config, Machine { clock, worker_exe: env!("CARGO_BIN_EXE_iroam").into() })
    }

    fn start_on(config: HostConfig, machine: Machine) -> Self {
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(run_until(config, machine, shutdown.clone()));
        Self { task: Some(task), shutdown }
    }

    /// Waits for it to end by itself.
    pub async fn ended(mut self) -> anyhow::Result<()> {
        self.task.take().expect("not awaited yet").await.expect("the host does not panic")
    }

    pub async fn stop(self) {
        self.shutdown.cancel();
        self.ended().await.expect("a clean end");
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// One HTTP request as the stub heard it.
pub struct Heard {
    /// Method and path.
    pub what: String,
    pub authorization: Option<String>,
    pub body: String,
}

/// Serves HTTP on loopback until the test's process ends; answers as `answer` says: status and body.
pub fn http(mut answer: impl FnMut(Heard) -> (u16, String) + Send + 'static) -> String {
    let listener = TcpListener::bind(LOOPBACK).expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (status, body) = hear(&stream).map_or((400, String::new()), &mut answer);
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            // A peer that has left is its own test's matter.
            let _ = (&stream).write_all(format!("{head}{body}").as_bytes());
        }
    });
    url
}

/// Speaks TLS on loopback with a certificate that nobody vouches for.
pub fn self_signed() -> String {
    let rcgen::CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("made");
    let key = rustls::pki_types::PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .expect("they belong together");
    let (listener, config) = (TcpListener::bind(LOOPBACK).expect("a free port"), Arc::new(config));
    let url = format!("https://{}", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut tls = rustls::ServerConnection::new(config.clone()).expect("a session");
            // The client hangs up when it has seen the certificate.
            while tls.is_handshaking() && tls.complete_io(&mut stream).is_ok() {}
        }
    });
    url
}

fn hear(stream: &TcpStream) -> Option<Heard> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let what = line.rsplit_once(" HTTP/")?.0.to_owned();
    let (mut length, mut authorization) = (0, None);
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => authorization = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Heard { what, authorization, body: String::from_utf8(body).ok()? })
}
