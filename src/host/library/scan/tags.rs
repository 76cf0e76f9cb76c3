//! Tags, and what a song's own headers say of its sound.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Seek};
use std::path::Path;

use lofty::config::ParseOptions;
use lofty::file::{AudioFile, FileType, TaggedFile, TaggedFileExt};
use lofty::mp4::{Mp4Codec, Mp4File};
use lofty::picture::PictureType;
use lofty::probe::Probe;
use lofty::tag::{Accessor, ItemKey, Tag};

use super::super::described::{AlbumTag, Described, MoreTags};
use super::clean;
use super::read::Read;
use crate::host::media::{Probed, Tags, copy_mime};
use crate::protocol::{MediaKind, SourceAudio, SourceMedia};

/// Whether its tags, and what they say of its sound, are read for a song of such a name: far faster than decoding a little of it.
pub(super) fn is_tagged(path: &Path) -> bool {
    const NAMES: [&str; 17] =
        ["mp3", "flac", "ogg", "oga", "opus", "m4a", "m4b", "aac", "wav", "aiff", "aif", "aifc", "mp2", "mpc", "ape", "wv", "spx"];
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| NAMES.contains(&extension.as_str()))
}

/// A song by its tags and headers.
pub(super) fn song(path: &Path, file: File) -> Result<Read, String> {
    let (tagged, (name, lossless)) = parse(path, file)?;
    let properties = tagged.properties();
    let duration_ms = u64::try_from(properties.duration().as_millis()).unwrap_or(0);
    if duration_ms == 0 {
        return Err("it holds no sound".to_owned());
    }
    let audio = SourceAudio {
        codec: name.to_owned(),
        // Only these have a copy that is worth sending: what loses nothing is sent as FLAC.
        mime: if ["MP3", "AAC", "Opus"].contains(&name) { copy_mime(path) } else { None },
        kbps: properties.audio_bitrate(),
        rate: properties.sample_rate().unwrap_or(0),
        channels: properties.channels().unwrap_or(0),
        bits: properties.bit_depth().filter(|_| lossless),
        lossless,
    };
    let probed = Probed { duration_ms, source: SourceMedia { audio: Some(audio), video: None }, ..Probed::default() };
    Ok(read_of(path, probed, tagged.primary_tag().or(tagged.first_tag())))
}

/// The tag of a file that was looked at in another way; only where its bytes say plainly what it is.
pub(super) fn tag_of(file: File) -> Option<Tag> {
    let probe = Probe::new(BufReader::new(file)).guess_file_type().ok()?;
    probe.file_type()?;
    let tagged = probe.options(ParseOptions::new().read_properties(false)).read().ok()?;
    tagged.primary_tag().or(tagged.first_tag()).cloned()
}

/// A library item of what is known of a file.
pub(super) fn read_of(path: &Path, probed: Probed, tag: Option<&Tag>) -> Read {
    let Probed { duration_ms, source, tags } = probed;
    let kind = if source.video.is_some() { MediaKind::Video } else { MediaKind::Audio };
    let picture_codec = source.video.as_ref().map(|video| &video.codec);
    let codec = picture_codec.or(source.audio.as_ref().map(|audio| &audio.codec)).cloned().unwrap_or_default();
    let described = Described { duration_ms, codec, source, ..describe(path, kind, tag, &tags) };
    Read { described, picture: tag.and_then(front_cover) }
}

