//! Random songs and rules whose texts and numbers meet often.

use proptest::prelude::*;
use proptest::sample::select;

use super::shelf::Song;
use crate::protocol::rules::{Field, FieldKind, Group, Limit, LimitBy, LimitUnit, Matching, Op, Rule, Rules, Test, Value};

/// 2026-11-22T12:00:00Z
pub const NOW: i64 = 1_795_348_800_000;

const TEXTS: [&str; 16] =
    ["", "a", "A", "Ab", "b c", "Björk", "bjork", "%", "_", "a_b", "it's", "\"", "x\0y", "\\", "'; DROP TABLE track; --", "comment\":"];

const FIELDS: [Field; 36] = {
    use Field::*;
    [
        Title,
        Artist,
        AlbumArtist,
        Album,
        Composer,
        Genre,
        Grouping,
        Work,
        Movement,
        Comment,
        Codec,
        FileName,
        Folder,
        Year,
        TrackNo,
        DiscNo,
        Bpm,
        Duration,
        Size,
        Kbps,
        SampleRate,
        Rating,
        Plays,
        Skips,
        Added,
        Modified,
        LastPlayed,
        LastSkipped,
        Video,
        Compilation,
        Loved,
        HasArt,
        HasLyrics,
        Lossless,
        Duplicate,
        Missing,
    ]
};

fn text() -> impl Strategy<Value = String> {
    select(&TEXTS[..]).prop_map(str::to_owned)
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(select(&TEXTS[1..]).prop_map(str::to_owned), 0..3)
}

/// Around now, some of it days ago.
fn time() -> impl Strategy<Value = i64> {
    (select(vec![0_i64, 1, 2, 30]), select(vec![-1_i64, 0, 1, 3_600_000])).prop_map(|(days, ms)| NOW - days * 86_400_000 + ms)
}

fn small<T: From<u8> + std::fmt::Debug>() -> impl Strategy<Value = T> {
    (0_u8..5).prop_map(T::from)
}

fn stars() -> impl Strategy<Value = Option<u8>> {
    prop::option::of(select(vec![1_u8, 20, 60, 100]))
}

pub fn songs() -> impl Strategy<Value = Vec<Song>> {
    prop::collection::vec(song(), 0..14)
}

fn song() -> impl Strategy<Value = Song> {
    let maybe = || prop::option::of(text());
    let names = (text(), maybe(), texts(), texts(), texts(), texts(), maybe());
    let more = (
        maybe(),
        maybe(),
        maybe(),
        maybe(),
        select(vec!["FLAC", "MP3"]),
        select(vec!["/a", "/a b", "/%"]),
        select(vec!["x.mp3", "Ä_.flac"]),
    );
    let numbers = (
        prop::option::of(small::<i32>()),
        prop::option::of(small::<u32>()),
        prop::option::of(small::<u32>()),
        prop::option::of(small::<u32>()),
    );
    let sizes = (small::<u64>(), small::<u64>(), prop::option::of(small::<u32>()), prop::option::of(small::<u32>()), small::<u32>());
    let flags = (any::<[bool; 5]>(), prop::option::of(0_u8..3), select(vec!["present", "present", "missing", "offline"]), stars());
    let heard = (
        prop::option::of(small::<u8>()),
        small::<u32>(),
        small::<u32>(),
        prop::option::of(time()),
        prop::option::of(time()),
        prop::option::of(time()),
    );
    (names, more, numbers, sizes, flags, (heard, any::<bool>()), (time(), time())).prop_map(
        |(names, more, numbers, sizes, (flags, fingerprint, state, rating), (heard, loved), (added, modified))| {
            let [is_video, is_lossless, is_compilation, has_lyrics, has_art] = flags;
            Song {
                state,
                is_video,
                title: names.0,
                sort_title: names.1,
                artists: names.2,
                album_artists: names.3,
                composers: names.4,
                genres: names.5,
                album: names.6,
                comment: more.0,
                grouping: more.1,
                work: more.2,
                movement: more.3,
                codec: more.4,
                folder: more.5.to_owned(),
                file: more.6.to_owned(),
                year: numbers.0,
                track_no: numbers.1,
                disc_no: numbers.2,
                bpm: numbers.3,
                duration_ms: sizes.0 * 30_000,
                size: sizes.1 * 500_000,
                kbps: (sizes.2, sizes.3),
                rate: sizes.4,
                is_lossless,
                is_compilation,
                has_lyrics,
                has_art,
                fingerprint,
                added,
                modified,
                rating,
                own_rating: heard.0,
                plays: heard.1,
                skips: heard.2,
                last_played: heard.3,
                last_skipped: heard.4,
                own_added: heard.5,
                loved,
            }
        },
    )
}

