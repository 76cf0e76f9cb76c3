//! Serve's only SQL, on two engines: an embedded SQLite file, or a PostgreSQL server.
//!
//! Statements are a catalogue ([`statement`]), written once in the SQL that both engines share and kept beside the functions that
//! use them, one file per aggregate. An engine is a thin [`Executor`](tx::Executor) of single statements, and a queue of
//! [jobs](job): it decides where and when a job runs, commits it, and runs it again when the database asks for that. Store
//! functions say what belongs together, in one of four ways:
//!
//! - [`Store::query`]: one statement that reads.
//! - [`Store::snapshot`]: several that read, all of the same instant.
//! - [`Store::change`]: one statement that changes rows.
//! - [`Store::transact`]: several, all or nothing, as if nothing else ran meanwhile.
//!
//! Work is a plain function over a transaction ([`Tx`]), without `async`: it runs on a thread of the engine's, never on the event
//! loop's, also to its end when its caller goes away. It may run again after a collision, so it borrows what it was given and
//! has no effect but its statements.

mod device_grants;
mod error;
mod hosts;
mod job;
mod location;
mod move_database;
mod peek;
mod play_sessions;
mod playlists;
mod postgres;
mod row;
mod schema;
mod server_identity;
mod sign_in_links;
mod sole_use;
mod sqlite;
mod statement;
mod stats;
mod sweep;
mod tables;
mod tx;
mod users;
mod value;
mod web_sessions;

pub use device_grants::{Approval, GrantPoll, GrantRow, NewGrant, Redeem};
pub use error::StoreError;
pub use hosts::Host;
pub use location::{Location, LocationError, PostgresLocation, ServerOptions};
pub use move_database::{MoveError, Moved, Step, Tick, Watch, move_database};
pub use play_sessions::PlaySession;
pub use playlists::{
    After, Change, Changes, Existing, Imported, ImportedItem, Item, ItemsPage, NewItem, NewPlaylist, Outcome, Playlist, PlaylistKind,
    Refused, Taken,
};
pub use sole_use::SoleUse;
pub use sqlite::{BackedUp, back_up};
pub use stats::StoreStats;
pub use sweep::Cutoffs;
pub use users::{NewUser, User};

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use job::{Durability, Job, Kind};
use statement::statements;
use tx::{Once, Tx};
use value::params;

statements! {
    ANSWERS = "SELECT CAST(1 AS BIGINT) AS one";
}

/// A handle to the database; clones share it. Its threads end with the last clone, which waits for that, 10 seconds at most: a
/// SQLite file is whole without its log afterwards.
#[derive(Clone)]
pub struct Store {
    engine: Arc<dyn Engine>,
    /// What was found damaged first.
    damage: Arc<OnceLock<String>>,
    #[cfg(test)]
    tampering: Option<Arc<dyn job::Tampering>>,
}

/// One of the two databases: takes jobs, and answers each.
trait Engine: Send + Sync {
    /// Queues a job, or refuses it at once.
    fn submit(&self, job: Job) -> Result<(), StoreError>;

    fn stats(&self) -> StoreStats;

    /// Is told when nothing of the engine is at work any more; `None`: of no importance to the database.
    fn ended(&self) -> Option<sqlite::Ended> {
        None
    }
}

