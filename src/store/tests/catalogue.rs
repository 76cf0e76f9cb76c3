//! Every statement there is: both engines take it, with the same types, and find its rows by an index.

mod columns;
mod explain;
mod words;

use std::collections::HashSet;

use super::engines::{Database, on_both_engines};
use crate::store::catalogue;
use crate::store::statement::Statement;

on_both_engines! {
    every_statement_finds_its_rows_by_an_index,
}

/// Statements that read a whole table, each with its reason.
const WHOLE_TABLE: [(&str, &str); 4] = [
    ("USERS", "all of them are wanted"),
    ("COUNT_GRANTS", "counts them all, and no more are kept than may wait"),
    ("SERVER_KEY", "the table has one row"),
    ("SWEEP_SIGN_IN_LINKS", "few are made, by hand, and each is gone after minutes"),
];

async fn every_statement_finds_its_rows_by_an_index(db: Database) {
    let scanning: HashSet<_> = explain::scanning(&db).await.into_iter().collect();
    let expected: HashSet<_> = WHOLE_TABLE.into_iter().map(|(name, _)| name).collect();
    assert_eq!(scanning, expected);
}

#[test]
fn every_statement_has_a_name_of_its_own() {
    let names: Vec<_> = catalogue().map(|statement| statement.name).collect();
    assert!(names.len() > 30);
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
}

#[test]
fn every_number_up_to_the_highest_stands_for_a_parameter() {
    for statement in catalogue() {
        let used = numbers(&statement.sql);
        let highest = used.iter().max().copied().unwrap_or(0);
        assert_eq!(used, (1..=highest).collect(), "{}", statement.name);
    }
}

/// n of each `$n`.
fn numbers(sql: &str) -> HashSet<usize> {
    let digits = sql.split('$').skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
    digits.map(|digits| digits.parse().expect("a dollar sign begins a parameter")).collect()
}

fn parameters(statement: &Statement) -> usize {
    numbers(&statement.sql).len()
}

#[test]
fn finds_parameters_wherever_they_stand() {
    assert_eq!(numbers("SELECT $2, $1+$12"), HashSet::from([1, 2, 12]));
    assert_eq!(numbers("SELECT 1"), HashSet::new());
}
