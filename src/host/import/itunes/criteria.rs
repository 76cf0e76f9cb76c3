//! The rules of a smart playlist of iTunes: `Smart Info` and `Smart Criteria`, big-endian, as observed (Apple never described them).
//!
//! Criteria: `SLst`, 4 bytes, how many rules (u32), 0 all or 1 any (u32), to byte 136; then the rules. A rule: field (u32), action (u32), 44 bytes,
//! length (u32), so many bytes of value. A text is UTF-16; a number or date is six 64-bit integers (from, count, unit, to, count, unit) and 20 bytes;
//! field 0 is a group, whose value is criteria again. Info: bytes for live, matching and limited, the limit's unit, its order (u32),
//! its count (u32), whether unchecked ones are left out (ignored), whether the order's low end is meant: iTunes's own "Top 25 Most Played" has 0.

use super::fields::{self, Known, SONGS, VIDEOS};
use crate::protocol::rules::{Field, Group, Limit, LimitUnit, Matching, Op, Rule, Rules, Test, Value};

const HEADER: usize = 136;
const RULE_HEADER: usize = 56;
/// Groups within groups; the rules' own limit is no larger.
const DEPTH_MAX: usize = 8;
/// From 1904-01-01, where Apple's seconds begin, to 1970-01-01.
const MAC_EPOCH_S: i64 = 2_082_844_800;

const NOT: u32 = 0x0200_0000;
const IS: u32 = 0x01;
const CONTAINS: u32 = 0x02;
const STARTS_WITH: u32 = 0x04;
const ENDS_WITH: u32 = 0x08;
const GREATER: u32 = 0x10;
const AT_LEAST: u32 = 0x20;
const LESS: u32 = 0x40;
const AT_MOST: u32 = 0x80;
const BETWEEN: u32 = 0x100;
const WITHIN: u32 = 0x200;
const HAS_BITS: u32 = 0x400;

/// What in the rules cannot be kept here, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotUnderstood(pub String);

fn not_understood<T>(what: impl Into<String>) -> Result<T, NotUnderstood> {
    Err(NotUnderstood(what.into()))
}

/// Reads the rules; all of them can be kept, or it says which cannot.
pub fn rules(info: &[u8], criteria: &[u8]) -> Result<Rules, NotUnderstood> {
    let flag = |at: usize| info.get(at).is_some_and(|byte| *byte != 0);
    if info.len() < 14 {
        return not_understood("settings that are cut short");
    }
    if !flag(0) {
        return not_understood("live updating is off");
    }
    // Byte 12 leaves out what is not checked: here everything is.
    let all = Group { matching: Matching::All, rules: Vec::new() };
    let Group { matching, rules } = if flag(1) { group(criteria, 1)?.unwrap_or(all) } else { all };
    let limit = if flag(2) { Some(limit(info)?) } else { None };
    let rules = Rules { matching, rules, limit };
    match rules.check() {
        Ok(()) => Ok(rules),
        Err(error) => not_understood(error.detail),
    }
}

fn limit(info: &[u8]) -> Result<Limit, NotUnderstood> {
    let count = u64::from(number(info, 8)?);
    let (unit, count) = match info[3] {
        1 => (LimitUnit::Minutes, count),
        2 => (LimitUnit::Megabytes, count),
        3 => (LimitUnit::Items, count),
        4 => (LimitUnit::Minutes, count * 60),
        5 => (LimitUnit::Megabytes, count * 1000),
        other => return not_understood(format!("limit of kind {other}")),
    };
    match fields::limit_by(number(info, 4)?, info[13] != 0) {
        Some(by) => Ok(Limit { count, unit, by }),
        None => not_understood("the limit's order"),
    }
}

/// `None` when everything fits.
fn group(criteria: &[u8], depth: usize) -> Result<Option<Group>, NotUnderstood> {
    if depth > DEPTH_MAX {
        return not_understood("groups nested too deeply");
    }
    if !criteria.starts_with(b"SLst") {
        return not_understood("rules of an unknown form");
    }
    let count = number(criteria, 8)?;
    let matching = if number(criteria, 12)? == 1 { Matching::Any } else { Matching::All };
    let mut rest = criteria.get(HEADER..).unwrap_or_default();
    let mut rules = Vec::new();
    let mut is_everything = false;
    for _ in 0..count {
        let length = number(rest, RULE_HEADER - 4)? as usize;
        let Some(value) = rest.get(RULE_HEADER..).and_then(|value| value.get(..length)) else {
            return not_understood("rules that are cut short");
        };
        match rule(number(rest, 0)?, number(rest, 4)?, value, depth)? {
            Meaning::Rule(rule) => rules.push(rule),
            // What all tracks here are says nothing beside others; where one is enough, everything is let through.
            Meaning::Always => is_everything |= matching == Matching::Any,
        }
        rest = &rest[RULE_HEADER + length..];
    }
    Ok((!is_everything).then_some(Group { matching, rules }))
}

