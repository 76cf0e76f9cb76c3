//! What an idle tunnel costs serve: resident memory with many, less without any.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use iroam::auth::DeviceKey;
use iroam::net::{DialError, HostTunnel};
use iroam::protocol::tunnel::{Hello, VERSIONS};
use iroam::types::random;

use super::processes::{Serve, resident_kib};

const TUNNELS: usize = 300;

/// KiB a tunnel.
pub async fn measure() -> Result<f64, Box<dyn Error>> {
    let keys: Vec<DeviceKey> = (0..TUNNELS + 20).map(|_| DeviceKey::from_seed(&random::bytes())).collect();
    let (serve, _) = Serve::start(&keys)?;
    let address = serve.quic.parse()?;
    // A few first, so that what is made once is not counted.
    let mut open = Vec::new();
    for key in &keys[..20] {
        open.push(connect(address, &serve, key).await?);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = resident_kib(serve.pid())?;
    for key in &keys[20..] {
        open.push(connect(address, &serve, key).await?);
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    Ok((resident_kib(serve.pid())? - before) / TUNNELS as f64)
}

async fn connect(address: SocketAddr, serve: &Serve, key: &DeviceKey) -> Result<HostTunnel, DialError> {
    let hello = Hello { versions: VERSIONS, name: "bench".to_owned(), software: "bench".to_owned(), prekey: super::relayed::prekey() };
    HostTunnel::connect(address, serve.server_key, key, hello).await
}
