//! The end that is read: held still, never changed.

use std::sync::Arc;

use super::{MoveError, unfinished};
use crate::store::peek::peek;
use crate::store::{Engine, Location, Store, StoreError, postgres, schema, sqlite};

/// Refuses what is no whole database of the current schema.
pub async fn check(location: &Location) -> Result<(), MoveError> {
    let (database, known) = (location.to_string(), schema::current());
    let found = peek(location).await?;
    match found.schema {
        None if found.tables.is_empty() => Err(MoveError::NoSource(database)),
        None => Err(StoreError::Foreign { database }.into()),
        Some(found) if found > known => Err(StoreError::Newer { database, found, known }.into()),
        Some(found) if found < known => Err(MoveError::OlderSource { database, found, known }),
        Some(_) if unfinished::is_among(&found.tables) => Err(MoveError::UnfinishedSource(database)),
        Some(_) => Ok(()),
    }
}

/// Opens it so that nobody changes it until the last clone is dropped.
pub async fn hold(location: &Location) -> Result<Store, MoveError> {
    let location = location.clone();
    let open = move || -> Result<Arc<dyn Engine>, MoveError> {
        match location {
            Location::Sqlite(path) => Ok(Arc::new(sqlite::Held::open(&path)?)),
            Location::Postgres(server) => Ok(Arc::new(postgres::Held::open(&server)?)),
        }
    };
    let engine = tokio::task::spawn_blocking(open).await.map_err(|_| StoreError::Panicked)??;
    Ok(Store::over(engine))
}
