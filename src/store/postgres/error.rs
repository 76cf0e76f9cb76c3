//! PostgreSQL's errors in the store's words, and what can be done about them
//! (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).

use std::error::Error as _;
use std::io;

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity};

use crate::store::StoreError;

/// The session, or the whole server, only reads.
const READ_ONLY: &str = "25006";

/// Where the server finds that a prepared statement would no longer answer with the same columns. It says so in its own language, and
/// with the code for anything that it does not support.
const CHANGED_PLAN: &str = "RevalidateCachedQuery";

/// Where the server waits for its standby.
const STANDBY_WAIT: &str = "SyncRepWaitForLSN";

/// The server was told to commit, and had nothing to commit.
const NO_TRANSACTION: &str = "25P01";

/// Why a step did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// The transaction met another one, and the server undid it: the whole job may run again.
    Collision,
    /// The connection is of no more use. `is_undone` says whether it is certain that the step did nothing.
    Lost { reason: String, is_undone: bool },
    /// The server refused, and undid what came before in the same transaction.
    Refused(StoreError),
}

impl Failure {
    /// The connection went away, and the server said nothing.
    pub fn lost(reason: impl Into<String>) -> Self {
        Self::Lost { reason: reason.into(), is_undone: false }
    }

    /// The same before anything was asked of the server.
    pub fn before_sending(self) -> Self {
        match self {
            Self::Lost { reason, .. } => Self::Lost { reason, is_undone: true },
            other => other,
        }
    }
}

/// What may be done on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Reader,
    Writer,
}

impl Failure {
    /// What an error on a connection of this role comes to.
    pub fn of(error: Error, role: Role) -> Self {
        let Some(said) = error.as_db_error() else { return of_transport(error) };
        // After a PANIC the server recovers from its log, in which a commit may stand already.
        if said.parsed_severity() == Some(Severity::Panic) {
            return Self::lost(said.message());
        }
        // To a reader nothing else is to be expected: the mistake is the statement's.
        if role == Role::Reader && said.code().code() == READ_ONLY {
            return Self::Refused(StoreError::failed(server_words(said)));
        }
        of_server(said)
    }
}

/// An error of our own reading.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::of(error, Role::Writer)
    }
}

fn of_transport(error: Error) -> Failure {
    match error.source() {
        // Our side could not write a parameter down: nothing was sent.
        Some(cause) if !cause.is::<io::Error>() => Failure::Refused(StoreError::failed(words(&error))),
        _ => Failure::lost(words(&error)),
    }
}

fn of_server(said: &DbError) -> Failure {
    let message = said.message();
    let undone = || Failure::Lost { reason: message.to_owned(), is_undone: true };
    match said.code().code() {
        "40001" | "40P01" => Failure::Collision,
        // The server is going, not yet there, full of connections, tired of waiting for us, or no longer the one that takes writes.
        // It says so instead of committing, never after: from there on it lets nothing interrupt it but its own end, which it tells
        // by a warning at most.
        "57P01" | "57P03" | "57P05" | "25P03" | "53300" | READ_ONLY => undone(),
        // Whatever else ends a session may have ended it after a commit: a pooler says so when it lost the server meanwhile.
        _ if said.parsed_severity() == Some(Severity::Fatal) => Failure::lost(message),
        "40003" | "57P02" => Failure::lost(message),
        code if code.starts_with("08") => Failure::lost(message),
        // A prepared statement was lost to a pooler, or to a table that a newer program has changed.
        "26000" | "42P05" => undone(),
        "0A000" if said.routine() == Some(CHANGED_PLAN) => undone(),
        // A limit of time: for a statement, or for a row that another holds.
        "57014" | "55P03" => Failure::Refused(StoreError::Busy),
        "53100" => Failure::Refused(StoreError::Full),
        "XX001" | "XX002" => Failure::Refused(StoreError::Corrupt(message.to_owned())),
        code if code.starts_with("23") => Failure::Refused(StoreError::Constraint(broken_rule(said))),
        _ => Failure::Refused(StoreError::failed(server_words(said))),
    }
}

/// What a notice leaves in doubt although the server reports success: a standby lacks the commit, or nothing was committed.
pub fn doubt(notice: &DbError) -> Option<String> {
    let is_doubtful = notice.routine() == Some(STANDBY_WAIT) || notice.code().code() == NO_TRANSACTION;
    is_doubtful.then(|| server_words(notice))
}

/// The rule by name, never the values that broke it.
fn broken_rule(said: &DbError) -> String {
    match (said.constraint(), said.table(), said.column()) {
        (Some(constraint), _, _) => constraint.to_owned(),
        (None, Some(table), Some(column)) => format!("{table}.{column}"),
        _ => said.code().code().to_owned(),
    }
}

/// What the server said, without its details: they hold values. So do its words about data (class 22).
pub fn server_words(said: &DbError) -> String {
    match said.code().code() {
        code if code.starts_with("22") => format!("a value does not fit (SQLSTATE {code})"),
        code => format!("{} (SQLSTATE {code})", said.message()),
    }
}

/// An error of the client's with its causes, in one line.
pub fn words(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        return server_words(said);
    }
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}
