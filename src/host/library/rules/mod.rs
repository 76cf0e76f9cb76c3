//! Rules of a smart playlist as SQL: which tracks they let through. The catalogue asks for what its columns do not tell.
//!
//! Everything that a person wrote is bound, never part of the SQL. Conditions are total: what is not known fits no comparison, so that
//! its opposite ("is not", "not in the last") lets it through; a text that is not there is an empty one.

mod condition;
mod place;
mod sql;
#[cfg(test)]
mod tests;
mod words;

use rusqlite::{Connection, OptionalExtension, params_from_iter};

pub(super) use condition::Compared;
pub(super) use words::teach;

use crate::protocol::rules::{Field, Matching, Rule, Rules};
use crate::types::{UnixMs, UserId};
use sql::Sql;

/// When and for whom rules are evaluated.
struct Asked {
    listener: UserId,
    now: UnixMs,
    /// What listeners made of tracks, as it stands in `FROM`.
    listened: &'static str,
}

/// What `heard.listened` looks like before there is any.
const NOTHING_HEARD: &str =
    "(SELECT NULL AS listener, NULL AS track, 0 AS plays, 0 AS skips, NULL AS last_played_ms, NULL AS last_skipped_ms,
    NULL AS rating, 0 AS loved, NULL AS added_ms WHERE 0)";

/// The numbers (`track.n`) of the tracks that all or any of `rules` let through, in ascending order; of files that are there, and of
/// `missing` ones.
///
/// The rules were checked ([`Rules::check`]): a comparison that its field does not have holds for nothing. `index` may have the
/// listeners' data attached as `heard`; else nothing was played.
pub fn evaluate(
    index: &Connection,
    matching: Matching,
    rules: &[Rule],
    missing: bool,
    listener: UserId,
    now: UnixMs,
) -> rusqlite::Result<Vec<i64>> {
    let listened = if is_attached(index)? { "heard.listened" } else { NOTHING_HEARD };
    let asked = Asked { listener, now, listened };
    let mut sql = Sql::default();
    sql.text("SELECT t.n FROM track AS t WHERE ");
    sql.text(if missing { "t.state IN ('present', 'missing') AND " } else { "t.state = 'present' AND " });
    condition::group(&mut sql, matching, rules, &asked);
    sql.text(" ORDER BY t.n");
    let mut statement = index.prepare(sql.as_str())?;
    let numbers = statement.query_map(params_from_iter(sql.values()), |row| row.get(0))?;
    numbers.collect()
}

fn is_attached(index: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM pragma_database_list WHERE name = 'heard'";
    Ok(index.prepare_cached(sql)?.query_row([], |_| Ok(())).optional()?.is_some())
}

/// Whether rules say anything of files that have vanished: without that they mean files that are there.
pub fn asks_for_missing(rules: &Rules) -> bool {
    rules.rules.iter().any(is_of_missing)
}

fn is_of_missing(rule: &Rule) -> bool {
    match rule {
        Rule::Test(test) => test.field == Field::Missing,
        Rule::Group(group) => group.rules.iter().any(is_of_missing),
    }
}