enum Meaning {
    Rule(Rule),
    /// It holds for every track there can be here.
    Always,
}

fn rule(number: u32, action: u32, value: &[u8], depth: usize) -> Result<Meaning, NotUnderstood> {
    if number == 0 {
        return Ok(group(value, depth + 1)?.map_or(Meaning::Always, |group| Meaning::Rule(Rule::Group(group))));
    }
    let Some(known) = fields::field(number) else { return not_understood(fields::name(number)) };
    let not = action & NOT != 0;
    let action = action & 0xffff;
    let made = match known {
        // There it means that a track has none; here what is not known fits nothing.
        Known::Text(_) if utf16(value).is_empty() => return not_understood(format!("{} compared with nothing", fields::name(number))),
        Known::Text(field) => text(field, action, not, value).map(Meaning::Rule),
        Known::Number(field) => Values::read(value)?.compare(field, action, not).map(Meaning::Rule),
        Known::Time(field) => time(field, action, not, &Values::read(value)?).map(Meaning::Rule),
        Known::Flag(field) if action == IS => {
            let is = (Values::read(value)?.from != 0) != not;
            Some(Meaning::Rule(test(field, Op::Is, Value::Flag(is))))
        }
        Known::MediaKind => media_kind(action, not, &Values::read(value)?),
        Known::Love if action == IS && Values::read(value)?.from == 2 => Some(Meaning::Rule(test(Field::Loved, Op::Is, Value::Flag(!not)))),
        Known::Location if (action, not, Values::read(value)?.from) == (IS, false, 1) => Some(Meaning::Always),
        Known::Checked if action == IS && (Values::read(value)?.from != 0) != not => Some(Meaning::Always),
        Known::Podcast if action == IS && (Values::read(value)?.from != 0) == not => Some(Meaning::Always),
        Known::Kind => match fields::codec(&utf16(value)) {
            Some(codec) if matches!(action, IS | CONTAINS) => {
                Some(Meaning::Rule(test(Field::Codec, if not { Op::ContainsNot } else { Op::Contains }, Value::Text(codec.to_owned()))))
            }
            _ => return not_understood("Kind"),
        },
        Known::Flag(_) | Known::Love | Known::Location | Known::Podcast | Known::Checked => None,
    };
    made.map_or_else(|| not_understood(format!("{} compared in an unknown way", fields::name(number))), Ok)
}

fn test(field: Field, op: Op, value: Value) -> Rule {
    Rule::Test(Test { field, op, value })
}

fn text(field: Field, action: u32, not: bool, value: &[u8]) -> Option<Rule> {
    let op = match (action, not) {
        (IS, false) => Op::Is,
        (IS, true) => Op::IsNot,
        (CONTAINS, false) => Op::Contains,
        (CONTAINS, true) => Op::ContainsNot,
        (STARTS_WITH, false) => Op::StartsWith,
        (ENDS_WITH, false) => Op::EndsWith,
        _ => return None,
    };
    Some(test(field, op, Value::Text(utf16(value))))
}

fn utf16(value: &[u8]) -> String {
    let units: Vec<u16> = value.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned()
}

/// A number's or date's value; the second count and unit are never used.
struct Values {
    from: i64,
    count: i64,
    unit: i64,
    to: i64,
}

