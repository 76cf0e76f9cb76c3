//! The program, started as an operator would.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How a file is named on the command line.
pub fn url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// A move that was started. Killed, if it still runs, when dropped.
pub struct Running(Child);

impl Running {
    pub fn start(from: &str, to: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_iroam"));
        command.args(["admin", "move-database", "--from", from, "--to", to]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().expect("the program starts"))
    }

    pub fn signal(&self, signal: i32) {
        let id = i32::try_from(self.0.id()).expect("a process id");
        // SAFETY: kill takes no memory; the child is ours and was not waited for
        assert_eq!(unsafe { libc::kill(id, signal) }, 0, "the move has ended already");
    }

    /// Lets the move stand still as soon as something is so.
    pub fn stop_where(&self, is_so: impl Fn() -> bool) {
        wait_until(is_so);
        self.signal(libc::SIGSTOP);
    }

    pub fn go_on(&self) {
        self.signal(libc::SIGCONT);
    }

    pub fn kill(&mut self) {
        self.0.kill().expect("our own child");
    }

    /// Whether it ended by itself, and well.
    pub fn succeeded(&mut self) -> bool {
        self.0.wait().expect("our own child").success()
    }

    /// What it wrote on standard error until it ended, and its exit code.
    pub fn end(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.0.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
        (self.0.wait().expect("our own child").code(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Waits for what only a broken program does not bring about.
pub fn wait_until(is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(60), "waited in vain");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn run(from: &str, to: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iroam"));
    command.args(["admin", "move-database", "--from", from, "--to", to]);
    command.stdin(Stdio::null()).output().expect("the program runs")
}

/// Moves, and returns what was printed at the end.
pub fn moves(from: &str, to: &str) -> String {
    let output = run(from, to);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "moving {from} to {to}: {said}");
    String::from_utf8(output.stdout).expect("text")
}

/// The one line that the program ends with when it does not move.
pub fn refusal(from: &str, to: &str) -> String {
    let output = run(from, to);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "moving {from} to {to}: {said}");
    assert!(output.stdout.is_empty());
    let last = said.lines().last().expect("a line").to_owned();
    assert!(last.starts_with("iroam: "), "{said}");
    last
}
