//! What listeners made of the tracks: plays, stars, love, places to go on from. A file of its own, which is never thrown away.
//!
//! Everything is asked for, and noted, for one listener: nobody reads or writes another's.

mod copies;
mod db;
mod export;
mod import;
mod marks;
mod recover;
#[cfg(test)]
mod recover_tests;
mod reports;
mod rows;
mod verdict;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction};

use super::beside::FileId;
use super::db::Readers;
use super::recover::is_damage;
use super::{Library, LibraryError, beside};

pub(super) use db::attach;
pub use import::Brought;
pub(super) use import::IMPORTS;

/// The file's name in the data folder.
const FILE: &str = "listeners.db";

pub(super) struct Listeners {
    path: PathBuf,
    /// `None` while it is being recovered, and after that has failed.
    writer: Mutex<Option<Connection>>,
    readers: Readers,
    /// The file that was opened, if somebody else looks after it: nothing is mended here.
    opened: Option<FileId>,
}

impl Listeners {
    /// Opens or makes the file in the folder `data`. A damaged one is kept aside, and what reads of it and its copies put in its place.
    pub(super) fn open(data: &Path) -> Result<Self, LibraryError> {
        let path = data.join(FILE);
        let writer = match db::open_checked(&path) {
            Err(error) if is_damage(&error) => {
                recover::recover(&path)?;
                db::open_checked(&path)?
            }
            other => other?,
        };
        Ok(Self { readers: Readers::new(path.clone(), None), path, writer: Mutex::new(Some(writer)), opened: None })
    }

    /// Opens the file in the folder `data` while a host may run that looks after it.
    pub(super) fn open_beside(data: &Path) -> Result<Self, LibraryError> {
        let path = data.join(FILE);
        let opened = FileId::of(&path)?;
        let writer = db::open_beside(&path)?;
        Ok(Self { readers: Readers::new(path.clone(), None), path, writer: Mutex::new(Some(writer)), opened: Some(opened) })
    }

    pub(super) fn path_in(data: &Path) -> PathBuf {
        data.join(FILE)
    }

    pub(super) fn open_reader(&self) -> rusqlite::Result<Connection> {
        self.readers.open()
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, LibraryError> {
        self.readers.read(read)
    }

    /// Runs `work` as one change: all of it lasts when this returns, or nothing.
    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, LibraryError> {
        let mut writer = self.writer();
        let connection = match &mut *writer {
            Some(connection) => connection,
            empty => empty.insert(db::open_checked(&self.path)?),
        };
        let change = connection.transaction()?;
        let result = work(&change)?;
        change.commit()?;
        // What was laid aside takes writes as well, and nobody ever reads them.
        if self.opened.is_some_and(|opened| FileId::of(&self.path).ok() != Some(opened)) {
            return Err(LibraryError::Refused(beside::DAMAGED));
        }
        Ok(result)
    }

    /// Puts what still reads in the place of a damaged file; nothing happens when it is sound, as when somebody else was first.
    fn recover(&self) -> Result<(), LibraryError> {
        if self.opened.is_some() {
            return Err(LibraryError::Refused(beside::DAMAGED));
        }
        let mut writer = self.writer();
        *writer = None;
        self.readers.forget();
        *writer = Some(match db::open_checked(&self.path) {
            Err(error) if is_damage(&error) => {
                recover::recover(&self.path)?;
                db::open_checked(&self.path)?
            }
            other => other?,
        });
        // Somebody may have opened the old one meanwhile.
        self.readers.forget();
        Ok(())
    }

    fn writer(&self) -> MutexGuard<'_, Option<Connection>> {
        // A change that panicked was rolled back.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Library {
    fn read_listened<T>(&self, read: impl Fn(&Connection) -> rusqlite::Result<T>) -> Result<T, LibraryError> {
        match self.shared.listeners.read(&read) {
            Err(error) if is_damage(&error) => {
                self.heal_listeners()?;
                self.shared.listeners.read(&read)
            }
            other => other,
        }
    }

    fn write_listened<T>(&self, work: impl Fn(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, LibraryError> {
        self.shared.changes.own_listeners();
        match self.shared.listeners.write(&work) {
            Err(error) if is_damage(&error) => {
                self.heal_listeners()?;
                self.shared.listeners.write(&work)
            }
            other => other,
        }
    }

    /// Recovers the listeners' file if it is damaged; readers of the index have the new one attached after this.
    pub(super) fn heal_listeners(&self) -> Result<(), LibraryError> {
        self.shared.listeners.recover()?;
        self.shared.readers.forget();
        Ok(())
    }
}
