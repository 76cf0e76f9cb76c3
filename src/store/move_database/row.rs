//! Rows of any table, as values.

use std::cmp::Ordering;
use std::fmt::Write as _;

use super::MoveError;
use crate::store::StoreError;
use crate::store::row::{Column, FromColumn, Row, Unreadable};
use crate::store::tables::Table;
use crate::store::value::Value;

/// Values of one or more rows, or of a key, in the order of the columns.
pub type Values = Vec<Value<'static>>;

impl FromColumn for Value<'static> {
    fn from_column(column: Column<'_>) -> Result<Self, Unreadable> {
        Ok(match column {
            Column::Null => Self::Null,
            Column::Int(value) => Self::Int(value),
            Column::Text(value) => Self::Text(value.to_owned().into()),
            Column::Blob(value) => Self::Blob(value.to_owned().into()),
        })
    }
}

pub fn read(table: &Table, row: &dyn Row) -> Result<Values, StoreError> {
    table.columns.iter().map(|(name, _)| row.get(name)).collect()
}

/// Rows one after the other, as long as a statement that inserts several wants them.
pub struct Batch {
    pub table: &'static Table,
    values: Values,
}

impl Batch {
    pub fn new(table: &'static Table, rows: Vec<Values>) -> Self {
        Self { table, values: rows.into_iter().flatten().collect() }
    }

    pub fn len(&self) -> usize {
        self.values.len() / self.table.columns.len()
    }

    pub fn get(&self, index: usize) -> Option<&[Value<'static>]> {
        self.values.chunks_exact(self.table.columns.len()).nth(index)
    }

    /// The values of `count` rows at a time, fewer at the end.
    pub fn chunks(&self, count: usize) -> impl Iterator<Item = &[Value<'static>]> {
        self.values.chunks(count * self.table.columns.len())
    }

    /// No text of a database's has a NUL character: better to say whose than to stop at the refusal.
    pub fn refuse_nul(&self) -> Result<(), MoveError> {
        for row in self.chunks(1) {
            for ((column, _), value) in self.table.columns.iter().zip(row) {
                if matches!(value, Value::Text(text) if text.contains('\0')) {
                    return Err(MoveError::Nul { table: self.table.name, key: key_in_words(self.table, row), column });
                }
            }
        }
        Ok(())
    }

    /// The key of the last row.
    pub fn last_key(&self) -> Option<Values> {
        self.chunks(1).last().map(|row| key(self.table, row))
    }
}

/// The values of the primary key.
pub fn key(table: &Table, row: &[Value<'static>]) -> Values {
    table.key_positions().map(|position| row[position].clone()).collect()
}

/// The order of two rows' keys: integers by value, text and bytes by their bytes, as both engines order them.
pub fn compare_keys(table: &Table, one: &[Value<'_>], other: &[Value<'_>]) -> Ordering {
    table.key_positions().map(|position| compare(&one[position], &other[position])).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn compare(one: &Value<'_>, other: &Value<'_>) -> Ordering {
    match (one, other) {
        (Value::Int(one), Value::Int(other)) => one.cmp(other),
        (Value::Text(one), Value::Text(other)) => one.as_bytes().cmp(other.as_bytes()),
        (Value::Blob(one), Value::Blob(other)) => one.cmp(other),
        _ => rank(one).cmp(&rank(other)),
    }
}

fn rank(value: &Value<'_>) -> u8 {
    match value {
        Value::Null => 0,
        Value::Int(_) => 1,
        Value::Text(_) => 2,
        Value::Blob(_) => 3,
    }
}

/// Columns in which two rows are not the same.
pub fn differing_columns(table: &Table, one: &[Value<'_>], other: &[Value<'_>]) -> Vec<&'static str> {
    let pairs = table.columns.iter().zip(one.iter().zip(other));
    pairs.filter(|(_, (one, other))| compare(one, other).is_ne()).map(|((name, _), _)| *name).collect()
}

/// A row's key in words. Of bytes, which may be a token's hash, only the beginning: enough to find the row by.
pub fn key_in_words(table: &Table, row: &[Value<'_>]) -> String {
    let words = table.key_positions().map(|position| match &row[position] {
        Value::Null => "NULL".to_owned(),
        Value::Int(value) => value.to_string(),
        Value::Text(value) => value.to_string(),
        Value::Blob(value) => hex(value),
    });
    words.collect::<Vec<_>>().join("/")
}

fn hex(bytes: &[u8]) -> String {
    const SHOWN: usize = 6;
    let mut text = "x".to_owned();
    for byte in bytes.iter().take(SHOWN) {
        write!(text, "{byte:02x}").expect("a string takes it");
    }
    if bytes.len() > SHOWN { text + "…" } else { text }
}
