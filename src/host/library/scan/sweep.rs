//! Pictures that nobody uses any more: those of tags that were changed, of tracks that were forgotten, and what a kill has left.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::super::{Changes, LibraryError, art};
use crate::types::{ArtId, UnixMs};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Under this name `meta` has the time of the last sweep, Unix ms in 8 bytes, the highest first.
const SWEPT: &str = "art_swept_at";
/// Files that one sweep throws away; the next one goes on.
const REMOVED_MAX: usize = 20_000;
/// Files a transaction: whoever makes posters waits for it.
const BATCH: usize = 500;

/// Throws away what nobody has used for a day, once a day. A picture is in use as long as the table `picture` has it: whoever shows one
/// writes it there and looks whether it is there still, in one transaction.
pub(super) fn sweep(index: &Connection, art_dir: &Path, changes: &Changes, now: UnixMs) -> Result<(), LibraryError> {
    let swept = index.query_row("SELECT value FROM meta WHERE name = ?", [SWEPT], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    let swept = swept.and_then(|bytes| bytes.try_into().ok()).map_or(0, i64::from_be_bytes);
    // A clock that went back is no reason to wait for years.
    if (0..DAY_MS).contains(&now.0.saturating_sub(swept)) {
        return Ok(());
    }
    changes.own_index();
    let left = just_left(index)?;
    index.execute_batch(
        "BEGIN IMMEDIATE;
         DELETE FROM picture WHERE n NOT IN (SELECT art FROM track WHERE art NOT NULL);
         DELETE FROM art WHERE id NOT NULL AND id NOT IN (SELECT id FROM picture);
         COMMIT",
    )?;
    for files in unused(index, art_dir, &left, now)?.chunks(BATCH) {
        remove(index, files)?;
    }
    changes.own_index();
    let sql = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    index.execute(sql, params![SWEPT, now.0.to_be_bytes()])?;
    Ok(())
}

/// A file to throw away; of no picture if it was not written to its end.
type Unused = (PathBuf, Option<ArtId>);

/// Pictures that are found without a track only now, each by half of its id.
fn just_left(index: &Connection) -> rusqlite::Result<HashSet<u128>> {
    let mut left = index.prepare("SELECT id FROM picture WHERE n NOT IN (SELECT art FROM track WHERE art NOT NULL)")?;
    left.query_map([], |row| Ok(short(row.get_ref(0)?.as_str()?)))?.filter_map(Result::transpose).collect()
}

/// `left`: pictures whose day begins.
fn unused(index: &Connection, art_dir: &Path, left: &HashSet<u128>, now: UnixMs) -> Result<Vec<Unused>, LibraryError> {
    let mut used = index.prepare("SELECT id FROM picture")?;
    let used: HashSet<u128> =
        used.query_map([], |row| Ok(short(row.get_ref(0)?.as_str()?)))?.filter_map(Result::transpose).collect::<rusqlite::Result<_>>()?;
    let mut found = Vec::new();
    for entry in fs::read_dir(art_dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let picture = art::art_of(&name);
        let is_unused = picture
            .as_ref()
            .map_or_else(|| art::is_unfinished(&name), |picture| short(picture.as_str()).is_some_and(|picture| !used.contains(&picture)));
        let is_just_left = picture.as_ref().and_then(|picture| short(picture.as_str())).is_some_and(|picture| left.contains(&picture));
        if is_unused && is_just_left {
            touch(&entry.path(), now);
        } else if is_unused && is_old(&entry, now) {
            found.push((entry.path(), picture));
            if found.len() >= REMOVED_MAX {
                break;
            }
        }
    }
    // The full size last: as long as it is there, all sizes can be made of it.
    found.sort_by_key(|(path, _)| std::cmp::Reverse(path.as_os_str().len()));
    Ok(found)
}

/// Half of an id, which is enough to take no other picture for it in all likelihood, and to keep one too many at worst.
fn short(id: &str) -> Option<u128> {
    id.get(..32).and_then(|half| u128::from_str_radix(half, 16).ok())
}

fn touch(path: &Path, now: UnixMs) {
    let now = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).unwrap_or(0));
    // Without it the picture goes sooner, which costs no more than to make it again.
    let _ = fs::File::options().append(true).open(path).and_then(|file| file.set_modified(now));
}

/// By when it was made, or touched.
fn is_old(entry: &fs::DirEntry, now: UnixMs) -> bool {
    let modified = entry.metadata().ok().filter(fs::Metadata::is_file).and_then(|metadata| metadata.modified().ok());
    let age = |modified: std::time::SystemTime| {
        let since = modified.duration_since(UNIX_EPOCH).ok()?.as_millis();
        Some(now.0.saturating_sub(i64::try_from(since).ok()?))
    };
    modified.and_then(age).is_some_and(|age| age >= DAY_MS)
}

fn remove(index: &Connection, files: &[Unused]) -> Result<(), LibraryError> {
    // Nobody begins to use one meanwhile.
    let change = Transaction::new_unchecked(index, TransactionBehavior::Immediate)?;
    let mut is_used = change.prepare("SELECT 1 FROM picture WHERE id = ?")?;
    for (path, picture) in files {
        let is_used = picture.as_ref().map(|picture| is_used.exists([picture.as_str()])).transpose()?;
        if is_used == Some(true) {
            continue;
        }
        if let Err(error) = fs::remove_file(path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a picture that nobody uses cannot be thrown away");
            break;
        }
    }
    drop(is_used);
    // Nothing was written.
    Ok(change.rollback()?)
}
