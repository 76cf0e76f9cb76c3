//! What both ends are asked: rows in the order of their keys.

use super::row::{self, Batch, Values};
use super::sql;
use crate::store::tables::Table;
use crate::store::value::params;
use crate::store::{Store, StoreError};

/// Reads `table` after the row with this key, in the order of the keys, at most [`sql::BATCH_ROWS`].
pub async fn read_batch(store: &Store, table: &'static Table, after: Option<Values>) -> Result<Batch, StoreError> {
    let statement = sql::read_batch(table, after.is_some());
    let key = after.unwrap_or_default();
    let rows = store.query(move |db| db.all(&statement, &key, |found| row::read(table, found))).await?;
    Ok(Batch::new(table, rows))
}

/// How many rows there are, or how many up to and with the row of this key.
pub async fn count(store: &Store, table: &'static Table, until: Option<Values>) -> Result<u64, StoreError> {
    let statement = sql::count(table, until.is_some());
    let key = until.unwrap_or_default();
    let found: i64 = store.query(move |db| db.one(&statement, &key, |row| row.get("found"))).await?;
    Ok(u64::try_from(found).unwrap_or(0))
}

/// The key of the last row there is.
pub async fn last_key(store: &Store, table: &'static Table) -> Result<Option<Values>, StoreError> {
    let statement = sql::last_row(table);
    let row = store.query(move |db| db.maybe(&statement, params![], |found| row::read(table, found))).await?;
    Ok(row.map(|row| row::key(table, &row)))
}
