//! A process that writes until it is killed, and its parent's hold on it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use iroam::store::Store;

use super::journal::Journal;
use super::life::{Life, Trouble};
use super::load::CALLERS;
use super::story::STORY;

const DATABASE: &str = "IROAM_TEST_DATABASE";
const FIRST: &str = "IROAM_TEST_FIRST_LIFE";
/// Only a hung writer says nothing for so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Run by other tests in a process of its own. A line on its standard output follows each acknowledgement.
#[test]
#[ignore = "writes until it is killed"]
fn writes_until_killed() {
    let (Ok(database), Ok(first)) = (std::env::var(DATABASE), std::env::var(FIRST)) else { return };
    std::thread::spawn(end_with_parent);
    let next = Arc::new(AtomicU64::new(first.parse().expect("a number")));
    // ends the line in which the test's name stands
    say("");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let store = super::open(&database).await;
        let callers = (0..CALLERS).map(|_| tokio::spawn(write(store.clone(), next.clone())));
        for caller in callers.collect::<Vec<_>>() {
            caller.await.expect("a caller does not panic");
        }
    });
}

/// The parent holds the other end of standard input, which closes however the parent ends.
fn end_with_parent() {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    std::process::exit(0);
}

async fn write(store: Store, next: Arc<AtomicU64>) {
    loop {
        let life = Life(next.fetch_add(1, Relaxed));
        say(&format!("begin {}", life.0));
        for (index, chapter) in STORY.iter().enumerate() {
            while let Err(trouble) = life.take(&store, index).await {
                match trouble {
                    Trouble::Store(error) if error.is_temporary() => tokio::time::sleep(Duration::from_millis(1)).await,
                    other => return say(&format!("failed {life:?} {:?}: {other:?}", chapter.step)),
                }
            }
            say(&format!("done {} {}", life.0, index + 1));
        }
    }
}

fn say(line: &str) {
    // one write, so that a kill cannot tear it
    if std::io::stdout().lock().write_all(format!("{line}\n").as_bytes()).is_err() {
        std::process::exit(1);
    }
}

pub struct Writer {
    child: Child,
    lines: Receiver<String>,
    _stdin: ChildStdin,
}

impl Writer {
    /// Starts a process that writes lives from `first` on.
    pub fn start(database: &str, first: Life) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this test has a path"));
        command.args(["--ignored", "--exact", "--nocapture", "writer::writes_until_killed"]);
        command.env(DATABASE, database).env(FIRST, first.0.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("this test can start itself");
        let (stdin, stdout) = (child.stdin.take().expect("just piped"), child.stdout.take().expect("just piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines, _stdin: stdin }
    }

    /// Writes down what the process says until it has had `count` acknowledgements.
    pub fn note(&mut self, journal: &mut Journal, mut count: u64) {
        while count > 0 {
            let line = self.lines.recv_timeout(PATIENCE).expect("the writer goes on");
            count -= u64::from(note(journal, &line));
        }
    }

    /// Kills the process, and writes down what it had said last. How many acknowledgements those were.
    pub fn kill(mut self, journal: &mut Journal) -> u64 {
        self.child.kill().and_then(|()| self.child.wait()).expect("our own child can be killed");
        self.lines.iter().map(|line| u64::from(note(journal, &line))).sum()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Writes down one line; true for an acknowledgement.
fn note(journal: &mut Journal, line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    let number = |index: usize| words[index].parse().expect("a number");
    match words[0] {
        "begin" => journal.begin(Life(number(1))),
        "done" => journal.acknowledge(Life(number(1)), usize::try_from(number(2)).expect("a short story")),
        "failed" => panic!("the writer {line}"),
        _ => {}
    }
    words[0] == "done"
}
