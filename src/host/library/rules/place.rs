//! Where each field is found.

use crate::protocol::rules::Field;

/// How a field's values are got at, where `t` is the track.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// A text of the track's own.
    Text(&'static str),
    /// A text of what it refers to: its column, and the numbers of the rows whose text fits the condition that is to follow.
    Shared { column: &'static str, found: &'static str, text: &'static str },
    /// Several texts: the tracks that have any of those that fit, and those that have one at all.
    Several { tracks: &'static str, text: &'static str, any: &'static str },
    /// A number or time; NULL is not known.
    Number(&'static str),
    /// What the listener made of it: the column, and what holds when there is none.
    Heard { column: &'static str, without: Option<i64> },
    /// The listener's own, or else the file's, or else what `without` says.
    Own { column: &'static str, file: &'static str, without: Option<i64> },
    /// A condition.
    Flag(&'static str),
    /// A condition over what the listener made of it.
    HeardFlag(&'static str),
}

macro_rules! credited {
    ($role:literal) => {
        Place::Several {
            tracks: concat!("SELECT track FROM credit WHERE role = ", $role, " AND artist IN (SELECT n FROM artist WHERE "),
            text: "name",
            any: concat!("SELECT track FROM credit WHERE role = ", $role),
        }
    };
}

/// A text of `track.more`. Few tracks have each: to look for its name is much less than to read the JSON.
macro_rules! more {
    ($name:literal) => {
        Place::Text(concat!("iif(instr(t.more, '\"", $name, "\":'), json_extract(t.more, '$.", $name, "'), NULL)"))
    };
}

pub(super) fn of(field: Field) -> Place {
    match field {
        Field::Title => Place::Text("t.title"),
        Field::Artist => credited!(0),
        Field::AlbumArtist => credited!(1),
        Field::Composer => credited!(2),
        Field::Genre => Place::Several {
            tracks: "SELECT track FROM track_genre WHERE genre IN (SELECT n FROM genre WHERE ",
            text: "name",
            any: "SELECT track FROM track_genre",
        },
        Field::Album => Place::Shared { column: "t.album", found: "SELECT n FROM album WHERE ", text: "title" },
        Field::Folder => Place::Shared { column: "t.folder", found: "SELECT n FROM folder WHERE ", text: "path" },
        Field::Grouping => more!("grouping"),
        Field::Work => more!("work"),
        Field::Movement => more!("movement"),
        Field::Comment => more!("comment"),
        Field::Codec => Place::Text("t.codec"),
        Field::FileName => Place::Text("t.name"),
        Field::Year => Place::Number("t.year"),
        Field::TrackNo => Place::Number("t.track_no"),
        Field::DiscNo => Place::Number("t.disc_no"),
        Field::Bpm => Place::Number("t.bpm"),
        Field::Duration => Place::Number("t.duration_ms"),
        Field::Size => Place::Number("t.size"),
        Field::Kbps => Place::Number("t.kbps"),
        Field::SampleRate => Place::Number("nullif(json_extract(t.source, '$.audio.rate'), 0)"),
        Field::Rating => Place::Own { column: "h.rating", file: "t.rating", without: Some(0) },
        Field::Plays => Place::Heard { column: "h.plays", without: Some(0) },
        Field::Skips => Place::Heard { column: "h.skips", without: Some(0) },
        Field::Added => Place::Own { column: "h.added_ms", file: "t.added_at_ms", without: None },
        Field::Modified => Place::Number("nullif(t.mtime_ms, -1)"),
        Field::LastPlayed => Place::Heard { column: "h.last_played_ms", without: None },
        Field::LastSkipped => Place::Heard { column: "h.last_skipped_ms", without: None },
        Field::Video => Place::Flag("t.kind = 'video'"),
        Field::Compilation => Place::Flag("t.compilation <> 0"),
        Field::Loved => Place::HeardFlag("h.loved <> 0"),
        Field::HasArt => Place::Flag("t.art IS NOT NULL"),
        Field::HasLyrics => Place::Flag("t.has_lyrics <> 0"),
        Field::Lossless => Place::Flag("ifnull(json_extract(t.source, '$.audio.lossless'), 0) <> 0"),
        Field::Duplicate => Place::Flag("t.duplicate"),
        Field::Missing => Place::Flag("t.state = 'missing'"),
    }
}
