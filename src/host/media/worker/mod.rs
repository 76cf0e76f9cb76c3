//! The child process that touches codecs: jobs in on stdin, segments out on stdout.

mod open;
mod shelf;
mod tasks;

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::sync::mpsc;

use anyhow::Context;

use super::audio;
use super::error::MediaError;
use super::job::{ANSWER_BYTES_MAX, Answer, JOB_BYTES_MAX, Job};
use crate::protocol::frame;
use tasks::Bench;

/// Serves jobs until stdin ends, which is when the parent lets go of this worker, or dies.
///
/// # Errors
/// When GStreamer does not start, or stdout is closed.
pub fn run() -> anyhow::Result<()> {
    let mut answers = take_stdout().context("cannot take over stdout")?;
    let (sender, jobs) = mpsc::channel();
    std::thread::spawn(move || {
        while let Some(job) = read_job(&mut std::io::stdin().lock()) {
            if sender.send(job).is_err() {
                break;
            }
        }
        // Even from the midst of a decode that hangs: nobody waits for its result any more.
        std::process::exit(0);
    });
    audio::prepare()?;
    let mut bench = Bench::default();
    while let Ok(job) = jobs.recv() {
        let mut out =
            |chunk: Vec<u8>, of: u32| write(&mut answers, &Answer::Chunk { length: chunk.len(), of }, &chunk).map_err(MediaError::internal);
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| bench.work(&job, &mut out)));
        let (answer, body) = match made {
            Ok(Ok((body, head))) => (Answer::Made { length: body.len(), head }, body),
            Ok(Err(error)) => (Answer::Failed(error), Vec::new()),
            Err(_) => {
                bench = Bench::default();
                (Answer::Failed(MediaError::internal("the worker met a case it does not know")), Vec::new())
            }
        };
        write(&mut answers, &answer, &body)?;
    }
    Ok(())
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

/// `None` at the end, and for anything that is not a job.
fn read_job(input: &mut impl Read) -> Option<Job> {
    let mut prefix = [0u8; frame::PREFIX_BYTES];
    input.read_exact(&mut prefix).ok()?;
    let mut payload = vec![0; frame::decode_length(prefix, JOB_BYTES_MAX).ok()?];
    input.read_exact(&mut payload).ok()?;
    serde_json::from_slice(&payload).ok()
}
