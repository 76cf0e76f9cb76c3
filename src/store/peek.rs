//! What is at a place, before anything is opened or made there.

use super::{Location, StoreError, postgres, sqlite};

/// What was found; nothing at all where there is no database yet, or an empty one.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The schema's number, where the database is this program's.
    pub schema: Option<i64>,
    /// Without what the engine keeps for itself.
    pub tables: Vec<String>,
}

/// Looks, and makes nothing. An error where there is something that is no database.
pub async fn peek(location: &Location) -> Result<Found, StoreError> {
    let location = location.clone();
    let look = move || match location {
        Location::Sqlite(path) => sqlite::peek(&path),
        Location::Postgres(server) => postgres::peek(&server),
    };
    tokio::task::spawn_blocking(look).await.map_err(|_| StoreError::Panicked)?
}
