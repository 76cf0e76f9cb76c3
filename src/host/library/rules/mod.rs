//! Rules of a smart playlist as SQL: which tracks they let through, and which of those a limit takes.
//!
//! Everything that a person wrote is bound, never part of the SQL. Conditions are total: what is not known fits no comparison, so that
//! its opposite ("is not", "not in the last") lets it through; a text that is not there is an empty one.

mod condition;
mod limit;
mod place;
mod sql;
#[cfg(test)]
mod tests;
mod words;

use rusqlite::{Connection, OptionalExtension, params_from_iter};

pub(super) use words::teach;

use crate::protocol::rules::{Field, Limit, Rule, Rules};
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

/// The numbers (`track.n`) of the tracks that `rules` let through: in the limit's order, without one by number.
///
/// Only files that are there are looked at, unless a rule asks for missing ones. The rules were checked ([`Rules::check`]): a comparison
/// that its field does not have holds for nothing. `index` may have the listeners' data attached as `heard`; else nothing was played.
pub fn evaluate(index: &Connection, rules: &Rules, listener: UserId, now: UnixMs) -> rusqlite::Result<Vec<i64>> {
    let listened = if is_attached(index)? { "heard.listened" } else { NOTHING_HEARD };
    let asked = Asked { listener, now, listened };
    let mut sql = Sql::default();
    sql.text("SELECT t.n");
    if let Some(limit) = &rules.limit {
        sql.text(", ").text(limit::measure(limit));
    }
    sql.text(" FROM track AS t");
    if rules.limit.as_ref().is_some_and(limit::is_by_listener) {
        sql.text(" LEFT JOIN ").text(listened).text(" AS h ON h.track = t.id AND h.listener = ").bind(listener.0.as_bytes().to_vec());
    }
    sql.text(" WHERE ");
    // What nobody sees would take up places of the limit.
    sql.text(if asks_for_missing(rules) { "t.state IN ('present', 'missing') AND " } else { "t.state = 'present' AND " });
    condition::group(&mut sql, rules.matching, &rules.rules, &asked);
    match &rules.limit {
        None => sql.text(" ORDER BY t.n"),
        Some(limit) => limit::order(&mut sql, limit, limit::seed(rules, now)),
    };
    take(index, &sql, rules.limit.as_ref())
}

fn take(index: &Connection, sql: &Sql, limit: Option<&Limit>) -> rusqlite::Result<Vec<i64>> {
    let mut statement = index.prepare(sql.as_str())?;
    let mut rows = statement.query(params_from_iter(sql.values()))?;
    let mut taken = Vec::new();
    let Some(limit) = limit else {
        while let Some(row) = rows.next()? {
            taken.push(row.get(0)?);
        }
        return Ok(taken);
    };
    let mut left = limit::most(limit);
    while left > 0
        && let Some(row) = rows.next()?
    {
        // What is too large for what is left makes way for what is not.
        let size: i64 = row.get::<_, i64>(1)?.max(0);
        if size <= left {
            left -= size;
            taken.push(row.get(0)?);
        }
    }
    Ok(taken)
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
