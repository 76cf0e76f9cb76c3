//! The same bytes from a host's tunnel through a real serve to a plain HTTP reader.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use bytes::Bytes;
use iroam::auth::{DeviceKey, DevicePublicKey, b64};
use iroam::net::HostTunnel;
use iroam::protocol::limits::RELAY_REQUEST_BYTES_MAX;
use iroam::protocol::seal::PublicPrekey;
use iroam::protocol::tunnel::{Hello, VERSIONS};
use iroam::types::{UnixMs, random};

use super::processes::{Serve, cpu_seconds, start_self};
use crate::{CHUNK, TOTAL};

pub struct Relayed {
    /// MB/s at the reader.
    pub rate: f64,
    pub serve_cpu_s_per_gb: f64,
}

/// Nobody seals to it here: serve carries what it is given.
pub fn prekey() -> PublicPrekey {
    PublicPrekey { key: b64::encode(&[0; 32]), not_after_ms: UnixMs(0), signature: b64::encode(&[0; 64]) }
}

/// A host's whole life here: connects, then answers every request with the bytes.
pub async fn host(args: &[String]) -> Result<(), Box<dyn Error>> {
    let [address, server_key, seed] = args else { return Err("address, server key, seed".into()) };
    let key = DeviceKey::from_seed(&b64::decode(seed).ok_or("a seed")?);
    let hello = Hello { versions: VERSIONS, name: "bench".to_owned(), software: "bench".to_owned(), prekey: prekey() };
    let tunnel = HostTunnel::connect(address.parse()?, DevicePublicKey::parse(server_key)?, &key, hello).await?;
    println!("connected");
    loop {
        let mut stream = tunnel.accept().await?.open().await?;
        stream.read_request(RELAY_REQUEST_BYTES_MAX).await?;
        let chunk = Bytes::from(vec![7; CHUNK]);
        for _ in 0..TOTAL / CHUNK as u64 {
            stream.write(chunk.clone()).await?;
        }
        stream.finish();
    }
}

pub async fn measure() -> Result<Relayed, Box<dyn Error>> {
    let seed: [u8; 32] = random::bytes();
    let (serve, ids) = Serve::start(&[DeviceKey::from_seed(&seed)])?;
    let args = ["--host".to_owned(), serve.quic.clone(), serve.server_key.to_string(), b64::encode(&seed)];
    let (_host, _connected) = start_self(&args)?;
    let request = b"any bytes".to_vec();
    let head = format!(
        "POST /api/v1/hosts/{}/relay HTTP/1.1\r\nHost: {}\r\nOrigin: http://{}\r\nCookie: iroam_session={}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        ids[0],
        serve.http,
        serve.http,
        serve.cookie.expose(),
        request.len()
    );
    let (http, pid) = (serve.http.clone(), serve.pid());
    let read = move || -> std::io::Result<(u64, f64)> {
        let mut stream = TcpStream::connect(http)?;
        let started = Instant::now();
        stream.write_all(head.as_bytes())?;
        stream.write_all(&request)?;
        let mut buffer = vec![0; CHUNK];
        let mut total = 0;
        loop {
            match stream.read(&mut buffer)? {
                0 => return Ok((total, started.elapsed().as_secs_f64())),
                count => total += count as u64,
            }
        }
    };
    let cpu_before = cpu_seconds(pid)?;
    let (total, seconds) = tokio::task::spawn_blocking(read).await??;
    if total < TOTAL {
        return Err(format!("the relay gave {total} of {TOTAL} bytes").into());
    }
    let gigabytes = total as f64 / 1e9;
    Ok(Relayed { rate: total as f64 / 1e6 / seconds, serve_cpu_s_per_gb: (cpu_seconds(pid)? - cpu_before) / gigabytes })
}
