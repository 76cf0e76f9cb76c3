//! How far an import is, on a terminal, and whether it was asked to stop.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a shell says of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

#[derive(Clone)]
pub(super) struct Course {
    bar: ProgressBar,
    stop: Arc<AtomicBool>,
}

impl Course {
    /// From now on Ctrl-C and SIGTERM only ask to stop; the second one ends the program. What is written meanwhile is whole or not there.
    pub(super) fn begin() -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        listen(stop.clone())?;
        Ok(Self { bar: spinner(), stop })
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub(super) fn say(&self, what: impl Into<String>) {
        self.bar.set_style(ProgressStyle::default_spinner());
        self.bar.set_message(what.into());
    }

    /// From now on so much of so much of this is done; see [`Self::done`].
    pub(super) fn count(&self, what: impl Into<String>, of: usize) {
        let style = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {percent}% {eta}").expect("a template");
        self.bar.set_style(style);
        self.bar.set_message(what.into());
        self.bar.set_length(of as u64);
        self.bar.set_position(0);
        self.bar.reset_eta();
    }

    pub(super) fn done(&self, count: usize) {
        self.bar.inc(count as u64);
    }

    /// The file, read to its end or until it is to stop.
    pub(super) fn reading(&self, path: &Path) -> io::Result<impl Read + use<>> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        self.count(format!("reading {}", path.display()), usize::try_from(length).unwrap_or(usize::MAX));
        Ok(Reading { file, course: self.clone() })
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

struct Reading {
    file: File,
    course: Course,
}

impl Read for Reading {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(out)?;
        self.course.done(read);
        if self.course.is_stopped() { Err(io::Error::other("stopped")) } else { Ok(read) }
    }
}

/// Shown on a terminal only.
pub(super) fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn listen(stop: Arc<AtomicBool>) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (interrupt, terminate) = {
        let _within = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    std::thread::Builder::new().name("stop".to_owned()).spawn(move || runtime.block_on(wait(interrupt, terminate, stop)))?;
    Ok(())
}

async fn wait(mut interrupt: Signal, mut terminate: Signal, stop: Arc<AtomicBool>) {
    loop {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        // Whoever asks twice does not want to wait.
        if stop.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
    }
}
