//! Out of a damaged file: all rows that still read, and from its copies what it lacks.
//!
//! The new file is complete before it takes the old one's place, which stays beside it: a kill at any moment loses nothing.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::super::LibraryError;
use super::{copies, db};
use crate::types::{Clock, SystemClock};

/// Reads of parts that failed, after which the rest of a table is given up: some seconds of work.
const FAILURES_MAX: u32 = 200_000;
/// Above any row's number.
const N_MAX: i64 = 1 << 40;

/// A table, read by ranges of its rows' numbers.
struct Table {
    name: &'static str,
    read: &'static str,
    write: &'static str,
}

/// Of two rows for one thing the newer holds; what comes first holds where neither is.
const TABLES: [Table; 3] = [
    Table {
        name: "listened",
        read: "SELECT n, listener, track, plays, skips, imported_plays, imported_skips, last_played_ms, last_skipped_ms, rating, loved, resume_ms,
               added_ms, updated_ms FROM listened WHERE n BETWEEN ? AND ? ORDER BY n",
        write: "INSERT INTO listened (listener, track, plays, skips, imported_plays, imported_skips, last_played_ms, last_skipped_ms, rating,
                loved, resume_ms, added_ms, updated_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (listener, track) DO UPDATE SET plays = excluded.plays, skips = excluded.skips,
                imported_plays = excluded.imported_plays, imported_skips = excluded.imported_skips, last_played_ms = excluded.last_played_ms,
                last_skipped_ms = excluded.last_skipped_ms, rating = excluded.rating, loved = excluded.loved, resume_ms = excluded.resume_ms,
                added_ms = excluded.added_ms, updated_ms = excluded.updated_ms WHERE excluded.updated_ms > listened.updated_ms",
    },
    Table {
        name: "history",
        read: "SELECT n, listener, event, track, at_ms, heard_ms, outcome FROM history WHERE n BETWEEN ? AND ? ORDER BY n",
        write: "INSERT INTO history (listener, event, track, at_ms, heard_ms, outcome) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    },
    Table {
        name: "meta",
        read: "SELECT rowid, name, value FROM meta WHERE rowid BETWEEN ? AND ? ORDER BY rowid",
        write: "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
    },
];

/// Makes a sound file of what the one at `path` and its copies hold, and puts it there; the damaged one is kept aside.
pub(super) fn recover(path: &Path) -> Result<(), LibraryError> {
    tracing::error!("what listeners made (listeners.db) is damaged: putting together what still reads and what the daily copies hold");
    let building = beside(path, ".building");
    copies::remove(&building)?;
    let mut fresh = Connection::open(&building)?;
    db::migrate(&mut fresh, path)?;
    let mut rows = Vec::new();
    for source in std::iter::once(path.to_owned()).chain(copies::all(path)) {
        rows.push(take_all(&source, &mut fresh)?);
    }
    let kept: i64 = fresh.query_row("SELECT count(*) FROM listened", [], |row| row.get(0))?;
    fresh.close().map_err(|(_, error)| error)?;
    File::open(&building)?.sync_all()?;
    fs::rename(&building, beside(path, ".recovered"))?;
    finish(path)?;
    let (from_file, from_copies) = (rows.first().copied().unwrap_or(0), rows.len() - 1);
    tracing::warn!(
        kept,
        from_file,
        from_copies,
        "listeners' data recovered: plays, stars and places to go on from are there again. The damaged file is kept beside it, as listeners.db.damaged-…"
    );
    Ok(())
}

/// Whether a recovered file is to be put in its place.
pub(super) fn is_waiting(path: &Path) -> bool {
    beside(path, ".recovered").exists()
}

/// Puts a recovered file in its place, if one waits for that.
pub(super) fn finish(path: &Path) -> Result<(), LibraryError> {
    let recovered = beside(path, ".recovered");
    if !recovered.exists() {
        return Ok(());
    }
    let aside = beside(path, &format!(".damaged-{}", SystemClock.now().0));
    // The log first: beside the new file it would be taken for that one's.
    for part in ["-wal", "-shm", ""] {
        match fs::rename(beside(path, part), beside(&aside, part)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    fs::rename(&recovered, path)?;
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    Ok(File::open(folder)?.sync_all()?)
}

/// Copies every row that reads, and returns of how many listeners' tracks.
fn take_all(source: &Path, fresh: &mut Connection) -> Result<u64, LibraryError> {
    let Ok(source) = db::open_to_read(source) else { return Ok(0) };
    let mut counts = [0; TABLES.len()];
    for (table, count) in TABLES.iter().zip(&mut counts) {
        let change = fresh.transaction()?;
        *count = take_table(&source, table, &change)?;
        change.commit()?;
    }
    Ok(counts[0])
}

/// Halves a part that does not read until single rows are left out.
fn take_table(source: &Connection, table: &Table, fresh: &Connection) -> rusqlite::Result<u64> {
    let mut write = fresh.prepare(table.write)?;
    // Damage of the file's first pages: nothing of it can be found.
    let Ok(mut read) = source.prepare(table.read) else { return Ok(0) };
    let (mut taken, mut failures) = (0, 0);
    let mut parts = vec![(0, N_MAX)];
    while let Some((from, to)) = parts.pop() {
        let mut next = from;
        let is_whole = take_part(&mut read, from, to, |n, values| {
            next = n + 1;
            // A row that was changed by the damage may be none any more.
            taken += u64::from(write.execute(params_from_iter(values)).is_ok());
        });
        if is_whole {
            continue;
        }
        failures += 1;
        if failures > FAILURES_MAX {
            break;
        }
        if next < to {
            let middle = next + (to - next) / 2;
            parts.extend([(middle + 1, to), (next, middle)]);
        }
    }
    if failures > 0 {
        tracing::warn!(table = table.name, taken, "parts of a table could not be read");
    }
    Ok(taken)
}

/// Hands on each row's number and its other values; false when the rest does not read.
fn take_part(read: &mut rusqlite::Statement<'_>, from: i64, to: i64, mut take: impl FnMut(i64, Vec<Value>)) -> bool {
    let columns = read.column_count();
    let mut least = from;
    let Ok(mut rows) = read.query([from, to]) else { return false };
    loop {
        match rows.next() {
            Ok(None) => return true,
            Err(_) => return false,
            Ok(Some(row)) => {
                let values: rusqlite::Result<Vec<Value>> = (1..columns).map(|column| row.get(column)).collect();
                // Damage may have made other than UTF-8 of a text, or a number out of order.
                if let (Ok(n), Ok(values)) = (row.get(0), values) {
                    if !(least..=to).contains(&n) {
                        return false;
                    }
                    least = n + 1;
                    take(n, values);
                }
            }
        }
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
