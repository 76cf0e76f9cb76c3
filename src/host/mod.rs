//! The media server on the home PC: a library, a media engine, and a tunnel to the server that its owner chose.

pub mod access;
mod analysis;
mod clock;
mod data_dir;
mod gate;
mod identity;
pub mod import;
mod keeping;
pub mod library;
pub mod media;
mod packing;
mod pairing;
mod posters;
mod prekeys;
mod report;
mod requests;
mod scan_bar;
mod scans;
mod session;
mod tunnel;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::auth::DeviceKey;
use crate::types::{Clock, SystemClock};
use access::{Access, Libraries, Rules};
use analysis::Analysis;
use clock::ServerClock;
use gate::Gate;
use keeping::Keeping;
use library::{Library, ScanSummary};
use media::{Engine, EngineConfig, Prober, WorkerConfig};
use pairing::{Pairing, Server, pair};
use posters::Posters;
use prekeys::Prekeys;
use report::Report;
use requests::{Files, Handler};
use scan_bar::ScanBar;
use scans::{Scans, hangup_ends};
use session::Session;
use tunnel::Keeper;

/// A media worker that takes longer over one request hangs, and is killed.
const MEDIA_TIMEOUT: Duration = Duration::from_secs(20);

/// Players that wait for a change at a time: the tunnel has room for them beside those who are worked for.
const WAITING_MAX: usize = 256;

/// What `iroam host` is told.
#[derive(Clone, Debug)]
pub struct HostConfig {
    pub server_url: String,
    /// Folders of music and video.
    pub media: Vec<PathBuf>,
    /// With whom some of them, or folders within, are shared; the others as [`Access`] by default.
    pub access: Vec<(PathBuf, Access)>,
    /// The host's own folder.
    pub data: PathBuf,
    /// What the host is called, for people.
    pub name: String,
    /// Most that the segment cache may take on disk.
    pub cache_bytes_max: u64,
    /// Listen to the library in the background: how loud each track is; and make pictures of videos that have none.
    pub analysis: bool,
}

/// What the host takes from the machine it runs on.
pub struct Machine {
    pub clock: Arc<dyn Clock>,
    /// The program whose `media-worker` subcommand decodes and encodes.
    pub worker_exe: PathBuf,
}

/// Runs the host until it is told to stop by SIGINT, SIGTERM or the closing of its terminal, or can no longer be of use.
pub async fn run(config: HostConfig) -> anyhow::Result<()> {
    let worker_exe = std::env::current_exe().context("cannot find this program's own file")?;
    let machine = Machine { clock: Arc::new(SystemClock), worker_exe };
    let shutdown = CancellationToken::new();
    stop_on_signals(shutdown.clone())?;
    run_until(config, machine, shutdown).await
}

/// As [`run`], on a machine of the caller's and until `shutdown`.
pub async fn run_until(config: HostConfig, machine: Machine, shutdown: CancellationToken) -> anyhow::Result<()> {
    let server = Server::new(&config.server_url)?;
    let _lock = data_dir::claim(&config.data)?;
    let key = identity::load_or_create(&config.data)?;
    let pairing = Pairing::load(&config.data, server.url())?;
    let library = Library::open(&config.data)?;
    library.check_folders(&config.media)?;
    let said: Vec<_> = config.access.iter().map(|(folder, _)| folder.clone()).collect();
    library.keep_apart(&said)?;
    let media = config.media.iter().map(std::path::absolute).collect::<Result<Vec<_>, _>>()?;
    // Before the catalogue: it is made for all kinds of askers at once.
    let libraries = Libraries::new(library.clone(), rules(&config, &media)?);
    library.keep_ready().context("no thread can be started")?;
    let worker = worker_config(&config.data, machine.worker_exe);
    let engine = Engine::start(engine_config(&config, worker.clone())).context("the media engine does not start")?;
    engine.try_encoder();
    let report = Report::default();
    // Beside pairing: when the owner has confirmed the code, there is something to see.
    let scans = Scans::start(library.clone(), config.media.clone(), worker, report.clone(), machine.clock.clone())?;
    let keeping = Keeping::start(library.clone(), machine.clock.clone());
    let analysis = config.analysis.then(|| Analysis::start(library.clone(), engine.clone(), report.clone()));
    let posters = config.analysis.then(|| Posters::start(library.clone(), engine.clone()));
    let belonging = Belonging { config: &config, server, key, shutdown };
    let served = Served { library, libraries, media };
    let outcome = belonging.serve(pairing, machine.clock, served, engine.clone(), report).await;
    drop((posters, keeping));
    if let Some(analysis) = analysis {
        analysis.stop().await;
    }
    scans.stop().await;
    engine.shutdown().await;
    outcome
}