impl Values {
    fn read(value: &[u8]) -> Result<Self, NotUnderstood> {
        let at = |place: usize| value.get(place * 8..place * 8 + 8).and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes);
        match (at(0), at(1), at(2), at(3)) {
            (Some(from), Some(count), Some(unit), Some(to)) => Ok(Self { from, count, unit, to }),
            _ => not_understood("a number that is cut short"),
        }
    }

    fn compare(&self, field: Field, action: u32, not: bool) -> Option<Rule> {
        let (from, to) = (self.from, self.to);
        let one = |op, number| Some(test(field, op, Value::Number(number)));
        match (action, not) {
            (IS, false) => one(Op::Is, from),
            (IS, true) => one(Op::IsNot, from),
            (GREATER, false) | (AT_MOST, true) => one(Op::Greater, from),
            (AT_LEAST, false) | (LESS, true) => one(Op::Greater, from.checked_sub(1)?),
            (LESS, false) | (AT_LEAST, true) => one(Op::Less, from),
            (AT_MOST, false) | (GREATER, true) => one(Op::Less, from.checked_add(1)?),
            (BETWEEN, false) if from == to => one(Op::Is, from),
            (BETWEEN, true) if from == to => one(Op::IsNot, from),
            (BETWEEN, false) => Some(test(field, Op::Between, Value::Range([from.min(to), from.max(to)]))),
            (BETWEEN, true) => {
                let outside = [(Op::Less, from.min(to)), (Op::Greater, from.max(to))];
                let rules = outside.into_iter().map(|(op, number)| test(field, op, Value::Number(number))).collect();
                Some(Rule::Group(Group { matching: Matching::Any, rules }))
            }
            _ => None,
        }
    }
}

/// Dates are by the clock on the wall; they are taken for UTC, where the rules' days are.
fn time(field: Field, action: u32, not: bool, values: &Values) -> Option<Rule> {
    if action == WITHIN {
        let ms = values.count.checked_neg()?.checked_mul(values.unit)?.checked_mul(1000)?;
        return (ms > 0).then(|| test(field, if not { Op::NotInLast } else { Op::InLast }, Value::Number(ms)));
    }
    let ms = |seconds: i64| seconds.saturating_sub(MAC_EPOCH_S).saturating_mul(1000);
    // A day is written as its first and last second, and a second lasts a second: "after" begins when it is over.
    let end = |seconds: i64| ms(seconds).saturating_add(999);
    let (from, to) = match action {
        BETWEEN => (ms(values.from.min(values.to)), end(values.from.max(values.to))),
        GREATER | AT_MOST => (end(values.from), 0),
        _ => (ms(values.from), 0),
    };
    let values = Values { from, to, ..*values };
    values.compare(field, action, not)
}

/// Songs and videos are told apart here, other kinds there are not.
fn media_kind(action: u32, not: bool, values: &Values) -> Option<Meaning> {
    let kinds = values.from as u64;
    if !matches!(action, IS | HAS_BITS | BETWEEN) {
        return None;
    }
    match (kinds & SONGS != 0, kinds & VIDEOS != 0, not) {
        (true, true, false) | (false, false, true) => Some(Meaning::Always),
        (songs, videos, not) if songs != videos => Some(Meaning::Rule(test(Field::Video, Op::Is, Value::Flag(videos != not)))),
        _ => None,
    }
}

