//! The thin layer between a statement and rusqlite.

use std::ops::ControlFlow;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};

use crate::store::StoreError;
use crate::store::row::{Column, Row, Unreadable};
use crate::store::statement::Statement;
use crate::store::tx::{EachRow, Executor};
use crate::store::value::Value;

pub struct SqliteExecutor<'c>(pub &'c Connection);

impl Executor for SqliteExecutor<'_> {
    fn execute(&mut self, statement: &Statement, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let changed = prepare(self.0, statement, params)?.raw_execute()?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    fn rows(&mut self, statement: &Statement, params: &[Value<'_>], each: &mut EachRow<'_>) -> Result<(), StoreError> {
        let mut prepared = prepare(self.0, statement, params)?;
        let mut rows = prepared.raw_query();
        while let Some(row) = rows.next()? {
            if each(row)? == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }
}

/// To SQLite `$1` is only a name, and names are numbered as they first appear: so parameters are bound by name.
fn prepare<'c>(connection: &'c Connection, statement: &Statement, params: &[Value<'_>]) -> Result<CachedStatement<'c>, StoreError> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    if prepared.parameter_count() != params.len() {
        return Err(StoreError::failed(format!("{} takes {} parameters", statement.name, prepared.parameter_count())));
    }
    for (value, name) in params.iter().zip(NAMES) {
        let index = prepared.parameter_index(name)?.ok_or_else(|| StoreError::failed(format!("{} has no {name}", statement.name)))?;
        prepared.raw_bind_parameter(index, value)?;
    }
    Ok(prepared)
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

impl Row for rusqlite::Row<'_> {
    fn column(&self, name: &str) -> Result<Column<'_>, Unreadable> {
        match self.get_ref(name).map_err(|error| Unreadable(error.to_string()))? {
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
