//! Where the database is: `sqlite:PATH` or `postgres://…`.

use std::fmt;
use std::path::{Path, PathBuf};

pub use super::postgres::PostgresLocation;

/// A database's place. Its `Display` and `Debug` are fit for logs and errors: they never show a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(Box<PostgresLocation>),
}

/// What a server's URL leaves open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerOptions {
    /// Holds the password. Read for each new connection, so that it can be changed while iroam runs.
    pub password_file: Option<PathBuf>,
    /// PEM certificates of the authorities that may vouch for the server; without it those of the web.
    pub ca: Option<PathBuf>,
    /// Most connections at once, for reading and writing together.
    pub connections: Option<usize>,
}

#[derive(Debug, thiserror::Error)]
pub enum LocationError {
    #[error("a database is given as sqlite:PATH or as postgres://USER@HOST/NAME")]
    UnknownKind,
    #[error("sqlite: must be followed by the path of a file")]
    NoPath,
    #[error("sqlite::memory: is no file: what is kept in memory alone would be lost with the program")]
    InMemory,
    #[error(
        "the database's URL holds a password: put it into a file and name that with --database-password-file: URLs are seen in ps and logs"
    )]
    PasswordInUrl,
    #[error("the database's URL names no host: write postgres://USER@HOST/NAME")]
    NoHost,
    #[error("the database's URL is not right: {0}")]
    Url(String),
    #[error("target_session_attrs=read-only in the database's URL: iroam writes, so leave it out")]
    ReadOnly,
    #[error("connections to the database may be {min} to {max}: at least one to read and one to write, and each has a thread")]
    Connections { min: usize, max: usize },
}

impl Location {
    /// Parses what the settings say; `options` hold for a server only.
    pub fn parse(text: &str, options: &ServerOptions) -> Result<Self, LocationError> {
        match text.split_once(':') {
            Some(("sqlite", "")) => Err(LocationError::NoPath),
            Some(("sqlite", ":memory:")) => Err(LocationError::InMemory),
            Some(("sqlite", path)) => Ok(Self::Sqlite(PathBuf::from(path))),
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
                Ok(Self::Postgres(Box::new(PostgresLocation::parse(text, options)?)))
            }
            _ => Err(LocationError::UnknownKind),
        }
    }

    pub fn sqlite(path: &Path) -> Self {
        Self::Sqlite(path.to_owned())
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(server) => server.fmt(f),
        }
    }
}
