//! A link to a server that can be harmed.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::task::JoinSet;
use tokio::time::sleep;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    ToServer,
    ToClient,
}

/// What happens to the next bytes in one direction of any one connection.
#[derive(Clone, Copy, Debug)]
pub enum Harm {
    /// They are lost, and so is the connection.
    Cut,
    /// Some of them arrive, as this number says, before the connection is lost.
    Truncate(usize),
    /// They arrive late.
    Delay(Duration),
    /// Neither they nor any later ones arrive; nobody is told.
    Swallow,
}

pub struct Proxy {
    pub port: u16,
    state: Arc<State>,
    /// Ends with the proxy, and all connections with it.
    _connections: JoinSet<()>,
}

struct State {
    server: u16,
    armed: Mutex<Option<(Direction, Harm)>>,
    struck: AtomicU64,
    cut_all: broadcast::Sender<()>,
}

impl Proxy {
    /// A link to this port of 127.0.0.1.
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let state = Arc::new(State { server, armed: Mutex::default(), struck: AtomicU64::new(0), cut_all: broadcast::channel(1).0 });
        let mut connections = JoinSet::new();
        connections.spawn(accept(listener, state.clone()));
        Self { port, state, _connections: connections }
    }

    /// Does `harm` once, to whichever connection sends next in that direction; returns when it is done.
    pub async fn harm(&self, direction: Direction, harm: Harm) {
        let before = self.state.struck.load(Relaxed);
        *self.state.armed.lock().expect("nobody panics with it in hand") = Some((direction, harm));
        while self.state.struck.load(Relaxed) == before {
            sleep(Duration::from_micros(200)).await;
        }
    }

    /// Ends every connection.
    pub fn cut_all(&self) {
        // nobody may be connected
        let _ = self.state.cut_all.send(());
    }
}

impl State {
    fn take(&self, direction: Direction) -> Option<Harm> {
        let mut armed = self.armed.lock().expect("nobody panics with it in hand");
        let (_, harm) = armed.take_if(|(where_to, _)| *where_to == direction)?;
        self.struck.fetch_add(1, Relaxed);
        Some(harm)
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut links = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        links.spawn(link(client, state.clone()));
    }
}

async fn link(client: TcpStream, state: Arc<State>) {
    let mut cut_all = state.cut_all.subscribe();
    let Ok(server) = TcpStream::connect(("127.0.0.1", state.server)).await else { return };
    for stream in [&client, &server] {
        stream.set_nodelay(true).expect("a connected socket");
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        _ = carry(from_client, to_server, Direction::ToServer, &state) => {}
        _ = carry(from_server, to_client, Direction::ToClient, &state) => {}
        _ = cut_all.recv() => {}
    }
}

/// Carries bytes until either end, or the harm done, closes the connection.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, direction: Direction, state: &State) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        match state.take(direction) {
            None => {}
            Some(Harm::Cut) => return Ok(()),
            Some(Harm::Truncate(number)) => return to.write_all(&buffer[..number % count]).await,
            Some(Harm::Delay(time)) => sleep(time).await,
            Some(Harm::Swallow) => std::future::pending().await,
        }
        to.write_all(&buffer[..count]).await?;
    }
}
