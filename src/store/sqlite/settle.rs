//! Leaves a file that is whole by itself.

use std::path::Path;

use super::error::opening;
use super::open;
use crate::store::StoreError;

/// Brings what stands in the log into the file, so that a copy of the file alone is a copy of the database. Blocks.
pub fn settle(path: &Path) -> Result<(), StoreError> {
    let connection = open::existing(path)?;
    // Its answer says how much was brought over; readers at work may keep it from doing all.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(|error| opening(path, error))
}
