//! One worker process and the pipe to it.

use std::future::Future;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::oneshot;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::watch::Watch;
use crate::host::media::error::MediaError;
use crate::host::media::job::{ANSWER_BYTES_MAX, Answer, BODY_BYTES_MAX, Head, Job, Lane, ORDER_BYTES_MAX, Order};
use crate::protocol::frame;

/// A body and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub head: Head,
    pub body: Bytes,
}

/// A part of an answer.
#[derive(Debug)]
pub enum Event {
    Chunk { of: u32, bytes: Bytes },
    Made(Made),
    Failed(MediaError),
}

/// Killed when dropped. Nobody waits for the end of a killed one: in a read from a dead drive even that may never come.
pub struct Worker {
    /// Held for its drop.
    _life: DropGuard,
    pid: u32,
    /// How it ended.
    end: oneshot::Receiver<ExitStatus>,
    jobs: ChildStdin,
    answers: BufReader<ChildStdout>,
    number: u64,
    is_ready: bool,
    is_stopped: bool,
}

impl Worker {
    /// `scan`: look for new plugins and write the registry; otherwise take it as it is. Must be called in a tokio runtime, on a thread that
    /// outlives the worker: the worker dies with it. `processes` counts it until it is gone.
    pub fn spawn(exe: &Path, registry: &Path, scan: bool, processes: &TaskTracker) -> std::io::Result<Self> {
        let mut command = Command::new(exe);
        // A heap for each thread would keep what a pipeline's threads gave back.
        command.arg("media-worker").env("GST_REGISTRY", registry).env("MALLOC_ARENA_MAX", "2");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        if !scan {
            command.env("GST_REGISTRY_UPDATE", "no");
        }
        let mut process = command.spawn()?;
        let missing = || std::io::Error::other("a worker has no pipes");
        let jobs = process.stdin.take().ok_or_else(missing)?;
        let answers = BufReader::new(process.stdout.take().ok_or_else(missing)?);
        tokio::spawn(log_lines(process.stderr.take().ok_or_else(missing)?));
        let pid = process.id().ok_or_else(|| std::io::Error::other("a worker is gone at once"))?;
        let unwanted = CancellationToken::new();
        let life = unwanted.clone().drop_guard();
        let (ended, end) = oneshot::channel();
        processes.spawn(outlast(process, unwanted, ended));
        Ok(Self { _life: life, pid, end, jobs, answers, number: 0, is_ready: false, is_stopped: false })
    }

    /// Begins to watch what it does.
    pub fn watch(&self) -> Watch {
        Watch::begin(self.pid)
    }

    /// Waits until it has started. After an error it is of no more use.
    pub async fn ready(&mut self) -> std::io::Result<()> {
        if !self.is_ready {
            match read_answer(&mut self.answers).await? {
                Answer::Ready => self.is_ready = true,
                _ => return Err(std::io::Error::other("a worker answers before it is asked")),
            }
        }
        Ok(())
    }

    /// Sends a job. [`Self::next`] gives its answer, which must be read to its end.
    pub async fn begin(&mut self, lane: Lane, mtime_ms: Option<i64>, job: &Job) -> std::io::Result<()> {
        self.number += 1;
        self.is_stopped = false;
        self.send(&Order::Do { number: self.number, lane, mtime_ms, job: job.clone() }).await
    }

    /// The next part of the answer. When `unwanted` resolves before it the worker is told to stop, and what it answers is still given. After an
    /// error, or dropped, the worker is of no more use.
    pub async fn next(&mut self, unwanted: impl Future<Output = ()>) -> std::io::Result<Event> {
        let stop = Order::Stop { number: self.number };
        let answer = read_event(&mut self.answers);
        tokio::pin!(answer);
        tokio::select! {
            event = &mut answer => return event,
            () = unwanted, if !self.is_stopped => {}
        }
        self.is_stopped = true;
        let wire = frame::encode_json(&stop, ORDER_BYTES_MAX).map_err(std::io::Error::other)?;
        self.jobs.write_all(&wire).await?;
        answer.await
    }

    /// Whether its process ended, of itself or by somebody else's hand.
    pub fn is_gone(&self) -> bool {
        !self.end.is_empty()
    }

    /// Logs the death of one whose pipe broke. `job`: what it worked on.
    pub async fn mourn(self, job: &'static str, error: &std::io::Error) {
        // The pipe breaks a moment before the process is gone.
        let status = match tokio::time::timeout(Duration::from_secs(1), self.end).await {
            Ok(Ok(status)) => status.to_string(),
            _ => "not ended yet".to_owned(),
        };
        tracing::warn!(pid = self.pid, %status, job, %error, "a media worker died");
    }

    async fn send(&mut self, order: &Order) -> std::io::Result<()> {
        let wire = frame::encode_json(order, ORDER_BYTES_MAX).map_err(std::io::Error::other)?;
        self.jobs.write_all(&wire).await
    }
}

/// Waits for the process to be gone, killing it when its worker is dropped.
async fn outlast(mut process: Child, unwanted: CancellationToken, ended: oneshot::Sender<ExitStatus>) {
    tokio::select! {
        status = process.wait() => {
            if let Ok(status) = status {
                let _ = ended.send(status);
            }
            return;
        }
        () = unwanted.cancelled() => {}
    }
    let _ = process.kill().await;
}

async fn read_event(answers: &mut BufReader<ChildStdout>) -> std::io::Result<Event> {
    match read_answer(answers).await? {
        Answer::Ready => Err(std::io::Error::other("a worker starts twice")),
        Answer::Failed(error) => Ok(Event::Failed(error)),
        Answer::Chunk { length, of } => Ok(Event::Chunk { of, bytes: read_body(answers, length).await? }),
        Answer::Made { length, head } => Ok(Event::Made(Made { head, body: read_body(answers, length).await? })),
    }
}

async fn read_answer(answers: &mut BufReader<ChildStdout>) -> std::io::Result<Answer> {
    let mut prefix = [0u8; frame::PREFIX_BYTES];
    answers.read_exact(&mut prefix).await?;
    let mut header = vec![0; frame::decode_length(prefix, ANSWER_BYTES_MAX).map_err(std::io::Error::other)?];
    answers.read_exact(&mut header).await?;
    Ok(serde_json::from_slice(&header)?)
}

async fn read_body(answers: &mut BufReader<ChildStdout>, length: usize) -> std::io::Result<Bytes> {
    if length > BODY_BYTES_MAX {
        return Err(std::io::Error::other("an answer is too long"));
    }
    let mut body = vec![0; length];
    answers.read_exact(&mut body).await?;
    Ok(body.into())
}

/// What codecs print is of use only to someone who looks for it.
async fn log_lines(stderr: ChildStderr) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        tracing::debug!(target: "iroam::media_worker", "{line}");
    }
}
