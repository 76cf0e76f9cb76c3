//! The law of group commit: however jobs are grouped, the database is what the succeeded ones make of it, one after the other.

use std::collections::BTreeMap;
use std::panic::resume_unwind;

use proptest::collection::vec;
use proptest::prelude::*;

use super::kit::{ADD_NOTE, Answer, LOSE, committer, database, job, save};
use crate::store::StoreError;
use crate::store::job::Job;
use crate::store::statement::Statement;
use crate::store::tx::Tx;
use crate::store::value::params;

static CHANGE: Statement = Statement::new("CHANGE", "UPDATE notes SET text = $2 WHERE key = $1");
static REMOVE: Statement = Statement::new("REMOVE", "DELETE FROM notes WHERE key = $1 RETURNING text");

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Fails when the key is there.
    Add(i64),
    Change(i64),
    Remove(i64),
}

#[derive(Clone, Copy, Debug)]
enum End {
    Succeed,
    Fail,
    Panic,
    /// Goes on after a failed step, as if nothing was.
    Ignore,
    /// Loses the transaction of all, as after a full disk.
    Lose,
}

/// Steps, and what becomes of them.
type Plan = (Vec<Step>, End);

fn step() -> impl Strategy<Value = Step> {
    let key = 0..6_i64;
    prop_oneof![key.clone().prop_map(Step::Add), key.clone().prop_map(Step::Change), key.prop_map(Step::Remove)]
}

fn plan() -> impl Strategy<Value = Plan> {
    let end =
        prop_oneof![4 => Just(End::Succeed), 1 => Just(End::Fail), 1 => Just(End::Panic), 1 => Just(End::Ignore), 1 => Just(End::Lose)];
    (vec(step(), 0..4), end)
}

fn run(step: Step, text: &str, tx: &mut Tx<'_>) -> Result<(), StoreError> {
    match step {
        Step::Add(key) => tx.execute(&ADD_NOTE, params![key, text]).map(drop),
        Step::Change(key) => tx.execute(&CHANGE, params![key, text]).map(drop),
        Step::Remove(key) => tx.maybe(&REMOVE, params![key], |row| row.get::<String>("text")).map(drop),
    }
}

fn job_of((steps, end): Plan, text: String) -> (Job, Answer<()>) {
    job(move |tx| {
        for &step in &steps {
            let done = run(step, &text, tx);
            if !matches!(end, End::Ignore) {
                done?;
            }
        }
        match end {
            End::Fail => Err(StoreError::failed("as planned")),
            End::Panic => resume_unwind(Box::new("as planned")),
            End::Lose => tx.execute(&LOSE, params![]).map(drop),
            End::Succeed | End::Ignore => Ok(()),
        }
    })
}

/// The same on a map; false when it leaves that as it was.
fn apply((steps, end): &Plan, text: &str, notes: &mut BTreeMap<i64, String>) -> bool {
    let mut after = notes.clone();
    let may_all = steps.iter().all(|step| match step {
        Step::Add(key) => after.insert(*key, text.to_owned()).is_none(),
        Step::Change(key) => {
            after.entry(*key).and_modify(|old| text.clone_into(old));
            true
        }
        Step::Remove(key) => {
            after.remove(key);
            true
        }
    });
    let succeeds = may_all && matches!(end, End::Succeed | End::Ignore);
    if succeeds {
        *notes = after;
    }
    succeeds
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_group_is_its_succeeded_jobs_in_order(groups in vec(vec(plan(), 1..9), 1..6)) {
        let database = database();
        let mut committer = committer(&database.path);
        let mut expected = BTreeMap::new();
        for (round, plans) in groups.into_iter().enumerate() {
            let succeed: Vec<_> =
                plans.iter().enumerate().map(|(n, plan)| apply(plan, &format!("{round}.{n}"), &mut expected)).collect();
            let jobs = plans.into_iter().enumerate().map(|(n, plan)| job_of(plan, format!("{round}.{n}"))).collect();
            let answers: Vec<_> = save(&mut committer, jobs).into_iter().map(|answer| answer.is_ok()).collect();
            prop_assert_eq!(answers, succeed);
            prop_assert_eq!(&notes(&database.path), &expected);
        }
    }
}

fn notes(path: &std::path::Path) -> BTreeMap<i64, String> {
    let db = rusqlite::Connection::open(path).expect("the file opens");
    let mut query = db.prepare("SELECT key, text FROM notes").expect("a query");
    query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows").map(|row| row.expect("a row")).collect()
}
