//! Smart playlists of iTunes: each field with each comparison, limits, and groups of any shape mean here what they mean there.

use std::collections::HashMap;

use iroam::host::import::itunes_rules;
use iroam::protocol::Rules;
use iroam::protocol::rules::{Field, LimitBy, LimitUnit, Matching, Op, Rule, Test, Value};
use proptest::prelude::*;

use super::blobs::{NOT, OF_TEXT, criteria, group, info, limited, number, text, within};

const TEXTS: [(u32, &str, Field); 11] = [
    (0x02, "Name", Field::Title),
    (0x03, "Album", Field::Album),
    (0x04, "Artist", Field::Artist),
    (0x08, "Genre", Field::Genre),
    (0x0e, "Comments", Field::Comment),
    (0x12, "Composer", Field::Composer),
    (0x27, "Grouping", Field::Grouping),
    (0x47, "Album Artist", Field::AlbumArtist),
    (0x9f, "Work", Field::Work),
    (0xa0, "Movement Name", Field::Movement),
    // A text for people, in the words of the program.
    (0x09, "Kind", Field::Codec),
];
const NUMBERS: [(u32, &str, Field); 11] = [
    (0x05, "Bit Rate", Field::Kbps),
    (0x06, "Sample Rate", Field::SampleRate),
    (0x07, "Year", Field::Year),
    (0x0b, "Track Number", Field::TrackNo),
    (0x0c, "Size", Field::Size),
    (0x0d, "Time", Field::Duration),
    (0x16, "Plays", Field::Plays),
    (0x18, "Disc Number", Field::DiscNo),
    (0x19, "Rating", Field::Rating),
    (0x23, "BPM", Field::Bpm),
    (0x44, "Skips", Field::Skips),
];
const TIMES: [(u32, &str, Field); 4] = [
    (0x0a, "Date Modified", Field::Modified),
    (0x10, "Date Added", Field::Added),
    (0x17, "Last Played", Field::LastPlayed),
    (0x45, "Last Skipped", Field::LastSkipped),
];
const NOT_HERE: [(u32, &str); 18] = [
    (0x28, "Playlist"),
    (0x29, "Purchased"),
    (0x36, "Description"),
    (0x37, "Category"),
    (0x3e, "Show"),
    (0x3f, "Season"),
    (0x4e, "Sort Name"),
    (0x4f, "Sort Album"),
    (0x50, "Sort Artist"),
    (0x51, "Sort Album Artist"),
    (0x52, "Sort Composer"),
    (0x53, "Sort Show"),
    (0x59, "Content Rating"),
    (0x5a, "Album Rating"),
    (0x86, "iCloud Status"),
    (0x9c, "Album Love"),
    (0xa1, "Movement Number"),
    (0xfe, "field 254"),
];

const IS: u32 = 0x1;
const CONTAINS: u32 = 0x2;
const STARTS: u32 = 0x4;
const ENDS: u32 = 0x8;
const GREATER: u32 = 0x10;
const LESS: u32 = 0x40;
const RANGE: u32 = 0x100;
/// Seconds from 1904, where dates begin there.
const EPOCH_S: i64 = 2_082_844_800;
/// 2010-01-10T12:00:00.250Z, ms.
const NOW_MS: i64 = 1_263_124_800_250;
const DAY_S: i64 = 86_400;

fn read(rules: &[Vec<u8>]) -> Result<Rules, String> {
    itunes_rules(&info(), &criteria(false, rules)).map_err(|error| error.0)
}

fn only(rule: Vec<u8>) -> Rule {
    let mut rules = read(&[rule]).expect("understood").rules;
    assert_eq!(rules.len(), 1, "{rules:?}");
    rules.remove(0)
}

/// What a track has, by the numbers of the fields there.
type Track = HashMap<u32, Held>;

#[derive(Clone, Debug)]
enum Held {
    Words(String),
    /// Of a date, ms.
    Number(i64),
}

