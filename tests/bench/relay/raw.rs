//! quinn by itself: one stream from one process to another.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use super::processes::{cpu_seconds, start_self};
use crate::{CHUNK, TOTAL};

/// The sender's whole life: prints its address and certificate, then sends to whoever asks.
pub async fn send() -> Result<(), Box<dyn Error>> {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    let private = PrivatePkcs8KeyDer::from(key.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], private.into())?;
    let crypto = quinn::crypto::rustls::QuicServerConfig::try_from(tls)?;
    let endpoint = quinn::Endpoint::server(quinn::ServerConfig::with_crypto(Arc::new(crypto)), "127.0.0.1:0".parse()?)?;
    let hex: String = key.cert.der().iter().map(|byte| format!("{byte:02x}")).collect();
    println!("{} {hex}", endpoint.local_addr()?);
    let connection = endpoint.accept().await.ok_or("closed")?.await?;
    let (mut send, _receive) = connection.accept_bi().await?;
    let chunk = bytes::Bytes::from(vec![7; CHUNK]);
    for _ in 0..TOTAL / CHUNK as u64 {
        send.write_chunk(chunk.clone()).await?;
    }
    send.finish()?;
    send.stopped().await?;
    Ok(())
}

pub struct Raw {
    /// MB/s.
    pub rate: f64,
    /// The receiving process's, which is this one.
    pub cpu_s_per_gb: f64,
}

/// Receives everything.
pub async fn receive() -> Result<Raw, Box<dyn Error>> {
    let (_sender, line) = start_self(&["--raw-sender".to_owned()])?;
    let (address, hex) = line.split_once(' ').ok_or("an odd line")?;
    let der: Result<Vec<u8>, _> = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16)).collect();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from(der?))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut endpoint = quinn::Endpoint::client("127.0.0.1:0".parse()?)?;
    let crypto = quinn::crypto::rustls::QuicClientConfig::try_from(tls)?;
    endpoint.set_default_client_config(quinn::ClientConfig::new(Arc::new(crypto)));
    let connection = endpoint.connect(address.parse()?, "localhost")?.await?;
    let (mut ask, mut receive) = connection.open_bi().await?;
    let (started, cpu_before) = (Instant::now(), cpu_seconds(std::process::id())?);
    ask.write_all(b"x").await?;
    let mut received = 0;
    while let Some(chunk) = receive.read_chunk(CHUNK, true).await? {
        received += chunk.bytes.len() as u64;
    }
    assert_eq!(received, TOTAL, "everything arrived");
    let cpu_s_per_gb = (cpu_seconds(std::process::id())? - cpu_before) / (received as f64 / 1e9);
    Ok(Raw { rate: received as f64 / 1e6 / started.elapsed().as_secs_f64(), cpu_s_per_gb })
}
