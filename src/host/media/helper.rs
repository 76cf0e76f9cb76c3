//! A worker process for the scan's errands. Blocking, as the scan is.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::error::MediaError;
use super::job::{ANSWER_BYTES_MAX, Answer, BODY_BYTES_MAX, Head, Job, Lane, ORDER_BYTES_MAX, Order};
use crate::protocol::frame;

/// The first worker of all looks for plugins.
const START_MAX: Duration = Duration::from_secs(10);
/// A killed one that is still there is worth a line.
const DEATH_MAX: Duration = Duration::from_secs(5);

/// What a worker is.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// The program whose `media-worker` subcommand is the worker: normally this very one.
    pub exe: PathBuf,
    /// Where GStreamer keeps what it knows of its plugins.
    pub registry: PathBuf,
}

/// Has one process, started when it is needed, and another one after a crash. It dies with the thread that started it.
pub struct Helper {
    config: WorkerConfig,
    running: Option<Running>,
}

struct Running {
    /// There until the drop.
    process: Option<Child>,
    jobs: ChildStdin,
    answers: Receiver<(Answer, Vec<u8>)>,
    /// Of the last job.
    number: u64,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("{0}")]
    Media(#[from] MediaError),
    /// The process ended before it answered.
    #[error("the media worker died")]
    Crashed,
    #[error("the media worker took too long")]
    TooLong,
    #[error("a media worker could not be started: {0}")]
    NotStarted(#[from] std::io::Error),
}

impl Helper {
    pub fn new(config: WorkerConfig) -> Self {
        Self { config, running: None }
    }

    pub fn worker(&self) -> &WorkerConfig {
        &self.config
    }

    /// Has a job done, within `limit`.
    pub fn call(&mut self, job: &Job, limit: Duration) -> Result<(Head, Vec<u8>), Failure> {
        // Taken out, so that a process whose answer was not read is never used again.
        let mut running = match self.running.take() {
            Some(running) => running,
            None => Running::start(&self.config)?,
        };
        running.number += 1;
        let order = Order::Do { number: running.number, lane: Lane::Extra, mtime_ms: None, job: job.clone() };
        let wire = frame::encode_json(&order, ORDER_BYTES_MAX).map_err(MediaError::internal)?;
        if running.jobs.write_all(&wire).is_err() {
            return Err(Failure::Crashed);
        }
        let answered = running.wait(limit)?;
        self.running = Some(running);
        Ok(answered?)
    }
}

impl Running {
    fn start(config: &WorkerConfig) -> Result<Self, Failure> {
        if let Some(dir) = config.registry.parent() {
            std::fs::create_dir_all(dir)?;
        }
        let mut command = Command::new(&config.exe);
        command.arg("media-worker").env("GST_REGISTRY", &config.registry);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn()?;
        let missing = || std::io::Error::other("a worker has no pipes");
        let jobs = process.stdin.take().ok_or_else(missing)?;
        let stdout = process.stdout.take().ok_or_else(missing)?;
        let stderr = process.stderr.take().ok_or_else(missing)?;
        let (sender, answers) = sync_channel(1);
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Ok(answer) = read_answer(&mut stdout) {
                if sender.send(answer).is_err() {
                    break;
                }
            }
        });
        std::thread::spawn(move || log_lines(stderr));
        let running = Self { process: Some(process), jobs, answers, number: 0 };
        match running.answers.recv_timeout(START_MAX) {
            Ok((Answer::Ready, _)) => Ok(running),
            Ok(_) | Err(RecvTimeoutError::Disconnected) => Err(Failure::Crashed),
            Err(RecvTimeoutError::Timeout) => Err(Failure::TooLong),
        }
    }

    /// The outer error means that the process is of no more use.
    fn wait(&self, limit: Duration) -> Result<Result<(Head, Vec<u8>), MediaError>, Failure> {
        match self.answers.recv_timeout(limit) {
            Ok((Answer::Made { head, .. }, body)) => Ok(Ok((head, body))),
            Ok((Answer::Failed(error), _)) => Ok(Err(error)),
            Ok((Answer::Chunk { .. } | Answer::Ready, _)) | Err(RecvTimeoutError::Disconnected) => Err(Failure::Crashed),
            Err(RecvTimeoutError::Timeout) => Err(Failure::TooLong),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            bury(process);
        }
    }
}

/// Waits for a killed process, which would stay a zombie otherwise. On a thread of its own: one that hangs in the kernel, on a share that is
/// gone, must not hold up whoever drops it.
fn bury(mut process: Child) {
    let wait = move || {
        let since = Instant::now();
        while since.elapsed() < DEATH_MAX {
            match process.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(20)),
                _ => return,
            }
        }
        tracing::warn!(id = process.id(), "a media worker does not end");
        let _ = process.wait();
    };
    if let Err(error) = std::thread::Builder::new().name("worker-end".to_owned()).spawn(wait) {
        tracing::warn!(%error, "nobody waits for the end of a media worker");
    }
}

fn read_answer(stdout: &mut BufReader<ChildStdout>) -> std::io::Result<(Answer, Vec<u8>)> {
    let mut prefix = [0u8; frame::PREFIX_BYTES];
    stdout.read_exact(&mut prefix)?;
    let mut header = vec![0; frame::decode_length(prefix, ANSWER_BYTES_MAX).map_err(std::io::Error::other)?];
    stdout.read_exact(&mut header)?;
    let answer: Answer = serde_json::from_slice(&header)?;
    let length = match &answer {
        Answer::Chunk { length, .. } | Answer::Made { length, .. } => *length,
        Answer::Failed(_) | Answer::Ready => 0,
    };
    if length > BODY_BYTES_MAX {
        return Err(std::io::Error::other("an answer is too long"));
    }
    let mut body = vec![0; length];
    stdout.read_exact(&mut body)?;
    Ok((answer, body))
}

/// What codecs print is of use only to someone who looks for it.
fn log_lines(stderr: ChildStderr) {
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        tracing::debug!(target: "iroam::media_worker", "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_is_slow_to_end_holds_up_nobody_and_leaves_no_zombie() {
        let mut slow = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("a process");
        let held = slow.stdin.take().expect("piped");
        // A zombie is there, too.
        let place = PathBuf::from(format!("/proc/{}", slow.id()));
        bury(slow);
        assert!(place.exists(), "not waited for by the caller");
        drop(held);
        let since = Instant::now();
        while place.exists() {
            assert!(since.elapsed() < Duration::from_secs(30), "still there");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
