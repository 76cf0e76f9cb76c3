//! Passwords come from a terminal or standard input, never from a flag: `ps` shows flags.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Result, bail};

use crate::types::Secret;

/// Asks on a terminal (twice, unseen), or reads one line of standard input.
pub fn read_password() -> Result<Secret<String>> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return read_line(&mut stdin.lock());
    }
    let first = ask("Password: ")?;
    let second = ask("Once more: ")?;
    if first != second {
        bail!("the two passwords differ: try again");
    }
    Ok(first)
}

fn ask(prompt: &str) -> Result<Secret<String>> {
    let mut stderr = std::io::stderr();
    write!(stderr, "{prompt}")?;
    stderr.flush()?;
    let _quiet = EchoOff::new();
    let line = read_line(&mut std::io::stdin().lock());
    writeln!(stderr)?;
    line
}

fn read_line(input: &mut impl BufRead) -> Result<Secret<String>> {
    let mut line = String::new();
    if input.read_line(&mut line)? == 0 {
        bail!("no password on standard input");
    }
    Ok(Secret::new(line.trim_end_matches(['\n', '\r']).to_owned()))
}

/// Terminal echo is off for as long as this lives.
struct EchoOff(Option<libc::termios>);

impl EchoOff {
    fn new() -> Self {
        // SAFETY: termios is plain data, and both calls only read and write the struct they are given.
        unsafe {
            let mut before: libc::termios = std::mem::zeroed();
            if libc::tcgetattr(libc::STDIN_FILENO, &raw mut before) != 0 {
                return Self(None);
            }
            let mut quiet = before;
            quiet.c_lflag &= !libc::ECHO;
            libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, &raw const quiet);
            Self(Some(before))
        }
    }
}

impl Drop for EchoOff {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // SAFETY: restores the settings read by `new` from the same descriptor.
            unsafe { libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, before) };
        }
    }
}
