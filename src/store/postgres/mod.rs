//! The engine for a business: a PostgreSQL server, spoken to by a few threads with a connection each.

mod address;

use super::job::Job;
use super::{Engine, StoreError, StoreStats};

pub use address::PostgresLocation;

pub struct Postgres;

impl Postgres {
    /// Reaches the server and brings its database to the current schema. Blocks.
    pub fn open(_location: &PostgresLocation) -> Result<Self, StoreError> {
        Err(StoreError::failed("not yet"))
    }

    /// Whether the database is one of iroam's, of any version. Blocks.
    pub fn exists(_location: &PostgresLocation) -> Result<bool, StoreError> {
        Err(StoreError::failed("not yet"))
    }
}

impl Engine for Postgres {
    fn submit(&self, _job: Job) -> Result<(), StoreError> {
        Err(StoreError::Closed)
    }

    fn stats(&self) -> StoreStats {
        StoreStats::default()
    }
}