fn here(field: Field) -> u32 {
    let all = TEXTS.iter().chain(&NUMBERS).chain(&TIMES);
    all.map(|(number, _, field)| (*number, *field)).find(|(_, known)| *known == field).expect("a field of the tables").0
}

fn fits(matching: Matching, rules: &[Rule], track: &Track) -> bool {
    let one = |rule: &Rule| match rule {
        Rule::Group(group) => fits(group.matching, &group.rules, track),
        Rule::Test(test) => holds(test, &track[&here(test.field)]),
    };
    if matching == Matching::All { rules.iter().all(one) } else { rules.iter().any(one) }
}

fn holds(test: &Test, held: &Held) -> bool {
    match (held, test.op, &test.value) {
        (Held::Words(words), Op::Is, Value::Text(text)) => words == text,
        (Held::Words(words), Op::IsNot, Value::Text(text)) => words != text,
        (Held::Words(words), Op::Contains, Value::Text(text)) => words.contains(text),
        (Held::Words(words), Op::ContainsNot, Value::Text(text)) => !words.contains(text),
        (Held::Words(words), Op::StartsWith, Value::Text(text)) => words.starts_with(text),
        (Held::Words(words), Op::EndsWith, Value::Text(text)) => words.ends_with(text),
        (Held::Number(number), Op::Is, Value::Number(value)) => number == value,
        (Held::Number(number), Op::IsNot, Value::Number(value)) => number != value,
        (Held::Number(number), Op::Greater, Value::Number(value)) => number > value,
        (Held::Number(number), Op::Less, Value::Number(value)) => number < value,
        (Held::Number(number), Op::Between, Value::Range([from, to])) => (from..=to).contains(&number),
        (Held::Number(at), Op::InLast, Value::Number(ms)) => (NOW_MS - ms..=NOW_MS).contains(at),
        (Held::Number(at), Op::NotInLast, Value::Number(ms)) => !(NOW_MS - ms..=NOW_MS).contains(at),
        other => panic!("{other:?}"),
    }
}

/// A rule as somebody made it there.
#[derive(Clone, Debug)]
enum Node {
    Group(bool, Vec<Node>),
    Words { field: u32, action: u32, words: String },
    Number { field: u32, action: u32, from: i64, to: i64 },
    Within { field: u32, not: bool, count: i64, unit: i64 },
}

impl Node {
    fn written(&self) -> Vec<u8> {
        match self {
            Self::Group(any, nodes) => group(*any, &nodes.iter().map(Self::written).collect::<Vec<_>>()),
            Self::Words { field, action, words } => text(*field, OF_TEXT | action, words),
            Self::Number { field, action, from, to } => number(*field, *action, *from, *to),
            Self::Within { field, not, count, unit } => within(*field, *not, *count, *unit),
        }
    }

    /// What iTunes makes of it.
    fn is_true_of(&self, track: &Track) -> bool {
        match self {
            Self::Group(true, nodes) => nodes.iter().any(|node| node.is_true_of(track)),
            Self::Group(false, nodes) => nodes.iter().all(|node| node.is_true_of(track)),
            Self::Words { field, action, words } => {
                let Held::Words(held) = &track[field] else { panic!("words: {field}") };
                let is = match action & 0xffff {
                    IS => held == words,
                    CONTAINS => held.contains(words),
                    STARTS => held.starts_with(words),
                    _ => held.ends_with(words),
                };
                is != (action & NOT != 0)
            }
            Self::Number { field, action, from, to } => {
                let Held::Number(held) = track[field] else { panic!("a number: {field}") };
                let is_time = TIMES.iter().any(|(time, ..)| time == field);
                let held = if is_time { held.div_euclid(1000) + EPOCH_S } else { held };
                let is = match action & 0xffff {
                    IS => held == *from,
                    GREATER => held > *from,
                    LESS => held < *from,
                    _ => (*from.min(to)..=*from.max(to)).contains(&held),
                };
                is != (action & NOT != 0)
            }
            Self::Within { field, not, count, unit } => {
                let Held::Number(held) = track[field] else { panic!("a date: {field}") };
                (NOW_MS - count * unit * 1000..=NOW_MS).contains(&held) != *not
            }
        }
    }
}

