//! The child process that touches codecs: jobs in on stdin, segments out on stdout.

mod file;
mod limits;
mod open;
mod shelf;
mod tasks;

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

use anyhow::Context;

use super::audio;
use super::error::MediaError;
use super::job::{ANSWER_BYTES_MAX, Answer, Job, Lane, ORDER_BYTES_MAX, Order};
use crate::protocol::frame;
use tasks::Bench;

pub use open::open as open_segments;

/// Serves jobs until stdin ends, which is when the parent lets go of this worker, or dies.
///
/// # Errors
/// When GStreamer does not start, or stdout is closed.
pub fn run() -> anyhow::Result<()> {
    limits::begin();
    let mut answers = take_stdout().context("cannot take over stdout")?;
    let stopped = Arc::new(AtomicU64::new(0));
    let jobs = read_orders(stopped.clone());
    audio::prepare()?;
    limits::seal();
    write(&mut answers, &Answer::Ready, &[])?;
    let mut bench = Bench::default();
    let mut entered = None;
    while let Ok(Ordered { number, lane, mtime_ms, job }) = jobs.recv() {
        if entered.is_none() {
            limits::enter(lane);
            entered = Some(lane);
        }
        limits::job(lane);
        let mut out = |chunk: Vec<u8>, of: u32| {
            if stopped.load(Ordering::Relaxed) == number {
                return Err(MediaError::internal("nobody wants it any more"));
            }
            write(&mut answers, &Answer::Chunk { length: chunk.len(), of }, &chunk).map_err(MediaError::internal)
        };
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| bench.work(&job, mtime_ms, &mut out)));
        let (answer, body) = match made {
            Ok(Ok((body, head))) => (Answer::Made { length: body.len(), head }, body),
            Ok(Err(error)) => (Answer::Failed(error), Vec::new()),
            Err(_) => {
                bench = Bench::default();
                (Answer::Failed(MediaError::internal("the worker met a case it does not know")), Vec::new())
            }
        };
        if write(&mut answers, &answer, &body).is_err() {
            // Longer than the parent takes, of which nothing was written; or the parent is gone, and this fails too.
            write(&mut answers, &Answer::Failed(MediaError::unplayable("The host cannot hold all that this file says of itself.")), &[])?;
        }
    }
    Ok(())
}

/// A job with what the parent says beside it.
struct Ordered {
    number: u64,
    lane: Lane,
    mtime_ms: Option<i64>,
    job: Job,
}

/// Reads stdin on a thread of its own, so that a stop is heard in the midst of a job. `stopped` holds the number of the last job that is.
fn read_orders(stopped: Arc<AtomicU64>) -> mpsc::Receiver<Ordered> {
    let (sender, jobs) = mpsc::channel();
    std::thread::spawn(move || {
        while let Some(order) = read_order(&mut std::io::stdin().lock()) {
            let sent = match order {
                Order::Do { number, lane, mtime_ms, job } => sender.send(Ordered { number, lane, mtime_ms, job }),
                Order::Stop { number } => {
                    stopped.store(number, Ordering::Relaxed);
                    Ok(())
                }
            };
            if sent.is_err() {
                break;
            }
        }
        // Even from the midst of a decode that hangs: nobody waits for its result any more.
        std::process::exit(0);
    });
    jobs
}

fn write(answers: &mut File, answer: &Answer, body: &[u8]) -> anyhow::Result<()> {
    answers.write_all(&frame::encode_json(answer, ANSWER_BYTES_MAX).context("an answer is too long")?)?;
    answers.write_all(body)?;
    answers.flush()?;
    Ok(())
}

/// The answers' own handle. What libraries print to stdout goes to stderr from here on, and cannot break an answer.
fn take_stdout() -> std::io::Result<File> {
    let answers = File::from(std::io::stdout().as_fd().try_clone_to_owned()?);
    // SAFETY: both are the standard descriptors of this process, open since it began; dup2 touches no memory.
    if unsafe { libc::dup2(libc::STDERR_FILENO, libc::STDOUT_FILENO) } < 0 {
        return Err(std::io::Error::last_os_error());
    }
    Ok(answers)
}

/// `None` at the end, and for anything that is not an order.
fn read_order(input: &mut impl Read) -> Option<Order> {
    let mut prefix = [0u8; frame::PREFIX_BYTES];
    input.read_exact(&mut prefix).ok()?;
    let mut payload = vec![0; frame::decode_length(prefix, ORDER_BYTES_MAX).ok()?];
    input.read_exact(&mut payload).ok()?;
    serde_json::from_slice(&payload).ok()
}
