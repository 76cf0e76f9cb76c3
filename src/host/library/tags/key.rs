//! What a tag may say, whatever its format calls it.

/// One thing that tags say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Title,
    Artist,
    Artists,
    Album,
    AlbumArtist,
    AlbumArtists,
    Composer,
    Genre,
    /// `3`, or `3/9`.
    Track,
    TrackTotal,
    Disc,
    DiscTotal,
    DiscSubtitle,
    Date,
    OriginalDate,
    Compilation,
    Bpm,
    Comment,
    Grouping,
    /// ID3's `TIT1`: a grouping to some, a work to others.
    ContentGroup,
    Work,
    Movement,
    MovementNo,
    MovementTotal,
    Conductor,
    Lyricist,
    Label,
    Copyright,
    Isrc,
    Mood,
    SortTitle,
    SortArtist,
    SortAlbum,
    SortAlbumArtist,
    SortComposer,
    TrackGain,
    AlbumGain,
    TrackPeak,
    AlbumPeak,
    R128TrackGain,
    R128AlbumGain,
    /// On the scale that its size tells.
    Rating,
    /// 0.0 to 1.0.
    RatingPart,
    /// 0 to 100.
    RatingPercent,
    MbRecording,
    MbTrack,
    MbRelease,
    MbReleaseGroup,
    MbArtist,
    MbAlbumArtist,
    Language,
    Lyrics,
    SyncedLyrics,
}

/// A longer name is none of ours, bytes.
const NAME_BYTES_MAX: usize = 64;

impl Key {
    /// By the name of a free field: Vorbis comments, APE items, `TXXX` frames, MP4's `----` atoms and ASF's attributes differ in case,
    /// spaces and underscores only.
    pub fn named(name: &str) -> Option<Self> {
        if name.len() > NAME_BYTES_MAX {
            return None;
        }
        // Quod Libet says whose it is.
        let name = name.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("rating")).map_or(name, |(name, _)| name);
        let name = name.strip_prefix("WM/").unwrap_or(name);
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        NAMES.binary_search_by_key(&plain.as_str(), |(name, _)| name).ok().map(|at| NAMES[at].1)
    }

    /// Whether its values are long, and wanted only by who asks for them.
    pub fn is_lyrics(self) -> bool {
        matches!(self, Self::Lyrics | Self::SyncedLyrics)
    }
}

