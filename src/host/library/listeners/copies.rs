//! Copies of the file: one a day, the last three kept, in a folder beside it.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::super::{Library, LibraryError};
use super::db::{open_to_read, uri};
use crate::types::UnixMs;

const FOLDER: &str = "listeners-copies";
const KEPT: usize = 3;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Library {
    /// Makes the day's copy of what listeners made, if there is none yet; returns whether it did.
    pub fn copy_listeners(&self, now: UnixMs) -> Result<bool, LibraryError> {
        let path = &self.shared.listeners.path;
        // Numbers of days sort as their names do until the year 4707.
        let target = folder(path).join(format!("day-{:06}.db", now.0.div_euclid(DAY_MS)));
        if target.exists() {
            return Ok(false);
        }
        let copied = open_to_read(path).map_err(LibraryError::from).and_then(|connection| copy(&connection, &target));
        if let Err(error) = copied {
            // A copy reads all of the file: so damage is found within a day.
            if super::is_damage(&error) {
                self.heal_listeners()?;
            }
            return Err(error);
        }
        thin_out(path)?;
        Ok(true)
    }
}

/// A copy that stays until there are three newer ones, taken before the file's tables change.
pub(super) fn before_step(connection: &Connection, path: &Path, version: usize) -> Result<(), LibraryError> {
    let target = folder(path).join(format!("before-{:03}.db", version + 1));
    if target.exists() { Ok(()) } else { copy(connection, &target) }
}

/// The copies there are, the newest first.
pub(super) fn all(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder(path)) else { return Vec::new() };
    let mut copies: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "db")).collect();
    copies.sort_by(|a, b| b.cmp(a));
    copies
}

fn folder(path: &Path) -> PathBuf {
    path.with_file_name(FOLDER)
}

/// Whole or not at all: it gets its name when it is on the disk.
fn copy(connection: &Connection, target: &Path) -> Result<(), LibraryError> {
    fs::create_dir_all(target.parent().expect("a copy lies in a folder"))?;
    let partial = target.with_extension("partial");
    remove(&partial)?;
    connection.execute("VACUUM INTO ?", [uri(&partial)])?;
    fs::File::open(&partial)?.sync_all()?;
    fs::rename(&partial, target)?;
    Ok(())
}

fn thin_out(path: &Path) -> Result<(), LibraryError> {
    let days = all(path).into_iter().filter(|copy| copy.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"day-")));
    for copy in days.skip(KEPT) {
        remove(&copy)?;
    }
    Ok(())
}

pub(super) fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
