//! The query of an automatic playlist of Rhythmbox as rules.
//!
//! `conjunction` holds tests; an empty `disjunction` between them parts alternatives; `subquery` holds a conjunction. `greater` and `less` include
//! their value, as Rhythmbox's own editor names them ("at least", "at most").

use crate::host::import::error::ImportError;
use crate::host::import::xml::{Step, Xml};
use crate::protocol::rules::{Field, FieldKind, Group, Limit, LimitBy, LimitUnit, Matching, Op, Rule, Rules, Test, Value};

/// Tests of one playlist that are read; more are not understood anyway.
const TESTS_MAX: usize = 1_000;

/// What a query's part says, or the name of what cannot be kept.
type Read<T> = Result<T, String>;

/// Reads the rest of a playlist's element, whose attributes are at hand.
pub(super) fn read(xml: &mut Xml<'_>) -> Result<Read<Rules>, ImportError> {
    let limit = limit(xml);
    let mut query = Ok(Group { matching: Matching::All, rules: Vec::new() });
    let mut tests = 0;
    while xml.step()? == Step::Open {
        if xml.name() == "conjunction" {
            query = conjunction(xml, &mut tests)?;
        } else {
            xml.skip()?;
        }
    }
    Ok(made(query, limit))
}

fn made(query: Read<Group>, limit: Read<Option<Limit>>) -> Read<Rules> {
    let mut group = query?;
    // The outermost one only says that songs are meant, and what the people wrote is within.
    if let [Rule::Group(inner)] = &mut group.rules[..] {
        group = std::mem::replace(inner, Group { matching: Matching::All, rules: Vec::new() });
    }
    let rules = Rules { matching: group.matching, rules: group.rules, limit: limit? };
    rules.check().map_err(|error| error.detail)?;
    Ok(rules)
}

/// Reads to the end of the element that is open.
fn conjunction(xml: &mut Xml<'_>, tests: &mut usize) -> Result<Read<Group>, ImportError> {
    let mut alternatives = vec![Vec::new()];
    let mut failed = None;
    while xml.step()? == Step::Open {
        *tests += 1;
        if *tests > TESTS_MAX {
            return Err(ImportError::TooMuch("a playlist of endless rules"));
        }
        let name = xml.name().to_owned();
        let part = match name.as_str() {
            "disjunction" => {
                xml.skip()?;
                alternatives.push(Vec::new());
                continue;
            }
            "subquery" => subquery(xml, tests)?.map(|group| Some(Rule::Group(group))),
            _ => {
                let prop = xml.attribute("prop").unwrap_or_default().to_owned();
                let value = xml.leaf()?;
                test(&name, &prop, &value)
            }
        };
        match part {
            Ok(rule) => alternatives.last_mut().expect("there is one from the beginning").extend(rule),
            Err(reason) => failed = failed.or(Some(reason)),
        }
    }
    Ok(match failed {
        Some(reason) => Err(reason),
        None => Ok(joined(alternatives)),
    })
}

fn subquery(xml: &mut Xml<'_>, tests: &mut usize) -> Result<Read<Group>, ImportError> {
    let mut group = Ok(Group { matching: Matching::All, rules: Vec::new() });
    while xml.step()? == Step::Open {
        group = conjunction(xml, tests)?;
    }
    Ok(group)
}

fn joined(mut alternatives: Vec<Vec<Rule>>) -> Group {
    if alternatives.len() == 1 {
        return Group { matching: Matching::All, rules: alternatives.pop().unwrap_or_default() };
    }
    let one = |mut rules: Vec<Rule>| match rules.len() {
        1 => rules.pop(),
        0 => None,
        _ => Some(Rule::Group(Group { matching: Matching::All, rules })),
    };
    Group { matching: Matching::Any, rules: alternatives.into_iter().filter_map(one).collect() }
}

/// `None` for what every track here fits.
fn test(op: &str, prop: &str, text: &str) -> Read<Option<Rule>> {
    if prop == "type" {
        return Ok(None);
    }
    let Some(field) = field(prop) else { return Err(prop.to_owned()) };
    let made = match field.kind() {
        FieldKind::Text => text_op(op).map(|op| (op, Value::Text(text.to_owned()))),
        FieldKind::Number => number(op, field, text),
        FieldKind::Time => time(op, text),
        FieldKind::Flag => None,
    };
    let (op, value) = made.ok_or_else(|| format!("{prop} compared by {op}"))?;
    Ok(Some(Rule::Test(Test { field, op, value })))
}