/// The texts of a tag, and of what was `said` where that has none; length, codec and renditions are the caller's to fill in.
fn describe(path: &Path, kind: MediaKind, tag: Option<&Tag>, said: &Tags) -> Described {
    let text = |value: Option<Cow<'_, str>>, said: &Option<String>| {
        value.and_then(|value| clean::text(&value)).or_else(|| said.as_deref().and_then(clean::text))
    };
    let one = |value: Option<String>| value.into_iter().collect::<Vec<_>>();
    let title = text(tag.and_then(Accessor::title), &said.title);
    let date = tag.and_then(|tag| tag.get_string(ItemKey::RecordingDate).or_else(|| tag.get_string(ItemKey::Year)));
    let artist = text(tag.and_then(Accessor::artist), &said.artist);
    let album_artist = text(tag.and_then(|tag| tag.get_string(ItemKey::AlbumArtist)).map(Cow::from), &said.album_artist);
    let whose = album_artist.clone().or_else(|| artist.clone());
    let album = text(tag.and_then(Accessor::album), &said.album);
    Described {
        kind,
        title: title.unwrap_or_else(|| title_of(path)),
        artists: one(artist),
        album: album.map(|title| AlbumTag::new(&[whose.as_deref().unwrap_or_default(), &title], title.clone(), whose.clone())),
        album_artists: one(album_artist),
        composers: Vec::new(),
        genres: one(text(tag.and_then(Accessor::genre), &said.genre)),
        track_no: tag.and_then(Accessor::track).or(said.track_no),
        disc_no: tag.and_then(Accessor::disk).or(said.disc_no),
        year: date.and_then(clean::year).or_else(|| said.date.as_deref().and_then(clean::year)),
        bpm: None,
        rating: None,
        compilation: false,
        has_lyrics: false,
        duration_ms: 0,
        codec: String::new(),
        source: SourceMedia::default(),
        more: MoreTags::default(),
    }
}

/// Without a title tag the file's name is its title.
fn title_of(path: &Path) -> String {
    path.file_stem().and_then(|stem| clean::text(&stem.to_string_lossy())).unwrap_or_else(|| "Untitled".to_owned())
}

fn front_cover(tag: &Tag) -> Option<Vec<u8>> {
    let front = tag.get_picture_type(PictureType::CoverFront).or_else(|| tag.pictures().first());
    front.map(|picture| picture.data().to_vec())
}

/// The file as its bytes say, not its name.
fn parse(path: &Path, file: File) -> Result<(TaggedFile, (&'static str, bool)), String> {
    let damaged = |error: &dyn std::fmt::Display| format!("it is damaged or not what its name says: {error}");
    let by_name = path.extension().and_then(FileType::from_ext).unwrap_or(FileType::Mpeg);
    let probe = Probe::with_file_type(BufReader::new(file), by_name).guess_file_type().map_err(|e| damaged(&e))?;
    match probe.file_type() {
        // A film that is named like a song.
        Some(FileType::Mp4) if by_name != FileType::Mp4 => Err("it is not what its name says".to_owned()),
        Some(FileType::Mp4) => {
            let mut reader = probe.into_inner();
            reader.rewind().map_err(|e| damaged(&e))?;
            let mp4 = Mp4File::read_from(&mut reader, ParseOptions::new()).map_err(|e| damaged(&e))?;
            let codec = mp4_codec(mp4.properties().codec());
            Ok((mp4.into(), codec))
        }
        Some(kind) => {
            let codec = codec(kind).ok_or("its format is not played here")?;
            Ok((probe.read().map_err(|e| damaged(&e))?, codec))
        }
        None => Err("its format is not known".to_owned()),
    }
}

/// The codec's name for people, and whether it keeps every sample.
fn codec(kind: FileType) -> Option<(&'static str, bool)> {
    Some(match kind {
        FileType::Flac => ("FLAC", true),
        FileType::Wav => ("WAV", true),
        FileType::Aiff => ("AIFF", true),
        FileType::Mpeg => ("MP3", false),
        FileType::Opus => ("Opus", false),
        FileType::Vorbis => ("Vorbis", false),
        FileType::Aac => ("AAC", false),
        FileType::Ape => ("APE", true),
        FileType::WavPack => ("WavPack", true),
        FileType::Mpc => ("Musepack", false),
        FileType::Speex => ("Speex", false),
        _ => return None,
    })
}

fn mp4_codec(codec: Option<Mp4Codec>) -> (&'static str, bool) {
    match codec {
        Some(Mp4Codec::ALAC) => ("ALAC", true),
        Some(Mp4Codec::FLAC) => ("FLAC", true),
        Some(Mp4Codec::MP3) => ("MP3", false),
        _ => ("AAC", false),
    }
}
