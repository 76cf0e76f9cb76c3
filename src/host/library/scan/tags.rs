//! Reads one file's tags and properties.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Seek};
use std::os::unix::fs::OpenOptionsExt;
use std::panic::catch_unwind;
use std::path::Path;

use lofty::config::ParseOptions;
use lofty::file::{AudioFile, FileType, TaggedFile, TaggedFileExt};
use lofty::mp4::{Mp4Codec, Mp4File};
use lofty::picture::PictureType;
use lofty::probe::Probe;
use lofty::tag::{Accessor, ItemKey, Tag};

use super::super::row::Described;
use super::{clean, video, walk};
use crate::host::media::offers;
use crate::protocol::{MediaKind, SourceAudio, SourceMedia};

/// What a file says, and the picture in it.
pub(super) struct Read {
    pub(super) described: Described,
    pub(super) picture: Option<Vec<u8>>,
}

/// Reads a media file, or says in a few words why not. A parser that panics over a hostile file costs that file only.
pub(super) fn read(path: &Path) -> Result<Read, String> {
    let file = open(path)?;
    let read = || if walk::is_video(path) == Some(true) { video::read(path, file) } else { read_audio(path, file) };
    catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or_else(|_| Err("its tags are damaged".to_owned()))
}

/// Opens without waiting for anybody: a file that became a pipe or a device since it was listed is refused, not read.
fn open(path: &Path) -> Result<File, String> {
    let flags = libc::O_NONBLOCK | libc::O_NOFOLLOW;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|e| format!("it cannot be opened: {}", e.kind()))?;
    let kind = file.metadata().map_err(|e| format!("it cannot be read: {}", e.kind()))?.file_type();
    if kind.is_file() { Ok(file) } else { Err(format!("it is {}, not a file", walk::special(kind))) }
}

pub(super) fn read_audio(path: &Path, file: File) -> Result<Read, String> {
    let (tagged, codec) = parse(path, file)?;
    let properties = tagged.properties();
    let duration_ms = u64::try_from(properties.duration().as_millis()).unwrap_or(0);
    if duration_ms == 0 {
        return Err("it holds no sound".to_owned());
    }
    let (name, lossless) = codec;
    let audio = SourceAudio {
        codec: name.to_owned(),
        mime: None,
        kbps: properties.audio_bitrate(),
        rate: properties.sample_rate().unwrap_or(0),
        channels: properties.channels().unwrap_or(0),
        bits: properties.bit_depth().filter(|_| lossless),
        lossless,
    };
    let source = SourceMedia { audio: Some(audio), video: None };
    let (renditions, sound) = offers(MediaKind::Audio, &source);
    let tag = tagged.primary_tag().or(tagged.first_tag());
    let described = Described { duration_ms, codec: name.to_owned(), source, renditions, sound, ..describe(path, MediaKind::Audio, tag) };
    Ok(Read { described, picture: tag.and_then(front_cover) })
}

/// The texts of a tag; length, codec and renditions are the caller's to fill in.
pub(super) fn describe(path: &Path, kind: MediaKind, tag: Option<&Tag>) -> Described {
    let text = |value: Option<std::borrow::Cow<'_, str>>| value.and_then(|value| clean::text(&value));
    let title = text(tag.and_then(Accessor::title));
    let date = tag.and_then(|tag| tag.get_string(ItemKey::RecordingDate).or_else(|| tag.get_string(ItemKey::Year)));
    Described {
        kind,
        title: title.unwrap_or_else(|| title_of(path)),
        artist: text(tag.and_then(Accessor::artist)),
        album: text(tag.and_then(Accessor::album)),
        album_artist: tag.and_then(|tag| tag.get_string(ItemKey::AlbumArtist)).and_then(clean::text),
        track_no: tag.and_then(Accessor::track),
        disc_no: tag.and_then(Accessor::disk),
        year: date.and_then(clean::year),
        genre: text(tag.and_then(Accessor::genre)),
        duration_ms: 0,
        codec: String::new(),
        source: SourceMedia::default(),
        renditions: Vec::new(),
        sound: Vec::new(),
    }
}

/// Without a title tag the file's name is its title.
fn title_of(path: &Path) -> String {
    path.file_stem().and_then(|stem| clean::text(&stem.to_string_lossy())).unwrap_or_else(|| "Untitled".to_owned())
}

pub(super) fn front_cover(tag: &Tag) -> Option<Vec<u8>> {
    let front = tag.get_picture_type(PictureType::CoverFront).or_else(|| tag.pictures().first());
    front.map(|picture| picture.data().to_vec())
}

/// The file as its bytes say, not its name.
pub(super) fn parse(path: &Path, file: File) -> Result<(TaggedFile, (&'static str, bool)), String> {
    let damaged = |error: &dyn std::fmt::Display| format!("it is damaged or not what its name says: {error}");
    let by_name = path.extension().and_then(FileType::from_ext).unwrap_or(FileType::Mpeg);
    let probe = Probe::with_file_type(BufReader::new(file), by_name).guess_file_type().map_err(|e| damaged(&e))?;
    match probe.file_type() {
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
