//! ID3: the frames of version 2 (ID3v2.2, 2.3, 2.4), and the 128 bytes of version 1 at a file's end.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::fields::{Fields, Words};
use super::key::Key;
use super::{popm, sylt};
use crate::host::media::id3::{Frame, Id3, terminated, text};

/// Frames that are looked at; a tag may claim millions.
const FRAMES_MAX: usize = 50_000;
/// Text frames by their names in version 2.3 and later, and in version 2.2.
const TEXTS: [(&[u8; 4], &[u8; 4], Key); 32] = [
    (b"TIT2", b"TT2\0", Key::Title),
    (b"TPE1", b"TP1\0", Key::Artist),
    (b"TALB", b"TAL\0", Key::Album),
    (b"TPE2", b"TP2\0", Key::AlbumArtist),
    (b"TCOM", b"TCM\0", Key::Composer),
    (b"TCON", b"TCO\0", Key::Genre),
    (b"TRCK", b"TRK\0", Key::Track),
    (b"TPOS", b"TPA\0", Key::Disc),
    (b"TSST", b"TSST", Key::DiscSubtitle),
    (b"TDRC", b"TDRC", Key::Date),
    (b"TDOR", b"TDOR", Key::OriginalDate),
    (b"TORY", b"TOR\0", Key::OriginalDate),
    (b"TCMP", b"TCP\0", Key::Compilation),
    (b"TBPM", b"TBP\0", Key::Bpm),
    (b"GRP1", b"GP1\0", Key::Grouping),
    (b"TIT1", b"TT1\0", Key::ContentGroup),
    (b"MVNM", b"MVN\0", Key::Movement),
    (b"MVIN", b"MVI\0", Key::MovementNo),
    (b"TPE3", b"TP3\0", Key::Conductor),
    (b"TEXT", b"TXT\0", Key::Lyricist),
    (b"TPUB", b"TPB\0", Key::Label),
    (b"TCOP", b"TCR\0", Key::Copyright),
    (b"TSRC", b"TRC\0", Key::Isrc),
    (b"TMOO", b"TMOO", Key::Mood),
    (b"TSOT", b"TST\0", Key::SortTitle),
    (b"TSOP", b"TSP\0", Key::SortArtist),
    (b"TSOA", b"TSA\0", Key::SortAlbum),
    (b"TSO2", b"TS2\0", Key::SortAlbumArtist),
    (b"TSOC", b"TSC\0", Key::SortComposer),
    (b"XSOT", b"XSOT", Key::SortTitle),
    (b"XSOP", b"XSOP", Key::SortArtist),
    (b"XSOA", b"XSOA", Key::SortAlbum),
];
/// Where MusicBrainz keeps a recording's id.
const MUSICBRAINZ: &[u8] = b"http://musicbrainz.org";
/// RVA2: a channel that is all of them; 512 parts to a dB.
const MASTER: u8 = 1;

/// Version 2 as it lies in a file at byte `at`.
pub(super) fn read(file: &File, at: u64, fields: &mut Fields) {
    if let Some(tag) = Id3::read(file, at) {
        version_2(&tag, fields);
    }
}

/// Moves past a tag of version 2 at the beginning.
pub(super) fn skip<R: io::Read + io::Seek>(reader: &mut R) -> io::Result<()> {
    let mut head = [0u8; 10];
    let is_tag = reader.read_exact(&mut head).is_ok() && head.starts_with(b"ID3") && head[6..].iter().all(|byte| *byte < 0x80);
    let size = head[6..].iter().fold(0u64, |size, byte| size << 7 | u64::from(*byte));
    // A footer is as long as the header.
    let footer = if head[5] & 0x10 != 0 { 10 } else { 0 };
    reader.seek(io::SeekFrom::Start(if is_tag { 10 + size + footer } else { 0 })).map(drop)
}

