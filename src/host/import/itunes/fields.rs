//! What the numbers in a smart playlist of iTunes stand for.

use crate::protocol::rules::{Field, LimitBy};

/// How a field's values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Text(Field),
    Number(Field),
    /// Seconds.
    Time(Field),
    Flag(Field),
    /// A set of bits: which kinds of media.
    MediaKind,
    /// 2 loved, 3 disliked.
    Love,
    /// For people: `MPEG audio file`.
    Kind,
    /// 1 this computer, 16 a cloud.
    Location,
    Podcast,
    /// Whether a track plays when its turn comes: here all do.
    Checked,
}

pub(super) fn field(number: u32) -> Option<Known> {
    Some(match number {
        0x02 => Known::Text(Field::Title),
        0x03 => Known::Text(Field::Album),
        0x04 => Known::Text(Field::Artist),
        0x05 => Known::Number(Field::Kbps),
        0x06 => Known::Number(Field::SampleRate),
        0x07 => Known::Number(Field::Year),
        0x08 => Known::Text(Field::Genre),
        0x09 => Known::Kind,
        0x0a => Known::Time(Field::Modified),
        0x0b => Known::Number(Field::TrackNo),
        0x0c => Known::Number(Field::Size),
        0x0d => Known::Number(Field::Duration),
        0x0e => Known::Text(Field::Comment),
        0x10 => Known::Time(Field::Added),
        0x12 => Known::Text(Field::Composer),
        0x16 => Known::Number(Field::Plays),
        0x17 => Known::Time(Field::LastPlayed),
        0x18 => Known::Number(Field::DiscNo),
        0x19 => Known::Number(Field::Rating),
        0x1d => Known::Checked,
        0x1f => Known::Flag(Field::Compilation),
        0x23 => Known::Number(Field::Bpm),
        0x25 => Known::Flag(Field::HasArt),
        0x27 => Known::Text(Field::Grouping),
        0x39 => Known::Podcast,
        0x3c => Known::MediaKind,
        0x44 => Known::Number(Field::Skips),
        0x45 => Known::Time(Field::LastSkipped),
        0x47 => Known::Text(Field::AlbumArtist),
        0x85 => Known::Location,
        0x9a => Known::Love,
        0x9f => Known::Text(Field::Work),
        0xa0 => Known::Text(Field::Movement),
        _ => return None,
    })
}

/// What people know a field by.
pub(super) fn name(number: u32) -> String {
    let name = match number {
        0x02 => "Name",
        0x03 => "Album",
        0x04 => "Artist",
        0x05 => "Bit Rate",
        0x06 => "Sample Rate",
        0x07 => "Year",
        0x08 => "Genre",
        0x09 => "Kind",
        0x0a => "Date Modified",
        0x0b => "Track Number",
        0x0c => "Size",
        0x0d => "Time",
        0x0e => "Comments",
        0x10 => "Date Added",
        0x12 => "Composer",
        0x16 => "Plays",
        0x17 => "Last Played",
        0x18 => "Disc Number",
        0x19 => "Rating",
        0x1d => "Checked",
        0x1f => "Compilation",
        0x23 => "BPM",
        0x25 => "Album Artwork",
        0x27 => "Grouping",
        0x28 => "Playlist",
        0x29 => "Purchased",
        0x36 => "Description",
        0x37 => "Category",
        0x39 => "Podcast",
        0x3c => "Media Kind",
        0x3e => "Show",
        0x3f => "Season",
        0x44 => "Skips",
        0x45 => "Last Skipped",
        0x47 => "Album Artist",
        0x4e => "Sort Name",
        0x4f => "Sort Album",
        0x50 => "Sort Artist",
        0x51 => "Sort Album Artist",
        0x52 => "Sort Composer",
        0x53 => "Sort Show",
        0x59 => "Content Rating",
        0x5a => "Album Rating",
        0x85 => "Location",
        0x86 => "iCloud Status",
        0x9a => "Love",
        0x9c => "Album Love",
        0x9f => "Work",
        0xa0 => "Movement Name",
        0xa1 => "Movement Number",
        other => return format!("field {other}"),
    };
    name.to_owned()
}

/// What begins or makes up the name that iTunes has for a coding.
pub(super) fn codec(kind: &str) -> Option<&'static str> {
    let kind = kind.to_lowercase();
    let known = [
        ("mpeg audio", "MP3"),
        ("mp3", "MP3"),
        ("apple lossless", "ALAC"),
        ("aac", "AAC"),
        ("aiff", "AIFF"),
        ("wav", "WAV"),
        ("flac", "FLAC"),
    ];
    known.iter().find(|(part, _)| kind.contains(part)).map(|(_, codec)| *codec)
}

/// Media kinds, bits: what is songs here, and what is video.
pub(super) const SONGS: u64 = 0x01;
/// Movies, music videos, TV shows and home videos.
pub(super) const VIDEOS: u64 = 0x02 | 0x20 | 0x40 | 0x400;

/// By which order a limit chooses; `least` is a byte beside it that turns the order round.
pub(super) fn limit_by(number: u32, least: bool) -> Option<LimitBy> {
    Some(match (number, least) {
        (0x01, _) | (0x1c, true) => LimitBy::LowestRating,
        (0x02, _) => LimitBy::Random,
        (0x05, _) => LimitBy::Title,
        (0x06, _) => LimitBy::Album,
        (0x07, _) => LimitBy::Artist,
        (0x09, _) => LimitBy::Genre,
        (0x15, false) => LimitBy::MostRecentlyAdded,
        (0x15, true) => LimitBy::LeastRecentlyAdded,
        (0x19, false) => LimitBy::MostPlayed,
        (0x19, true) => LimitBy::LeastPlayed,
        (0x1a, false) => LimitBy::MostRecentlyPlayed,
        (0x1a, true) => LimitBy::LeastRecentlyPlayed,
        (0x1c, false) => LimitBy::HighestRating,
        _ => return None,
    })
}
