//! From fields to what the library keeps.

use std::path::Path;

use super::fields::Fields;
use super::key::Key;
use super::names::{self, Named};
use super::{clean, gain, genre, popm};
use crate::host::library::described::{AlbumTag, Described, MoreTags, joined};
use crate::host::library::whose::VARIOUS;
use crate::host::media::Tags;
use crate::protocol::{MediaKind, SourceMedia};

/// What a demuxer said, as fields.
pub(super) fn said(said: &Tags) -> Fields {
    let (mut others, mut fields) = (Fields::default(), Fields::default());
    for (name, value) in &said.others {
        // The file's own title, and the best of several dates, were chosen already.
        if let Some(key) = Key::named(name).filter(|key| !matches!(key, Key::Title | Key::Date)) {
            others.push(key, value);
        }
    }
    for (key, text) in [
        (Key::Title, &said.title),
        (Key::Artist, &said.artist),
        (Key::Album, &said.album),
        (Key::AlbumArtist, &said.album_artist),
        (Key::Genre, &said.genre),
        (Key::Date, &said.date),
    ] {
        if let Some(text) = text {
            fields.push(key, text);
        }
    }
    for (key, number) in [(Key::Track, said.track_no), (Key::Disc, said.disc_no)] {
        if let Some(number) = number {
            fields.push(key, &number.to_string());
        }
    }
    // These have several values where there are several.
    others.fill(fields);
    others
}

/// What tags and names say; length, codec and renditions are the caller's to fill in.
pub(super) fn described(path: &Path, root: Option<&Path>, kind: MediaKind, fields: &Fields) -> Described {
    let is_silent = kind == MediaKind::Audio && !fields.has(Key::Title) && !fields.has(Key::Album);
    let named = names::named(path, root);
    // A film's name is its title as it is.
    let stem = path.file_stem().and_then(|stem| crate::types::showable::line(&stem.to_string_lossy()));
    let named = if is_silent { named } else { Named { title: stem.unwrap_or(named.title), ..Named::default() } };
    let artists = either(fields, Key::Artists, Key::Artist, named.artist.as_ref());
    let album_artists = either(fields, Key::AlbumArtists, Key::AlbumArtist, None);
    let (track_no, track_total) = number(fields, Key::Track, Key::TrackTotal);
    let (disc_no, disc_total) = number(fields, Key::Disc, Key::DiscTotal);
    let date = fields.raw(Key::Date).find_map(clean::date).or_else(|| named.year.clone());
    let original_date = fields.raw(Key::OriginalDate).find_map(clean::date);
    let compilation = fields.raw(Key::Compilation).any(clean::is_set);
    let year = date.as_deref().or(original_date.as_deref()).and_then(clean::year);
    let more = MoreTags { track_total, disc_total, date, original_date, ..more(fields) };
    let title = fields.text(Key::Album).or_else(|| named.album.clone());
    let whose = Whose { artists: &artists, album_artists: &album_artists, named: named.artist.as_deref(), compilation };
    Described {
        kind,
        title: fields.text(Key::Title).unwrap_or(named.title),
        album: title.map(|title| album(path, root, title, &whose, more.mb_release.as_deref())),
        artists,
        album_artists,
        composers: fields.texts(Key::Composer),
        genres: genre::genres(&fields.texts(Key::Genre)),
        track_no: track_no.or(named.track_no),
        disc_no: disc_no.or(named.disc_no),
        year,
        bpm: fields.raw(Key::Bpm).find_map(clean::bpm),
        rating: popm::rating(fields),
        compilation,
        has_lyrics: fields.has_lyrics(),
        duration_ms: 0,
        codec: String::new(),
        source: SourceMedia::default(),
        more,
    }
}

struct Whose<'a> {
    artists: &'a [String],
    album_artists: &'a [String],
    /// As the folder is named.
    named: Option<&'a str>,
    compilation: bool,
}

