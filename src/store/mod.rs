//! Serve's only SQL: one SQLite file, one writer thread, a few readers, one file per aggregate.
//!
//! Statements stay within what PostgreSQL also speaks (`$1`, `ON CONFLICT`, ids made by the program). To SQLite `$1` is only a
//! name, and names are numbered as they first appear: so the first to appear is `$1`, the next `$2`; a test holds us to it.

mod device_grants;
mod error;
mod hosts;
mod migrate;
mod open;
mod play_sessions;
mod row;
mod sign_in_links;
mod sweep;
mod users;
mod web_sessions;
mod worker;

pub use device_grants::{Approval, GrantPoll, GrantRow, NewGrant, Redeem};
pub use error::StoreError;
pub use hosts::Host;
pub use play_sessions::PlaySession;
pub use sweep::Cutoffs;
pub use users::{NewUser, User};

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use worker::Worker;

/// Connections that only read; more would not help two cores.
const READERS: usize = 2;

/// A handle to the database; clones share it. Threads end with the last clone.
#[derive(Clone)]
pub struct Store {
    workers: Arc<Workers>,
}

struct Workers {
    writer: Worker,
    readers: Worker,
}

impl Store {
    /// Opens or makes the database at `path` and brings it to the current schema.
    /// Other processes may have it open too (write-ahead log); one that holds its lock is waited for, 5 seconds at most.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let path = path.to_owned();
        tokio::task::spawn_blocking(move || Self::open_blocking(&path)).await.map_err(|_| StoreError::Closed)?
    }

    fn open_blocking(path: &Path) -> Result<Self, StoreError> {
        let mut writer = open::writer(path)?;
        migrate::to_current(&mut writer, path)?;
        let readers = (0..READERS).map(|_| open::reader(path)).collect::<Result<Vec<_>, _>>()?;
        let workers = Workers { writer: Worker::start("store-write", vec![writer])?, readers: Worker::start("store-read", readers)? };
        Ok(Self { workers: Arc::new(workers) })
    }

    /// Whether the database answers.
    pub async fn answers(&self) -> Result<(), StoreError> {
        self.read(|db| Ok(db.query_row("SELECT 1", [], |_| Ok(()))?)).await
    }

    /// Runs `query` on a reading connection, off the caller's thread.
    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.workers.readers.run(move |connection| query(connection)).await
    }

    /// Runs `change` in one transaction on the writing connection; an error rolls it back.
    async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.workers
            .writer
            .run(move |connection| {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let outcome = change(&transaction)?;
                transaction.commit()?;
                Ok(outcome)
            })
            .await
    }
}

#[cfg(test)]
mod tests;
