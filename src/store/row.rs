//! Columns to values. What does not parse was not written by this program: an error, never a default.

use std::str::FromStr;

use rusqlite::Row;
use rusqlite::types::Type;

use crate::auth::DevicePublicKey;
use crate::types::UnixMs;

pub fn id<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error| unreadable(row, column, error))
}

pub fn id_maybe<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|error| unreadable(row, column, error))).transpose()
}

pub fn key(row: &Row<'_>, column: &str) -> rusqlite::Result<DevicePublicKey> {
    let bytes: [u8; 32] = row.get(column)?;
    DevicePublicKey::from_bytes(bytes).map_err(|error| unreadable(row, column, error))
}

pub fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<UnixMs> {
    row.get(column).map(UnixMs)
}

pub fn time_maybe(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<UnixMs>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(UnixMs))
}

fn unreadable(row: &Row<'_>, column: &str, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
}
