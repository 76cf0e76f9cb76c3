//! Uncompressed sound in WAV (RIFF), AIFF and AU, read straight from the file.
//!
//! Not through GStreamer: its 1.22 `wavparse` gives nothing of a file whose data is an odd number of bytes, and its `aiffparse` at
//! times loses the race to be linked, and its `auparse` counts the header as sound. Reading a range of a file is also the fastest seek there is.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use gstreamer_audio as gst_audio;
use gstreamer_audio::{AudioChannelPosition as Position, AudioFormat};

use super::downmix;
use crate::host::media::error::MediaError;

/// Headers lie before the samples, and pictures may too.
const CHUNKS_MAX: usize = 1_000;
/// As many as a known layout has.
const CHANNELS: std::ops::RangeInclusive<u16> = 1..=8;

pub struct PcmFile {
    file: File,
    layout: Layout,
    /// What [`PcmFile::read`] gives.
    pub info: gst_audio::AudioInfo,
}

/// Where the samples are, and what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    format: AudioFormat,
    rate: u32,
    channels: u16,
    /// Where the channels are, as WAV numbers the places; 0 when it is not told.
    mask: u32,
    data_at: u64,
    /// Samples a channel, all of them in the file.
    frames: u64,
}

impl PcmFile {
    /// `None` for anything but plain samples in a WAV, AIFF or AU.
    pub fn open(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let size = file.metadata().ok()?.len();
        let layout = Layout::find(&file, size)?;
        let info = layout.info()?;
        Some(Self { file, layout, info })
    }

    pub fn frames(&self) -> u64 {
        self.layout.frames
    }

    /// `count` samples from sample `from` on, all of them within [`PcmFile::frames`].
    pub fn read(&self, from: u64, count: usize) -> Result<Vec<u8>, MediaError> {
        let unit = self.info.bpf() as usize;
        let mut bytes = vec![0; count * unit];
        self.file.read_exact_at(&mut bytes, self.layout.data_at + from * unit as u64).map_err(|error| MediaError::read(&error))?;
        Ok(bytes)
    }
}

impl Layout {
    fn info(&self) -> Option<gst_audio::AudioInfo> {
        let builder = gst_audio::AudioInfo::builder(self.format, self.rate, self.channels.into());
        match self.channels {
            1 | 2 => builder.build(),
            many => builder.positions(&positions(self.mask, many).unwrap_or_else(|| downmix::usual(many.into()).to_vec())).build(),
        }
        .ok()
    }

    fn find(file: &File, size: u64) -> Option<Self> {
        let mut head = [0u8; 12];
        file.read_exact_at(&mut head, 0).ok()?;
        match (&head[..4], &head[8..]) {
            (b"RIFF", b"WAVE") => find(file, size, u32::from_le_bytes, (b"fmt ", b"data"), parse_fmt, 0),
            (b"FORM", b"AIFF" | b"AIFC") => find(file, size, u32::from_be_bytes, (b"COMM", b"SSND"), parse_comm, 8),
            (b".snd", _) => find_au(file, size),
            _ => None,
        }
    }
}

/// The places of WAVEFORMATEXTENSIBLE's mask, in order; `None` when they are not as many as the channels, or above the listener.
fn positions(mask: u32, channels: u16) -> Option<Vec<Position>> {
    const PLACES: [Position; 11] = [
        Position::FrontLeft,
        Position::FrontRight,
        Position::FrontCenter,
        Position::Lfe1,
        Position::RearLeft,
        Position::RearRight,
        Position::FrontLeftOfCenter,
        Position::FrontRightOfCenter,
        Position::RearCenter,
        Position::SideLeft,
        Position::SideRight,
    ];
    let known = mask >> PLACES.len() == 0 && mask.count_ones() == u32::from(channels);
    known.then(|| (0..).zip(PLACES).filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, place)| place).collect())
}

/// Sun's header: six words, then what it likes until the samples.
fn find_au(file: &File, size: u64) -> Option<Layout> {
    let mut head = [0u8; 24];
    file.read_exact_at(&mut head, 0).ok()?;
    let word = |at: usize| head.get(at..)?.first_chunk().map(|four| u32::from_be_bytes(*four));
    let (data_at, told) = (u64::from(word(4)?), u64::from(word(8)?));
    let (format, sample_bytes) = match word(12)? {
        2 => (AudioFormat::S8, 1),
        3 => (AudioFormat::S16be, 2),
        4 => (AudioFormat::S24be, 3),
        5 => (AudioFormat::S32be, 4),
        6 => (AudioFormat::F32be, 4),
        7 => (AudioFormat::F64be, 8),
        _ => return None,
    };
    let (rate, channels) = (word(16)?, u16::try_from(word(20)?).ok()?);
    // The largest number stands for an unknown length.
    let bytes = told.min(size.checked_sub(data_at)?);
    let usable = rate > 0 && CHANNELS.contains(&channels);
    usable.then(|| Layout { format, rate, channels, mask: 0, data_at, frames: bytes / (sample_bytes * u64::from(channels)) })
}

/// Format, bytes of one sample, rate, channels, mask of their places.
type Fmt = (AudioFormat, u16, u32, u16, u32);

