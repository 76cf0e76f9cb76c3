//! The write-ahead log, and when it is brought into the database's file.

use std::time::Duration;

use rusqlite::Connection;

use super::error::failure;
use super::patience::LOCK_WAIT;
use crate::store::StoreError;

/// Brings all of the log into the file and empties it, once nobody reads from it; `Busy` when somebody still does after 5 seconds.
///
/// For a log that the disk failed to take. The system tells of a failed write once, and may drop what it could not write: what was
/// committed before without a wait might miss on the disk while all that comes after it is acknowledged, and a log ends where it has
/// a gap. In the file it is safe, and frames of a commit that failed are gone.
pub fn empty(connection: &Connection) -> Result<(), StoreError> {
    let checkpoint = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    let is_busy: bool = checkpoint.map_err(|error| failure(connection, error))?;
    if is_busy { Err(StoreError::Busy) } else { Ok(()) }
}

/// How long readers of old snapshots are waited for, while changes wait too.
const READERS_WAIT: Duration = Duration::from_millis(50);

/// Brings the log into the file, so that the next commit begins it anew, if whoever reads from it is soon done. SQLite does so by
/// itself only when nobody reads at that moment: with readers that are always busy, never.
pub fn restart(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(READERS_WAIT)?;
    // What it answers is all the same: the log is as long as before, or not, and nothing is lost.
    let restarted = connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()));
    connection.busy_timeout(LOCK_WAIT)?;
    restarted
}