pub fn rules() -> impl Strategy<Value = Rules> {
    let limit = (1_u64..5, select(vec![LimitUnit::Items, LimitUnit::Minutes, LimitUnit::Megabytes]), by())
        .prop_map(|(count, unit, by)| Limit { count, unit, by });
    (matching(), prop::collection::vec(rule(), 0..4), prop::option::of(limit)).prop_map(|(matching, rules, limit)| Rules {
        matching,
        rules,
        limit,
    })
}

/// Orders that depend on nothing but the track.
fn by() -> impl Strategy<Value = LimitBy> {
    use LimitBy::*;
    select(vec![
        HighestRating,
        LowestRating,
        MostPlayed,
        LeastPlayed,
        MostRecentlyPlayed,
        LeastRecentlyPlayed,
        MostRecentlyAdded,
        LeastRecentlyAdded,
    ])
}

fn matching() -> impl Strategy<Value = Matching> {
    select(vec![Matching::All, Matching::Any])
}

fn rule() -> impl Strategy<Value = Rule> {
    let test = select(&FIELDS[..]).prop_flat_map(test).prop_map(Rule::Test);
    test.prop_recursive(3, 12, 3, |inner| {
        (matching(), prop::collection::vec(inner, 0..3)).prop_map(|(matching, rules)| Rule::Group(Group { matching, rules }))
    })
}

fn test(field: Field) -> BoxedStrategy<Test> {
    let made = move |(op, value)| Test { field, op, value };
    match field.kind() {
        FieldKind::Text => {
            let ops = vec![Op::Is, Op::IsNot, Op::Contains, Op::ContainsNot, Op::StartsWith, Op::EndsWith];
            (select(ops), text().prop_map(Value::Text)).prop_map(made).boxed()
        }
        FieldKind::Flag => (select(vec![Op::Is, Op::IsNot]), any::<bool>().prop_map(Value::Flag)).prop_map(made).boxed(),
        FieldKind::Number => numbers(number(field)).prop_map(made).boxed(),
        FieldKind::Time => {
            let last = (select(vec![Op::InLast, Op::NotInLast]), select(vec![1_i64, 86_400_000, 40 * 86_400_000]).prop_map(Value::Number));
            prop_oneof![numbers(time().boxed()), last].prop_map(made).boxed()
        }
    }
}

fn number(field: Field) -> BoxedStrategy<i64> {
    let unit = match field {
        Field::Duration => 30_000,
        Field::Size => 500_000,
        Field::Rating => 20,
        _ => 1,
    };
    prop_oneof![8 => (0_i64..6).prop_map(move |number| number * unit), 1 => select(vec![i64::MIN, i64::MAX])].boxed()
}

fn numbers(number: BoxedStrategy<i64>) -> impl Strategy<Value = (Op, Value)> {
    let one = (select(vec![Op::Is, Op::IsNot, Op::Greater, Op::Less]), number.clone().prop_map(Value::Number));
    let two = (number.clone(), number).prop_map(|(a, b)| (Op::Between, Value::Range([a.min(b), a.max(b)])));
    prop_oneof![one, two]
}
