//! Executors that are broken on purpose: the model must find each of them out, or it would not find a broken engine either.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::engines::{Database, Kind, on_both_engines};
use super::model::{search, search_at_once};
use super::races::stay_after_both_meant_to_leave;
use crate::store::job::{Tampering, Verdict};
use crate::store::statement::Statement;
use crate::store::tx::{EachRow, Executor};
use crate::store::value::Value;
use crate::store::{Store, StoreError};

on_both_engines! {
    notices_forgotten_changes,
    notices_changes_done_twice,
    notices_changes_counted_wrongly,
    notices_missing_answers,
    notices_answers_cut_short,
    notices_lost_returned_rows,
    notices_swapped_parameters,
    notices_integers_cut_to_32_bits,
    notices_text_in_another_case,
    notices_hidden_errors,
    notices_failures_that_are_committed,
    finds_nothing_wrong_with_an_executor_that_is_not_broken,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    ForgetsChanges,
    ChangesTwice,
    CountsAtLeastOne,
    AnswersNothing,
    AnswersOneRow,
    LosesReturned,
    SwapsParameters,
    CutsIntegers,
    LowersText,
    HidesErrors,
    CommitsFailures,
    IsolatesLess,
    None,
}

/// How often a fault shows that comes and goes.
const EVERY: u32 = 5;

/// Cases that are enough to find every fault; most take one or two.
const CASES: u32 = 200;

/// Whether the model finds something wrong with this fault in the way.
fn is_noticed(db: &Database, fault: Fault) -> bool {
    search(db, &broken(db, fault), CASES, 0).is_err()
}

fn broken(db: &Database, fault: Fault) -> Store {
    db.broken(Arc::new(Broken { fault, turns: AtomicU32::new(0) }))
}

macro_rules! notices {
    ($($test:ident: $fault:ident;)+) => {$(
        async fn $test(db: Database) {
            assert!(is_noticed(&db, Fault::$fault));
        }
    )+};
}

notices! {
    notices_forgotten_changes: ForgetsChanges;
    notices_changes_done_twice: ChangesTwice;
    notices_changes_counted_wrongly: CountsAtLeastOne;
    notices_missing_answers: AnswersNothing;
    notices_answers_cut_short: AnswersOneRow;
    notices_lost_returned_rows: LosesReturned;
    notices_swapped_parameters: SwapsParameters;
    notices_integers_cut_to_32_bits: CutsIntegers;
    notices_text_in_another_case: LowersText;
    notices_hidden_errors: HidesErrors;
    notices_failures_that_are_committed: CommitsFailures;
}

async fn finds_nothing_wrong_with_an_executor_that_is_not_broken(db: Database) {
    assert!(search(&db, &broken(&db, Fault::None), 8, 0).is_ok());
}

/// SQLite has one level only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_notices_transactions_that_are_not_serializable() {
    let db = Database::new(Kind::Postgres).await;
    let store = broken(&db, Fault::IsolatesLess);
    assert_eq!(stay_after_both_meant_to_leave(&db, &store).await, 0);
    assert!(search_at_once(&db, &[store], 1_000, 0).is_err());
}

struct Broken {
    fault: Fault,
    turns: AtomicU32,
}

impl Tampering for Broken {
    fn executor<'e>(&'e self, engine: &'e mut dyn Executor) -> Box<dyn Executor + 'e> {
        Box::new(BrokenExecutor { broken: self, engine, has_begun: false })
    }

    fn verdict(&self, verdict: Verdict) -> Verdict {
        if self.fault == Fault::CommitsFailures { Verdict::Commit } else { verdict }
    }
}

impl Broken {
    fn is_its_turn(&self) -> bool {
        self.turns.fetch_add(1, Relaxed) % EVERY == EVERY - 1
    }
}

struct BrokenExecutor<'e> {
    broken: &'e Broken,
    engine: &'e mut dyn Executor,
    has_begun: bool,
}

static LESS_ISOLATION: Statement = Statement::new("LESS_ISOLATION", "SET TRANSACTION ISOLATION LEVEL READ COMMITTED");

impl BrokenExecutor<'_> {
    /// Before the first statement of a transaction.
    fn begin(&mut self) -> Result<(), StoreError> {
        if self.broken.fault == Fault::IsolatesLess && !self.has_begun {
            self.engine.execute(&LESS_ISOLATION, &[])?;
        }
        self.has_begun = true;
        Ok(())
    }
}

impl Executor for BrokenExecutor<'_> {
    fn execute(&mut self, statement: &Statement, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.begin()?;
        let params = &*spoilt(self.broken.fault, params);
        match self.broken.fault {
            Fault::ForgetsChanges if self.broken.is_its_turn() => Ok(1),
            Fault::ChangesTwice if self.broken.is_its_turn() => {
                self.engine.execute(statement, params)?;
                self.engine.execute(statement, params)
            }
            Fault::CountsAtLeastOne => Ok(self.engine.execute(statement, params)?.max(1)),
            Fault::HidesErrors => Ok(self.engine.execute(statement, params).unwrap_or(0)),
            _ => self.engine.execute(statement, params),
        }
    }

    fn rows(&mut self, statement: &Statement, params: &[Value<'_>], each: &mut EachRow<'_>) -> Result<(), StoreError> {
        self.begin()?;
        let params = &*spoilt(self.broken.fault, params);
        match self.broken.fault {
            Fault::AnswersNothing if self.broken.is_its_turn() => Ok(()),
            Fault::AnswersOneRow => self.engine.rows(statement, params, &mut |row| each(row).map(|_| ControlFlow::Break(()))),
            Fault::LosesReturned if statement.sql.contains("RETURNING") => {
                self.engine.rows(statement, params, &mut |_| Ok(ControlFlow::Continue(())))
            }
            _ => self.engine.rows(statement, params, each),
        }
    }
}

fn spoilt<'v>(fault: Fault, params: &'v [Value<'v>]) -> Cow<'v, [Value<'v>]> {
    let mut spoilt = params.to_vec();
    match fault {
        Fault::SwapsParameters => swap_alike(&mut spoilt),
        Fault::CutsIntegers => spoilt.iter_mut().for_each(|value| {
            if let Value::Int(number) = value {
                *number = i64::from(*number as i32);
            }
        }),
        Fault::LowersText => spoilt.iter_mut().for_each(|value| {
            if let Value::Text(text) = value {
                *text = Cow::Owned(text.to_lowercase());
            }
        }),
        _ => return Cow::Borrowed(params),
    }
    Cow::Owned(spoilt)
}

/// Swaps the first two of one type, so that the database takes them.
fn swap_alike(params: &mut [Value<'_>]) {
    for first in 0..params.len() {
        for second in first + 1..params.len() {
            if std::mem::discriminant(&params[first]) == std::mem::discriminant(&params[second]) {
                return params.swap(first, second);
            }
        }
    }
}
