//! Random commands over the whole of the store, against a small model of it in memory.

mod command;
mod contents;
mod rules;
mod serial;
mod strategy;

use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use tokio::runtime::Handle;

pub use command::Command;
pub use contents::{contents, wipe};
use rules::Model;
pub use serial::Callers;

use super::engines::{Database, Kind, on_both_engines};
use crate::store::Store;

on_both_engines! {
    does_what_the_model_does,
    callers_at_once_are_as_if_one_after_the_other,
    callers_of_two_programs_are_as_if_one_after_the_other,
}

/// Most commands of one case.
const LENGTH_MAX: usize = 40;

async fn does_what_the_model_does(db: Database) {
    let cases = if db.kind == Kind::Sqlite { 256 } else { 64 };
    if let Err(found) = search(&db, &db.store, cases, 2_000) {
        panic!("{found}");
    }
}

async fn callers_at_once_are_as_if_one_after_the_other(db: Database) {
    let cases = if db.kind == Kind::Sqlite { 192 } else { 96 };
    if let Err(found) = search_at_once(&db, std::slice::from_ref(&db.store), cases, 200) {
        panic!("{found}");
    }
}

async fn callers_of_two_programs_are_as_if_one_after_the_other(db: Database) {
    let stores = [db.store.clone(), db.opened_again().await];
    if let Err(found) = search_at_once(&db, &stores, 48, 200) {
        panic!("{found}");
    }
}

/// Looks for commands that `store`, a handle to `db`, answers or does otherwise than the model.
pub fn search(db: &Database, store: &Store, cases: u32, shrinks: u32) -> Result<(), TestError<Vec<Command>>> {
    run(strategy::commands(LENGTH_MAX), cases, shrinks, |commands| follow(db, store, commands))
}

/// Looks for callers at once, of these handles to `db`, whose answers no order of their commands explains.
pub fn search_at_once(db: &Database, stores: &[Store], cases: u32, shrinks: u32) -> Result<(), TestError<Callers>> {
    run(strategy::callers(), cases, shrinks, |callers| serial::check(db, stores, callers))
}

/// PROPTEST_CASES and PROPTEST_RNG_SEED of the environment are heeded as everywhere.
fn run<S, F>(strategy: S, cases: u32, shrinks: u32, check: impl Fn(S::Value) -> F) -> Result<(), TestError<S::Value>>
where
    S: proptest::strategy::Strategy,
    F: Future<Output = Result<(), String>>,
{
    let given = Config::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { given.cases } else { cases };
    let config = Config { cases, max_shrink_iters: shrinks, failure_persistence: None, ..given };
    let one = |value| Handle::current().block_on(check(value)).map_err(TestCaseError::fail);
    tokio::task::block_in_place(|| TestRunner::new(config).run(&strategy, one))
}

async fn follow(db: &Database, store: &Store, commands: Vec<Command>) -> Result<(), String> {
    wipe(&db.store).await;
    let mut model = Model::default();
    for (step, command) in commands.iter().enumerate() {
        let (answer, expected) = (command.ask(store).await, model.apply(command));
        if answer != expected {
            return Err(format!("step {step}, {command:?}: {answer:?}, where the model says {expected:?}"));
        }
    }
    let (found, expected) = (contents(&db.store).await, model.contents());
    if found == expected { Ok(()) } else { Err(format!("at the end there is {found:#?}, where the model has {expected:#?}")) }
}
