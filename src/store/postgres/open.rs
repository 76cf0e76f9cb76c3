//! What happens before the first job: the server is reached, and its database brought to the current schema.

use std::time::Instant;

use super::address::PostgresLocation;
use super::connect::{NotConnected, connect};
use super::connection::Connection;
use super::error::{Failure, Role};
use super::migrate;
use super::patience::Patience;
use crate::store::StoreError;

/// The server's code for what the role may not do, as it stands in its words.
const NOT_ALLOWED: &str = "SQLSTATE 42501";

/// Makes or migrates the database.
pub fn migrated(location: &PostgresLocation) -> Result<(), StoreError> {
    let database = location.to_string();
    with_connection(location, |connection| migrate::to_current(connection, &database))
}

/// Whether the database is one of iroam's.
pub fn exists(location: &PostgresLocation) -> Result<bool, StoreError> {
    with_connection(location, migrate::is_ours)
}

/// Does `work` on a connection of its own. A server that is about to start is waited for, for as long as a job waits.
pub fn with_connection<T>(location: &PostgresLocation, work: impl Fn(&mut Connection) -> Result<T, Failure>) -> Result<T, StoreError> {
    let (connection, done) = prepared(location, work)?;
    connection.close();
    Ok(done)
}

/// A connection on which `work` was done, and what came of it.
pub fn prepared<T>(
    location: &PostgresLocation,
    work: impl Fn(&mut Connection) -> Result<T, Failure>,
) -> Result<(Connection, T), StoreError> {
    let mut patience = Patience::since(Instant::now());
    loop {
        let (failure, is_permanent) = match connect(location, Role::Writer, patience.until) {
            Ok(mut connection) => match work(&mut connection) {
                Ok(done) => return Ok((connection, done)),
                Err(failure) => {
                    connection.close();
                    (failure, false)
                }
            },
            Err(NotConnected { reason, is_permanent }) => (Failure::lost(reason), is_permanent),
        };
        match failure {
            Failure::Refused(error) => return Err(refused(location, error)),
            Failure::Collision if patience.after_collision() => {}
            Failure::Collision => return Err(StoreError::Locked { database: location.to_string() }),
            Failure::Lost { reason, .. } => {
                if is_permanent {
                    return Err(StoreError::Open { database: location.to_string(), source: reason.into() });
                }
                if !patience.after_loss() {
                    return Err(StoreError::Unavailable(reason));
                }
            }
        }
    }
}

/// Errors that say what to do already stay as they are.
fn refused(location: &PostgresLocation, error: StoreError) -> StoreError {
    match error {
        StoreError::Failed(source) if source.to_string().contains(NOT_ALLOWED) => {
            let reason = format!("{source}: {}", location.words_for_owner());
            StoreError::Open { database: location.to_string(), source: reason.into() }
        }
        StoreError::Failed(source) => StoreError::Open { database: location.to_string(), source },
        other => other,
    }
}
