//! What rules mean, told by looking at one track after the other.

use std::cmp::Reverse;

use super::shelf::Song;
use crate::host::library::fold::fold;
use crate::protocol::rules::{Field, LimitBy, LimitUnit, Matching, Op, Rule, Rules, Test, Value};

const DAY: i64 = 86_400_000;

enum Has {
    Texts(Vec<String>),
    Number(Option<i64>),
    Flag(bool),
}

pub fn evaluate(songs: &[Song], rules: &Rules, now: i64) -> Vec<i64> {
    let asks_for_missing = serde_json::to_string(rules).expect("serialises").contains("\"field\":\"missing\"");
    let numbered = (1_i64..).zip(songs).filter(|(_, song)| song.state == "present" || (asks_for_missing && song.state == "missing"));
    let mut found: Vec<(i64, &Song)> = numbered.filter(|(_, song)| group(rules.matching, &rules.rules, song, songs, now)).collect();
    let Some(limit) = &rules.limit else { return found.iter().map(|(n, _)| *n).collect() };
    sort(&mut found, limit.by);
    let mut left = match limit.unit {
        LimitUnit::Items => u128::from(limit.count),
        LimitUnit::Minutes => u128::from(limit.count) * 60_000,
        LimitUnit::Megabytes => u128::from(limit.count) * 1_000_000,
    };
    let mut taken = Vec::new();
    for (n, song) in found {
        let size = match limit.unit {
            LimitUnit::Items => 1,
            LimitUnit::Minutes => u128::from(song.duration_ms),
            LimitUnit::Megabytes => u128::from(song.size),
        };
        if left > 0 && size <= left {
            left -= size;
            taken.push(n);
        }
    }
    taken
}

fn sort(found: &mut [(i64, &Song)], by: LimitBy) {
    let rating = |song: &Song| song.own_rating.or(song.rating).unwrap_or(0);
    let added = |song: &Song| song.own_added.unwrap_or(song.added);
    match by {
        LimitBy::HighestRating => found.sort_by_key(|(_, song)| Reverse((rating(song), song.plays, added(song)))),
        LimitBy::LowestRating => found.sort_by_key(|(_, song)| (rating(song), song.plays, added(song))),
        LimitBy::MostPlayed => found.sort_by_key(|(_, song)| Reverse((song.plays, song.last_played))),
        LimitBy::LeastPlayed => found.sort_by_key(|(_, song)| (song.plays, song.last_played)),
        LimitBy::MostRecentlyPlayed => found.sort_by_key(|(_, song)| Reverse(song.last_played)),
        LimitBy::LeastRecentlyPlayed => found.sort_by_key(|(_, song)| (song.last_played, song.plays)),
        LimitBy::MostRecentlyAdded => found.sort_by_key(|(_, song)| Reverse(added(song))),
        LimitBy::LeastRecentlyAdded => found.sort_by_key(|(_, song)| added(song)),
        other => panic!("{other:?} is not among the strategy's"),
    }
}

fn group(matching: Matching, rules: &[Rule], song: &Song, songs: &[Song], now: i64) -> bool {
    let mut each = rules.iter().map(|rule| match rule {
        Rule::Group(inner) => group(inner.matching, &inner.rules, song, songs, now),
        Rule::Test(inner) => test(inner, song, songs, now),
    });
    rules.is_empty()
        || match matching {
            Matching::All => each.all(|holds| holds),
            Matching::Any => each.any(|holds| holds),
        }
}

fn test(test: &Test, song: &Song, songs: &[Song], now: i64) -> bool {
    match (has(test.field, song, songs), &test.value) {
        (Has::Flag(flag), Value::Flag(wanted)) => (flag == *wanted) == (test.op == Op::Is),
        (Has::Texts(texts), Value::Text(sought)) => {
            let (sought, texts) = (fold(sought), texts.iter().map(|text| fold(text)).collect::<Vec<_>>());
            match test.op {
                Op::Is => texts.contains(&sought),
                Op::IsNot => !texts.contains(&sought),
                Op::Contains => texts.iter().any(|text| text.contains(&sought)),
                Op::ContainsNot => !texts.iter().any(|text| text.contains(&sought)),
                Op::StartsWith => texts.iter().any(|text| text.starts_with(&sought)),
                Op::EndsWith => texts.iter().any(|text| text.ends_with(&sought)),
                other => panic!("{other:?} of a text"),
            }
        }
        (Has::Number(number), value) => compare(test, number, value, now),
        _ => panic!("{:?} of a wrong kind", test.field),
    }
}

