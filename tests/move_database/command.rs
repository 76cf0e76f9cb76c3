//! The program, started as an operator would.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

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

    pub fn id(&self) -> i32 {
        i32::try_from(self.0.id()).expect("a process id")
    }

    pub fn kill(&mut self) {
        self.0.kill().expect("our own child");
    }

    /// Whether it ended by itself, and well.
    pub fn succeeded(&mut self) -> bool {
        self.0.wait().expect("our own child").success()
    }

    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().expect("our own child").is_some()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
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