pub(super) fn version_2(tag: &Id3, fields: &mut Fields) {
    let mut dated = Dated::default();
    for frame in tag.frames().take(FRAMES_MAX) {
        let known = TEXTS.iter().find(|(long, short, _)| frame.id == **long || frame.id == **short);
        match (known, &frame.id) {
            (Some((_, _, key)), _) => push(fields, *key, &frame.body),
            (None, b"TYER" | b"TYE\0") => dated.year = dated.year.or(plain(&frame.body)),
            (None, b"TDAT" | b"TDA\0") => dated.day = dated.day.or(plain(&frame.body)),
            _ => other(fields, &frame),
        }
    }
    if let Some(date) = dated.whole().filter(|_| !fields.has(Key::Date)) {
        fields.push(Key::Date, &date);
    }
}

/// What ID3v2.3 says in two frames.
#[derive(Default)]
struct Dated {
    year: Option<String>,
    /// Day and month, `DDMM`.
    day: Option<String>,
}

impl Dated {
    fn whole(self) -> Option<String> {
        let year = self.year?;
        let day = self.day.filter(|day| day.len() == 4 && day.bytes().all(|digit| digit.is_ascii_digit()));
        Some(day.map_or(year.clone(), |day| format!("{year}-{}-{}", &day[2..], &day[..2])))
    }
}

fn other(fields: &mut Fields, frame: &Frame<'_>) {
    let body = &*frame.body;
    let read = match &frame.id {
        b"TXXX" | b"TXX\0" => free(fields, body),
        b"COMM" | b"COM\0" => comment(fields, body),
        b"USLT" | b"ULT\0" => lyrics(fields, body),
        b"SYLT" | b"SLT\0" => sylt::push(fields, body),
        b"APIC" | b"PIC\0" => picture(fields, body, frame.id[3] == 0),
        b"POPM" | b"POP\0" => popm::push(fields, body),
        b"UFID" | b"UFI\0" => recording(fields, body),
        b"RVA2" => gain(fields, body),
        _ => None,
    };
    // A frame that is not what its name says is none.
    let _ = read;
}

/// One text frame: its encoding, then its values.
fn push(fields: &mut Fields, key: Key, body: &[u8]) {
    let Some((encoding, bytes)) = body.split_first() else { return };
    push_encoded(fields, key, *encoding, bytes);
}

fn push_encoded(fields: &mut Fields, key: Key, encoding: u8, bytes: &[u8]) {
    let bytes = &bytes[..bytes.len().min(super::fields::LYRICS_BYTES_MAX)];
    let text = text(encoding, bytes);
    if encoding == 0 { fields.push_raw(key, &text) } else { fields.push(key, &unmarked(encoding, text)) }
}

/// Each of several values in UTF-16 may begin with a byte order mark.
fn unmarked(encoding: u8, text: String) -> String {
    if encoding == 1 && text.contains('\u{feff}') { text.replace('\u{feff}', "") } else { text }
}

/// A short text of plain characters.
fn plain(body: &[u8]) -> Option<String> {
    let (encoding, bytes) = body.split_first()?;
    let text = text(*encoding, bytes.get(..bytes.len().min(64))?);
    let text = text.trim_matches(['\0', ' ']).to_owned();
    (!text.is_empty()).then_some(text)
}

/// `TXXX`: a name and its values.
fn free(fields: &mut Fields, body: &[u8]) -> Option<()> {
    let (encoding, rest) = body.split_first()?;
    let (name, values) = terminated(*encoding, rest);
    let key = Key::named(text(*encoding, name.get(..name.len().min(256))?).trim_start_matches('\u{feff}'))?;
    push_encoded(fields, key, *encoding, values);
    Some(())
}

/// `COMM`: language, what it is about, the comment. Programs keep numbers of their own in named ones.
fn comment(fields: &mut Fields, body: &[u8]) -> Option<()> {
    let (encoding, about, value) = described(body)?;
    let about = about.trim_matches(['\0', '\u{feff}', ' ']).to_ascii_lowercase();
    if matches!(about.as_str(), "" | "comment" | "description" | "c0") {
        push_encoded(fields, Key::Comment, encoding, value);
    }
    Some(())
}

/// `USLT`: the same for words.
fn lyrics(fields: &mut Fields, body: &[u8]) -> Option<()> {
    let (encoding, _, value) = described(body)?;
    let value = &value[..value.len().min(super::fields::LYRICS_BYTES_MAX)];
    let is_any = value.iter().any(|byte| *byte > b' ' && *byte < 0xfe);
    fields.push_lyrics(
        language(body),
        || Words::Text(super::encoding::lone(encoding == 0, unmarked(encoding, text(encoding, value)))),
        is_any,
    );
    Some(())
}

