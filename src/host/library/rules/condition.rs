//! Groups and tests as conditions over `t`, a track. Each is 0 or 1, never NULL, so that NOT is its opposite.

use super::Asked;
use super::place::{self, Place};
use super::sql::Sql;
use crate::host::library::fold::fold;
use crate::protocol::rules::{FieldKind, Matching, Op, Rule, Test, Value};
use crate::types::UnixMs;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// All of the rules, or any. A group without any lets everything through.
pub(super) fn group(sql: &mut Sql, matching: Matching, rules: &[Rule], asked: &Asked) {
    if rules.is_empty() {
        sql.text("1");
        return;
    }
    let joint = match matching {
        Matching::All => " AND ",
        Matching::Any => " OR ",
    };
    sql.text("(");
    for (place, rule) in rules.iter().enumerate() {
        if place > 0 {
            sql.text(joint);
        }
        match rule {
            Rule::Group(inner) => group(sql, inner.matching, &inner.rules, asked),
            Rule::Test(inner) => test(sql, inner, asked),
        }
    }
    sql.text(")");
}

fn test(sql: &mut Sql, test: &Test, asked: &Asked) {
    let place = place::of(test.field);
    let (op, is_opposite) = positive(test.op);
    sql.text(if is_opposite { "NOT " } else { "" }).text("(");
    let kind = test.field.kind();
    match (kind, &test.value) {
        (FieldKind::Text, Value::Text(sought)) if let Some(comparison) = comparison(op) => text(sql, place, comparison, &fold(sought)),
        (FieldKind::Flag, Value::Flag(wanted)) if op == Op::Is => {
            sql.text(if *wanted { "" } else { "NOT " }).text("(");
            flag(sql, place, asked);
            sql.text(")");
        }
        _ => match Span::of(kind, op, &test.value, asked.now.0) {
            Some(span) => number(sql, place, span, asked),
            // Of a comparison that this field does not have, the opposite holds for nothing either.
            None => drop(sql.text(if is_opposite { "1" } else { "0" })),
        },
    }
    sql.text(")");
}

/// A comparison with a number, a time or a flag (1 or 0), apart from where those are found.
pub(in crate::host::library) struct Compared {
    span: Option<Span>,
    is_opposite: bool,
}

impl Compared {
    pub(in crate::host::library) fn of(test: &Test, now: UnixMs) -> Self {
        let (op, is_opposite) = positive(test.op);
        let span = match (test.field.kind(), &test.value) {
            (FieldKind::Flag, Value::Flag(wanted)) if op == Op::Is => Some(Span { from: (*wanted).into(), to: (*wanted).into() }),
            (kind, value) => Span::of(kind, op, value, now.0),
        };
        Self { span, is_opposite }
    }

    /// `None`: it is not known.
    pub(in crate::host::library) fn holds(&self, number: Option<i64>) -> bool {
        // Of a comparison that the field does not have, the opposite holds for nothing either.
        self.span.is_some_and(|span| span.holds(number) != self.is_opposite)
    }
}

/// Each comparison is one of these, or the opposite of one.
fn positive(op: Op) -> (Op, bool) {
    match op {
        Op::IsNot => (Op::Is, true),
        Op::ContainsNot => (Op::Contains, true),
        Op::NotInLast => (Op::InLast, true),
        op => (op, false),
    }
}

fn comparison(op: Op) -> Option<&'static str> {
    match op {
        Op::Is => Some("text_is("),
        Op::Contains => Some("text_has("),
        Op::StartsWith => Some("text_begins("),
        Op::EndsWith => Some("text_ends("),
        _ => None,
    }
}

fn text(sql: &mut Sql, place: Place, comparison: &'static str, sought: &str) {
    let fits = |sql: &mut Sql, text: &'static str| {
        sql.text(comparison).text(text).text(", ").bind(sought.to_owned()).text(")");
    };
    match place {
        Place::Text(text) => fits(sql, text),
        Place::Shared { column, found, text } => {
            sql.text(column).text(" IS NOT NULL AND ").text(column).text(" IN (").text(found);
            fits(sql, text);
            sql.text(")");
            if sought.is_empty() {
                sql.text(" OR ").text(column).text(" IS NULL");
            }
        }
        Place::Several { tracks, text, any } => {
            sql.text("t.n IN (").text(tracks);
            fits(sql, text);
            sql.text("))");
            if sought.is_empty() {
                sql.text(" OR t.n NOT IN (").text(any).text(")");
            }
        }
        _ => drop(sql.text("0")),
    }
}