fn number(bytes: &[u8], at: usize) -> Result<u32, NotUnderstood> {
    match bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()) {
        Some(bytes) => Ok(u32::from_be_bytes(bytes)),
        None => not_understood("rules that are cut short"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::rules::LimitBy;

    /// Info that is live, and limited to 25 of the most played where that is told.
    fn info(limited: bool) -> Vec<u8> {
        let mut info = vec![1, 1, u8::from(limited), 3, 0, 0, 0, 0x19, 0, 0, 0, 25, 0, 0];
        info.resize(112, 0);
        info
    }

    fn criteria(any: bool, rules: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = b"SLst\0\x01\0\x01".to_vec();
        bytes.extend((rules.len() as u32).to_be_bytes());
        bytes.extend(u32::from(any).to_be_bytes());
        bytes.resize(HEADER, 0);
        bytes.extend(rules.concat());
        bytes
    }

    fn one(field: u32, action: u32, value: &[u8]) -> Vec<u8> {
        let mut bytes = [field.to_be_bytes(), action.to_be_bytes()].concat();
        bytes.resize(RULE_HEADER - 4, 0);
        bytes.extend((value.len() as u32).to_be_bytes());
        bytes.extend(value);
        bytes
    }

    fn words(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    fn numbers(from: i64, count: i64, unit: i64, to: i64) -> Vec<u8> {
        let mut bytes = [from, count, unit, to, 0, 1].map(i64::to_be_bytes).concat();
        bytes.resize(68, 0);
        bytes
    }

    fn json(any: bool, list: &[Vec<u8>]) -> String {
        let rules = rules(&info(false), &criteria(any, list)).expect("understood");
        serde_json::to_string(&rules).expect("serialises")
    }

    #[test]
    fn texts_numbers_and_dates_become_rules() {
        let day = 3_345_926_400; // 2010-01-10
        let list = [
            one(0x08, 0x0100_0002, &words("Jazz \u{1F3B7}")),
            one(0x03, 0x0300_0001, &words("Kind of Blue")),
            one(0x19, 0x0000_0010, &numbers(60, 0, 1, 60)),
            one(0x07, 0x0200_0100, &numbers(1980, 0, 1, 1989)),
            one(0x10, 0x0000_0200, &numbers(0x2dae_2dae_2dae_2dae, -2, 604_800, 0x2dae_2dae_2dae_2dae)),
            one(0x17, 0x0000_0100, &numbers(day, 0, 1, day + 86_399)),
            one(0x25, 0x0200_0001, &numbers(0, 0, 1, 0)),
            one(0x9a, 0x0000_0001, &numbers(2, 0, 1, 2)),
            one(0x3c, 0x0000_0001, &numbers(1, 0, 1, 1)),
            one(0x3c, 0x0200_0400, &numbers(0x20_8004, 0, 1, 0x20_8004)),
        ];
        let expected = [
            r#"{"match":"all","rules":[{"field":"genre","op":"contains","value":"Jazz 🎷"},{"field":"album","op":"is_not","value":"Kind of Blue"},"#,
            r#"{"field":"rating","op":"greater","value":60},"#,
            r#"{"match":"any","rules":[{"field":"year","op":"less","value":1980},{"field":"year","op":"greater","value":1989}]},"#,
            r#"{"field":"added","op":"in_last","value":1209600000},{"field":"last_played","op":"between","value":[1263081600000,1263167999999]},"#,
            r#"{"field":"has_art","op":"is","value":true},{"field":"loved","op":"is","value":true},{"field":"video","op":"is","value":false}]}"#,
        ];
        assert_eq!(json(false, &list), expected.concat());
    }

    #[test]
    fn groups_and_limits_are_kept() {
        let inner = criteria(true, &[one(0x16, GREATER, &numbers(10, 0, 1, 10)), one(0x02, 0x0100_0004, &words("A"))]);
        let list = [one(0, 1, &inner), one(0x16, LESS, &numbers(99, 0, 1, 99))];
        let found = rules(&info(true), &criteria(false, &list)).expect("understood");
        assert_eq!(found.limit, Some(Limit { count: 25, unit: LimitUnit::Items, by: LimitBy::MostPlayed }));
        let Rule::Group(group) = &found.rules[0] else { panic!("a group: {found:?}") };
        assert_eq!((group.matching, group.rules.len(), found.rules.len()), (Matching::Any, 2, 2));
    }

    #[test]
    fn what_cannot_be_kept_is_named() {
        let reason =
            |field, action| rules(&info(false), &criteria(false, &[one(field, action, &numbers(1, 0, 1, 1))])).expect_err("refused").0;
        assert_eq!(reason(0x28, IS), "Playlist");
        assert_eq!(reason(0x86, IS), "iCloud Status");
        assert_eq!(reason(0x3c, HAS_BITS | 0x4000), "Media Kind compared in an unknown way");
        assert_eq!(reason(0xffff, IS), "field 65535");
        let mut still = info(false);
        still[0] = 0;
        assert_eq!(rules(&still, &criteria(false, &[])).expect_err("refused").0, "live updating is off");
    }

    #[test]
    fn what_is_cut_or_endless_is_refused() {
        let whole = criteria(false, &[one(0x08, 0x0100_0002, &words("Jazz"))]);
        for length in 0..whole.len() {
            assert!(rules(&info(false), &whole[..length]).is_err(), "{length}");
        }
        let mut deep = criteria(false, &[]);
        for _ in 0..20 {
            deep = criteria(false, &[one(0, 1, &deep)]);
        }
        assert!(rules(&info(false), &deep).is_err());
        let mut many = criteria(false, &[]);
        many[8..12].fill(0xff);
        assert!(rules(&info(false), &many).is_err());
    }
}
