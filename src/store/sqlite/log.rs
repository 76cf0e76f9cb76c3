//! The write-ahead log, and when it is brought into the database's file.

use rusqlite::Connection;

use super::error::failure;
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
