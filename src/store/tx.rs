//! A transaction as a value: only its statements are in reach, and it cannot be committed, kept or used again by whoever holds
//! it. The engine commits it when the work returns `Ok`, and rolls it back when the work returns an error or panics.

use std::ops::ControlFlow;

use super::StoreError;
use super::row::Row;
use super::statement::Statement;
use super::value::Value;

/// What an engine does with one statement. There are two, one an engine; the tests have broken ones.
pub(super) trait Executor {
    /// Runs a statement that changes rows; how many it changed.
    fn execute(&mut self, statement: &Statement, params: &[Value<'_>]) -> Result<u64, StoreError>;

    /// Runs a statement that answers with rows, and hands each on until told to break.
    fn rows(&mut self, statement: &Statement, params: &[Value<'_>], each: &mut EachRow<'_>) -> Result<(), StoreError>;
}

/// What takes one row after the other.
pub(super) type EachRow<'a> = dyn FnMut(&dyn Row) -> Result<ControlFlow<()>, StoreError> + 'a;

/// An open transaction. After a statement failed it takes no more: what came before cannot be saved without it.
pub struct Tx<'e> {
    executor: &'e mut dyn Executor,
    has_failed: bool,
}

impl<'e> Tx<'e> {
    pub(super) fn new(executor: &'e mut dyn Executor) -> Self {
        Self { executor, has_failed: false }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// How many rows the statement changed.
    pub fn execute(&mut self, statement: &Statement, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.run(params, |executor| executor.execute(statement, params))
    }

    /// The first row, if there is one.
    pub fn maybe<T>(
        &mut self,
        statement: &Statement,
        params: &[Value<'_>],
        read: impl Fn(&dyn Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut found = None;
        let mut take_first = |row: &dyn Row| {
            found = Some(read(row)?);
            Ok(ControlFlow::Break(()))
        };
        self.run(params, |executor| executor.rows(statement, params, &mut take_first))?;
        Ok(found)
    }

    /// The one row that there always is, as of an aggregate.
    pub fn one<T>(
        &mut self,
        statement: &Statement,
        params: &[Value<'_>],
        read: impl Fn(&dyn Row) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.maybe(statement, params, read)?.ok_or_else(|| StoreError::failed(format!("{} found no row", statement.name)))
    }

    /// Every row, in the statement's order.
    pub fn all<T>(
        &mut self,
        statement: &Statement,
        params: &[Value<'_>],
        read: impl Fn(&dyn Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        let mut take = |row: &dyn Row| {
            found.push(read(row)?);
            Ok(ControlFlow::Continue(()))
        };
        self.run(params, |executor| executor.rows(statement, params, &mut take))?;
        Ok(found)
    }

    fn run<T>(
        &mut self,
        params: &[Value<'_>],
        statement: impl FnOnce(&mut dyn Executor) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.has_failed {
            return Err(StoreError::AfterFailure);
        }
        let outcome = check(params).and_then(|()| statement(self.executor));
        self.has_failed = outcome.is_err();
        outcome
    }
}

/// SQLite would keep a NUL character in a text, PostgreSQL cannot: neither gets one.
fn check(params: &[Value<'_>]) -> Result<(), StoreError> {
    let has_nul = params.iter().any(|value| matches!(value, Value::Text(text) if text.contains('\0')));
    if has_nul { Err(StoreError::Constraint("a text with a NUL character in it".to_owned())) } else { Ok(()) }
}

/// One statement's turn: taken by value, so that there is no second. It is a transaction of its own, which PostgreSQL runs in one
/// round trip.
pub struct Once<'t, 'e>(pub(super) &'t mut Tx<'e>);

impl Once<'_, '_> {
    /// How many rows the statement changed.
    pub fn execute(self, statement: &Statement, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.0.execute(statement, params)
    }

    /// The first row, if there is one.
    pub fn maybe<T>(
        self,
        statement: &Statement,
        params: &[Value<'_>],
        read: impl Fn(&dyn Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.0.maybe(statement, params, read)
    }

    /// The one row that there always is.
    pub fn one<T>(
        self,
        statement: &Statement,
        params: &[Value<'_>],
        read: impl Fn(&dyn Row) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.0.one(statement, params, read)
    }

    /// Every row, in the statement's order.
    pub fn all<T>(
        self,
        statement: &Statement,
        params: &[Value<'_>],
        read: impl Fn(&dyn Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.0.all(statement, params, read)
    }
}
