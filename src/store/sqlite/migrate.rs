//! Numbered migrations: each is applied once, in order, in one transaction with its number.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::opening;
use crate::store::StoreError;
use crate::store::schema::{MIGRATIONS, current};

/// Marks the file as ours (`PRAGMA application_id`): "iRom".
pub const APPLICATION_ID: i64 = 0x6952_6f6d;

/// Refuses a database of a newer program or of another one; brings an older one up to date.
pub fn to_current(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let at = |error| opening(path, error);
    // One transaction over reading and writing: two processes may open a new file at once.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(at)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(at)?;
    check_ours(&transaction, found, path)?;
    if found > current() {
        return Err(StoreError::Newer { database: path.display().to_string(), found, known: current() });
    }
    apply_after(&transaction, found).map_err(at)?;
    transaction.commit().map_err(at)
}

fn check_ours(transaction: &Transaction<'_>, version: i64, path: &Path) -> Result<(), StoreError> {
    let at = |error| opening(path, error);
    let application: i64 = transaction.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(at)?;
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(at)?;
    let is_new = application == 0 && version == 0 && tables == 0;
    if is_new || application == APPLICATION_ID { Ok(()) } else { Err(StoreError::Foreign { database: path.display().to_string() }) }
}

fn apply_after(transaction: &Transaction<'_>, found: i64) -> rusqlite::Result<()> {
    let done = usize::try_from(found).unwrap_or(0);
    for migration in &MIGRATIONS[done..] {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", current())
}
