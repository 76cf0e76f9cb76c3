//! Long work that a signal ends as tidily as an error does: Ctrl-C, a service manager's or a shutdown's SIGTERM, a closed terminal.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::ptr::null;
use std::task::Poll;

use anyhow::{Context as _, Result, bail};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

pub struct Stoppable {
    runtime: Runtime,
    signals: Vec<Signal>,
}

impl Stoppable {
    /// From now on no such signal ends the program by itself; one that comes before the work begins ends it then.
    pub fn new() -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let signals = runtime.block_on(async { listen() }).context("cannot listen for signals")?;
        Ok(Self { runtime, signals })
    }

    /// Does the work. A signal ends it with an error in the words of `stopped`. Nothing of it runs any more when this returns.
    pub fn run<T>(mut self, work: impl Future<Output = Result<T>>, stopped: &'static str) -> Result<T> {
        let signals = &mut self.signals;
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = any(signals) => bail!(stopped),
                done = work => done,
            }
        })
    }
}

/// Without those that the program was started to ignore, as nohup does for the terminal's end.
fn listen() -> io::Result<Vec<Signal>> {
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    kinds.into_iter().filter(|kind| !is_ignored(*kind)).map(signal).collect()
}

fn is_ignored(kind: SignalKind) -> bool {
    let mut now = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: it only looks, and has filled `now` whenever it returns 0.
    unsafe { libc::sigaction(kind.as_raw_value(), null(), now.as_mut_ptr()) == 0 && now.assume_init().sa_sigaction == libc::SIG_IGN }
}

/// Ends with the first of them.
async fn any(signals: &mut [Signal]) {
    poll_fn(|context| {
        let has_come = signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
        if has_come { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
