//! What happens before the first job: the server is reached, and its database brought to the current schema.

use std::time::Instant;

use tracing::warn;

use super::address::PostgresLocation;
use super::connect::{NotConnected, Role, connect};
use super::connection::Connection;
use super::error::Failure;
use super::migrate;
use super::patience::Patience;
use crate::store::StoreError;

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
fn with_connection<T>(location: &PostgresLocation, work: impl Fn(&mut Connection) -> Result<T, Failure>) -> Result<T, StoreError> {
    let mut patience = Patience::since(Instant::now());
    let mut has_warned = false;
    loop {
        let failure = match connect(location, Role::Writer, patience.until) {
            Ok(mut connection) => {
                let done = work(&mut connection);
                connection.close();
                done.map_err(|failure| (failure, false))
            }
            Err(NotConnected { reason, is_permanent }) => Err((Failure::lost(reason), is_permanent)),
        };
        let (failure, is_permanent) = match failure {
            Ok(done) => return Ok(done),
            Err(failed) => failed,
        };
        match failure {
            Failure::Refused(error) => return Err(refused(location, error)),
            Failure::Collision if patience.after_collision() => {}
            Failure::Collision => return Err(StoreError::Locked { database: location.to_string() }),
            Failure::Lost { reason, .. } => {
                if is_permanent || !patience.after_loss() {
                    return Err(StoreError::Open { database: location.to_string(), source: reason.into() });
                }
                if !std::mem::replace(&mut has_warned, true) {
                    warn!("waiting for the database {location}: {reason}");
                }
            }
        }
    }
}

/// Errors that say what to do already stay as they are.
fn refused(location: &PostgresLocation, error: StoreError) -> StoreError {
    match error {
        StoreError::Failed(source) => StoreError::Open { database: location.to_string(), source },
        other => other,
    }
}
