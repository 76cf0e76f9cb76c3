//! The QUIC settings of the tunnel's two ends.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use quinn::{ClientConfig, EndpointConfig, ServerConfig, TransportConfig, VarInt};

use super::identity;
use super::reset::{RandomIds, ResetKey};
use crate::auth::{DeviceKey, DevicePublicKey};

/// The host says this often that it lives, and so keeps its router's mapping open: some 100 kB an hour when nobody plays.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// A tunnel silent for so long is dead: three keep-alives in a row and their repeats were lost. So long may a host that was killed
/// pass for one that is on line.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);
/// Streams that serve may have open at a host: 64 that it works on, 256 that wait for a change, and some more, so that it can say it is busy.
const RELAY_STREAMS_MAX: u32 = 64 + 256 + 32;
/// A request is shorter than 32 KiB: so much of each may arrive before it is read.
const REQUEST_WINDOW: u32 = 32 * 1024;
/// A host opens the tunnel's own stream and no other.
const HOST_STREAMS_MAX: u32 = 1;
/// First guess of the round trip: a lost first packet is repeated after 0.3 s, not 1 s.
const INITIAL_RTT: Duration = Duration::from_millis(100);

fn common() -> TransportConfig {
    let mut config = TransportConfig::default();
    config
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .datagram_receive_buffer_size(None)
        .max_idle_timeout(Some(IDLE_TIMEOUT.try_into().expect("15 s fit a QUIC timeout")))
        .initial_rtt(INITIAL_RTT);
    config
}

pub(super) fn endpoint_config(key: &DeviceKey) -> EndpointConfig {
    let mut config = EndpointConfig::new(Arc::new(ResetKey::derive(key)));
    config.cid_generator(|| Box::new(RandomIds));
    config
}

pub(super) fn server_config(key: &DeviceKey) -> ServerConfig {
    let tls = QuicServerConfig::try_from(identity::server_config(key)).expect("ring has QUIC's initial cipher suite");
    let mut transport = common();
    transport.max_concurrent_bidi_streams(VarInt::from_u32(HOST_STREAMS_MAX));
    let mut config = ServerConfig::with_crypto(Arc::new(tls));
    config.transport_config(Arc::new(transport));
    config
}

/// The flag is set when the server showed another key than `pinned`.
pub(super) fn client_config(key: &DeviceKey, pinned: DevicePublicKey) -> (ClientConfig, Arc<AtomicBool>) {
    let (tls, wrong_key) = identity::client_config(key, pinned);
    let tls = QuicClientConfig::try_from(tls).expect("ring has QUIC's initial cipher suite");
    let mut transport = common();
    transport
        .max_concurrent_bidi_streams(VarInt::from_u32(RELAY_STREAMS_MAX))
        .stream_receive_window(VarInt::from_u32(REQUEST_WINDOW))
        .keep_alive_interval(Some(KEEP_ALIVE));
    let mut config = ClientConfig::new(Arc::new(tls));
    config.transport_config(Arc::new(transport));
    (config, wrong_key)
}
