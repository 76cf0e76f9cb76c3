//! Both ends side by side, in the order of the keys: every row of either must be in the other, the same in every value.

use std::cmp::Ordering;
use std::fmt;

use super::side::Side;
use super::{MoveError, Step, Tick, Watch, read, row};
use crate::store::Store;
use crate::store::tables::Table;

/// Differences told of; the others are only counted.
const TOLD_MAX: usize = 3;

/// How many rows are not the same at both ends, and which are the first. Keys and columns are named, never what is in them.
#[derive(Debug, Default)]
pub struct Differences {
    pub count: u64,
    first: Vec<String>,
}

impl Differences {
    fn add(&mut self, words: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < TOLD_MAX {
            self.first.push(words());
        }
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "in {} rows: {}", self.count, self.first.join("; "))?;
        if self.count > self.first.len() as u64 { f.write_str("; …") } else { Ok(()) }
    }
}

/// Adds to `differences` those of one table; how many rows its source has.
pub async fn compare(
    source: &Store,
    target: &Store,
    table: &'static Table,
    differences: &mut Differences,
    watch: &mut Watch<'_>,
) -> Result<u64, MoveError> {
    let of = read::count(source, table, None).await.map_err(MoveError::Source)?;
    let (mut ours, mut theirs) = (Side::new(source, table), Side::new(target, table));
    let mut done = 0;
    loop {
        watch(Tick { step: Step::Compare, table: table.name, done, of });
        let (ours_filled, theirs_filled) = tokio::join!(ours.fill(), theirs.fill());
        ours_filled.map_err(MoveError::Source)?;
        theirs_filled.map_err(MoveError::Target)?;
        if ours.row().is_none() && theirs.row().is_none() {
            return Ok(done);
        }
        done += compare_what_is_read(table, &mut ours, &mut theirs, differences);
    }
}

/// Goes on until one of the two has to read. How many of the source's rows it passed.
fn compare_what_is_read(table: &'static Table, ours: &mut Side<'_>, theirs: &mut Side<'_>, differences: &mut Differences) -> u64 {
    let mut passed = 0;
    while !ours.is_used_up() && !theirs.is_used_up() {
        let order = match (ours.row(), theirs.row()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => row::compare_keys(table, one, other),
        };
        match order {
            Ordering::Less => differences.add(|| format!("{} {} is missing in the target", table.name, ours.key_in_words())),
            Ordering::Greater => differences.add(|| format!("{} {} is only in the target", table.name, theirs.key_in_words())),
            Ordering::Equal => compare_values(table, ours, theirs, differences),
        }
        if order.is_le() {
            ours.pass();
            passed += 1;
        }
        if order.is_ge() {
            theirs.pass();
        }
    }
    passed
}

fn compare_values(table: &'static Table, ours: &Side<'_>, theirs: &Side<'_>, differences: &mut Differences) {
    let (Some(one), Some(other)) = (ours.row(), theirs.row()) else { return };
    let columns = row::differing_columns(table, one, other);
    if !columns.is_empty() {
        differences.add(|| format!("{} {} differs in {}", table.name, ours.key_in_words(), columns.join(", ")));
    }
}
