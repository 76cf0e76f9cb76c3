//! Timed text of an MP4: subtitles, and the names of chapters.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::boxes::{broken, child, children};
use super::labels::text;
use super::movie::{Movie, Opened, Track};
use super::samples::Sample;
use crate::host::media::error::MediaError;
use crate::host::media::streams::TextPacket;
use crate::protocol::Chapter;

/// A cue is a line or two; what is longer is no text.
const SAMPLE_BYTES_MAX: u32 = 64 * 1024;
const CHAPTERS_MAX: usize = 10_000;

pub fn is_text(track: &Track) -> bool {
    matches!(&track.handler, b"sbtl" | b"subt" | b"text" | b"subp" | b"clcp")
}

/// Hands out the packets of the `number`th subtitle stream (as `facts` counts them), in the file's order, one at a time.
///
/// # Errors
/// `NotFound` when there is no such stream, `Unplayable` when the file is damaged; whatever `out` fails with.
pub fn text_packets(path: &Path, number: usize, out: &mut dyn FnMut(TextPacket) -> Result<(), MediaError>) -> Result<(), MediaError> {
    let opened = Opened::open(path)?;
    let movie = Movie::parse(&opened.moov)?;
    let names_chapters = movie.tracks.iter().find_map(|track| track.labels.chapters);
    let mut tracks = movie.tracks.iter().filter(|track| is_text(track) && Some(track.labels.id) != names_chapters);
    let none = || MediaError::NotFound { what: "This file has no such subtitles.".to_owned() };
    let track = tracks.nth(number).ok_or_else(none)?;
    each_sample(&movie, &opened, track, &mut |sample, start_ms, duration_ms| {
        let bytes = read(&opened.file, sample)?;
        let packet = |text: &[u8]| TextPacket { start_ms, duration_ms: Some(duration_ms), text: text.to_vec() };
        match &track.entry.0 {
            b"wvtt" => children(&bytes)
                .filter(|(kind, _)| kind == b"vttc")
                .filter_map(|(_, cue)| child(cue, b"payl"))
                .try_for_each(|line| out(packet(line))),
            _ => prefixed(&bytes).filter(|line| !line.is_empty()).map_or(Ok(()), |_| out(packet(&bytes))),
        }
    })
}

/// A chapter a sample.
pub fn chapters(movie: &Movie, opened: &Opened, track: &Track) -> Result<Vec<Chapter>, MediaError> {
    let mut chapters = Vec::new();
    each_sample(movie, opened, track, &mut |sample, start_ms, _| {
        let bytes = read(&opened.file, sample)?;
        if chapters.len() < CHAPTERS_MAX {
            chapters.push(Chapter { start_ms, title: prefixed(&bytes).map(text).unwrap_or_default() });
        }
        Ok(())
    })?;
    Ok(chapters)
}

/// Each sample with its start and duration in milliseconds of content time; those before its beginning are left out.
fn each_sample(
    movie: &Movie,
    opened: &Opened,
    track: &Track,
    work: &mut dyn FnMut(&Sample, u64, u64) -> Result<(), MediaError>,
) -> Result<(), MediaError> {
    let samples = movie.samples(&opened.file, opened.file_size, &[track])?.pop().unwrap_or_default();
    let millis = |ticks: i64| u64::try_from(i128::from(ticks) * 1000 / i128::from(track.timescale)).ok();
    for sample in &samples {
        let start = sample.decode_time + sample.composition_offset + track.shift;
        let (start, end) = (start.max(0), start + i64::from(sample.duration));
        if let (Some(start_ms), Some(end_ms)) = (millis(start), millis(end)) {
            work(sample, start_ms, end_ms.saturating_sub(start_ms))?;
        }
    }
    Ok(())
}

fn read(file: &File, sample: &Sample) -> Result<Vec<u8>, MediaError> {
    if sample.size > SAMPLE_BYTES_MAX {
        return Err(broken());
    }
    let mut bytes = vec![0; sample.size as usize];
    file.read_exact_at(&mut bytes, sample.offset).map_err(|_| broken())?;
    Ok(bytes)
}

/// Text after its length (3GPP TS 26.245, section 5.17); styles may follow.
fn prefixed(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.get(..usize::from(u16::from_be_bytes(*length)))
}
