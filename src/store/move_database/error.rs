//! Why a move was not made, or not finished.

use super::verify::Differences;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    #[error("both ends of the move are the same database, {0}: choose another target")]
    Same(String),
    #[error("there is no iroam database at {0}: move from the one that iroam serve uses")]
    NoSource(String),
    #[error("others are connected to {database}: {others}. Stop iroam serve, end whatever else is connected, and try again")]
    InUse { database: String, others: String },
    #[error("a move into {0} is not finished: finish that one before moving on from there")]
    UnfinishedSource(String),
    #[error(
        "the database {database} is of an older iroam (schema {found}, this program's is {known}): start this iroam serve on it once, \
         which brings it up to date, stop it, and move again"
    )]
    OlderSource { database: String, found: i64, known: i64 },
    #[error("the target {database} is not empty ({what}): choose an empty or a new one. A move that was finished needs no repeating")]
    NotEmpty { database: String, what: String },
    #[error("a move from {from} into {database} is not finished: finish that one, or choose an empty target")]
    OtherMove { database: String, from: String },
    #[error("{table} {key} has a NUL character in {column}, which iroam did not write and PostgreSQL cannot keep: correct that row first")]
    Nul { table: &'static str, key: String, column: &'static str },
    #[error(
        "the two databases differ, {0}. The source has changed since the move began, or the target was touched: start again with an \
         empty target"
    )]
    Different(Differences),
    #[error(transparent)]
    Open(#[from] StoreError),
    #[error("the source could not be read: {0}. What was copied so far is safe: run the same command again to go on")]
    Source(StoreError),
    #[error("the target could not be filled: {0}. What was copied so far is safe: run the same command again to go on")]
    Target(StoreError),
}
