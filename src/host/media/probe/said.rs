//! Tags as GStreamer's demuxers read them.

use gst::tags;
use gstreamer as gst;

use crate::host::media::job::Tags;

/// Texts are cut here, characters: they travel in one answer.
const CHARS_MAX: usize = 1_000;

/// What the first list that says it says.
pub fn tags(lists: &[gst::TagList]) -> Tags {
    let find = |said: fn(&gst::TagListRef) -> Option<String>| lists.iter().find_map(|list| said(list));
    let number = |said: fn(&gst::TagListRef) -> Option<u32>| lists.iter().find_map(|list| said(list)).filter(|number| *number > 0);
    Tags {
        title: find(|list| list.get::<tags::Title>().map(|value| cut(value.get()))),
        artist: find(|list| list.get::<tags::Artist>().map(|value| cut(value.get()))),
        album: find(|list| list.get::<tags::Album>().map(|value| cut(value.get()))),
        album_artist: find(|list| list.get::<tags::AlbumArtist>().map(|value| cut(value.get()))),
        genre: find(|list| list.get::<tags::Genre>().map(|value| cut(value.get()))),
        date: find(date),
        track_no: number(|list| list.get::<tags::TrackNumber>().map(|value| value.get())),
        disc_no: number(|list| list.get::<tags::AlbumVolumeNumber>().map(|value| value.get())),
        others: [
            ("COMPOSER", find(|list| list.get::<tags::Composer>().map(|value| cut(value.get())))),
            ("COMMENT", find(|list| list.get::<tags::Comment>().map(|value| cut(value.get())))),
            ("COPYRIGHT", find(|list| list.get::<tags::Copyright>().map(|value| cut(value.get())))),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect(),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(CHARS_MAX).collect()
}

fn date(list: &gst::TagListRef) -> Option<String> {
    let by_time = list.get::<tags::DateTime>().map(|value| value.get()).filter(gst::DateTime::has_year).map(|time| time.year());
    let year = by_time.or_else(|| list.get::<tags::Date>().map(|value| i32::from(value.get().year())))?;
    Some(format!("{year:04}"))
}
