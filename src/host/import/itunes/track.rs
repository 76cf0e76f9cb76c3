//! One track of iTunes.

use crate::host::import::error::ImportError;
use crate::host::import::model::ForeignTrack;
use crate::host::import::plist::{Plist, Scalar};
use crate::types::{UnixMs, showable};

/// Reads the dictionary that was entered: the number by which playlists name it, and what is known of it.
pub(super) fn read(plist: &mut Plist<'_>) -> Result<(Option<i64>, ForeignTrack), ImportError> {
    let mut track = ForeignTrack::default();
    let mut number = None;
    let mut computed = false;
    while let Some(key) = plist.key()? {
        let value = plist.scalar()?;
        match key.as_str() {
            "Track ID" => number = value.integer(),
            "Rating Computed" => computed = value.is_true(),
            _ => take(&mut track, &key, value),
        }
    }
    if computed {
        // Made of the album's stars: nobody gave them to this track.
        track.made.rating = None;
    }
    Ok((number, track))
}

fn take(track: &mut ForeignTrack, key: &str, value: Scalar) {
    let made = &mut track.made;
    match key {
        "Name" => track.title = line(value),
        "Artist" => track.artist = line(value),
        "Album Artist" => track.album_artist = line(value),
        "Album" => track.album = line(value),
        "Track Number" => track.track_no = value.count(),
        "Disc Number" => track.disc_no = value.count(),
        "Total Time" => track.duration_ms = value.count().filter(|ms| *ms > 0).map(u64::from),
        "Location" => track.locate(&value.text().unwrap_or_default(), None),
        "Rating" => made.rating = value.count().and_then(|rating| u8::try_from(rating).ok()).filter(|rating| (1..=100).contains(rating)),
        "Loved" | "Favorited" if value.is_true() => made.loved = Some(true),
        "Disliked" if value.is_true() => made.loved = Some(false),
        "Play Count" => made.plays = value.count().unwrap_or(0),
        "Skip Count" => made.skips = value.count().unwrap_or(0),
        "Play Date UTC" => made.last_played = value.date().filter(is_real),
        "Skip Date" => made.last_skipped = value.date().filter(is_real),
        "Date Added" => made.added = value.date().filter(is_real),
        _ => {}
    }
}

/// Before 1970 nothing was played: such dates stand for none.
fn is_real(at: &UnixMs) -> bool {
    at.0 > 0
}

fn line(value: Scalar) -> Option<String> {
    value.text().and_then(|text| showable::line(&text))
}
