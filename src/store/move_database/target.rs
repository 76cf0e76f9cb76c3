//! The end that is filled.

use super::row::Batch;
use super::{MoveError, read, sql, unfinished};
use crate::store::job::Durability::Full;
use crate::store::peek::{Found, peek};
use crate::store::tables::TABLES;
use crate::store::{Location, Store, StoreError, sqlite};

pub struct Target {
    pub store: Store,
    rows_per_insert: usize,
}

impl Target {
    /// Opens or makes an empty database and marks it, or one that carries the mark of a move from the same source. Refuses any other.
    pub async fn open(location: &Location, source: &Location) -> Result<Self, MoveError> {
        let (found, database) = (check(location).await?, location.to_string());
        let store = Store::open_unfinished(location).await?;
        if unfinished::is_among(&found.tables) {
            let from = unfinished::source(&store).await?;
            if from != source.to_string() {
                return Err(MoveError::OtherMove { database, from });
            }
            store.transact(Full, unfinished::touch).await?;
            return Ok(Self::new(location, store));
        }
        for table in TABLES {
            if read::last_key(&store, table).await?.is_some() {
                return Err(MoveError::NotEmpty { database, what: format!("there are rows in {}", table.name) });
            }
        }
        unfinished::mark(&store, source.to_string()).await?;
        Ok(Self::new(location, store))
    }

    fn new(location: &Location, store: Store) -> Self {
        match location {
            // Each row binds by name, which takes the square of the names; and nothing travels, so that one at a time is as fast.
            Location::Sqlite(_) => Self { store, rows_per_insert: 1 },
            Location::Postgres(_) => Self { store, rows_per_insert: 500 },
        }
    }

    /// Adds rows: all of them for good, or none.
    pub async fn add(&self, batch: Batch) -> Result<(), MoveError> {
        batch.refuse_nul()?;
        let rows_per_insert = self.rows_per_insert;
        let full = sql::insert(batch.table, rows_per_insert);
        let work = self.store.transact(Full, move |tx| {
            unfinished::touch(tx)?;
            for values in batch.chunks(rows_per_insert) {
                let rows = values.len() / batch.table.columns.len();
                if rows == rows_per_insert {
                    tx.execute(&full, values)?;
                } else {
                    tx.execute(&sql::insert(batch.table, rows), values)?;
                }
            }
            Ok(())
        });
        work.await.map_err(|error| match error {
            // Whether it was saved is seen from its rows by whoever goes on.
            StoreError::OutcomeUnknown => MoveError::Target(StoreError::Unavailable("the connection was lost".to_owned())),
            other => MoveError::Target(other),
        })
    }
}

/// Refuses what holds tables of somebody else's.
pub async fn check(location: &Location) -> Result<Found, MoveError> {
    let found = peek(location).await?;
    match stranger(&found) {
        None => Ok(found),
        Some(table) => {
            Err(MoveError::NotEmpty { database: location.to_string(), what: format!("it has a table {table} that is not iroam's") })
        }
    }
}

/// Says that all has arrived and was compared.
pub async fn finish(target: Target, location: Location) -> Result<(), MoveError> {
    unfinished::remove(&target.store).await.map_err(MoveError::Target)?;
    if let Location::Sqlite(path) = location {
        // What cannot be brought over now is as safe where it is.
        let _ = tokio::task::spawn_blocking(move || sqlite::settle(&path)).await;
    }
    Ok(())
}

/// A table of somebody else's.
fn stranger(found: &Found) -> Option<&String> {
    found.tables.iter().find(|name| *name != unfinished::MARK && !TABLES.iter().any(|table| table.name == *name))
}
