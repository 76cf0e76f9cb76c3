//! Statements over a whole table, written from the list of tables: the only ones that are not in the catalogue.

use std::borrow::Cow;

use crate::store::statement::Statement;
use crate::store::tables::Table;

/// Rows of one read, and of one transaction of the target's. Some 200 KB: a server is given up on when it has not answered within 10 s,
/// and these have to travel in that time also over a line of 1 Mbit/s.
pub const BATCH_ROWS: usize = 1000;

fn statement(name: &'static str, sql: String) -> Statement {
    Statement { name, sql: Cow::Owned(sql) }
}

fn column_names(table: &Table) -> String {
    let names: Vec<_> = table.columns.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

/// `$from, …`: `count` parameters.
fn parameters(from: usize, count: usize) -> String {
    let names: Vec<_> = (from..from + count).map(|number| format!("${number}")).collect();
    names.join(", ")
}

/// The first rows in the order of their keys, or, when it `goes_on`, those after the key that is given.
pub fn read_batch(table: &Table, goes_on: bool) -> Statement {
    let (columns, name, key) = (column_names(table), table.name, table.key.join(", "));
    let after = if goes_on { format!("WHERE ({key}) > ({}) ", parameters(1, table.key.len())) } else { String::new() };
    statement("MOVE_READ_BATCH", format!("SELECT {columns} FROM {name} {after}ORDER BY {key} LIMIT {BATCH_ROWS}"))
}

/// The last row by its key.
pub fn last_row(table: &Table) -> Statement {
    let (columns, name, key) = (column_names(table), table.name, table.key.join(" DESC, "));
    statement("MOVE_LAST_ROW", format!("SELECT {columns} FROM {name} ORDER BY {key} DESC LIMIT 1"))
}

/// All rows, or, when a key `is_given`, those up to it.
pub fn count(table: &Table, is_given: bool) -> Statement {
    let key = table.key.join(", ");
    let until = if is_given { format!(" WHERE ({key}) <= ({})", parameters(1, table.key.len())) } else { String::new() };
    statement("MOVE_COUNT", format!("SELECT count(*) AS found FROM {}{until}", table.name))
}

/// Adds that many rows, whose values are given one row after the other.
pub fn insert(table: &Table, rows: usize) -> Statement {
    let width = table.columns.len();
    let values: Vec<_> = (0..rows).map(|row| format!("({})", parameters(row * width + 1, width))).collect();
    statement("MOVE_INSERT", format!("INSERT INTO {} ({}) VALUES {}", table.name, column_names(table), values.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tables::Kind;

    const PAIR: Table = Table { name: "t", columns: &[("a", Kind::Text), ("b", Kind::Integer), ("c", Kind::Bytes)], key: &["b", "a"] };

    #[test]
    fn a_key_of_two_columns_is_followed_in_its_own_order() {
        assert_eq!(read_batch(&PAIR, true).sql, "SELECT a, b, c FROM t WHERE (b, a) > ($1, $2) ORDER BY b, a LIMIT 1000");
        assert_eq!(last_row(&PAIR).sql, "SELECT a, b, c FROM t ORDER BY b DESC, a DESC LIMIT 1");
    }

    #[test]
    fn many_rows_are_inserted_by_one_statement() {
        assert_eq!(insert(&PAIR, 2).sql, "INSERT INTO t (a, b, c) VALUES ($1, $2, $3), ($4, $5, $6)");
    }
}
