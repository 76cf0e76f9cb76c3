//! A worker process for the host's own errands: looking at files for the library, listening to them. Blocking.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::error::MediaError;
use super::job::{ANSWER_BYTES_MAX, Answer, BODY_BYTES_MAX, Head, JOB_BYTES_MAX, Job};
use crate::protocol::frame;

/// How often the one who waits is asked whether to go on.
const TICK: Duration = Duration::from_millis(100);

/// What a worker is.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// The program whose `media-worker` subcommand is the worker: normally this very one.
    pub exe: PathBuf,
    /// Where GStreamer keeps what it knows of its plugins.
    pub registry: PathBuf,
}

/// Has one process, started when it is needed, and another one after a crash.
pub struct Helper {
    config: WorkerConfig,
    stands_back: bool,
    running: Option<Running>,
}

struct Running {
    process: Child,
    jobs: ChildStdin,
    answers: Receiver<(Answer, Vec<u8>)>,
}

/// What to do with a job that is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    Go,
    /// Stand still, without losing anything, until told to go.
    Pause,
    /// Give it up.
    Stop,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("{0}")]
    Media(#[from] MediaError),
    /// The process ended before it answered.
    #[error("the media worker died")]
    Crashed,
    /// As [`Watch::Stop`] said.
    #[error("the job was given up")]
    Stopped,
    #[error("a media worker could not be started: {0}")]
    NotStarted(#[from] std::io::Error),
}

impl Helper {
    pub fn new(config: WorkerConfig) -> Self {
        Self { config, stands_back: false, running: None }
    }

    /// One that takes processor and disk only when nobody else wants them. Its process ends with the thread that first calls it.
    pub fn standing_back(config: WorkerConfig) -> Self {
        Self { stands_back: true, ..Self::new(config) }
    }

    /// Has a job done. `watch` is asked every 100 ms what to do with it, and told how long it has been at work, pauses left out.
    pub fn call(&mut self, job: &Job, watch: &mut dyn FnMut(Duration) -> Watch) -> Result<(Head, Vec<u8>), Failure> {
        // Taken out, so that a process whose answer was not read is never used again.
        let mut running = match self.running.take() {
            Some(running) => running,
            None => Running::start(&self.config, self.stands_back)?,
        };
        let wire = frame::encode_json(job, JOB_BYTES_MAX).map_err(MediaError::internal)?;
        if running.jobs.write_all(&wire).is_err() {
            return Err(Failure::Crashed);
        }
        let answered = running.wait(watch)?;
        self.running = Some(running);
        Ok(answered?)
    }
}

impl Running {
    fn start(config: &WorkerConfig, stands_back: bool) -> Result<Self, Failure> {
        if let Some(dir) = config.registry.parent() {
            std::fs::create_dir_all(dir)?;
        }
        let mut command = Command::new(&config.exe);
        command.arg("media-worker").env("GST_REGISTRY", &config.registry);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if stands_back {
            // SAFETY: `stand_back` makes three system calls on the new process alone; it allocates nothing and takes no lock.
            unsafe { command.pre_exec(stand_back) };
        }
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
        Ok(Self { process, jobs, answers })
    }

    /// The outer error means that the process is of no more use.
    fn wait(&mut self, watch: &mut dyn FnMut(Duration) -> Watch) -> Result<Result<(Head, Vec<u8>), MediaError>, Failure> {
        let (mut worked, mut paused) = (Duration::ZERO, false);
        loop {
            let began = Instant::now();
            match self.answers.recv_timeout(TICK) {
                Ok((Answer::Made { head, .. }, body)) => return Ok(Ok((head, body))),
                Ok((Answer::Failed(error), _)) => return Ok(Err(error)),
                Ok((Answer::Chunk { .. }, _)) | Err(RecvTimeoutError::Disconnected) => return Err(Failure::Crashed),
                Err(RecvTimeoutError::Timeout) => {}
            }
            worked += if paused { Duration::ZERO } else { began.elapsed() };
            let told = watch(worked);
            if told == Watch::Stop {
                return Err(Failure::Stopped);
            }
            if (told == Watch::Pause) != paused {
                paused = !paused;
                self.signal(if paused { libc::SIGSTOP } else { libc::SIGCONT });
            }
        }
    }

    fn signal(&self, signal: libc::c_int) {
        let Ok(id) = libc::pid_t::try_from(self.process.id()) else { return };
        // SAFETY: the id is that of our own child, which has not been waited for; the call touches no memory.
        unsafe { libc::kill(id, signal) };
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        // One that hangs in the kernel, on a share that is gone, must not hold up whoever drops it.
        let id = self.process.id();
        for _ in 0..20 {
            match self.process.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                _ => return,
            }
        }
        tracing::warn!(id, "a media worker does not end");
    }
}

/// Lowest priority, disk only when it is idle (`ioprio_set(2)`), and an end with the host: while it is paused it could not see that itself.
fn stand_back() -> std::io::Result<()> {
    const WHO_PROCESS: libc::c_int = 1;
    const CLASS_IDLE: libc::c_int = 3 << 13;
    // SAFETY: plain system calls about this very process, which touch no memory.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, 19);
        libc::syscall(libc::SYS_ioprio_set, WHO_PROCESS, 0, CLASS_IDLE);
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
    }
    Ok(())
}

fn read_answer(stdout: &mut BufReader<ChildStdout>) -> std::io::Result<(Answer, Vec<u8>)> {
    let mut prefix = [0u8; frame::PREFIX_BYTES];
    stdout.read_exact(&mut prefix)?;
    let mut header = vec![0; frame::decode_length(prefix, ANSWER_BYTES_MAX).map_err(std::io::Error::other)?];
    stdout.read_exact(&mut header)?;
    let answer: Answer = serde_json::from_slice(&header)?;
    let length = match &answer {
        Answer::Chunk { length, .. } | Answer::Made { length, .. } => *length,
        Answer::Failed(_) => 0,
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
