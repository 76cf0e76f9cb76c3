//! What the headers of a Matroska file tell.

use std::path::Path;

use super::ebml::{child, children, number_in, text_in};
use super::entry::{frames_per_1000_s, shown_size};
use super::header::Matroska;
use super::ids;
use super::length::length_ms;
use super::picture::copied;
use super::sound_head::sound_head;
use super::tracks::{Kind, Track};
use crate::host::media::codecs::matroska_name;
use crate::host::media::error::MediaError;
use crate::host::media::streams::{Cover, FileFacts, Stream, TextCodec};
use crate::protocol::{Chapter, SourceAudio, SourceVideo};

const CHAPTERS_BYTES_MAX: u64 = 16 << 20;
const CHAPTERS_MAX: usize = 10_000;
pub const TAGS_BYTES_MAX: u64 = 4 << 20;
/// Fonts of subtitles are attachments too.
const ATTACHMENTS_MAX: usize = 1_000;

/// Reads what is before the clusters, and chapters, attachments' names and tags wherever the file says that they are.
///
/// # Errors
/// `Gone` when there is no such file, `Unplayable` when it is not Matroska or tells of no tracks.
pub fn facts(path: &Path) -> Result<FileFacts, MediaError> {
    let mut file = Matroska::open(path)?;
    let tags = file.optional(ids::TAGS, TAGS_BYTES_MAX);
    let mut facts = FileFacts { duration_ms: length_ms(&mut file), title: file.title.clone(), ..FileFacts::default() };
    for track in file.tracks.clone() {
        let kbps = tagged_kbps(&tags, track.uid);
        match track.kind {
            Kind::Picture => {
                let source = picture(&mut file, &track, kbps);
                facts.pictures.push(stream(&track, source));
            }
            Kind::Sound => {
                let source = sound(&mut file, &track, kbps);
                facts.sounds.push(stream(&track, source));
            }
            Kind::Text => facts.subtitles.push(stream(&track, text_codec(&track))),
            Kind::Other => {}
        }
    }
    facts.chapters = chapters(&file.optional(ids::CHAPTERS, CHAPTERS_BYTES_MAX));
    facts.covers = covers(&mut file).unwrap_or_default();
    Ok(facts)
}

fn stream<T>(track: &Track, source: T) -> Stream<T> {
    Stream { language: track.language.clone(), title: track.name.clone(), is_default: track.is_default, is_forced: track.is_forced, source }
}

fn picture(file: &mut Matroska, track: &Track, kbps: Option<u32>) -> SourceVideo {
    let (width, height) = shown_size(track);
    SourceVideo {
        codec: matroska_name(&track.codec_id),
        mime: copied(file, track).map(|(_, mime)| mime),
        width,
        height,
        frames_per_1000_s: frames_per_1000_s(track),
        kbps,
    }
}

fn sound(file: &mut Matroska, track: &Track, kbps: Option<u32>) -> SourceAudio {
    let codec = matroska_name(&track.codec_id);
    let lossless = ["FLAC", "ALAC", "PCM", "TrueHD", "MLP", "WavPack", "TTA"].contains(&codec.as_str());
    SourceAudio {
        mime: sound_head(file, track).map(|head| head.mime),
        kbps,
        rate: track.rate,
        channels: track.channels,
        bits: track.bits.filter(|_| lossless),
        lossless,
        codec,
    }
}

pub fn text_codec(track: &Track) -> TextCodec {
    match track.codec_id.as_str() {
        "S_TEXT/UTF8" | "S_TEXT/ASCII" => TextCodec::SubRip,
        "S_TEXT/ASS" | "S_TEXT/SSA" | "S_ASS" | "S_SSA" => {
            TextCodec::Ass { header: String::from_utf8_lossy(&track.codec_private).into_owned() }
        }
        "S_TEXT/WEBVTT" | "D_WEBVTT/SUBTITLES" => TextCodec::WebVtt,
        id => TextCodec::Other { name: matroska_name(id) },
    }
}

