//! Where in what a file decodes to its content lies, exact to the sample.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::decoder::Decoder;
use super::flac::Metadata;
use crate::host::media::copy::mp3;
use crate::host::media::error::MediaError;
use crate::host::media::mp4::Movie;

/// Longer than any recording (two weeks at 192 kHz): a count beyond it is a lie, and is counted by decoding instead.
const SAMPLES_MAX: u64 = 192_000 * 86_400 * 14;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Decoded samples before the content.
    pub trim: u64,
    /// Samples of the content.
    pub length: u64,
}

/// By the container's own sample count where it has one, else by its duration, else by decoding all of it.
pub fn measure(path: &Path, stream: u8, decoder: &mut Decoder) -> Result<Extent, MediaError> {
    let declared = match sniff(path)? {
        Container::Flac(samples) => Some(Extent { trim: 0, length: samples }),
        Container::Mp4 => mp4_length(path, stream, decoder.info.rate()),
        Container::Mp3 => mp3_length(path, decoder.info.rate()),
        Container::Other => None,
    };
    if let Some(extent) = declared.filter(|extent| (1..=SAMPLES_MAX).contains(&extent.length)) {
        return Ok(extent);
    }
    let by_time = decoder.duration.map(|time| {
        // Nanoseconds are finer than any sample, so rounding finds the exact count.
        let samples = (u128::from(time.nseconds()) * u128::from(decoder.info.rate()) + 500_000_000) / 1_000_000_000;
        u64::try_from(samples).unwrap_or(u64::MAX)
    });
    match by_time.filter(|length| (1..=SAMPLES_MAX).contains(length)) {
        Some(length) if decoder.guesses_duration() => Ok(Extent { trim: 0, length: decoder.true_end(length)? }),
        Some(length) => Ok(Extent { trim: 0, length }),
        None => Ok(Extent { trim: 0, length: decoder.count()? }),
    }
}

enum Container {
    /// Samples by STREAMINFO, 0 when unknown.
    Flac(u64),
    Mp4,
    Mp3,
    Other,
}

fn sniff(path: &Path) -> Result<Container, MediaError> {
    let mut head = [0u8; 12];
    let mut file = File::open(path).map_err(|_| MediaError::Gone)?;
    let size = file.metadata().map_err(|_| MediaError::Gone)?.len();
    if let Ok(Some(metadata)) = Metadata::read(&file, size) {
        return Ok(Container::Flac(metadata.head.samples));
    }
    let have = file.read(&mut head).map_err(|_| MediaError::Gone)?;
    Ok(match &head[..have] {
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Container::Mp4,
        [b'I', b'D', b'3', ..] | [0xff, 0xe0..=0xff, ..] => Container::Mp3,
        _ => Container::Other,
    })
}

/// As the copy has it, so that both say the same of one file.
fn mp3_length(path: &Path, rate: u32) -> Option<Extent> {
    let (found, trim, length) = mp3::content(File::open(path).ok()?).ok()?;
    (found == rate).then_some(Extent { trim, length })
}

/// The tables count every sample; durations in an MP4 are often rounded to milliseconds.
fn mp4_length(path: &Path, stream: u8, rate: u32) -> Option<Extent> {
    let (movie, _, _) = Movie::open(path).ok()?;
    let track = movie.tracks.iter().filter(|track| &track.handler == b"soun").nth(stream.into())?;
    let scale = |ticks: u64| u64::try_from(u128::from(ticks) * u128::from(rate) / u128::from(track.timescale)).ok();
    if let Some(gapless) = movie.gapless.filter(|_| track.edit_length.is_none()) {
        return Some(Extent { trim: scale(gapless.delay)?, length: scale(gapless.length)? });
    }
    // An edit's length is rounded to the movie's ticks, so it counts only where it cuts off more than that.
    let (decoded, tick) = (track.content_length(), u64::from(track.timescale / movie.timescale.max(1)) + 1);
    let length = track.edit_length.filter(|edit| edit + tick < decoded).unwrap_or(decoded);
    Some(Extent { trim: 0, length: scale(length)? })
}
