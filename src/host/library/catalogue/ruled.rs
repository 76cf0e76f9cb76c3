//! Rules of a smart playlist: what the columns tell is read from them, the rest the index is asked for.

use rusqlite::Connection;

use super::bits::Bits;
use super::listened::{Listened, Own};
use super::{By, Catalogue, NO_YEAR, View, flag};
use crate::host::library::rules::{Compared, asks_for_missing, evaluate};
use crate::protocol::rules::{Field, Matching, Rule, Rules, Test};
use crate::types::{UnixMs, UserId};

/// Rules, and for whom and when they are evaluated.
struct Asked<'a> {
    view: &'a View,
    index: &'a Connection,
    listener: UserId,
    listened: &'a Listened,
    now: UnixMs,
    /// Whether they say anything of files that have vanished.
    missing: bool,
}

impl View {
    /// The tracks that rules let through for a listener, and of those the ones that the limit takes. The rules were checked
    /// ([`Rules::check`]).
    pub(in crate::host::library) fn ruled(&self, index: &Connection, rules: &Rules, by: &By, now: UnixMs) -> rusqlite::Result<Bits> {
        let listened = self.listened(index, &By { minute: 0, ..by.clone() })?;
        let missing = asks_for_missing(rules);
        let asked = Asked { view: self, index, listener: by.listener, listened: &listened, now, missing };
        let mut fits = self.there(if missing { flag::PRESENT | flag::MISSING } else { flag::PRESENT });
        if let Some(found) = asked.group(rules.matching, &rules.rules)? {
            fits.keep(&found);
        }
        Ok(match &rules.limit {
            // What nobody sees takes up no places of the limit.
            Some(limit) => self.limited(&fits, limit, super::limit::seed(rules, now), &listened),
            None => fits,
        })
    }
}

impl Asked<'_> {
    /// `None`: all tracks fit.
    fn group(&self, matching: Matching, rules: &[Rule]) -> rusqlite::Result<Option<Bits>> {
        let (told, rest): (Vec<&Rule>, Vec<&Rule>) = rules.iter().partition(|rule| is_told(rule));
        let mut found: Option<Bits> = None;
        let mut add = |bits: Bits| match (&mut found, matching) {
            (None, _) => found = Some(bits),
            (Some(found), Matching::All) => found.keep(&bits),
            (Some(found), Matching::Any) => found.join(&bits),
        };
        for rule in told {
            match rule {
                Rule::Test(test) => add(self.test(test)),
                Rule::Group(inner) => {
                    // It is not empty: it tells something.
                    self.group(inner.matching, &inner.rules)?.into_iter().for_each(&mut add);
                }
            }
        }
        if !rest.is_empty() {
            // Together, so that the index reads its tracks once.
            let rest: Vec<Rule> = rest.into_iter().cloned().collect();
            let numbers = evaluate(self.index, matching, &rest, self.missing, self.listener, self.now)?;
            add(self.view.positions(&numbers));
        }
        Ok(found)
    }

    fn test(&self, test: &Test) -> Bits {
        let (view, compared) = (self.view, Compared::of(test, self.now));
        let mut bits = match test.field {
            Field::Duplicate => {
                let twice = &view.seen().duplicates;
                Bits::of(view.len(), |position| compared.holds(Some(twice.contains(position).into())))
            }
            // What is the same of all whom nobody listened to.
            Field::Plays | Field::Loved | Field::LastPlayed => {
                let holds = compared.holds((test.field != Field::LastPlayed).then_some(0));
                Bits::of(view.len(), |_| holds)
            }
            field => Bits::of(view.len(), |position| compared.holds(view.filed_number(field, position))),
        };
        for (position, own) in self.listened.iter() {
            if let Some(number) = own_number(test.field, own) {
                bits.set(position, compared.holds(number));
            }
        }
        bits
    }
}

/// Whether the columns tell it, or a part of it.
fn is_told(rule: &Rule) -> bool {
    match rule {
        Rule::Group(group) => group.rules.iter().any(is_told),
        Rule::Test(test) => matches!(
            test.field,
            Field::Year
                | Field::Duration
                | Field::Size
                | Field::Rating
                | Field::Plays
                | Field::Added
                | Field::LastPlayed
                | Field::Video
                | Field::Loved
                | Field::Duplicate
                | Field::Missing
        ),
    }
}

/// What a listener made of it, perhaps that it is not known; `None`: what the file says.
fn own_number(field: Field, own: &Own) -> Option<Option<i64>> {
    match field {
        Field::Rating => own.rating.map(|rating| Some(rating.into())),
        Field::Plays => Some(Some(own.plays.into())),
        Field::Added => own.added_ms.map(Some),
        Field::LastPlayed => Some(own.last_played_ms),
        Field::Loved => Some(Some(own.is_loved.into())),
        _ => None,
    }
}

impl Catalogue {
    fn filed_number(&self, field: Field, position: usize) -> Option<i64> {
        let has = |flag: u8| i64::from(self.flags[position] & flag != 0);
        match field {
            Field::Year => Some(self.year[position]).filter(|year| *year != NO_YEAR).map(i64::from),
            Field::Duration => Some(self.duration_ms[position].into()),
            Field::Size => Some(i64::try_from(self.size[position]).unwrap_or(i64::MAX)),
            Field::Rating => Some(self.rating[position].into()),
            Field::Added => Some(i64::try_from(self.added_ms[position]).unwrap_or(i64::MAX)),
            Field::Video => Some(has(flag::VIDEO)),
            Field::Missing => Some(has(flag::MISSING)),
            _ => None,
        }
    }
}
