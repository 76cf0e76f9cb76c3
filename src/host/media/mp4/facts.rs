//! What the headers of an MP4 tell.

use std::path::Path;

use mp4_atom::{Codec, Pasp, StszSamples};

use super::boxes::{child, children};
use super::labels::text;
use super::movie::{Movie, Opened, Track};
use super::samples::Sample;
use super::sounds::sound;
use super::text::{self, is_text};
use crate::host::media::codecs::{mp4_name, picture_copy};
use crate::host::media::error::MediaError;
use crate::host::media::streams::{Cover, FileFacts, Stream, TextCodec};
use crate::protocol::{Chapter, SourceVideo};

/// Reads the `moov`, and of a fragmented file each `moof`; nothing else.
///
/// # Errors
/// `Gone` when there is no such file, `Unplayable` when it is no MP4 or its index is damaged.
pub fn facts(path: &Path) -> Result<FileFacts, MediaError> {
    let opened = Opened::open(path)?;
    let movie = Movie::parse(&opened.moov)?;
    let chapter_track = movie.tracks.iter().find_map(|track| track.labels.chapters);
    let is_shown = |track: &&Track| Some(track.labels.id) != chapter_track;
    let pictures: Vec<&Track> = movie.tracks(b"vide").filter(is_shown).collect();
    let sounds: Vec<&Track> = movie.tracks(b"soun").collect();
    let media: Vec<&Track> = pictures.iter().chain(&sounds).copied().collect();
    let amounts = amounts(&movie, &opened, &media);
    let told_ms = millis(movie.duration.into(), movie.timescale);
    let (of_pictures, of_sounds) = amounts.split_at(pictures.len());
    let longest_ms = media
        .iter()
        .zip(&amounts)
        .map(|(track, amount)| millis(track.played_length(amount.ticks).into(), track.timescale))
        .max()
        .unwrap_or(0);
    Ok(FileFacts {
        duration_ms: length(told_ms, longest_ms),
        title: title(&opened.moov),
        pictures: pictures.iter().zip(of_pictures).map(|(track, amount)| stream(track, picture(track, amount))).collect(),
        sounds: sounds.iter().zip(of_sounds).map(|(track, amount)| stream(track, sound(track, amount.kbps()))).collect(),
        subtitles: movie
            .tracks
            .iter()
            .filter(|track| is_text(track) && is_shown(track))
            .map(|track| stream(track, text_codec(track)))
            .collect(),
        chapters: chapters(&movie, &opened, chapter_track),
        covers: covers(&opened),
    })
}

fn stream<T>(track: &Track, source: T) -> Stream<T> {
    let labels = &track.labels;
    Stream {
        language: labels.language.clone(),
        title: labels.title.clone(),
        is_default: track.tkhd.enabled,
        is_forced: labels.is_forced,
        source,
    }
}

/// What the movie's header tells, unless the tracks' own tables contradict it: it may count subtitles, and it may lie. A last frame of sound
/// that is not played to its end is no contradiction.
fn length(told_ms: u64, longest_ms: u64) -> u64 {
    const LESS_MS: u64 = 1000;
    const MORE_MS: u64 = 100;
    let is_likely = (longest_ms.saturating_sub(LESS_MS)..=longest_ms.saturating_add(MORE_MS)).contains(&told_ms);
    if longest_ms == 0 || told_ms > 0 && is_likely { told_ms } else { longest_ms }
}

/// How much there is of a track.
#[derive(Default)]
struct Amount {
    samples: u64,
    bytes: u64,
    ticks: u64,
    duration_ms: u64,
}