/// Letters and digits of a name in upper case, sorted.
const NAMES: [(&str, Key); 98] = [
    ("ALBUM", Key::Album),
    ("ALBUMARTIST", Key::AlbumArtist),
    ("ALBUMARTISTS", Key::AlbumArtists),
    ("ALBUMARTISTSORT", Key::SortAlbumArtist),
    ("ALBUMARTISTSORTORDER", Key::SortAlbumArtist),
    ("ALBUMSORT", Key::SortAlbum),
    ("ALBUMSORTORDER", Key::SortAlbum),
    ("ALBUMTITLE", Key::Album),
    ("ARTIST", Key::Artist),
    ("ARTISTS", Key::Artists),
    ("ARTISTSORT", Key::SortArtist),
    ("ARTISTSORTORDER", Key::SortArtist),
    ("AUTHOR", Key::Artist),
    ("BEATSPERMINUTE", Key::Bpm),
    ("BPM", Key::Bpm),
    ("COMMENT", Key::Comment),
    ("COMMENTS", Key::Comment),
    ("COMPILATION", Key::Compilation),
    ("COMPOSER", Key::Composer),
    ("COMPOSERSORT", Key::SortComposer),
    ("COMPOSERSORTORDER", Key::SortComposer),
    ("CONDUCTOR", Key::Conductor),
    ("CONTENTGROUP", Key::ContentGroup),
    ("CONTENTGROUPDESCRIPTION", Key::ContentGroup),
    ("COPYRIGHT", Key::Copyright),
    ("DATE", Key::Date),
    ("DESCRIPTION", Key::Comment),
    ("DISC", Key::Disc),
    ("DISCC", Key::DiscTotal),
    ("DISCNUMBER", Key::Disc),
    ("DISCSUBTITLE", Key::DiscSubtitle),
    ("DISCTOTAL", Key::DiscTotal),
    ("ENSEMBLE", Key::AlbumArtist),
    ("FMPSRATING", Key::RatingPart),
    ("GENRE", Key::Genre),
    ("GROUPING", Key::Grouping),
    ("ISCOMPILATION", Key::Compilation),
    ("ISRC", Key::Isrc),
    ("ITUNESCOMPILATION", Key::Compilation),
    ("LABEL", Key::Label),
    ("LANGUAGE", Key::Language),
    ("LYRICIST", Key::Lyricist),
    ("LYRICS", Key::Lyrics),
    ("MOOD", Key::Mood),
    ("MOVEMENT", Key::MovementNo),
    ("MOVEMENTCOUNT", Key::MovementTotal),
    ("MOVEMENTNAME", Key::Movement),
    ("MOVEMENTNUMBER", Key::MovementNo),
    ("MOVEMENTTOTAL", Key::MovementTotal),
    ("MUSICBRAINZALBUMARTISTID", Key::MbAlbumArtist),
    ("MUSICBRAINZALBUMID", Key::MbRelease),
    ("MUSICBRAINZARTISTID", Key::MbArtist),
    ("MUSICBRAINZRELEASEGROUPID", Key::MbReleaseGroup),
    ("MUSICBRAINZRELEASETRACKID", Key::MbTrack),
    ("MUSICBRAINZTRACKID", Key::MbRecording),
    ("ORGANIZATION", Key::Label),
    ("ORIGDATE", Key::OriginalDate),
    ("ORIGINALDATE", Key::OriginalDate),
    ("ORIGINALRELEASETIME", Key::OriginalDate),
    ("ORIGINALRELEASEYEAR", Key::OriginalDate),
    ("ORIGINALYEAR", Key::OriginalDate),
    ("ORIGYEAR", Key::OriginalDate),
    ("PARTNUMBER", Key::Track),
    ("PARTOFSET", Key::Disc),
    ("PUBLISHER", Key::Label),
    ("R128ALBUMGAIN", Key::R128AlbumGain),
    ("R128TRACKGAIN", Key::R128TrackGain),
    ("RATE", Key::RatingPercent),
    ("RATING", Key::Rating),
    ("RECORDLABEL", Key::Label),
    ("REPLAYGAINALBUMGAIN", Key::AlbumGain),
    ("REPLAYGAINALBUMPEAK", Key::AlbumPeak),
    ("REPLAYGAINTRACKGAIN", Key::TrackGain),
    ("REPLAYGAINTRACKPEAK", Key::TrackPeak),
    ("SETSUBTITLE", Key::DiscSubtitle),
    ("SHAREDUSERRATING", Key::RatingPercent),
    ("SYNCEDLYRICS", Key::SyncedLyrics),
    ("SYNCHRONISEDLYRICS", Key::SyncedLyrics),
    ("SYNCHRONIZEDLYRICS", Key::SyncedLyrics),
    ("TEMPO", Key::Bpm),
    ("TITLE", Key::Title),
    ("TITLESORT", Key::SortTitle),
    ("TITLESORTORDER", Key::SortTitle),
    ("TOTALDISCS", Key::DiscTotal),
    ("TOTALMOVEMENTS", Key::MovementTotal),
    ("TOTALPARTS", Key::TrackTotal),
    ("TOTALTRACKS", Key::TrackTotal),
    ("TRACK", Key::Track),
    ("TRACKC", Key::TrackTotal),
    ("TRACKNUMBER", Key::Track),
    ("TRACKTOTAL", Key::TrackTotal),
    ("UNSYNCED", Key::Lyrics),
    ("UNSYNCEDLYRICS", Key::Lyrics),
    ("UNSYNCHRONISEDLYRICS", Key::Lyrics),
    ("UNSYNCHRONIZEDLYRICS", Key::Lyrics),
    ("WORK", Key::Work),
    ("WRITER", Key::Lyricist),
    ("YEAR", Key::Date),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_formats_are_one() {
        assert!(NAMES.is_sorted_by(|(a, _), (b, _)| a < b));
        for (name, key) in [
            ("MusicBrainz Album Id", Key::MbRelease),
            ("MUSICBRAINZ_ALBUMID", Key::MbRelease),
            ("MusicBrainz/Album Id", Key::MbRelease),
            ("WM/AlbumArtist", Key::AlbumArtist),
            ("Album Artist", Key::AlbumArtist),
            ("rating:someone@example.org", Key::Rating),
            ("replaygain_track_gain", Key::TrackGain),
        ] {
            assert_eq!(Key::named(name), Some(key), "{name}");
        }
        assert_eq!(Key::named("iTunNORM"), None);
        assert_eq!(Key::named(&"TITLE".repeat(1000)), None);
    }
}
