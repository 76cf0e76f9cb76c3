//! `iroam demo`: a server and a host as child processes of one tree, on loopback, by the same code paths as apart:
//! a real account, a real pairing, a real tunnel.

mod child;
mod http;
mod library;
mod logs;
mod owner;
mod player;
mod ports;
mod stage;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use tokio::signal::unix::{SignalKind, signal};

use crate::config::DemoConfig;
use stage::Stage;

/// Set when the demo is to end: every wait looks at it.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Runs until Ctrl-C, or until a part cannot be kept running.
pub fn run(config: DemoConfig) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let stop = Stop::default();
    runtime.spawn(stop_on_signal(stop.clone()));
    let result = play(config, &stop);
    // A wait that Ctrl-C cut short is not a failure.
    if stop.is_set() { Ok(()) } else { result }
}

fn play(config: DemoConfig, stop: &Stop) -> Result<()> {
    let open_browser = config.open_browser;
    let stage = Stage::set_up(config, stop)?;
    println!("ready {}", stage.ready_url()?.expose());
    eprintln!("iroam: the demo runs; press Ctrl-C to end it");
    if open_browser {
        open(stage.ready_url()?.expose());
    }
    stage.wait(stop)
}

async fn stop_on_signal(stop: Stop) {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else {
        return;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    stop.set();
}

/// Asks the desktop to open `url`; where there is no desktop the printed line is enough.
fn open(url: &str) {
    let spawned = std::process::Command::new("xdg-open")
        .arg(url)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    if spawned.is_err() {
        eprintln!("iroam: no browser could be opened here; open the URL above in one");
    }
}

/// Repeats `attempt` until it gives something. Fails when the demo ends, `alive` says that a part is gone, or `seconds` have passed;
/// an error of `attempt` may pass (a server that is still starting) and is told only when time is up.
fn until<T>(
    stop: &Stop,
    what: &str,
    seconds: u64,
    alive: impl Fn() -> Result<()>,
    mut attempt: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let mut last_error = None;
    while Instant::now() < deadline {
        if stop.is_set() {
            bail!("stopped");
        }
        alive()?;
        match attempt() {
            Ok(Some(value)) => return Ok(value),
            Ok(None) => last_error = None,
            Err(error) => last_error = Some(error),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let late = format!("{what} took longer than {seconds} s");
    Err(last_error.map_or_else(|| anyhow!("{late}"), |error| error.context(late.clone())))
}
