//! A home PC at the end of a real tunnel, that answers as the test's request tells it to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use bytes::Bytes;
use iroam::auth::device_key::pairing_message;
use iroam::auth::{DeviceKey, DevicePublicKey, b64};
use iroam::net::{DialError, HostTunnel, NetError, OpeningStream};
use iroam::protocol::seal::{Prekey, PublicPrekey, prekey};
use iroam::protocol::tunnel::{CloseCode, Hello, VERSIONS};
use iroam::types::{HostId, UnixMs, random};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::browser::{Answer, Browser};
use crate::server::TestServe;

const FRAME_MAX: usize = 20_000;

/// A home PC's identity, before and after pairing.
#[derive(Clone)]
pub struct HomePc {
    pub key: DeviceKey,
    pub name: String,
}

pub struct Paired {
    pub pc: HomePc,
    pub id: String,
    pub access_token: String,
    pub address: SocketAddr,
    pub server_key: DevicePublicKey,
}

impl HomePc {
    pub fn new(name: &str) -> Self {
        Self { key: DeviceKey::from_seed(&random::bytes()), name: name.to_owned() }
    }

    pub fn ask(&self, serve: &TestServe) -> Answer {
        self.ask_for(serve, &serve.url)
    }

    /// Asks to be paired with the server that it takes to be at `url`.
    pub fn ask_for(&self, serve: &TestServe, url: &str) -> Answer {
        let signature = b64::encode(&self.key.sign(&pairing_message(url)));
        let key = self.key.public().to_string();
        let fields = [("client_id", "iroam-host"), ("host_key", &key), ("host_name", &self.name), ("signature", &signature)];
        stranger(serve).post_form("/oauth/device_authorization", &fields)
    }

    /// The whole story, approved by `owner`.
    pub fn pair(self, serve: &TestServe, owner: &mut Browser) -> Paired {
        let asked = self.ask(serve).json();
        let code = asked["user_code"].as_str().expect("a code");
        let approved = owner.post_form("/activate", &[("user_code", code), ("decision", "approve")]);
        assert_eq!(approved.status, 200, "{}", approved.text());
        let token = poll(serve, asked["device_code"].as_str().expect("a code"));
        assert_eq!(token.status, 200, "{}", token.text());
        Paired::new(self, &token.json())
    }
}

/// A program without cookies or origin.
pub fn stranger(serve: &TestServe) -> Browser {
    Browser { origin: None, ..serve.browser() }
}

pub fn poll(serve: &TestServe, device_code: &str) -> Answer {
    let grant_type = "urn:ietf:params:oauth:grant-type:device_code";
    let fields = [("grant_type", grant_type), ("device_code", device_code), ("client_id", "iroam-host")];
    stranger(serve).post_form("/oauth/token", &fields)
}

impl Paired {
    fn new(pc: HomePc, token: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        Self {
            pc,
            id: text(&token["host_id"]),
            access_token: text(&token["access_token"]),
            address: text(&token["tunnel"]["address"]).parse().expect("an address"),
            server_key: DevicePublicKey::parse(&text(&token["tunnel"]["key"])).expect("a key"),
        }
    }

    /// The same host, where its server has another address.
    pub fn at(self, address: SocketAddr) -> Self {
        Self { address, ..self }
    }

    /// The prekey that is made of `seed`, signed as a host does it.
    pub fn prekey(&self, seed: u8) -> PublicPrekey {
        let key = Prekey::from_seed(&[seed; 32]);
        let not_after_ms = UnixMs(4_000_000_000_000);
        let host = HostId(self.id.parse().expect("a UUID"));
        let signature = self.pc.key.sign(&prekey::statement(host, key.public(), not_after_ms));
        PublicPrekey { key: b64::encode(key.public()), not_after_ms, signature: b64::encode(&signature) }
    }

    pub async fn dial(&self) -> Result<HostTunnel, DialError> {
        let prekey = self.prekey(1);
        let hello = Hello { versions: VERSIONS, name: self.pc.name.clone(), software: "test".to_owned(), prekey };
        HostTunnel::connect(self.address, self.server_key, &self.pc.key, hello).await
    }

    /// Connects, and answers until the tunnel ends.
    pub fn go_online(&self, serve: &TestServe) -> FakeHost {
        let tunnel = Arc::new(serve.block_on(self.dial()).expect("welcomed"));
        let (events, heard) = channel();
        let go_on = Arc::new(Notify::new());
        serve.runtime.spawn(answer_all(Arc::clone(&tunnel), events, Arc::clone(&go_on)));
        FakeHost { tunnel, heard, go_on, handle: serve.runtime.handle().clone() }
    }
}

pub struct FakeHost {
    pub tunnel: Arc<HostTunnel>,
    heard: Receiver<&'static str>,
    /// Lets a `cut` answer be cut, and a `slow` one end.
    pub go_on: Arc<Notify>,
    handle: Handle,
}

impl FakeHost {
    /// Waits for the next thing that happened at the host's end.
    pub fn hear(&self) -> &'static str {
        self.heard.recv_timeout(Duration::from_secs(20)).expect("the host hears of it")
    }

    /// Waits for the end of the tunnel, and how serve closed it.
    pub fn closed(&self) -> Option<CloseCode> {
        self.handle.block_on(self.tunnel.closed()).code
    }
}

/// A request that tells the host what to do. The relay reads no request, so it need not be sealed.
pub fn command(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

async fn answer_all(tunnel: Arc<HostTunnel>, events: Sender<&'static str>, go_on: Arc<Notify>) {
    while let Ok(stream) = tunnel.accept().await {
        let (events, go_on) = (events.clone(), Arc::clone(&go_on));
        tokio::spawn(async move {
            // The test may have ended before the host's work did.
            let _ = answer(stream, &events, &go_on).await;
        });
    }
}

async fn answer(stream: OpeningStream, events: &Sender<&'static str>, go_on: &Notify) -> Result<(), NetError> {
    let mut stream = stream.open().await?;
    let request = stream.read_request(FRAME_MAX).await?;
    match std::str::from_utf8(&request).unwrap_or_default() {
        "endless" => {
            let _ = events.send("begun");
            while stream.write(Bytes::from(vec![7; 64 * 1024])).await.is_ok() {}
            let _ = events.send("stopped");
        }
        "silent" => {
            let _ = events.send("begun");
            stream.stopped().await;
            let _ = events.send("stopped");
        }
        "cut" => {
            stream.write(Bytes::from_static(b"half a")).await?;
            // Dropped unfinished the stream is reset, and what was not delivered is lost: the test says when.
            go_on.notified().await;
            return Ok(());
        }
        "slow" => {
            stream.write(Bytes::from_static(b"first ")).await?;
            let _ = events.send("begun");
            go_on.notified().await;
            stream.write(Bytes::from_static(b"second")).await?;
            stream.finish();
        }
        "refuse" => return Ok(()),
        "megabytes" => {
            for byte in 0..32 {
                stream.write(Bytes::from(vec![byte; 1024 * 1024])).await?;
            }
            stream.finish();
        }
        _ => {
            stream.write(request.into()).await?;
            stream.finish();
        }
    }
    stream.stopped().await;
    Ok(())
}