fn pick<T: Copy + std::fmt::Debug + 'static>(of: &'static [T]) -> impl Strategy<Value = T> {
    (0..of.len()).prop_map(move |at| of[at])
}

fn words() -> impl Strategy<Value = Node> {
    let actions = pick(&[IS, IS | NOT, CONTAINS, CONTAINS | NOT, STARTS, ENDS]);
    (pick(&TEXTS[..10]), actions, "[ab ]{0,2}[ab]").prop_map(|((field, ..), action, words)| Node::Words { field, action, words })
}

fn numbers() -> impl Strategy<Value = Node> {
    let actions = pick(&[IS, IS | NOT, GREATER, GREATER | NOT, LESS, LESS | NOT, RANGE, RANGE | NOT]);
    (pick(&NUMBERS), actions, 0_i64..6, 0_i64..6).prop_map(|((field, ..), action, from, to)| Node::Number { field, action, from, to })
}

fn times() -> impl Strategy<Value = Node> {
    let second = NOW_MS / 1000 + EPOCH_S;
    let dates = (pick(&TIMES), pick(&[GREATER, GREATER | NOT, LESS, LESS | NOT, RANGE, RANGE | NOT]), -3_i64..3, -3_i64..3)
        .prop_map(move |((field, ..), action, from, to)| Node::Number { field, action, from: second + from, to: second + to });
    let last = (pick(&TIMES), any::<bool>(), 1_i64..4, pick(&[DAY_S, 7 * DAY_S, 2_628_000]))
        .prop_map(|((field, ..), not, count, unit)| Node::Within { field, not, count, unit });
    prop_oneof![dates, last]
}

fn tree() -> impl Strategy<Value = Node> {
    prop_oneof![words(), numbers(), times()].prop_recursive(6, 24, 4, |inner| {
        (any::<bool>(), prop::collection::vec(inner, 1..4)).prop_map(|(any, nodes)| Node::Group(any, nodes))
    })
}