/// What mkvmerge counted: the tag `BPS` of a track.
fn tagged_kbps(tags: &[u8], uid: u64) -> Option<u32> {
    let of_track = children(tags).filter(|(id, tag)| {
        *id == ids::TAG && child(tag, ids::TARGETS).and_then(|targets| number_in(targets, ids::TAG_TRACK_UID)) == Some(uid)
    });
    let mut simple = of_track.flat_map(|(_, tag)| children(tag)).filter(|(id, _)| *id == ids::SIMPLE_TAG);
    let (_, found) = simple.find(|(_, simple)| text_in(simple, ids::TAG_NAME).is_some_and(|name| name == "BPS" || name == "BPS-eng"))?;
    let bits: u64 = text_in(found, ids::TAG_STRING)?.parse().ok()?;
    u32::try_from(bits / 1000).ok().filter(|kbps| *kbps > 0)
}

/// The outermost ones of the first edition that has any.
fn chapters(body: &[u8]) -> Vec<Chapter> {
    let editions = children(body).filter(|(id, _)| *id == ids::EDITION_ENTRY).map(|(_, edition)| edition);
    let mut chapters = Vec::new();
    for edition in editions {
        let atoms = children(edition).filter(|(id, _)| *id == ids::CHAPTER_ATOM).filter_map(|(_, atom)| chapter(atom));
        chapters.extend(atoms.take(CHAPTERS_MAX));
        if !chapters.is_empty() {
            break;
        }
    }
    chapters.sort_by_key(|chapter: &Chapter| chapter.start_ms);
    chapters
}

/// `None` for a hidden one.
fn chapter(atom: &[u8]) -> Option<Chapter> {
    if number_in(atom, ids::CHAPTER_FLAG_HIDDEN) == Some(1) {
        return None;
    }
    let title = child(atom, ids::CHAPTER_DISPLAY).and_then(|display| text_in(display, ids::CHAP_STRING)).unwrap_or_default();
    Some(Chapter { start_ms: number_in(atom, ids::CHAPTER_TIME_START)? / 1_000_000, title })
}

/// Pictures among the attachments, the one that is called cover first. Only the headers of their data are read.
fn covers(file: &mut Matroska) -> Result<Vec<Cover>, MediaError> {
    let Some(attachments) = file.find(ids::ATTACHMENTS)? else { return Ok(Vec::new()) };
    let end = attachments.end(file.segment_end);
    let (mut at, mut covers) = (attachments.body, Vec::new());
    for _ in 0..ATTACHMENTS_MAX {
        let Some(attached) = file.input.element(at, end)? else { break };
        at = attached.end(end);
        if attached.id == ids::ATTACHED_FILE
            && let Some(found) = cover(file, attached.body, at)?
        {
            covers.push(found);
        }
    }
    // `false` sorts first.
    covers.sort_by_key(|(name, _): &(String, Cover)| !name.to_ascii_lowercase().starts_with("cover"));
    Ok(covers.into_iter().map(|(_, cover)| cover).collect())
}

/// An attachment's name and place, if it is a picture.
fn cover(file: &mut Matroska, body: u64, end: u64) -> Result<Option<(String, Cover)>, MediaError> {
    const CHILDREN_MAX: usize = 64;
    const NAME_BYTES_MAX: u64 = 4096;
    let (mut at, mut name, mut mime, mut data) = (body, String::new(), String::new(), None);
    for _ in 0..CHILDREN_MAX {
        let Some(part) = file.input.element(at, end)? else { break };
        at = part.end(end);
        match part.id {
            ids::FILE_NAME => name = super::ebml::text(&file.input.body(&part, NAME_BYTES_MAX)?),
            ids::FILE_MEDIA_TYPE => mime = super::ebml::text(&file.input.body(&part, NAME_BYTES_MAX)?),
            ids::FILE_DATA => data = part.length.filter(|length| *length > 0).map(|length| (part.body, length)),
            _ => {}
        }
    }
    let (offset, length) = match data {
        Some((offset, length)) if mime.starts_with("image/") && offset.checked_add(length).is_some_and(|end| end <= file.input.size) => {
            (offset, length)
        }
        _ => return Ok(None),
    };
    Ok(Some((name, Cover { mime, offset, length })))
}