/// Encoding, description and what follows it; three bytes of language come before.
fn described(body: &[u8]) -> Option<(u8, String, &[u8])> {
    let encoding = *body.first()?;
    let (about, value) = terminated(encoding, body.get(4..)?);
    Some((encoding, text(encoding, about.get(..about.len().min(256))?), value))
}

/// ISO 639-2 as the frame has it; `XXX` is none.
pub(super) fn language(body: &[u8]) -> Option<String> {
    let code = std::str::from_utf8(body.get(1..4)?).ok()?.to_ascii_lowercase();
    (code.bytes().all(|letter| letter.is_ascii_lowercase()) && code != "xxx" && code != "und").then_some(code)
}

/// `APIC`: type of image, what it shows, a description, the image.
fn picture(fields: &mut Fields, body: &[u8], is_short: bool) -> Option<()> {
    let (encoding, rest) = body.split_first()?;
    let rest = if is_short { rest.get(3..)? } else { terminated(0, rest).1 };
    let (kind, rest) = rest.split_first()?;
    let (_, image) = terminated(*encoding, rest);
    if !image.is_empty() {
        fields.push_picture(*kind == 3, || image.to_vec());
    }
    Some(())
}

fn recording(fields: &mut Fields, body: &[u8]) -> Option<()> {
    let (owner, id) = terminated(0, body);
    if owner == MUSICBRAINZ {
        fields.push(Key::MbRecording, std::str::from_utf8(id.get(..id.len().min(64))?).ok()?);
    }
    Some(())
}

/// `RVA2` (ID3v2.4 4.11): a name, then for each channel its type, a gain, and a peak of so many bits.
fn gain(fields: &mut Fields, body: &[u8]) -> Option<()> {
    let (name, mut rest) = terminated(0, body);
    let is_album = name.eq_ignore_ascii_case(b"album");
    while let Some((header, after)) = rest.split_first_chunk::<4>() {
        let [channel, high, low, bits] = *header;
        let bytes = usize::from(bits).div_ceil(8);
        let peak = after.get(..bytes)?;
        rest = &after[bytes..];
        if channel != MASTER {
            continue;
        }
        let parts = i16::from_be_bytes([high, low]);
        fields.push(if is_album { Key::AlbumGain } else { Key::TrackGain }, &format!("{:.3} dB", f64::from(parts) / 512.0));
        if (1..=32).contains(&bits) {
            let value = peak.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
            let full = 1u64 << (bits - 1);
            fields.push(if is_album { Key::AlbumPeak } else { Key::TrackPeak }, &format!("{:.6}", value as f64 / full as f64));
        }
    }
    Some(())
}

/// Bytes of version 1.
pub(super) const V1_BYTES: u64 = 128;

/// Version 1 (and 1.1, which has a track number) that ends at byte `end` of a file; whether there is one.
pub(super) fn version_1(file: &File, end: u64, fields: &mut Fields) -> bool {
    let mut tag = [0u8; V1_BYTES as usize];
    let Some(at) = end.checked_sub(V1_BYTES) else { return false };
    if file.read_exact_at(&mut tag, at).is_err() || !tag.starts_with(b"TAG") {
        return false;
    }
    let mut push = |key, bytes: &[u8]| {
        // What follows the zero is what was there before.
        let (value, _) = terminated(0, bytes);
        fields.push_raw(key, text(0, value).trim_end());
    };
    push(Key::Title, &tag[3..33]);
    push(Key::Artist, &tag[33..63]);
    push(Key::Album, &tag[63..93]);
    push(Key::Date, &tag[93..97]);
    let has_track = tag[125] == 0 && tag[126] != 0;
    push(Key::Comment, &tag[97..if has_track { 125 } else { 127 }]);
    if has_track {
        fields.push(Key::Track, &tag[126].to_string());
    }
    if usize::from(tag[127]) < lofty::id3::v1::GENRES.len() {
        fields.push(Key::Genre, &tag[127].to_string());
    }
    true
}

#[cfg(test)]
#[path = "id3_tests.rs"]
mod tests;
