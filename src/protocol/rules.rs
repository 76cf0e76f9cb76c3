//! Rules of a smart playlist: kept by serve, evaluated by the host.

use serde::{Deserialize, Serialize};

use super::error::{ErrorBody, ErrorCode};

/// Groups within groups.
const DEPTH_MAX: usize = 8;
/// Tests of one playlist, all groups together.
const TESTS_MAX: usize = 200;
/// Bytes of one text to compare with.
const TEXT_BYTES_MAX: usize = 1_000;
/// Most tracks that a limit may let through.
const LIMIT_MAX: u64 = 1_000_000_000;

/// `{"match":"all","rules":[{"field":"genre","op":"contains","value":"jazz"}, {"match":"any","rules":[…]}],"limit":{…}}`
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    #[serde(rename = "match")]
    pub matching: Matching,
    pub rules: Vec<Rule>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<Limit>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matching {
    #[default]
    All,
    Any,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Rule {
    Test(Test),
    Group(Group),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    #[serde(rename = "match")]
    pub matching: Matching,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    pub field: Field,
    pub op: Op,
    pub value: Value,
}

/// What is compared. The unit is that of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    // Texts.
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
    /// For people, e.g. `FLAC`.
    Codec,
    FileName,
    /// Of the file, absolute.
    Folder,
    // Numbers.
    Year,
    TrackNo,
    DiscNo,
    Bpm,
    /// ms
    Duration,
    /// bytes
    Size,
    /// Bits a second, in thousands.
    Kbps,
    /// Hz
    SampleRate,
    /// 0 to 100, 20 for each star; the listener's own.
    Rating,
    Plays,
    Skips,
    // Times, Unix milliseconds.
    Added,
    Modified,
    LastPlayed,
    LastSkipped,
    // Yes or no.
    Video,
    Compilation,
    Loved,
    HasArt,
    HasLyrics,
    Lossless,
    Duplicate,
    Missing,
}

/// What kind of values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    Number,
    Time,
    Flag,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Texts regardless of case and accents, as all comparisons of texts are; times on the same day (UTC).
    Is,
    IsNot,
    // Texts.
    Contains,
    ContainsNot,
    StartsWith,
    EndsWith,
    // Numbers and times.
    Greater,
    Less,
    /// Both ends included.
    Between,
    // Times: within so many ms before now.
    InLast,
    NotInLast,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Flag(bool),
    Number(i64),
    Range([i64; 2]),
    Text(String),
}

/// At most so much, chosen how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    pub count: u64,
    pub unit: LimitUnit,
    pub by: LimitBy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitUnit {
    Items,
    Minutes,
    /// 1,000,000 bytes.
    Megabytes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitBy {
    /// The same choice for a day (UTC).
    Random,
    Title,
    Artist,
    Album,
    Genre,
    HighestRating,
    LowestRating,
    MostPlayed,
    LeastPlayed,
    MostRecentlyPlayed,
    LeastRecentlyPlayed,
    MostRecentlyAdded,
    LeastRecentlyAdded,
}

impl Field {
    pub fn kind(self) -> FieldKind {
        match self {
            Self::Title
            | Self::Artist
            | Self::AlbumArtist
            | Self::Album
            | Self::Composer
            | Self::Genre
            | Self::Grouping
            | Self::Work
            | Self::Movement
            | Self::Comment
            | Self::Codec
            | Self::FileName
            | Self::Folder => FieldKind::Text,
            Self::Added | Self::Modified | Self::LastPlayed | Self::LastSkipped => FieldKind::Time,
            Self::Video
            | Self::Compilation
            | Self::Loved
            | Self::HasArt
            | Self::HasLyrics
            | Self::Lossless
            | Self::Duplicate
            | Self::Missing => FieldKind::Flag,
            Self::Year
            | Self::TrackNo
            | Self::DiscNo
            | Self::Bpm
            | Self::Duration
            | Self::Size
            | Self::Kbps
            | Self::SampleRate
            | Self::Rating
            | Self::Plays
            | Self::Skips => FieldKind::Number,
        }
    }
}

impl Rules {
    /// Refuses what no host evaluates: a comparison that its field does not have, too much of anything.
    pub fn check(&self) -> Result<(), ErrorBody> {
        let mut tests = 0;
        check(&self.rules, 1, &mut tests)?;
        match self.limit {
            Some(Limit { count, .. }) if !(1..=LIMIT_MAX).contains(&count) => Err(bad("a limit lets at least one track through")),
            _ => Ok(()),
        }
    }
}

fn check(rules: &[Rule], depth: usize, tests: &mut usize) -> Result<(), ErrorBody> {
    if depth > DEPTH_MAX {
        return Err(bad("the rules are nested too deeply"));
    }
    for rule in rules {
        match rule {
            Rule::Group(group) => check(&group.rules, depth + 1, tests)?,
            Rule::Test(test) => {
                *tests += 1;
                if *tests > TESTS_MAX {
                    return Err(bad("there are too many rules"));
                }
                test.check()?;
            }
        }
    }
    Ok(())
}

impl Test {
    fn check(&self) -> Result<(), ErrorBody> {
        let fits = match (self.field.kind(), self.op, &self.value) {
            (FieldKind::Text, Op::Is | Op::IsNot | Op::Contains | Op::ContainsNot | Op::StartsWith | Op::EndsWith, Value::Text(text)) => {
                text.len() <= TEXT_BYTES_MAX
            }
            (FieldKind::Number | FieldKind::Time, Op::Is | Op::IsNot | Op::Greater | Op::Less, Value::Number(_)) => true,
            (FieldKind::Number | FieldKind::Time, Op::Between, Value::Range([from, to])) => from <= to,
            (FieldKind::Time, Op::InLast | Op::NotInLast, Value::Number(ms)) => *ms > 0,
            (FieldKind::Flag, Op::Is | Op::IsNot, Value::Flag(_)) => true,
            _ => false,
        };
        if fits { Ok(()) } else { Err(bad(&format!("{:?} cannot be compared so", self.field))) }
    }
}

fn bad(detail: &str) -> ErrorBody {
    ErrorBody::new(ErrorCode::BadRequest, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Rules {
        serde_json::from_str(text).expect("rules")
    }

    #[test]
    fn groups_within_groups_read_back() {
        let text = r#"{"match":"all","rules":[{"field":"genre","op":"contains","value":"jazz"},{"match":"any","rules":[{"field":"year","op":"between","value":[1955,1965]},{"field":"loved","op":"is","value":true}]}],"limit":{"count":25,"unit":"items","by":"random"}}"#;
        let rules = parse(text);
        assert_eq!(rules.check(), Ok(()));
        assert_eq!(serde_json::to_string(&rules).expect("serialises"), text);
    }

    #[test]
    fn what_does_not_fit_its_field_is_refused() {
        for test in [
            r#"{"field":"genre","op":"greater","value":"jazz"}"#,
            r#"{"field":"year","op":"is","value":"jazz"}"#,
            r#"{"field":"year","op":"between","value":[2000,1990]}"#,
            r#"{"field":"added","op":"in_last","value":0}"#,
            r#"{"field":"loved","op":"is","value":1}"#,
        ] {
            assert!(parse(&format!(r#"{{"match":"any","rules":[{test}]}}"#)).check().is_err(), "{test}");
        }
        let deep = (0..9)
            .fold(r#"{"field":"plays","op":"is","value":1}"#.to_owned(), |inner, _| format!(r#"{{"match":"any","rules":[{inner}]}}"#));
        assert!(parse(&deep).check().is_err());
    }
}
