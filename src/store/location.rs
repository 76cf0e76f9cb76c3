//! Where the database is: `sqlite:PATH` or `postgres://…`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A database's place. Its `Display` and `Debug` are fit for logs and errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A file.
    Sqlite(PathBuf),
}

#[derive(Debug, thiserror::Error)]
pub enum LocationError {
    #[error("a database is given as sqlite:PATH or as postgres://USER@HOST/NAME")]
    UnknownKind,
    #[error("sqlite: must be followed by the path of a file")]
    NoPath,
}

impl Location {
    pub fn sqlite(path: &Path) -> Self {
        Self::Sqlite(path.to_owned())
    }
}

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        match text.split_once(':') {
            Some(("sqlite", "")) => Err(LocationError::NoPath),
            Some(("sqlite", path)) => Ok(Self::Sqlite(PathBuf::from(path))),
            _ => Err(LocationError::UnknownKind),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
        }
    }
}
