//! A child process that is kept running: started again when it dies, ended with the demo.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::{Stop, logs};

/// A child that dies this soon after its start has not really started.
const QUICK_DEATH: Duration = Duration::from_secs(5);
const QUICK_DEATHS_MAX: u32 = 4;
const RESTART_AFTER: Duration = Duration::from_millis(300);
/// How long a child may take to end in good order.
const GRACE: Duration = Duration::from_secs(8);

/// How to run a child.
pub struct Plan {
    pub name: &'static str,
    pub args: Vec<OsString>,
    pub log: PathBuf,
}

/// A child kept running by a thread of its own.
pub struct Kept {
    name: &'static str,
    log: PathBuf,
    lines: Mutex<Receiver<String>>,
    thread: Option<JoinHandle<()>>,
    stop: Stop,
}

impl Kept {
    /// Starts the child; its standard output comes line by line, its standard error goes to the log.
    pub fn start(plan: Plan, stop: &Stop) -> Result<Self> {
        let first = spawn(&plan)?;
        let (sender, lines) = channel();
        let (name, log, own_stop) = (plan.name, plan.log.clone(), Stop::default());
        let ends = [stop.clone(), own_stop.clone()];
        let keep = move || keep(&plan, first, &sender, &ends);
        let thread = std::thread::Builder::new().name(format!("demo-{name}")).spawn(keep)?;
        Ok(Self { name, log, lines: Mutex::new(lines), thread: Some(thread), stop: own_stop })
    }

    /// A line that the child has printed since, if any.
    pub fn line(&self) -> Option<String> {
        self.lines.lock().ok()?.try_recv().ok()
    }

    /// An error when the child was given up: it says how it ended.
    pub fn check(&self) -> Result<()> {
        if self.thread.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return Ok(());
        }
        anyhow::bail!("the {} could not be kept running; the end of {}:\n{}", self.name, self.log.display(), logs::tail(&self.log))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.stop.set();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn spawn(plan: &Plan) -> Result<Child> {
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let mut command = Command::new(program);
    command.args(&plan.args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(logs::open(&plan.log)?);
    // A group of its own: Ctrl-C in the terminal reaches the demo, which ends its children in order.
    command.process_group(0);
    // SAFETY: prctl is async-signal-safe and touches only this process's own attribute.
    unsafe {
        command.pre_exec(|| {
            // Even when the demo itself is killed, its children end.
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM);
            Ok(())
        });
    }
    command.spawn().with_context(|| format!("cannot start the {}", plan.name))
}

fn keep(plan: &Plan, mut child: Child, lines: &Sender<String>, ends: &[Stop; 2]) {
    let mut quick_deaths = 0;
    loop {
        let started = Instant::now();
        forward_lines(&mut child, lines);
        wait(&mut child, ends);
        if ends.iter().any(Stop::is_set) {
            return;
        }
        quick_deaths = if started.elapsed() < QUICK_DEATH { quick_deaths + 1 } else { 0 };
        if quick_deaths >= QUICK_DEATHS_MAX {
            return;
        }
        eprintln!("iroam: the {} ended unexpectedly; starting it again", plan.name);
        std::thread::sleep(RESTART_AFTER);
        match spawn(plan) {
            Ok(next) => child = next,
            Err(error) => return eprintln!("iroam: {error:#}"),
        }
    }
}

/// Hands the child's lines on from a thread that ends with the child's output.
fn forward_lines(child: &mut Child, lines: &Sender<String>) {
    let Some(stdout) = child.stdout.take() else { return };
    let lines = lines.clone();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if lines.send(line).is_err() {
                break;
            }
        }
    });
}

/// Waits for the child's end; once the demo ends, asks it to end, and after a grace makes it.
fn wait(child: &mut Child, ends: &[Stop; 2]) {
    let mut asked_at: Option<Instant> = None;
    loop {
        match child.try_wait() {
            Ok(None) => {}
            Ok(Some(_)) | Err(_) => return,
        }
        if ends.iter().any(Stop::is_set) {
            match asked_at {
                None => {
                    signal(child.id(), libc::SIGTERM);
                    asked_at = Some(Instant::now());
                }
                Some(at) if at.elapsed() > GRACE => {
                    child.kill().ok();
                }
                Some(_) => {}
            }
        }
        std::thread::sleep(Duration::from_millis(30));
    }
}

fn signal(pid: u32, signal: libc::c_int) {
    if let Ok(pid) = libc::pid_t::try_from(pid) {
        // SAFETY: sends a signal to a child that has not been waited for, so its id cannot have been reused.
        unsafe { libc::kill(pid, signal) };
    }
}