fn amounts(movie: &Movie, opened: &Opened, tracks: &[&Track]) -> Vec<Amount> {
    let by_tables: Vec<Amount> = tracks.iter().map(|track| by_tables(track)).collect();
    if !movie.is_fragmented() && by_tables.iter().any(|amount| amount.samples > 0) {
        return by_tables;
    }
    let samples = movie.samples(&opened.file, opened.file_size, tracks).unwrap_or_default();
    let mut counted: Vec<Amount> = samples.iter().zip(tracks).map(|(samples, track)| by_samples(samples, track.timescale)).collect();
    counted.resize_with(tracks.len(), Amount::default);
    counted
}

fn by_tables(track: &Track) -> Amount {
    let (samples, bytes) = match &track.tables.stsz.samples {
        StszSamples::Identical { count, size } => (u64::from(*count), u64::from(*count) * u64::from(*size)),
        StszSamples::Different { sizes } => (sizes.len() as u64, sizes.iter().map(|size| u64::from(*size)).sum()),
    };
    let runs = track.tables.stts.entries.iter();
    let ticks = runs.fold(0u64, |sum, run| sum.saturating_add(u64::from(run.sample_count) * u64::from(run.sample_delta)));
    Amount { samples, bytes, ticks, duration_ms: millis(ticks.into(), track.timescale) }
}

fn by_samples(samples: &[Sample], timescale: u32) -> Amount {
    let ticks = samples.iter().map(|sample| u64::from(sample.duration)).sum();
    let bytes = samples.iter().map(|sample| u64::from(sample.size)).sum();
    Amount { samples: samples.len() as u64, bytes, ticks, duration_ms: millis(ticks.into(), timescale) }
}

impl Amount {
    fn kbps(&self) -> Option<u32> {
        self.bytes.saturating_mul(8).checked_div(self.duration_ms).and_then(|kbps| u32::try_from(kbps).ok()).filter(|kbps| *kbps > 0)
    }
}

fn millis(ticks: u128, timescale: u32) -> u64 {
    u64::try_from(ticks * 1000 / u128::from(timescale)).unwrap_or(u64::MAX)
}

fn picture(track: &Track, amount: &Amount) -> SourceVideo {
    let (width, height) = shown_size(track);
    let per_1000_s = u128::from(amount.samples) * 1000 * u128::from(track.timescale);
    SourceVideo {
        codec: mp4_name(track.entry.0),
        mime: track.entry.1.as_ref().and_then(picture_copy).map(|(_, mime)| mime),
        width,
        height,
        frames_per_1000_s: per_1000_s.checked_div(amount.ticks.into()).and_then(|rate| u32::try_from(rate).ok()).unwrap_or(0),
        kbps: amount.kbps(),
    }
}

/// In square pixels, after rotation.
fn shown_size(track: &Track) -> (u32, u32) {
    let (told_width, told_height) = (u32::from(track.tkhd.width.integer()), u32::from(track.tkhd.height.integer()));
    let (width, height) = match track.entry.1.as_ref().and_then(Codec::visual) {
        Some(visual) => (u32::from(visual.width), u32::from(visual.height)),
        None => (told_width, told_height),
    };
    let stretched = match track.entry.1.as_ref().and_then(pixel_shape) {
        Some(pasp) if pasp.v_spacing > 0 && pasp.h_spacing > 0 => scale(width, pasp.h_spacing, pasp.v_spacing),
        // Without a pixel shape the track's own size says it.
        _ if told_height > 0 && told_width > 0 => scale(height, told_width, told_height),
        _ => width,
    };
    let matrix = &track.tkhd.matrix;
    let is_turned = matrix.a == 0 && matrix.d == 0 && matrix.b != 0 && matrix.c != 0;
    if is_turned { (height, stretched) } else { (stretched, height) }
}

fn scale(length: u32, by: u32, per: u32) -> u32 {
    let scaled = (u64::from(length) * u64::from(by) + u64::from(per) / 2) / u64::from(per);
    u32::try_from(scaled).unwrap_or(u32::MAX)
}

