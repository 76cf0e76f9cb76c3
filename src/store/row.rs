//! Columns to values. What does not parse was not written by this program: an error, never a default.

use std::str::FromStr;

use super::StoreError;
use crate::auth::DevicePublicKey;
use crate::types::{HostId, ItemId, PlaylistId, Secret, SessionId, TrackId, UnixMs, UserId};

/// One column of one row.
#[derive(Clone, Copy)]
pub enum Column<'r> {
    Null,
    Int(i64),
    Text(&'r str),
    Blob(&'r [u8]),
}

/// One row of an answer, as its engine holds it.
pub trait Row {
    /// The column of this name. An error when the answer has none such, or one of a type that no schema of ours has.
    fn column(&self, name: &str) -> Result<Column<'_>, Unreadable>;
}

impl dyn Row + '_ {
    pub fn get<T: FromColumn>(&self, name: &str) -> Result<T, StoreError> {
        let value = self.column(name).and_then(T::from_column);
        value.map_err(|Unreadable(detail)| StoreError::Unreadable { column: name.to_owned(), detail })
    }
}

/// Why a column could not be read. Never its value, which may be a secret.
#[derive(Debug)]
pub struct Unreadable(pub String);

/// What a column may be read as.
pub trait FromColumn: Sized {
    fn from_column(column: Column<'_>) -> Result<Self, Unreadable>;
}

fn wrong(wanted: &str, found: Column<'_>) -> Unreadable {
    let found = match found {
        Column::Null => "nothing",
        Column::Int(_) => "an integer",
        Column::Text(_) => "text",
        Column::Blob(_) => "bytes",
    };
    Unreadable(format!("{found} where {wanted} should be"))
}

impl FromColumn for i64 {
    fn from_column(column: Column<'_>) -> Result<Self, Unreadable> {
        if let Column::Int(value) = column { Ok(value) } else { Err(wrong("an integer", column)) }
    }
}

impl FromColumn for UnixMs {
    fn from_column(column: Column<'_>) -> Result<Self, Unreadable> {
        i64::from_column(column).map(Self)
    }
}

impl FromColumn for String {
    fn from_column(column: Column<'_>) -> Result<Self, Unreadable> {
        if let Column::Text(value) = column { Ok(value.to_owned()) } else { Err(wrong("text", column)) }
    }
}

impl FromColumn for Secret<String> {
    fn from_column(column: Column<'_>) -> Result<Self, Unreadable> {
        String::from_column(column).map(Self::new)
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(column: Column<'_>) -> Result<Self, Unreadable> {
        if matches!(column, Column::Null) { Ok(None) } else { T::from_column(column).map(Some) }
    }
}

impl FromColumn for DevicePublicKey {
    fn from_column(column: Column<'_>) -> Result<Self, Unreadable> {
        let Column::Blob(bytes) = column else { return Err(wrong("a public key", column)) };
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| Unreadable(format!("{} bytes where 32 should be", bytes.len())))?;
        Self::from_bytes(bytes).map_err(|error| Unreadable(error.to_string()))
    }
}

fn parse<T: FromStr<Err: std::fmt::Display>>(column: Column<'_>) -> Result<T, Unreadable> {
    let Column::Text(text) = column else { return Err(wrong("an id", column)) };
    text.parse().map_err(|error: T::Err| Unreadable(error.to_string()))
}

macro_rules! id_columns {
    ($($id:ty),+) => {$(
        impl FromColumn for $id {
            fn from_column(column: Column<'_>) -> Result<Self, Unreadable> {
                parse(column)
            }
        }
    )+};
}
id_columns!(UserId, HostId, SessionId, PlaylistId, ItemId, TrackId);
