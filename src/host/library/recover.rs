//! A damaged index: it is kept aside, and the next scan fills a new one, in which the tracks have the ids they had.
//!
//! Not every page is read at a start: that would take seconds for a large library. What the start does not see is met by whoever reads it,
//! and the next scan begins with the recovery.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags, Row, Rows, params};

use super::row::path_bytes;
use super::{Library, LibraryError, copy_before, db};
use crate::types::{Clock, SystemClock};

/// Parts of a table that do not read, after which the rest is given up.
const FAILURES_MAX: u32 = 50_000;
/// Above any row's number.
const N_MAX: i64 = 1 << 40;
/// Damaged files that are kept; each is as large as an index.
const ASIDE_MAX: usize = 3;

/// Opens the index, makes it or brings it up to date; one that is seen to be damaged gives way to a new one.
pub(super) fn open(index: &Path) -> Result<Connection, LibraryError> {
    finish(index)?;
    match db::open_for_writing(index).and_then(looked_at) {
        Err(error) if is_damage(&error) => {
            replace(index)?;
            db::open_for_writing(index)
        }
        // One that a kill has left: all went well before it.
        Ok(opened) => copy_before::drop_all(index, db::VERSION).map(|()| opened).map_err(LibraryError::from),
        Err(error) => Err(error),
    }
}

/// Opens an index that somebody else looks after: nothing is made, mended or brought up to date.
pub(super) fn open_beside(index: &Path) -> Result<Connection, LibraryError> {
    // Between two names there is no index, and what is made now would be in the way.
    if beside(index, ".recovered").exists() {
        return Err(LibraryError::Refused(super::beside::DAMAGED));
    }
    db::open_beside(index).and_then(looked_at)
}

impl Library {
    /// Makes a new index if somebody has met damage, and this one is damaged indeed.
    pub(super) fn renew_if_damaged(&self) -> Result<(), LibraryError> {
        if self.shared.readers.met_damage() { self.renew() } else { Ok(()) }
    }

    /// As [`Self::renew_if_damaged`], told by an error. What is open reads the new one after this.
    pub(super) fn renew(&self) -> Result<(), LibraryError> {
        let index = self.index();
        // Readers have another file at hand as well, which may be the damaged one.
        if !is_sound(&index) {
            replace(&index)?;
            self.shared.key.keep(&db::open_for_writing(&index)?)?;
        }
        self.shared.readers.forget();
        self.shared.catalogue.forget();
        Ok(())
    }
}

/// Reads all of it.
fn is_sound(index: &Path) -> bool {
    let told = db::open_for_writing(index)
        .and_then(looked_at)
        .and_then(|index| Ok(index.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0))?));
    match told {
        Ok(told) => told == "ok",
        Err(error) => !is_damage(&error),
    }
}

/// Whether the file's bytes are to blame.
pub(super) fn is_damage(error: &LibraryError) -> bool {
    matches!(error, LibraryError::Index(error) if is_damaged(error))
}

pub(super) fn is_damaged(error: &rusqlite::Error) -> bool {
    // What SQLite says of a header whose format number was changed has no code of its own.
    let is_other_format = matches!(error, rusqlite::Error::SqliteFailure(_, Some(text)) if text == "unsupported file format");
    is_other_format || matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// A page or two of each table.
fn looked_at(index: Connection) -> Result<Connection, LibraryError> {
    for table in
        ["folder", "track", "artist", "album", "credit", "genre", "track_genre", "picture", "analysis", "meta", "former", "refused"]
    {
        let sql = format!("SELECT * FROM {table} ORDER BY 1 DESC LIMIT 1");
        let mut statement = match index.prepare(&sql) {
            Err(rusqlite::Error::SqliteFailure(_, Some(text))) if text.starts_with("no such table") => {
                return Err(damage(text).into());
            }
            other => other?,
        };
        statement.query([])?.next()?;
    }
    Ok(index)
}

fn damage(told: String) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), Some(told))
}

/// Puts a new index in the place of a damaged one. It is complete before that, so that a kill at any moment loses nothing.
pub(super) fn replace(index: &Path) -> Result<(), LibraryError> {
    tracing::error!("the library's index (library.db) is damaged: it is kept aside, and the next scan makes a new one from your files");
    let building = beside(index, ".building");
    remove(&building)?;
    let fresh = db::open_for_writing(&building)?;
    let saved = save_ids(index, &fresh)?;
    // Into the file itself: its log would stay behind.
    fresh.pragma_update(None, "journal_mode", "DELETE")?;
    fresh.close().map_err(|(_, error)| error)?;
    File::open(&building)?.sync_all()?;
    fs::rename(&building, beside(index, ".recovered"))?;
    finish(index)?;
    tracing::warn!(
        saved,
        "the new index is in place: tracks keep their ids, and plays, stars and playlists with them. The damaged file is kept beside it, as library.db.damaged-…"
    );
    Ok(())
}

