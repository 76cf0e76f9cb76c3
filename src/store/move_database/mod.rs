//! Moves a database from one place, and engine, to another: every row is copied, then both ends are compared row by row.
//!
//! The source is held still and never changed: on SQLite the move has the write lock, on PostgreSQL a lock on every table that lets
//! others read but not write, and all its reads see one instant. The target is filled in batches, each in one durable transaction,
//! in the order of the keys; a mark in it says that it is not complete, and nothing but a move opens it. A move that ended in whatever way
//! is taken up by the same command after the last row that arrived. What the source went through meanwhile is found by the comparison,
//! after which the mark goes and the move is done.

mod alone;
mod copy;
mod error;
mod read;
mod row;
mod side;
mod source;
mod sql;
mod target;
mod unfinished;
mod verify;

pub use error::MoveError;
pub use unfinished::is_among as marks;

use target::Target;
use verify::Differences;

use super::tables::TABLES;
use super::value::params;
use super::{Location, SoleUse, Store, StoreError, postgres, sqlite};

/// How far a move has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    pub step: Step,
    pub table: &'static str,
    /// Rows of the table that this step is done with.
    pub done: u64,
    /// Rows of the table in the source.
    pub of: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Copy,
    Compare,
}

/// Is told when a table begins, and after each batch.
pub type Watch<'w> = dyn FnMut(Tick) + Send + 'w;

/// A move that was made: each table and its rows.
pub struct Moved {
    pub tables: Vec<(&'static str, u64)>,
    /// Of both ends: whoever is to be told where the database is now is told before a server can start with the old one.
    _sole_uses: [SoleUse; 2],
}

/// Moves all of `from` into `to`, which must be empty or filled by an earlier run of the same move. When the future is dropped, the move can
/// be taken up as after any other end.
pub async fn move_database(from: &Location, to: &Location, watch: &mut Watch<'_>) -> Result<Moved, MoveError> {
    let (from, to) = (&absolute(from), &absolute(to));
    if from == to {
        return Err(MoveError::Same(from.to_string()));
    }
    source::check(from).await?;
    target::check(to).await?;
    // Of both before the source is held, which takes a connection.
    let sole_uses = [alone::alone(from).await?, alone::alone(to).await?];
    let source = source::hold(from).await?;
    let target = Target::open(to, from).await?;
    for table in TABLES {
        copy::copy(&source, &target, table, watch).await?;
    }
    let mut differences = Differences::default();
    let mut tables = Vec::new();
    for table in TABLES {
        let rows = verify::compare(&source, &target.store, table, &mut differences, watch).await?;
        tables.push((table.name, rows));
    }
    if differences.count > 0 {
        return Err(MoveError::Different(differences));
    }
    target::finish(target, to.clone()).await?;
    Ok(Moved { tables, _sole_uses: sole_uses })
}

/// Whether a move into this database has begun and is not done.
pub(super) async fn is_unfinished(store: &Store, location: &Location) -> Result<bool, StoreError> {
    let has_table = match location {
        Location::Sqlite(_) => &sqlite::HAS_TABLE,
        Location::Postgres(_) => &postgres::HAS_TABLE,
    };
    let found: i64 = store.query(move |db| db.one(has_table, params![unfinished::MARK], |row| row.get("found"))).await?;
    Ok(found > 0)
}

/// The same file by whatever path has one name, also in the mark of a target.
fn absolute(location: &Location) -> Location {
    match location {
        Location::Sqlite(path) => {
            Location::Sqlite(path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.clone()))
        }
        Location::Postgres(_) => location.clone(),
    }
}
