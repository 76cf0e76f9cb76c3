//! The children's logs: kept in files, their end shown when a child cannot be kept running.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result};

const KEPT_BYTES_MAX: u64 = 4 * 1024 * 1024;
const SHOWN_BYTES: u64 = 2 * 1024;

/// Opens a log to append to; one that has grown too long starts anew.
pub fn open(path: &Path) -> Result<File> {
    if fs::metadata(path).is_ok_and(|meta| meta.len() > KEPT_BYTES_MAX) {
        fs::rename(path, path.with_extension("log.old")).ok();
    }
    OpenOptions::new().create(true).append(true).open(path).with_context(|| format!("cannot write the log {}", path.display()))
}

/// The last lines of a log.
pub fn tail(path: &Path) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(SHOWN_BYTES)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = read().unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