impl Store {
    /// Opens or makes the database and brings it to the current schema. Refuses one that a move has not filled wholly.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        let store = Self::open_unfinished(location).await?;
        if move_database::is_unfinished(&store, location).await? {
            return Err(StoreError::Unfinished { database: location.to_string() });
        }
        Ok(store)
    }

    /// The same, also of one that a move is still filling.
    async fn open_unfinished(location: &Location) -> Result<Self, StoreError> {
        let location = location.clone();
        let open = move || -> Result<Arc<dyn Engine>, StoreError> {
            match location {
                Location::Sqlite(path) => Ok(Arc::new(sqlite::Sqlite::open(&path)?)),
                Location::Postgres(server) => Ok(Arc::new(postgres::Postgres::open(&server)?)),
            }
        };
        let engine = tokio::task::spawn_blocking(open).await.map_err(|_| StoreError::Panicked)??;
        Ok(Self::over(engine))
    }

    fn over(engine: Arc<dyn Engine>) -> Self {
        Self {
            engine,
            damage: Arc::default(),
            #[cfg(test)]
            tampering: None,
        }
    }

    /// Whether there is an iroam database of any version. Makes nothing.
    pub async fn exists(location: &Location) -> Result<bool, StoreError> {
        let location = location.clone();
        let look = move || match location {
            Location::Sqlite(path) => sqlite::exists(&path),
            Location::Postgres(server) => postgres::Postgres::exists(&server),
        };
        tokio::task::spawn_blocking(look).await.map_err(|_| StoreError::Panicked)?
    }

    /// Lets go of the database, and waits until all clones have and its threads have ended, or until `patience` is over.
    pub async fn close(self, patience: Duration) {
        let (ended, deadline) = (self.engine.ended(), Instant::now() + patience);
        // Not on the event loop: dropping the last clone waits.
        let wait = move || {
            drop(self);
            ended.is_none_or(|ended| ended.wait_until(deadline))
        };
        let is_closed = tokio::task::spawn_blocking(wait).await.unwrap_or(false);
        if !is_closed {
            tracing::warn!("the database is still in use by this program as it ends; nothing saved is lost");
        }
    }

    /// What the engine has done so far, and what waits.
    pub fn stats(&self) -> StoreStats {
        self.engine.stats()
    }

    /// Whether the database answers.
    pub async fn answers(&self) -> Result<(), StoreError> {
        self.query(|db| db.one(&ANSWERS, params![], |_| Ok(()))).await
    }

    /// Whether the database takes changes, as it does not while another process holds its lock. Changes nothing.
    pub async fn takes_changes(&self) -> Result<(), StoreError> {
        self.transact(Durability::Relaxed, |_| Ok(())).await
    }

    /// What was found damaged since the database was opened: it answers all the same, to what needs none of that.
    pub fn damage(&self) -> Option<&str> {
        self.damage.get().map(String::as_str)
    }

    /// Runs one statement that reads.
    async fn query<T: Send + 'static>(
        &self,
        work: impl Fn(Once<'_, '_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(Kind::Query, move |tx| work(Once(tx))).await
    }

    /// Runs statements that read, all of the same instant.
    async fn snapshot<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(Kind::Snapshot, work).await
    }

    /// Runs one statement that changes rows.
    async fn change<T: Send + 'static>(
        &self,
        durability: Durability,
        work: impl Fn(Once<'_, '_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(Kind::Change(durability), move |tx| work(Once(tx))).await
    }

    /// Runs statements that are saved all or not at all: an error of `work`'s undoes them.
    async fn transact<T: Send + 'static>(
        &self,
        durability: Durability,
        work: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(Kind::Transaction(durability), work).await
    }

    async fn run<T: Send + 'static>(
        &self,
        kind: Kind,
        work: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, answer) = Job::new(kind, work);
        #[cfg(test)]
        let job = job.tampered_with(self.tampering.clone());
        self.engine.submit(job)?;
        let answer = answer.await.map_err(|_| StoreError::Closed)?;
        if let Err(StoreError::Corrupt(detail)) = &answer {
            self.damage.get_or_init(|| detail.clone());
        }
        answer
    }
}

/// Every statement there is.
#[cfg(test)]
fn catalogue() -> impl Iterator<Item = &'static statement::Statement> {
    let parts = [CATALOGUE, device_grants::CATALOGUE, hosts::CATALOGUE, play_sessions::CATALOGUE];
    let lists = [playlists::CATALOGUE, playlists::items::CATALOGUE, playlists::import::CATALOGUE, playlists::trash::CATALOGUE];
    let more = [server_identity::CATALOGUE, sign_in_links::CATALOGUE, sweep::CATALOGUE, users::CATALOGUE, web_sessions::CATALOGUE];
    parts.into_iter().chain(lists).chain(more).flatten().copied()
}

#[cfg(test)]
mod tests;