/// Walks the chunks. `data_header`: bytes of the data chunk before the samples.
fn find(
    file: &File,
    size: u64,
    length_of: fn([u8; 4]) -> u32,
    (format_id, data_id): (&[u8; 4], &[u8; 4]),
    parse: fn(&[u8]) -> Option<Fmt>,
    data_header: u64,
) -> Option<Layout> {
    let (mut at, mut format, mut data) = (12u64, None, None);
    for _ in 0..CHUNKS_MAX {
        let mut head = [0u8; 8];
        if file.read_exact_at(&mut head, at).is_err() {
            break;
        }
        let (id, length) = head.split_first_chunk::<4>()?;
        let length = u64::from(length_of(*length.first_chunk()?));
        let body = at + 8;
        if id == format_id {
            let mut bytes = vec![0u8; usize::try_from(length.min(64).min(size.checked_sub(body)?)).ok()?];
            file.read_exact_at(&mut bytes, body).ok()?;
            format = Some(parse(&bytes)?);
        } else if id == data_id {
            // A recorder that was cut off leaves 0 or the largest number: the samples then go to the end of the file.
            let room = size.saturating_sub(body);
            let told = if length == 0 { room } else { length.min(room) };
            data = Some((body + data_header, told.saturating_sub(data_header)));
        }
        if let (Some((format, sample_bytes, rate, channels, mask)), Some((data_at, bytes))) = (format, data) {
            let unit = u64::from(sample_bytes) * u64::from(channels);
            let usable = rate > 0 && CHANNELS.contains(&channels);
            return usable.then(|| Layout { format, rate, channels, mask, data_at, frames: bytes / unit });
        }
        // Chunks are padded to even lengths.
        at = body + length + (length & 1);
    }
    None
}

/// WAVEFORMATEX and WAVEFORMATEXTENSIBLE: 1 is integers, 3 floats.
fn parse_fmt(bytes: &[u8]) -> Option<Fmt> {
    let short = |at: usize| bytes.get(at..)?.first_chunk().map(|two| u16::from_le_bytes(*two));
    let (tag, mask) = match short(0)? {
        0xfffe => (short(24)?, u32::from_le_bytes(*bytes.get(20..)?.first_chunk()?)),
        tag => (tag, 0),
    };
    let (channels, rate, bits) = (short(2)?, u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?), short(14)?);
    let format = match (tag, bits) {
        (1, 8) => AudioFormat::U8,
        (1, 16) => AudioFormat::S16le,
        (1, 24) => AudioFormat::S24le,
        (1, 32) => AudioFormat::S32le,
        (3, 32) => AudioFormat::F32le,
        (3, 64) => AudioFormat::F64le,
        _ => return None,
    };
    (short(12)? == channels.checked_mul(bits / 8)?).then_some((format, bits / 8, rate, channels, mask))
}

/// AIFF's COMM, whose rate is an 80-bit float; of AIFF-C's compressions those that compress nothing.
fn parse_comm(bytes: &[u8]) -> Option<Fmt> {
    let short = |at: usize| bytes.get(at..)?.first_chunk().map(|two| u16::from_be_bytes(*two));
    let (channels, bits) = (short(0)?, short(6)?);
    let exponent = u32::from(short(8)? & 0x7fff);
    let mantissa = u64::from_be_bytes(*bytes.get(10..)?.first_chunk()?);
    // The mantissa's top bit is worth 2^(exponent - 16383).
    let rate = mantissa.checked_shr((16_383 + 63u32).checked_sub(exponent)?)?;
    let little = match bytes.get(18..22) {
        None | Some(b"NONE" | b"twos") => false,
        Some(b"sowt") => true,
        Some(_) => return None,
    };
    let format = match (bits, little) {
        (8, _) => AudioFormat::S8,
        (16, false) => AudioFormat::S16be,
        (16, true) => AudioFormat::S16le,
        (24, false) => AudioFormat::S24be,
        (24, true) => AudioFormat::S24le,
        (32, false) => AudioFormat::S32be,
        _ => return None,
    };
    Some((format, bits / 8, u32::try_from(rate).ok()?, channels, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_rate_of_an_aiff() {
        let comm = [0, 2, 0, 0, 0, 9, 0, 16, 0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0];
        assert_eq!(parse_comm(&comm), Some((AudioFormat::S16be, 2, 44_100, 2, 0)));
    }

    proptest! {
        #[test]
        fn any_chunks_are_a_layout_within_the_file_or_none(mut bytes in prop::collection::vec(any::<u8>(), 12..300), aiff in any::<bool>()) {
            let (head, format): (&[u8], &[u8]) =
                if aiff { (b"FORM\0\0\0\0AIFFCOMM\0\0\0\x12", &[0, 2, 0, 0, 0, 9, 0, 16, 0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0]) }
                else { (b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0", &[1, 0, 2, 0, 0x44, 0xac, 0, 0, 0x10, 0xb1, 2, 0, 4, 0, 16, 0]) };
            let data: &[u8] = if aiff { b"SSND" } else { b"data" };
            bytes.splice(0..0, [head, format, data].concat());
            let dir = tempfile::tempdir().expect("a temp dir");
            let path = dir.path().join("a");
            std::fs::write(&path, &bytes).expect("written");
            let file = File::open(&path).expect("there");
            if let Some(layout) = Layout::find(&file, bytes.len() as u64) {
                prop_assert!(layout.data_at + layout.frames * 4 <= bytes.len() as u64);
            }
        }
    }
}