fn compare(test: &Test, number: Option<i64>, value: &Value, now: i64) -> bool {
    let is_time = matches!(test.field, Field::Added | Field::Modified | Field::LastPlayed | Field::LastSkipped);
    let same = |a: i64, b: i64| if is_time { a.div_euclid(DAY) == b.div_euclid(DAY) } else { a == b };
    match (test.op, value) {
        (Op::Is, Value::Number(wanted)) => number.is_some_and(|number| same(number, *wanted)),
        (Op::IsNot, Value::Number(wanted)) => !number.is_some_and(|number| same(number, *wanted)),
        (Op::Greater, Value::Number(bound)) => number.is_some_and(|number| number > *bound),
        (Op::Less, Value::Number(bound)) => number.is_some_and(|number| number < *bound),
        (Op::Between, Value::Range([from, to])) => number.is_some_and(|number| number >= *from && number <= *to),
        (Op::InLast, Value::Number(ms)) => number.is_some_and(|number| number >= now - ms),
        (Op::NotInLast, Value::Number(ms)) => number.is_none_or(|number| number < now - ms),
        other => panic!("{other:?} of a number"),
    }
}

fn has(field: Field, song: &Song, songs: &[Song]) -> Has {
    let one = |text: &Option<String>| Has::Texts(vec![text.clone().unwrap_or_default()]);
    let several = |texts: &[String]| Has::Texts(if texts.is_empty() { vec![String::new()] } else { texts.to_vec() });
    let n = 1 + songs.iter().position(|other| std::ptr::eq(other, song)).expect("one of them");
    let said = song.kbps.0.unwrap_or(0) + if song.is_video { song.kbps.1.unwrap_or(0) } else { 0 };
    let kbps = if said > 0 { Some(i64::from(said)) } else { (song.size as i64 * 8).checked_div(song.duration_ms as i64) };
    match field {
        Field::Title => Has::Texts(vec![song.title.clone()]),
        Field::Artist => several(&song.artists),
        Field::AlbumArtist => several(&song.album_artists),
        Field::Composer => several(&song.composers),
        Field::Genre => several(&song.genres),
        Field::Album => one(&song.album),
        Field::Grouping => one(&song.grouping),
        Field::Work => one(&song.work),
        Field::Movement => one(&song.movement),
        Field::Comment => one(&song.comment),
        Field::Codec => Has::Texts(vec![song.codec.to_owned()]),
        Field::FileName => Has::Texts(vec![song.file.clone()]),
        Field::Folder => Has::Texts(vec![format!("{}/{n}", song.folder)]),
        Field::Year => Has::Number(song.year.map(i64::from)),
        Field::TrackNo => Has::Number(song.track_no.map(i64::from)),
        Field::DiscNo => Has::Number(song.disc_no.map(i64::from)),
        Field::Bpm => Has::Number(song.bpm.map(i64::from)),
        Field::Duration => Has::Number(Some(song.duration_ms as i64)),
        Field::Size => Has::Number(Some(song.size as i64)),
        Field::Kbps => Has::Number(kbps),
        Field::SampleRate => Has::Number((song.rate > 0).then_some(i64::from(song.rate))),
        Field::Rating => Has::Number(Some(i64::from(song.own_rating.or(song.rating).unwrap_or(0)))),
        Field::Plays => Has::Number(Some(i64::from(song.plays))),
        Field::Skips => Has::Number(Some(i64::from(song.skips))),
        Field::Added => Has::Number(Some(song.own_added.unwrap_or(song.added))),
        Field::Modified => Has::Number(Some(song.modified)),
        Field::LastPlayed => Has::Number(song.last_played),
        Field::LastSkipped => Has::Number(song.last_skipped),
        Field::Video => Has::Flag(song.is_video),
        Field::Compilation => Has::Flag(song.is_compilation),
        Field::Loved => Has::Flag(song.loved),
        Field::HasArt => Has::Flag(song.has_art),
        Field::HasLyrics => Has::Flag(song.has_lyrics),
        Field::Lossless => Has::Flag(song.is_lossless),
        Field::Missing => Has::Flag(song.state == "missing"),
        Field::Duplicate => {
            let name = |song: &Song| (fold(&song.artists.join("; ")), fold(&song.title), song.duration_ms / 30_000);
            let is_named = !fold(&song.artists.join("; ")).is_empty() && !fold(&song.title).is_empty();
            let is_same = |other: &&Song| {
                let same_sound = song.fingerprint.is_some() && other.fingerprint == song.fingerprint;
                other.state == "present" && (same_sound || is_named && name(other) == name(song))
            };
            Has::Flag(song.state == "present" && songs.iter().filter(is_same).count() > 1)
        }
    }
}
