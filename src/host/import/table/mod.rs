//! Tables of tracks (CSV) by whatever program: columns are known by their names, the separator by its looks.

mod columns;
mod values;

use std::io::BufRead;

use super::error::ImportError;
use super::model::{ForeignTrack, Format, Imported, TRACKS_MAX, stars};
use super::text;
use crate::types::showable;
use columns::{Column, known};

/// Bytes of the first line in which separators are counted.
const FIRST_LINE_MAX: usize = 10_000;

pub fn read(input: impl BufRead, folder: Option<&std::path::Path>) -> Result<Imported, ImportError> {
    let text = text::whole(input)?;
    let (told, text) = told_separator(&text);
    let separator = told.unwrap_or_else(|| separator(text));
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let columns: Vec<Option<Column>> = reader.headers().map_err(broken)?.iter().map(known).collect();
    if !columns.iter().flatten().any(|column| matches!(column, Column::Title | Column::Path | Column::Id)) {
        return Err(ImportError::NoColumns);
    }
    let mut tracks = Vec::new();
    let mut ratings = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(broken)? {
        let mut track = ForeignTrack::default();
        let mut rating = None;
        for (column, value) in columns.iter().zip(&record).filter(|(_, value)| !value.is_empty()) {
            match column {
                Some(Column::Rating) => rating = values::rating(value),
                Some(column) => take(&mut track, *column, value, folder),
                None => {}
            }
        }
        // Spreadsheets write rows of separators alone.
        if rating.is_none() && track == ForeignTrack::default() {
            continue;
        }
        tracks.push(track);
        ratings.push(rating);
        if tracks.len() > TRACKS_MAX {
            return Err(ImportError::TooMuch("more tracks than can be"));
        }
    }
    rate(&mut tracks, &ratings);
    Ok(Imported { format: Format::Csv, tracks, playlists: Vec::new() })
}

fn take(track: &mut ForeignTrack, column: Column, value: &str, folder: Option<&std::path::Path>) {
    let made = &mut track.made;
    match column {
        Column::Id => track.id = value.parse().ok(),
        Column::Path => track.locate(value, folder),
        Column::Title => track.title = showable::line(value),
        Column::Artist => track.artist = showable::line(value),
        Column::AlbumArtist => track.album_artist = showable::line(value),
        Column::Album => track.album = showable::line(value),
        Column::TrackNo => track.track_no = values::number(value),
        Column::DiscNo => track.disc_no = values::number(value),
        Column::Duration => track.duration_ms = values::duration_ms(value),
        Column::DurationMs => track.duration_ms = value.parse().ok(),
        Column::Plays => made.plays = values::number(value).unwrap_or(0),
        Column::Skips => made.skips = values::number(value).unwrap_or(0),
        Column::LastPlayed => made.last_played = values::date(value),
        Column::LastSkipped => made.last_skipped = values::date(value),
        Column::Added => made.added = values::date(value),
        Column::Loved => made.loved = values::flag(value),
        Column::RatingPercent => made.rating = value.parse().ok().filter(|rating| (1..=100).contains(rating)),
        // Which scale it has shows when all are known.
        Column::Rating => {}
    }
}

/// The highest of all tells whether there are 5 stars, 10 halves, or percents.
fn rate(tracks: &mut [ForeignTrack], ratings: &[Option<f64>]) {
    let highest = ratings.iter().flatten().copied().fold(0.0, f64::max);
    let most = if highest <= 5.0 {
        5.0
    } else if highest <= 10.0 {
        10.0
    } else if highest <= 100.0 {
        100.0
    } else {
        255.0
    };
    for (track, rating) in tracks.iter_mut().zip(ratings) {
        track.made.rating = rating.and_then(|rating| stars(rating, most)).or(track.made.rating);
    }
}

/// A first line `sep=;`, which is for spreadsheets, and the table after it.
fn told_separator(text: &str) -> (Option<u8>, &str) {
    let first = text.split(['\r', '\n']).next().unwrap_or_default();
    match first.to_ascii_lowercase().trim_matches('"').strip_prefix("sep=").map(str::as_bytes) {
        Some([separator]) if separator.is_ascii() => (Some(*separator), text[first.len()..].trim_start_matches(['\r', '\n'])),
        _ => (None, text),
    }
}

/// The one that the first line has most of, outside of quotes.
fn separator(text: &str) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in text.bytes().take(FIRST_LINE_MAX) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            byte => counts.iter_mut().filter(|(known, _)| *known == byte).for_each(|(_, count)| *count += 1),
        }
    }
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(byte, _)| *byte)
}

fn broken(error: csv::Error) -> ImportError {
    ImportError::Damaged { at: error.position().map_or(0, csv::Position::byte) }
}

/// Whether a first line could be of a table that [`read`] takes.
pub(super) fn is_table(first_line: &str) -> bool {
    if told_separator(first_line).0.is_some() {
        return true;
    }
    let separator = char::from(separator(first_line));
    let names: Vec<_> = first_line.split(separator).filter_map(|name| known(name.trim().trim_matches('"'))).collect();
    names.len() >= 2 || names.contains(&Column::Path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::import::place::Place;
    use crate::types::UnixMs;

    #[test]
    fn separators_and_scales_are_guessed() {
        let text = "Song Name;Artist;Album;My Rating;# Plays;Last Played;Time;Path\n\"A; B\";Ann;X;4,5;1.234;2009-02-13 23:31:30;3:05;C:\\Music\\a.mp3\nC;;;0;;;;\n";
        let found = read(text.as_bytes(), None).expect("a table");
        let [first, second] = &found.tracks[..] else { panic!("two: {found:?}") };
        assert_eq!((first.title.as_deref(), first.made.rating, first.made.plays), (Some("A; B"), Some(90), 1234));
        assert_eq!((first.made.last_played, first.duration_ms), (Some(UnixMs(1_234_567_890_000)), Some(185_000)));
        assert_eq!(first.place.as_ref().map(Place::as_str), Some("C:/Music/a.mp3"));
        assert_eq!((second.title.as_deref(), second.made), (Some("C"), Default::default()));
        let percents = read(&b"title,rating\na,80\nb,20\n"[..], None).expect("a table");
        assert_eq!(percents.tracks.iter().map(|track| track.made.rating).collect::<Vec<_>>(), [Some(80), Some(20)]);
        let tabs = read(&b"title\trating\na, b\t5\n"[..], None).expect("a table");
        assert_eq!((tabs.tracks[0].title.as_deref(), tabs.tracks[0].made.rating), (Some("a, b"), Some(100)));
    }

    #[test]
    fn a_table_of_something_else_is_told() {
        assert!(matches!(read(&b"date,amount\n1,2\n"[..], None), Err(ImportError::NoColumns)));
        assert!(matches!(read(&b""[..], None), Err(ImportError::NoColumns)));
        assert!(is_table("Title,Artist"));
        assert!(!is_table("Dear Sir, the title of"));
    }
}