fn flag(sql: &mut Sql, place: Place, asked: &Asked) {
    match place {
        Place::Flag(condition) => drop(sql.text(condition)),
        Place::HeardFlag(condition) => {
            heard(sql, "t.n IN (", asked).text(condition).text(")");
        }
        _ => drop(sql.text("0")),
    }
}

/// Begins a list of the tracks of which the listener made what is to follow. Their numbers are looked up far faster than their ids.
fn heard<'s>(sql: &'s mut Sql, begin: &'static str, asked: &Asked) -> &'s mut Sql {
    sql.text(begin)
        .text("SELECT known.n FROM ")
        .text(asked.listened)
        .text(" AS h CROSS JOIN track AS known ON known.id = h.track WHERE h.listener = ");
    sql.bind(asked.listener.0.as_bytes().to_vec()).text(" AND ")
}

fn number(sql: &mut Sql, place: Place, span: Span, asked: &Asked) {
    match place {
        Place::Number(column) => span.of_column(sql, column),
        Place::Heard { column, without } if span.holds(without) => {
            heard(sql, "t.n NOT IN (", asked).text("NOT (");
            span.of_column(sql, column);
            sql.text("))");
        }
        Place::Heard { column, .. } => {
            heard(sql, "t.n IN (", asked);
            span.of_column(sql, column);
            sql.text(")");
        }
        Place::Own { column, file, without } => {
            heard(sql, "t.n IN (", asked);
            span.of_column(sql, column);
            sql.text(") OR (");
            span.of_column(sql, file);
            if span.holds(without) {
                sql.text(" OR ").text(file).text(" IS NULL");
            }
            sql.text(") AND ");
            heard(sql, "t.n NOT IN (", asked).text(column).text(" NOT NULL)");
        }
        _ => drop(sql.text("0")),
    }
}

/// The numbers that a comparison lets through: from one to another, both included.
#[derive(Clone, Copy)]
struct Span {
    from: i64,
    to: i64,
}

impl Span {
    /// `None`: there is no such comparison.
    fn of(kind: FieldKind, op: Op, value: &Value, now: i64) -> Option<Self> {
        const EMPTY: Span = Span { from: 1, to: 0 };
        let (from, to) = match (kind, op, value) {
            (FieldKind::Number, Op::Is, Value::Number(number)) => (*number, *number),
            (FieldKind::Time, Op::Is, Value::Number(at)) => {
                let day = at.div_euclid(DAY_MS);
                (day.saturating_mul(DAY_MS), day.saturating_mul(DAY_MS).saturating_add(DAY_MS - 1))
            }
            (FieldKind::Number | FieldKind::Time, Op::Greater, Value::Number(number)) => match number.checked_add(1) {
                Some(from) => (from, i64::MAX),
                None => return Some(EMPTY),
            },
            (FieldKind::Number | FieldKind::Time, Op::Less, Value::Number(number)) => match number.checked_sub(1) {
                Some(to) => (i64::MIN, to),
                None => return Some(EMPTY),
            },
            (FieldKind::Number | FieldKind::Time, Op::Between, Value::Range([from, to])) => (*from, *to),
            // A clock that was put back makes no file old.
            (FieldKind::Time, Op::InLast, Value::Number(ms)) => (now.saturating_sub(*ms), i64::MAX),
            _ => return None,
        };
        Some(Self { from, to })
    }

    fn holds(self, number: Option<i64>) -> bool {
        number.is_some_and(|number| (self.from..=self.to).contains(&number))
    }

    /// An end that nothing lies beyond is left out: an index is read from or to the other.
    fn of_column(self, sql: &mut Sql, column: &'static str) {
        sql.text("(").text(column).text(" IS NOT NULL");
        if self.from == self.to {
            sql.text(" AND ").text(column).text(" = ").bind(self.from).text(")");
            return;
        }
        if self.from != i64::MIN {
            sql.text(" AND ").text(column).text(" >= ").bind(self.from);
        }
        if self.to != i64::MAX {
            sql.text(" AND ").text(column).text(" <= ").bind(self.to);
        }
        sql.text(")");
    }
}