/// What makes tracks one album: a release's id; or whose it is and its title; or, when no tag says whose, its title and folder, so that
/// samplers hold together and two albums `Greatest Hits` do not.
fn album(path: &Path, root: Option<&Path>, title: String, whose: &Whose<'_>, release: Option<&str>) -> AlbumTag {
    let folder = names::album_folder(path, root).map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
    let said = joined(whose.album_artists);
    let artist = said.clone().or_else(|| if whose.compilation { Some(VARIOUS.to_owned()) } else { joined(whose.artists) });
    let told = said.is_some() || whose.compilation;
    let album = match (release, said, whose.named) {
        (Some(release), ..) => AlbumTag::new(&["release", release], title, artist),
        (None, Some(said), _) => AlbumTag::new(&["artist", &said, &title.clone()], title, artist),
        (None, None, Some(named)) => AlbumTag::new(&["artist", named, &title.clone()], title, artist),
        (None, None, None) if whose.compilation => AlbumTag::new(&["sampler", &title.clone(), &folder], title, artist),
        (None, None, None) => AlbumTag::new(&["folder", &folder, &title.clone()], title, artist),
    };
    AlbumTag { told, ..album }
}

/// The field with a value each where there is one: the other may join them in any way.
fn either(fields: &Fields, each: Key, together: Key, otherwise: Option<&String>) -> Vec<String> {
    let found = fields.texts(if fields.has(each) { each } else { together });
    if found.is_empty() { otherwise.cloned().into_iter().collect() } else { found }
}

/// A number and how many there are, whether in one field or two.
fn number(fields: &Fields, one: Key, all: Key) -> (Option<u32>, Option<u32>) {
    let (number, total) = fields.raw(one).map(clean::counted).find(|(number, total)| number.or(*total).is_some()).unwrap_or_default();
    (number, fields.raw(all).find_map(clean::count).or(total))
}

fn more(fields: &Fields) -> MoreTags {
    let ids = |key| fields.raw(key).flat_map(|text| text.split(['/', ';'])).filter_map(clean::uuid).collect::<Vec<_>>();
    let id = |key| ids(key).into_iter().next();
    let together = |key| joined(&fields.texts(key));
    let (movement_no, movement_total) = number(fields, Key::MovementNo, Key::MovementTotal);
    let mut more = MoreTags {
        sort_title: fields.text(Key::SortTitle),
        sort_artist: together(Key::SortArtist),
        sort_album: fields.text(Key::SortAlbum),
        sort_album_artist: together(Key::SortAlbumArtist),
        sort_composer: together(Key::SortComposer),
        disc_subtitle: fields.text(Key::DiscSubtitle),
        grouping: together(Key::Grouping),
        work: fields.text(Key::Work),
        movement: fields.text(Key::Movement),
        movement_no,
        movement_total,
        comment: fields.text(Key::Comment),
        conductor: together(Key::Conductor),
        lyricist: together(Key::Lyricist),
        label: together(Key::Label),
        copyright: fields.text(Key::Copyright),
        isrc: fields.text(Key::Isrc),
        mood: together(Key::Mood),
        mb_recording: id(Key::MbRecording),
        mb_track: id(Key::MbTrack),
        mb_release: id(Key::MbRelease),
        mb_release_group: id(Key::MbReleaseGroup),
        mb_artists: ids(Key::MbArtist),
        mb_album_artists: ids(Key::MbAlbumArtist),
        ..MoreTags::default()
    };
    content_group(&mut more, together(Key::ContentGroup));
    gain::fill(&mut more, fields);
    more
}

/// iTunes writes the work there once it has a frame of its own for groupings; others, the grouping.
fn content_group(more: &mut MoreTags, group: Option<String>) {
    let is_work = more.grouping.is_some() || more.movement.is_some();
    let place = if is_work { &mut more.work } else { &mut more.grouping };
    *place = place.take().or(group);
}

#[cfg(test)]
#[path = "describe_tests.rs"]
mod tests;