fn track() -> impl Strategy<Value = Track> {
    let near = prop_oneof![-3_000_i64..3_000, -100 * DAY_S * 1000..DAY_S * 1000].prop_map(|ms| NOW_MS + ms);
    let texts = prop::collection::vec("[ab ]{0,4}", TEXTS.len());
    (texts, prop::collection::vec(0_i64..7, NUMBERS.len()), prop::collection::vec(near, TIMES.len())).prop_map(|(texts, numbers, times)| {
        let texts = TEXTS.iter().zip(texts).map(|((field, ..), text)| (*field, Held::Words(text)));
        let numbers = NUMBERS.iter().chain(&TIMES).zip(numbers.into_iter().chain(times));
        texts.chain(numbers.map(|((field, ..), number)| (*field, Held::Number(number)))).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn rules_of_any_shape_mean_the_same_here(of_any in any::<bool>(), nodes in prop::collection::vec(tree(), 0..4), tracks in prop::collection::vec(track(), 1..6)) {
        let written: Vec<_> = nodes.iter().map(Node::written).collect();
        let rules = itunes_rules(&info(), &criteria(of_any, &written)).expect("understood");
        prop_assert_eq!(rules.check(), Ok(()));
        let whole = Node::Group(of_any, nodes);
        for track in &tracks {
            prop_assert_eq!(fits(rules.matching, &rules.rules, track), whole.is_true_of(track), "{:?} {:?}", track, rules);
        }
    }

    /// Whatever is changed or missing, there is an answer.
    #[test]
    fn damaged_rules_are_answered(nodes in prop::collection::vec(tree(), 1..4), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = criteria(false, &nodes.iter().map(Node::written).collect::<Vec<_>>());
        let place = at.index(bytes.len());
        bytes[place] = byte;
        let _ = itunes_rules(&info(), &bytes);
        let _ = itunes_rules(&info(), &bytes[..cut.index(bytes.len())]);
        let mut settings = info();
        settings[place % 112] = byte;
        let _ = itunes_rules(&settings, &bytes);
    }
}

#[test]
fn each_text_is_compared_each_way() {
    let ops = [
        (IS, Op::Is),
        (IS | NOT, Op::IsNot),
        (CONTAINS, Op::Contains),
        (CONTAINS | NOT, Op::ContainsNot),
        (STARTS, Op::StartsWith),
        (ENDS, Op::EndsWith),
    ];
    for (number, name, field) in &TEXTS[..10] {
        for (action, op) in ops {
            let expected = Rule::Test(Test { field: *field, op, value: Value::Text("Björk 🎷".to_owned()) });
            assert_eq!(only(text(*number, OF_TEXT | action, "Björk 🎷")), expected, "{name}");
        }
        for action in [STARTS | NOT, ENDS | NOT, GREATER, RANGE, 0] {
            let reason = read(&[text(*number, OF_TEXT | action, "x")]).expect_err("refused");
            assert_eq!(reason, format!("{name} compared in an unknown way"), "{action:x}");
        }
        assert_eq!(read(&[text(*number, OF_TEXT | IS, "")]).expect_err("refused"), format!("{name} compared with nothing"));
    }
}

#[test]
fn each_number_and_date_is_compared_each_way() {
    for (field, name, _) in NUMBERS.iter().chain(&TIMES) {
        for action in [CONTAINS, STARTS, ENDS, 0x400, 0x800, 0x1000, 0] {
            let reason = read(&[number(*field, action, 1, 1)]).expect_err("refused");
            assert_eq!(reason, format!("{name} compared in an unknown way"), "{action:x}");
        }
    }
    for (field, name, _) in NUMBERS {
        assert_eq!(read(&[within(field, false, 1, DAY_S)]).expect_err("refused"), format!("{name} compared in an unknown way"));
    }
    // Stars as iTunes writes them: five are 100 to 109.
    let stars = Rule::Test(Test { field: Field::Rating, op: Op::Between, value: Value::Range([100, 109]) });
    assert_eq!(only(number(0x19, RANGE, 100, 109)), stars);
}

#[test]
fn what_is_yes_or_no_is_read_in_both_ways_of_writing_it() {
    let flag = |field, is| Rule::Test(Test { field, op: Op::Is, value: Value::Flag(is) });
    for (number_of, field) in [(0x1f, Field::Compilation), (0x25, Field::HasArt)] {
        for (action, value, is) in [(IS, 1, true), (IS | NOT, 1, false), (IS | NOT, 0, true), (IS, 0, false)] {
            assert_eq!(only(number(number_of, action, value, value)), flag(field, is));
        }
    }
    assert_eq!(only(number(0x9a, IS, 2, 2)), flag(Field::Loved, true));
    assert_eq!(only(number(0x9a, IS | NOT, 2, 2)), flag(Field::Loved, false));
    assert_eq!(read(&[number(0x9a, IS, 3, 3)]).expect_err("refused"), "Love compared in an unknown way");
    // Music; music videos; neither podcasts nor audiobooks nor what is in a cloud is here.
    assert_eq!(only(number(0x3c, IS, 0x01, 0x01)), flag(Field::Video, false));
    assert_eq!(only(number(0x3c, IS, 0x20, 0x20)), flag(Field::Video, true));
    for nothing in [(0x3c, IS | NOT, 0x04), (0x39, IS | NOT, 1), (0x85, IS, 1), (0x1d, IS | NOT, 0)] {
        let (field, action, value) = nothing;
        assert_eq!(read(&[number(field, action, value, value)]).expect("understood").rules, [], "{field:x}");
    }
    for (words, codec) in [
        ("MPEG audio file", "MP3"),
        ("AAC audio file", "AAC"),
        ("Apple Lossless audio file", "ALAC"),
        ("AIFF audio file", "AIFF"),
        ("WAV audio file", "WAV"),
    ] {
        let expected = Rule::Test(Test { field: Field::Codec, op: Op::Contains, value: Value::Text(codec.to_owned()) });
        assert_eq!(only(text(0x09, OF_TEXT | CONTAINS, words)), expected);
    }
    assert_eq!(read(&[text(0x09, OF_TEXT | CONTAINS, "QuickTime")]).expect_err("refused"), "Kind");
}

/// Music puts such a group before what its owner wrote.
#[test]
fn a_group_that_everything_fits_says_nothing() {
    let plays = number(0x16, GREATER, 5, 5);
    let both = group(true, &[number(0x85, IS, 1, 1), number(0x85, IS, 0x01, 0x01)]);
    assert_eq!(read(&[both.clone(), plays.clone()]).expect("understood").rules.len(), 1);
    let all = itunes_rules(&info(), &criteria(true, &[both, plays])).expect("understood");
    assert_eq!((all.matching, all.rules.as_slice()), (Matching::All, &[][..]));
}

#[test]
fn what_cannot_be_kept_is_named() {
    for (field, name) in NOT_HERE {
        assert_eq!(read(&[number(0x16, GREATER, 1, 1), number(field, IS, 1, 1)]).expect_err("refused"), name);
        assert_eq!(read(&[group(true, &[group(false, &[text(field, OF_TEXT | IS, "x")])])]).expect_err("refused"), name);
    }
    let mut still = info();
    still[0] = 0;
    assert_eq!(itunes_rules(&still, &criteria(false, &[])).expect_err("refused").0, "live updating is off");
}

#[test]
fn each_limit_and_its_order_are_kept() {
    let plays = criteria(false, &[number(0x16, GREATER, 0, 0)]);
    let limit = |info: &[u8]| itunes_rules(info, &plays).map(|rules| rules.limit.expect("a limit")).map_err(|error| error.0);
    let units = [
        (1, LimitUnit::Minutes, 25),
        (2, LimitUnit::Megabytes, 25),
        (3, LimitUnit::Items, 25),
        (4, LimitUnit::Minutes, 25 * 60),
        (5, LimitUnit::Megabytes, 25_000),
    ];
    for (unit, expected, count) in units {
        let found = limit(&limited(25, unit, 0x02, false)).expect("understood");
        assert_eq!((found.unit, found.count, found.by), (expected, count, LimitBy::Random));
    }
    // iTunes makes "Top 25 Most Played" with 0x19 and nothing turned round.
    let orders = [
        (0x01, false, LimitBy::LowestRating),
        (0x02, false, LimitBy::Random),
        (0x05, false, LimitBy::Title),
        (0x06, false, LimitBy::Album),
        (0x07, false, LimitBy::Artist),
        (0x09, false, LimitBy::Genre),
        (0x15, false, LimitBy::MostRecentlyAdded),
        (0x15, true, LimitBy::LeastRecentlyAdded),
        (0x19, false, LimitBy::MostPlayed),
        (0x19, true, LimitBy::LeastPlayed),
        (0x1a, false, LimitBy::MostRecentlyPlayed),
        (0x1a, true, LimitBy::LeastRecentlyPlayed),
        (0x1c, false, LimitBy::HighestRating),
        (0x1c, true, LimitBy::LowestRating),
    ];
    for (order, least, by) in orders {
        assert_eq!(limit(&limited(25, 3, order, least)).expect("understood").by, by, "{order:x}");
    }
    assert_eq!(limit(&limited(25, 6, 0x02, false)), Err("limit of kind 6".to_owned()));
    assert_eq!(limit(&limited(25, 3, 0x03, false)), Err("the limit's order".to_owned()));
    // A limit alone, without rules.
    let mut all = limited(25, 3, 0x19, false);
    all[1] = 0;
    let found = itunes_rules(&all, &plays).expect("understood");
    assert_eq!((found.rules.as_slice(), found.limit.map(|limit| limit.by)), (&[][..], Some(LimitBy::MostPlayed)));
}