fn text_op(op: &str) -> Option<Op> {
    Some(match op {
        "equals" => Op::Is,
        "not-equal" => Op::IsNot,
        "like" => Op::Contains,
        "not-like" => Op::ContainsNot,
        "prefix" => Op::StartsWith,
        "suffix" => Op::EndsWith,
        _ => return None,
    })
}

fn number(op: &str, field: Field, text: &str) -> Option<(Op, Value)> {
    let written: f64 = text.trim().parse().ok().filter(|number: &f64| number.abs() < 1e15)?;
    let number = match field {
        Field::Rating => written * 20.0,
        Field::Duration => written * 1000.0,
        // A year is written as its first day, counted from the year 1.
        Field::Year if written > 10_000.0 => year(written as i64)?,
        _ => written,
    } as i64;
    let (op, number) = match op {
        "equals" | "year-equals" => (Op::Is, number),
        "not-equal" | "year-not-equals" => (Op::IsNot, number),
        "greater" | "year-greater" => (Op::Greater, number - 1),
        "less" | "year-less" => (Op::Less, number + 1),
        _ => return None,
    };
    Some((op, Value::Number(number)))
}

fn year(day: i64) -> Option<f64> {
    let julian = i32::try_from(day).ok()?.checked_add(1_721_425)?;
    time::Date::from_julian_day(julian).ok().map(|date| f64::from(date.year()))
}

fn time(op: &str, text: &str) -> Option<(Op, Value)> {
    let ms = text.trim().parse::<i64>().ok()?.checked_mul(1000)?;
    let op = match op {
        "current-time-within" => Op::InLast,
        "current-time-not-within" => Op::NotInLast,
        "greater" => Op::Greater,
        "less" => Op::Less,
        _ => return None,
    };
    Some((op, Value::Number(ms)))
}

fn field(prop: &str) -> Option<Field> {
    Some(match prop.strip_suffix("-folded").unwrap_or(prop) {
        "title" => Field::Title,
        "artist" => Field::Artist,
        "album" => Field::Album,
        "album-artist" => Field::AlbumArtist,
        "composer" => Field::Composer,
        "genre" => Field::Genre,
        "comment" => Field::Comment,
        "track-number" => Field::TrackNo,
        "disc-number" => Field::DiscNo,
        "duration" => Field::Duration,
        "file-size" => Field::Size,
        "bitrate" => Field::Kbps,
        "beats-per-minute" => Field::Bpm,
        "rating" => Field::Rating,
        "play-count" => Field::Plays,
        "year" | "date" => Field::Year,
        "last-played" => Field::LastPlayed,
        "first-seen" => Field::Added,
        "mtime" => Field::Modified,
        _ => return None,
    })
}

fn limit(xml: &Xml<'_>) -> Read<Option<Limit>> {
    let number = |name: &str| xml.attribute(name).and_then(|text| text.trim().parse::<u64>().ok()).filter(|number| *number > 0);
    let (count, unit) = if let Some(count) = number("limit-count").or_else(|| number("limit")) {
        (count, LimitUnit::Items)
    } else if let Some(megabytes) = number("limit-size") {
        (megabytes, LimitUnit::Megabytes)
    } else if let Some(seconds) = number("limit-time") {
        (seconds.div_ceil(60), LimitUnit::Minutes)
    } else {
        return Ok(None);
    };
    let descending = xml.attribute("sort-direction") == Some("1");
    let by = match (xml.attribute("sort-key").unwrap_or_default(), descending) {
        ("Title", false) => LimitBy::Title,
        ("Artist", false) => LimitBy::Artist,
        ("Album", false) => LimitBy::Album,
        ("Genre", false) => LimitBy::Genre,
        ("Rating", true) => LimitBy::HighestRating,
        ("Rating", false) => LimitBy::LowestRating,
        ("PlayCount", true) => LimitBy::MostPlayed,
        ("PlayCount", false) => LimitBy::LeastPlayed,
        ("LastPlayed", true) => LimitBy::MostRecentlyPlayed,
        ("LastPlayed", false) => LimitBy::LeastRecentlyPlayed,
        ("FirstSeen", true) => LimitBy::MostRecentlyAdded,
        ("FirstSeen", false) => LimitBy::LeastRecentlyAdded,
        (key, _) => return Err(format!("limited in the order of {key}")),
    };
    Ok(Some(Limit { count, unit, by }))
}