fn pixel_shape(codec: &Codec) -> Option<&Pasp> {
    match codec {
        Codec::Avc1(entry) => entry.pasp.as_ref(),
        Codec::Avc3(entry) => entry.pasp.as_ref(),
        Codec::Hvc1(entry) => entry.pasp.as_ref(),
        Codec::Hev1(entry) => entry.pasp.as_ref(),
        Codec::Av01(entry) => entry.pasp.as_ref(),
        Codec::Vp09(entry) => entry.pasp.as_ref(),
        _ => None,
    }
}

fn text_codec(track: &Track) -> TextCodec {
    match &track.entry.0 {
        b"tx3g" | b"text" => TextCodec::TimedText,
        b"wvtt" => TextCodec::WebVtt,
        kind => TextCodec::Other { name: mp4_name(*kind) },
    }
}

/// iTunes' list of tags in a `moov`.
fn tags(moov: &[u8]) -> Option<&[u8]> {
    let meta = child(child(moov, b"udta")?, b"meta")?;
    // QuickTime's own `meta` has no version and flags.
    child(meta.get(4..)?, b"ilst").or_else(|| child(meta, b"ilst"))
}

fn title(moov: &[u8]) -> Option<String> {
    let name = child(tags(moov)?, b"\xa9nam")?;
    Some(text(child(name, b"data")?.get(8..)?)).filter(|title| !title.is_empty())
}

fn covers(opened: &Opened) -> Vec<Cover> {
    let Some(covr) = tags(&opened.moov).and_then(|tags| child(tags, b"covr")) else { return Vec::new() };
    let pictures = children(covr).filter(|(kind, _)| kind == b"data").filter_map(|(_, data)| {
        let mime = match data.first_chunk::<4>()? {
            [0, 0, 0, 14] => "image/png",
            [0, 0, 0, 27] => "image/bmp",
            _ => "image/jpeg",
        };
        let picture = data.get(8..).filter(|picture| !picture.is_empty())?;
        // Both are parts of the same bytes.
        let within = picture.as_ptr() as usize - opened.moov.as_ptr() as usize;
        Some(Cover { mime: mime.to_owned(), offset: opened.moov_at + within as u64, length: picture.len() as u64 })
    });
    pictures.collect()
}

/// Those of a QuickTime chapter track, else Nero's list.
fn chapters(movie: &Movie, opened: &Opened, chapter_track: Option<u32>) -> Vec<Chapter> {
    let track = movie.tracks.iter().find(|track| Some(track.labels.id) == chapter_track && is_text(track));
    let listed = track.and_then(|track| text::chapters(movie, opened, track).ok()).filter(|chapters| !chapters.is_empty());
    let mut chapters = listed.or_else(|| nero_chapters(&opened.moov)).unwrap_or_default();
    chapters.sort_by_key(|chapter| chapter.start_ms);
    chapters
}

/// `chpl`: times in 100 ns.
fn nero_chapters(moov: &[u8]) -> Option<Vec<Chapter>> {
    let list = child(child(moov, b"udta")?, b"chpl")?;
    let mut rest = list.get(if *list.first()? == 0 { 5 } else { 9 }..)?;
    let mut chapters = Vec::new();
    while let Some((start, after)) = rest.split_first_chunk::<8>() {
        let Some((length, after)) = after.split_first() else { break };
        let Some((name, after)) = after.split_at_checked((*length).into()) else { break };
        chapters.push(Chapter { start_ms: u64::from_be_bytes(*start) / 10_000, title: text(name) });
        rest = after;
    }
    Some(chapters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_that_the_tracks_contradict_is_not_believed() {
        // The end of a gapless song, and a header that rounds up.
        assert_eq!([length(59_900, 60_000), length(60_001, 60_000)], [59_900, 60_001]);
        // A lie, subtitles that go on, and a header that tells nothing.
        assert_eq!([length(596 * 3_600_000, 60_000), length(63_000, 60_000), length(0, 60_000)], [60_000; 3]);
        assert_eq!(length(60_000, 0), 60_000, "nothing else is known");
    }
}
