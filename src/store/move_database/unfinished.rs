//! The mark in a target that is not complete yet: a table that is there only until the move is verified. It says what is moved
//! there; how far the move has come is seen from the rows themselves, which are added in the order of their keys.

use crate::store::job::Durability::Full;
use crate::store::statement::Statement;
use crate::store::tx::Tx;
use crate::store::value::params;
use crate::store::{Store, StoreError};

/// The table's name.
pub const MARK: &str = "iroam_move";

// Not of the catalogue: what it names is seldom there.
static MAKE_MARK: Statement = Statement::new("MAKE_MARK", "CREATE TABLE iroam_move (source TEXT PRIMARY KEY NOT NULL)");
static SET_MARK: Statement = Statement::new("SET_MARK", "INSERT INTO iroam_move (source) VALUES ($1)");
static READ_MARK: Statement = Statement::new("READ_MARK", "SELECT source FROM iroam_move");
static TOUCH_MARK: Statement = Statement::new("TOUCH_MARK", "UPDATE iroam_move SET source = source");
static REMOVE_MARK: Statement = Statement::new("REMOVE_MARK", "DROP TABLE iroam_move");

/// Whether the mark is one of these tables: the database is not complete.
pub fn is_among(tables: &[String]) -> bool {
    tables.iter().any(|table| table == MARK)
}

/// Marks the database as being filled from `source`.
pub async fn mark(store: &Store, source: String) -> Result<(), StoreError> {
    store
        .transact(Full, move |tx| {
            tx.execute(&MAKE_MARK, params![])?;
            tx.execute(&SET_MARK, params![source]).map(drop)
        })
        .await
}

/// Takes the mark's row, to be called first in every transaction that fills the database: a server may still be busy with the last one
/// of a move that was killed, and this waits for it.
pub fn touch(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.execute(&TOUCH_MARK, params![]).map(drop)
}

/// From where a marked database is being filled.
pub async fn source(store: &Store) -> Result<String, StoreError> {
    store.query(|db| db.one(&READ_MARK, params![], |row| row.get("source"))).await
}

/// Says that the database is complete.
pub async fn remove(store: &Store) -> Result<(), StoreError> {
    store.change(Full, |db| db.execute(&REMOVE_MARK, params![])).await.map(drop)
}
