//! What columns are called.

use crate::host::library::fold;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Id,
    Path,
    Title,
    Artist,
    AlbumArtist,
    Album,
    TrackNo,
    DiscNo,
    Duration,
    DurationMs,
    Rating,
    RatingPercent,
    Plays,
    Skips,
    LastPlayed,
    LastSkipped,
    Added,
    Loved,
}

/// The column of this name, in the words of common programs. Case, accents, spaces and marks make no difference.
pub(super) fn known(name: &str) -> Option<Column> {
    let name: String = fold(name).chars().filter(|c| c.is_alphanumeric()).collect();
    Some(match name.as_str() {
        "iroamid" | "trackid" => Column::Id,
        "path" | "location" | "file" | "filename" | "filepath" | "fullpath" | "url" | "uri" | "pathname" => Column::Path,
        "title" | "name" | "song" | "songname" | "songtitle" | "track" | "trackname" | "tracktitle" | "titel" | "titre" => Column::Title,
        "artist" | "artists" | "artistname" | "artistnames" | "performer" | "interpret" | "kunstler" | "artiste" => Column::Artist,
        "albumartist" | "albumartists" | "bandname" | "albumartistnames" => Column::AlbumArtist,
        "album" | "albumname" | "albumtitle" => Column::Album,
        "trackno" | "tracknumber" | "tracknum" | "trackindex" => Column::TrackNo,
        "discno" | "disc" | "discnumber" | "disknumber" => Column::DiscNo,
        "duration" | "time" | "length" | "totaltime" | "seconds" | "durationseconds" => Column::Duration,
        "durationms" | "trackdurationms" | "lengthms" | "milliseconds" => Column::DurationMs,
        "rating" | "ratings" | "myrating" | "stars" | "userrating" | "bewertung" => Column::Rating,
        "ratingpercent" => Column::RatingPercent,
        "plays" | "playcount" | "playcounts" | "timesplayed" | "playedcount" | "playcounter" | "scrobbles" => Column::Plays,
        "skips" | "skipcount" | "timesskipped" => Column::Skips,
        "lastplayed" | "lastplay" | "playdate" | "playdateutc" | "lastplayedat" | "datelastplayed" => Column::LastPlayed,
        "lastskipped" | "skipdate" | "lastskippedat" => Column::LastSkipped,
        "added" | "dateadded" | "addedat" | "addeddate" | "firstseen" | "datecreated" => Column::Added,
        "loved" | "love" | "favorite" | "favourite" | "favorited" | "liked" | "starred" => Column::Loved,
        _ => return None,
    })
}
