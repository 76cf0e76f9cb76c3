//! One worker process and the pipe to it.

use std::path::Path;
use std::process::Stdio;

use bytes::Bytes;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use crate::host::media::error::MediaError;
use crate::host::media::job::{ANSWER_BYTES_MAX, Answer, BODY_BYTES_MAX, Head, JOB_BYTES_MAX, Job};
use crate::protocol::frame;

/// A body and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub head: Head,
    pub body: Bytes,
}

/// Killed when dropped.
pub struct Worker {
    process: Child,
    jobs: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    /// `scan`: look for new plugins and write the registry; otherwise take it as it is.
    pub fn spawn(exe: &Path, registry: &Path, scan: bool) -> std::io::Result<Self> {
        let mut command = Command::new(exe);
        command.arg("media-worker").env("GST_REGISTRY", registry);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        if !scan {
            command.env("GST_REGISTRY_UPDATE", "no");
        }
        let mut process = command.spawn()?;
        let missing = || std::io::Error::other("a worker has no pipes");
        let jobs = process.stdin.take().ok_or_else(missing)?;
        let answers = BufReader::new(process.stdout.take().ok_or_else(missing)?);
        tokio::spawn(log_lines(process.stderr.take().ok_or_else(missing)?));
        Ok(Self { process, jobs, answers })
    }

    /// Sends a job and reads its answer, chunks end to end. The outer error means that the worker is of no more use.
    pub async fn call(&mut self, job: &Job) -> std::io::Result<Result<Made, MediaError>> {
        let wire = frame::encode_json(job, JOB_BYTES_MAX).map_err(std::io::Error::other)?;
        self.jobs.write_all(&wire).await?;
        let mut body = Vec::new();
        loop {
            match self.answer().await? {
                Answer::Failed(error) => return Ok(Err(error)),
                Answer::Chunk { length, .. } => self.append(&mut body, length).await?,
                Answer::Made { length, head } => {
                    self.append(&mut body, length).await?;
                    return Ok(Ok(Made { head, body: body.into() }));
                }
            }
        }
    }

    async fn answer(&mut self) -> std::io::Result<Answer> {
        let mut prefix = [0u8; frame::PREFIX_BYTES];
        self.answers.read_exact(&mut prefix).await?;
        let mut header = vec![0; frame::decode_length(prefix, ANSWER_BYTES_MAX).map_err(std::io::Error::other)?];
        self.answers.read_exact(&mut header).await?;
        Ok(serde_json::from_slice(&header)?)
    }

    async fn append(&mut self, body: &mut Vec<u8>, length: usize) -> std::io::Result<()> {
        let before = body.len();
        if length > BODY_BYTES_MAX - before.min(BODY_BYTES_MAX) {
            return Err(std::io::Error::other("an answer is too long"));
        }
        body.resize(before + length, 0);
        self.answers.read_exact(&mut body[before..]).await?;
        Ok(())
    }

    /// Kills the process and waits for its end.
    pub async fn end(mut self) {
        let _ = self.process.kill().await;
    }
}

/// What codecs print is of use only to someone who looks for it.
async fn log_lines(stderr: ChildStderr) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        tracing::debug!(target: "iroam::media_worker", "{line}");
    }
}
