//! Starting and stopping.

use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{HttpServer, web};
use anyhow::{Context as _, Result, bail};
use rustls::ServerConfig as TlsServerConfig;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::access::OwnerOnly;
use super::config::{Limits, ServeConfig};
use super::connections::Connections;
use super::data_dir::DataDir;
use super::database::Health;
use super::passwords::PasswordQueue;
use super::public_url::PublicUrl;
use super::remembered::Remembered;
use super::state::{State, Throttles};
use super::{arrivals, database, http, jobs, memory, tls};
use crate::net::TunnelListener;
use crate::protocol::limits::REQUEST_TIMEOUT;
use crate::protocol::tunnel::CloseCode;
use crate::store::SoleUse;
use crate::telemetry::Metrics;
use crate::types::{Clock, SystemClock};

/// Two threads of the website: memory is the scarcer thing on a small VPS.
const WORKERS: usize = 2;
/// Blocking threads of each: password work only, and that is queued.
const BLOCKING_THREADS: usize = 2;
/// How long answers in flight are waited for at a stop.
const DRAIN: Duration = Duration::from_secs(5);
/// How long whoever still uses the database is waited for after that: a website's thread ends a little after the website.
const CLOSE: Duration = Duration::from_secs(10);
/// A last answer's bytes leave within this.
const FLUSH: Duration = Duration::from_millis(100);

/// A running serve.
pub struct Running {
    http_addr: SocketAddr,
    quic_addr: SocketAddr,
    state: Arc<State>,
    website: ServerHandle,
    served: JoinHandle<io::Result<()>>,
    listener: Arc<TunnelListener>,
    tasks: Vec<JoinHandle<()>>,
    _locks: (File, SoleUse),
}

/// Runs until SIGINT or SIGTERM, then ends what is going on, within seconds.
pub async fn run(config: ServeConfig) -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    memory::give_back_large_blocks();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut running = tokio::select! {
        running = start(config) => running?,
        // The start may wait for the database.
        _ = interrupt.recv() => return stopped_early(),
        _ = terminate.recv() => return stopped_early(),
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        ended = &mut running.served => bail!("the website ended by itself: {ended:?}"),
    }
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// A stop that was asked for is no failure: a supervisor would report one.
fn stopped_early() -> Result<()> {
    tracing::info!("stopped before it had started");
    Ok(())
}

/// Starts everything and returns when browsers and hosts can connect.
pub async fn start(config: ServeConfig) -> Result<Running> {
    start_with_clock(config, Arc::new(SystemClock)).await
}

/// The same by another clock: for tests of what takes days.
pub async fn start_with_clock(config: ServeConfig, clock: Arc<dyn Clock>) -> Result<Running> {
    let public_url = PublicUrl::parse(&config.public_url)?;
    let data = database::open(&config.data, config.limits.database_start).await?;
    let locks = (data.lock()?, SoleUse::of(&config.data.location()).await?);
    let tls = tls::prepare(config.tls, &public_url, &config.data.folder)?;
    if tls.config.is_none() && public_url.is_https() && !config.listen.ip().is_loopback() {
        tracing::warn!(
            "{} is served in plain HTTP: a proxy in front must do TLS; without one set --tls-cert and --tls-key, or --acme-email",
            config.listen
        );
    }
    let tcp = bind(config.listen, config.limits.idle_reader)?;
    let http_addr = tcp.local_addr()?;
    let listener = Arc::new(TunnelListener::bind(config.quic, &data.identity)?);
    let quic_addr = listener.local_addr();
    let public_url = public_url.with_bound_port(http_addr.port());
    let tunnel_address = config.quic_public.unwrap_or_else(|| format!("{}:{}", public_url.host(), quic_addr.port()));
    let state = Arc::new(new_state(data, clock, public_url, tunnel_address, config.limits));
    let website = website(Arc::clone(&state), tcp, tls.config)?;
    let handle = website.handle();
    let served = tokio::spawn(website);
    let mut tasks = vec![
        tokio::spawn(arrivals::accept(Arc::clone(&state), Arc::clone(&listener))),
        tokio::spawn(jobs::run(Arc::clone(&state))),
        tokio::spawn(database::watch(Arc::clone(&state))),
    ];
    tasks.extend(tls.renewer.map(|renewer| tokio::spawn(renewer.run())));
    tracing::info!("website on {http_addr} as {}, tunnels on UDP {quic_addr}, database {}", state.public_url, config.data.location());
    Ok(Running { http_addr, quic_addr, state, website: handle, served, listener, tasks, _locks: locks })
}