/// Scans the folders once, without a server. `apart`: folders of which something is said; `worker_exe` as in [`Machine`].
pub fn scan_once(media: &[PathBuf], apart: &[PathBuf], data: &Path, worker_exe: PathBuf) -> anyhow::Result<ScanSummary> {
    let _lock = data_dir::claim(data)?;
    let library = Library::open(data)?;
    library.check_folders(media)?;
    library.keep_apart(apart)?;
    let mut prober = Prober::new(worker_config(data, worker_exe));
    let _bar = ScanBar::show(&library);
    Ok(library.scan(media, &mut prober, &SystemClock, &AtomicBool::new(false))?)
}

/// `media`: the media folders, absolute.
fn rules(config: &HostConfig, media: &[PathBuf]) -> std::io::Result<Rules> {
    let said = config.access.iter().map(|(folder, access)| Ok((std::path::absolute(folder)?, *access)));
    let said = said.collect::<std::io::Result<Vec<_>>>()?;
    Ok(Rules::new(media, said))
}

fn worker_config(data: &Path, exe: PathBuf) -> WorkerConfig {
    WorkerConfig { exe, registry: data.join("gstreamer.registry") }
}

fn engine_config(config: &HostConfig, worker: WorkerConfig) -> EngineConfig {
    EngineConfig {
        cache_dir: config.data.join("cache"),
        cache_bytes_max: config.cache_bytes_max,
        worker_exe: worker.exe,
        registry_path: worker.registry,
        request_timeout: MEDIA_TIMEOUT,
    }
}

/// The library, also as others than its owner see it, and its folders, absolute.
struct Served {
    library: Library,
    libraries: Libraries,
    media: Vec<PathBuf>,
}

/// A host with a server to belong to.
struct Belonging<'a> {
    config: &'a HostConfig,
    server: Server,
    key: DeviceKey,
    shutdown: CancellationToken,
}

impl Belonging<'_> {
    /// Pairs if need be, then keeps the tunnel until the end.
    async fn serve(
        self,
        pairing: Option<Pairing>,
        clock: Arc<dyn Clock>,
        served: Served,
        engine: Engine,
        report: Report,
    ) -> anyhow::Result<()> {
        let Some(pairing) = self.paired(pairing).await? else { return Ok(()) };
        let gate = Gate::new(pairing.host_id, ServerClock::new(clock.clone()));
        let Served { library, libraries, media } = served;
        let waiting = Arc::new(Semaphore::new(WAITING_MAX));
        let name = self.config.name.as_str().into();
        let handler = Handler { name, library, libraries, engine, report, files: Files::new(media), clock, waiting };
        let prekeys = Arc::new(Prekeys::new(self.key.clone(), pairing.host_id, gate.moment()));
        let keeper = Keeper {
            data: self.config.data.clone(),
            name: self.config.name.clone(),
            key: self.key,
            server: self.server,
            session: Session { gate: Arc::new(gate), handler },
            prekeys,
            pairing,
        };
        Ok(keeper.run(self.shutdown).await?)
    }

    /// The pairing there is, or a new one; `None` when told to stop before the owner confirmed it.
    async fn paired(&self, kept: Option<Pairing>) -> anyhow::Result<Option<Pairing>> {
        if kept.is_some() {
            return Ok(kept);
        }
        let pairing = tokio::select! {
            pairing = pair(&self.server, &self.key, &self.config.name) => pairing?,
            () = self.shutdown.cancelled() => return Ok(None),
        };
        pairing.save(&self.config.data)?;
        tracing::info!(host_id = %pairing.host_id, server = %pairing.server, "paired");
        Ok(Some(pairing))
    }
}

fn stop_on_signals(shutdown: CancellationToken) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let mut hangup = signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?;
    let hangup_ends = hangup_ends();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv(), if hangup_ends => {}
        }
        shutdown.cancel();
    });
    Ok(())
}
