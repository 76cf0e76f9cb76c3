//! The thin layer between a statement and a connection.

use std::ops::ControlFlow;
use std::time::Instant;

use tokio_postgres::Statement as Prepared;

use super::connection::Connection;
use super::error::Failure;
use super::values::Param;
use crate::store::StoreError;
use crate::store::statement::Statement;
use crate::store::tx::{EachRow, Executor};
use crate::store::value::Value;

/// Runs one attempt's statements. It remembers a failure itself: what the work makes of an error does not decide whether it runs again.
pub struct PostgresExecutor<'c> {
    connection: &'c mut Connection,
    until: Instant,
    /// A collision or a loss. What the server refused is the work's own affair.
    pub failure: Option<Failure>,
    /// Whether a statement has changed rows, or answered with some.
    pub has_changed: bool,
    /// Whether a rule of the schema has refused a row.
    pub has_met_rule: bool,
}

impl<'c> PostgresExecutor<'c> {
    pub fn new(connection: &'c mut Connection, until: Instant) -> Self {
        Self { connection, until, failure: None, has_changed: false, has_met_rule: false }
    }

    fn prepare(&mut self, statement: &Statement, params: &[Value<'_>]) -> Result<Prepared, StoreError> {
        let prepared = self.connection.prepare(&statement.sql, self.until).map_err(Failure::before_sending);
        let prepared = prepared.map_err(|failure| self.note(statement, failure))?;
        if prepared.params().len() != params.len() {
            return Err(StoreError::failed(format!("{} takes {} parameters", statement.name, prepared.params().len())));
        }
        Ok(prepared)
    }

    fn note(&mut self, statement: &Statement, failure: Failure) -> StoreError {
        match failure {
            Failure::Refused(StoreError::Failed(cause)) => StoreError::failed(format!("{}: {cause}", statement.name)),
            Failure::Refused(error) => {
                self.has_met_rule |= matches!(error, StoreError::Constraint(_));
                error
            }
            passing => {
                self.failure = Some(passing);
                StoreError::Busy
            }
        }
    }
}

fn bound<'p, 'v>(params: &'p [Value<'v>]) -> Vec<Param<'p, 'v>> {
    params.iter().map(Param).collect()
}

impl Executor for PostgresExecutor<'_> {
    fn execute(&mut self, statement: &Statement, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let prepared = self.prepare(statement, params)?;
        let changed = self.connection.ask(self.until, async |client| client.execute_raw(&prepared, bound(params)).await);
        let changed = changed.map_err(|failure| self.note(statement, failure))?;
        self.has_changed |= changed > 0;
        Ok(changed)
    }

    fn rows(&mut self, statement: &Statement, params: &[Value<'_>], each: &mut EachRow<'_>) -> Result<(), StoreError> {
        let prepared = self.prepare(statement, params)?;
        let params = bound(params);
        let params: Vec<_> = params.iter().map(|param| param as _).collect();
        let rows = self.connection.ask(self.until, async |client| client.query(&prepared, &params).await);
        let rows = rows.map_err(|failure| self.note(statement, failure))?;
        self.has_changed |= !rows.is_empty();
        for row in &rows {
            if each(row)? == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }
}
