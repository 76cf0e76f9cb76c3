//! The thin layer between a statement and rusqlite.

use std::cell::Cell;
use std::ops::ControlFlow;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};

use super::error::failure;
use crate::store::StoreError;
use crate::store::row::{Column, Row, Unreadable};
use crate::store::statement::Statement;
use crate::store::tx::{EachRow, Executor};
use crate::store::value::Value;

pub struct SqliteExecutor<'c>(pub &'c Connection);

impl Executor for SqliteExecutor<'_> {
    fn execute(&mut self, statement: &Statement, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let changed = prepare(self.0, statement, params)?.raw_execute().map_err(|error| failure(self.0, error))?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    fn rows(&mut self, statement: &Statement, params: &[Value<'_>], each: &mut EachRow<'_>) -> Result<(), StoreError> {
        let mut prepared = prepare(self.0, statement, params)?;
        let mut rows = prepared.raw_query();
        let mut names = Vec::new();
        let mut is_first = true;
        while let Some(row) = rows.next().map_err(|error| failure(self.0, error))? {
            if !is_first && names.is_empty() {
                // One row is soon read without, but asking SQLite for every name in every row adds up.
                names.extend(row.as_ref().column_names().into_iter().map(str::to_owned));
            }
            is_first = false;
            if each(&SqliteRow { row, names: &names, next: Cell::new(0) })? == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }
}

/// Runs what is no statement of the catalogue's: the beginnings and ends of transactions, and settings, which answer with a row at
/// times.
pub fn run_now(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    run_raw(connection, sql).map_err(|error| failure(connection, error))
}

/// The same, with SQLite's own error.
pub fn run_raw(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(())
}

fn prepare<'c>(connection: &'c Connection, statement: &Statement, params: &[Value<'_>]) -> Result<CachedStatement<'c>, StoreError> {
    let mut prepared = connection.prepare_cached(&statement.sql).map_err(|error| failure(connection, error))?;
    if prepared.parameter_count() != params.len() {
        return Err(StoreError::failed(format!("{} takes {} parameters", statement.name, prepared.parameter_count())));
    }
    for (number, value) in params.iter().enumerate() {
        let index = index(&prepared, statement, number)?;
        prepared.raw_bind_parameter(index, value).map_err(|error| failure(connection, error))?;
    }
    Ok(prepared)
}

/// Where parameter `$1` (number 0), `$2`, … is bound. To SQLite that is only a name, and names are numbered as they first appear.
fn index(prepared: &CachedStatement<'_>, statement: &Statement, number: usize) -> Result<usize, StoreError> {
    let name = NAMES.get(number).ok_or_else(|| StoreError::failed(format!("{} has too many parameters", statement.name)))?;
    if prepared.parameter_name(number + 1) == Some(name) {
        return Ok(number + 1);
    }
    let found = prepared.parameter_index(name).ok().flatten();
    found.ok_or_else(|| StoreError::failed(format!("{} has no {name}", statement.name)))
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

struct SqliteRow<'r, 's> {
    row: &'r rusqlite::Row<'s>,
    /// The columns' names, or none where they have to be asked for.
    names: &'r [String],
    /// Columns are mostly read in their order: where the next is looked for first.
    next: Cell<usize>,
}

impl SqliteRow<'_, '_> {
    fn index(&self, name: &str) -> Result<usize, Unreadable> {
        let columns = self.row.as_ref();
        let is_it = |index: &usize| match self.names.get(*index) {
            Some(column) => column == name,
            None => columns.column_name(*index).is_ok_and(|column| column == name),
        };
        let next = Some(self.next.get()).filter(is_it);
        let found = next.or_else(|| (0..columns.column_count()).find(is_it));
        found.ok_or_else(|| Unreadable("the answer has no such column".to_owned()))
    }
}

impl Row for SqliteRow<'_, '_> {
    fn column(&self, name: &str) -> Result<Column<'_>, Unreadable> {
        let index = self.index(name)?;
        self.next.set(index + 1);
        match self.row.get_ref(index).map_err(|error| Unreadable(error.to_string()))? {
            ValueRef::Null => Ok(Column::Null),
            ValueRef::Integer(value) => Ok(Column::Int(value)),
            ValueRef::Text(value) => {
                std::str::from_utf8(value).map(Column::Text).map_err(|_| Unreadable("text that is not UTF-8".to_owned()))
            }
            ValueRef::Blob(value) => Ok(Column::Blob(value)),
            ValueRef::Real(_) => Err(Unreadable("a floating-point number, which this program never stores".to_owned())),
        }
    }
}

/// More than any statement of the catalogue has; the long ones of a move are built from these too.
const NAMES: [&str; 32] = [
    "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16", "$17", "$18", "$19", "$20",
    "$21", "$22", "$23", "$24", "$25", "$26", "$27", "$28", "$29", "$30", "$31", "$32",
];