/// Puts a new index in its place, if one waits for that.
fn finish(index: &Path) -> io::Result<()> {
    let recovered = beside(index, ".recovered");
    if !recovered.exists() {
        return Ok(());
    }
    let aside = beside(index, &format!(".damaged-{}", SystemClock.now().0));
    // The log first: beside the new file it would be taken for that one's.
    for part in ["-wal", "-shm", ""] {
        match fs::rename(beside(index, part), beside(&aside, part)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(&recovered, index)?;
    let folder = index.parent().unwrap_or_else(|| Path::new("."));
    forget_oldest(folder)?;
    File::open(folder)?.sync_all()
}

/// A disk that damages files again and again is not to be filled with them.
fn forget_oldest(folder: &Path) -> io::Result<()> {
    let is_aside = |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"library.db.damaged-"));
    let is_log = |path: &PathBuf| [&b"-wal"[..], b"-shm"].iter().any(|end| path_bytes(path).ends_with(end));
    let listed: io::Result<Vec<PathBuf>> = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut aside: Vec<PathBuf> = listed?.into_iter().filter(|path| is_aside(path) && !is_log(path)).collect();
    aside.sort();
    aside.iter().rev().skip(ASIDE_MAX).try_for_each(|path| remove(path))
}

fn remove(file: &Path) -> io::Result<()> {
    for part in ["", "-wal", "-shm", "-journal"] {
        match fs::remove_file(beside(file, part)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name: OsString = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Ids, and when tracks were added, as far as they read: to the table `former`, from which files take them. Returns how many.
fn save_ids(damaged: &Path, fresh: &Connection) -> Result<u64, LibraryError> {
    let Ok(damaged) = Connection::open_with_flags(damaged, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX) else {
        return Ok(0);
    };
    let change = fresh.unchecked_transaction()?;
    let mut folders = HashMap::new();
    read_all(&damaged, "SELECT n, path FROM folder", |row| {
        folders.insert(row.get::<_, i64>("n")?, row.get::<_, Vec<u8>>("path")?);
        Ok(())
    });
    let mut keep = change.prepare("INSERT OR IGNORE INTO former (id, fingerprint, path, added_at_ms) VALUES (?, ?, ?, ?)")?;
    let mut saved = 0;
    read_all(&damaged, "SELECT n, id, fingerprint, folder, name, added_at_ms FROM track", |row| {
        let (id, fingerprint): ([u8; 16], Option<[u8; 16]>) = (row.get("id")?, row.get("fingerprint")?);
        let name: Vec<u8> = row.get("name")?;
        let path = folders.get(&row.get("folder")?).map(|folder| [folder, b"/".as_slice(), &name].concat());
        saved += keep.execute(params![id, fingerprint, path, row.get::<_, i64>("added_at_ms")?])?;
        Ok(())
    });
    // One of a version before, whose ids were not made of the sound.
    read_all(&damaged, "SELECT rowid AS n, id, path, added_at_ms FROM track", |row| {
        let (id, path): ([u8; 16], Vec<u8>) = (row.get("id")?, row.get("path")?);
        saved += keep.execute(params![id, None::<[u8; 16]>, path, row.get::<_, i64>("added_at_ms")?])?;
        Ok(())
    });
    let before = "SELECT id, fingerprint, path, added_at_ms FROM former";
    if let Ok(mut before) = damaged.prepare(before)
        && let Ok(mut rows) = before.query([])
    {
        while let Ok(Some(row)) = rows.next() {
            let (id, fingerprint): (Vec<u8>, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
            saved += keep.execute(params![id, fingerprint, row.get::<_, Option<Vec<u8>>>(2)?, row.get::<_, i64>(3)?]).unwrap_or(0);
        }
    }
    drop(keep);
    save_meta(&damaged, &change);
    change.commit()?;
    Ok(saved as u64)
}

/// The key of which ids are made, among others.
fn save_meta(damaged: &Connection, fresh: &Connection) {
    let Ok(mut read) = damaged.prepare("SELECT name, value FROM meta") else { return };
    let Ok(mut rows) = read.query([]) else { return };
    while let Ok(Some(row)) = rows.next() {
        let (Ok(name), Ok(value)) = (row.get::<_, String>(0), row.get::<_, Vec<u8>>(1)) else { continue };
        // One that does not fit is made anew.
        let _ = fresh.execute("INSERT OR IGNORE INTO meta (name, value) VALUES (?, ?)", params![name, value]);
    }
}

/// Every row of a table that reads: a part that does not is halved until single rows are left out.
fn read_all(damaged: &Connection, sql: &str, mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>) {
    let sql = format!("SELECT * FROM ({sql}) WHERE n BETWEEN ? AND ? ORDER BY n");
    let Ok(mut read) = damaged.prepare(&sql) else { return };
    let (mut parts, mut failures) = (vec![(0, N_MAX)], 0);
    while let Some((from, to)) = parts.pop() {
        let mut next = from;
        let whole = read.query([from, to]).and_then(|rows| read_part(rows, &mut next, &mut take));
        failures += u32::from(whole.is_err());
        if failures > FAILURES_MAX {
            return;
        }
        if whole.is_err() && next < to {
            let middle = next + (to - next) / 2;
            parts.extend([(middle + 1, to), (next, middle)]);
        }
    }
}

/// `next` is the number after the last row that was read.
fn read_part(mut rows: Rows<'_>, next: &mut i64, take: &mut impl FnMut(&Row<'_>) -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    while let Some(row) = rows.next()? {
        *next = row.get::<_, i64>("n")?.saturating_add(1);
        // A row that was changed by the damage may be none any more.
        let _ = take(row);
    }
    Ok(())
}