fn new_state(data: DataDir, clock: Arc<dyn Clock>, public_url: PublicUrl, tunnel_address: String, limits: Limits) -> State {
    State {
        store: data.store,
        database: Health::default(),
        remembered: Remembered::default(),
        clock,
        public_url,
        tunnel_address,
        tunnel_key: data.identity.public(),
        tickets: data.tickets,
        access: Box::new(OwnerOnly),
        tunnels: Arc::default(),
        relay_slots: Arc::default(),
        passwords: PasswordQueue::new(),
        throttles: Throttles::new(),
        limits,
        in_flight: Arc::default(),
        metrics: Metrics::install(),
        metrics_token: data.metrics_token,
    }
}

fn bind(address: SocketAddr, idle_reader: Duration) -> Result<TcpListener> {
    let tcp = TcpListener::bind(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => anyhow::anyhow!("{address} is in use by another program: stop it, or choose another --listen address"),
        _ => anyhow::Error::new(error).context(format!("cannot listen on {address}")),
    })?;
    // Connections inherit it: the system ends one whose other end takes nothing of what is sent (tcp(7)).
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(&tcp).set_tcp_user_timeout(Some(idle_reader))?;
    Ok(tcp)
}

fn website(state: Arc<State>, tcp: TcpListener, tls: Option<TlsServerConfig>) -> Result<Server> {
    let connections = Arc::new(Connections::new(state.limits.connections, state.limits.connections_per_address));
    let state = web::Data::from(state);
    let server = HttpServer::new(move || http::app(state.clone()))
        .workers(WORKERS)
        .worker_max_blocking_threads(BLOCKING_THREADS)
        // A browser that hangs up must free what works for it at once.
        .h1_allow_half_closed(false)
        .client_request_timeout(REQUEST_TIMEOUT)
        .on_connect(move |io, data| connections.admit(io, data))
        .disable_signals();
    let bound = match tls {
        Some(tls) => server.listen_rustls_0_23(tcp, tls),
        None => server.listen(tcp),
    };
    Ok(bound.context("the website cannot start")?.run())
}

impl Running {
    pub fn http_addr(&self) -> SocketAddr {
        self.http_addr
    }

    pub fn quic_addr(&self) -> SocketAddr {
        self.quic_addr
    }

    /// The origin in use: the bound port is in it where port 0 was asked for.
    pub fn public_url(&self) -> String {
        self.state.public_url.to_string()
    }

    /// Takes nobody new, lets answers in flight end (5 seconds at most), then closes tunnels and connections, and at last the database: a
    /// SQLite file is a copy of everything by itself from then on.
    pub async fn stop(self) {
        self.state.in_flight.begin_stop();
        self.website.pause().await;
        if timeout(DRAIN, self.state.in_flight.emptied()).await.is_ok() {
            tokio::time::sleep(FLUSH).await;
        }
        self.tasks.iter().for_each(JoinHandle::abort);
        let seen = database::if_there(&self.state, self.state.store.note_hosts_seen(self.state.tunnels.online(), self.state.now()));
        let (_, _, seen) = tokio::join!(self.listener.close(CloseCode::GoingAway), self.website.stop(false), seen);
        if let Err(error) = seen {
            tracing::warn!("could not note when hosts were last seen: {error}");
        }
        let _ = timeout(DRAIN, self.served).await;
        for task in self.tasks {
            // It was told to end; what it had of the state goes with it.
            let _ = task.await;
        }
        let store = self.state.store.clone();
        drop(self.state);
        store.close(CLOSE).await;
    }
}
