//! The shell that owns a server for the test process: see `supervisor.sh`. All that this side does is to hold a pipe to it.

use std::io::{BufRead, BufReader, Read};
use std::io::{PipeWriter, Write, pipe};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::install::Install;

pub struct Supervisor {
    child: Child,
    /// Closed by the kernel when this process ends in whatever way, which is what the shell waits for.
    commands: Option<PipeWriter>,
    answers: BufReader<ChildStdout>,
    /// Holds `data/`, `log` and the unix socket; removed by the shell.
    pub folder: PathBuf,
}

impl Supervisor {
    /// Makes the data folder by `make`, a command without its `-D FOLDER`.
    pub fn new(install: &Install, make: &[&str]) -> Self {
        let (reader, writer) = pipe().expect("a pipe can be made");
        let mut command = install.command_as_server("sh");
        command.args(["-c", include_str!("supervisor.sh"), "postgres-supervisor"]).arg(&install.programs).args(make);
        // a group of its own: Ctrl-C ends the tests, and the shell then clears up after them
        command.process_group(0).stdin(reader).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("sh can be started");
        let mut answers = BufReader::new(child.stdout.take().expect("just piped"));
        let folder = PathBuf::from(answer(&mut answers));
        if !folder.is_absolute() {
            let mut log = String::new();
            answers.read_to_string(&mut log).ok();
            child.wait().ok();
            panic!("no data folder was made by {make:?}:\n{log}");
        }
        Self { child, commands: Some(writer), answers, folder }
    }

    /// Starts the server; its process id.
    pub fn start(&mut self) -> i32 {
        self.ask("start").parse().expect("a process id")
    }

    /// Returns when the process of the last start has ended.
    pub fn wait(&mut self) {
        self.ask("wait");
    }

    fn ask(&mut self, command: &str) -> String {
        let commands = self.commands.as_mut().expect("open until dropped");
        writeln!(commands, "{command}").expect("the supervisor lives as long as this process");
        answer(&mut self.answers)
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.commands = None;
        self.child.wait().ok();
    }
}

fn answer(answers: &mut impl BufRead) -> String {
    let mut line = String::new();
    answers.read_line(&mut line).expect("the supervisor's answers are text");
    line.trim_end().to_owned()
}

/// The last lines of the server's log, for a failure's message.
pub fn last_lines(folder: &Path) -> String {
    let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// What `command` wrote, or what it complained of.
pub fn output_of(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|e| format!("{:?}: {e}", command.get_program()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}
