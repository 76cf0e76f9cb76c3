//! Listening to a track: how loud it is by EBU R 128 (ITU-R BS.1770-4), and how loud over its length. One decode for both.

mod waveform;

use std::path::Path;

use ebur128::{Channel, EbuR128, Mode};
use gstreamer_audio as gst_audio;
use gstreamer_audio::AudioChannelPosition as Position;

use super::audio::Reader;
use super::error::MediaError;
use super::job::Heard;
use waveform::Waveform;

/// Samples read at a time.
const BLOCK: i64 = 1 << 15;
/// A gating block begins every 100 ms.
const GATING_MS: u64 = 100;
/// What stands for the peak of digital silence, hundredths of dB: below what 24 bits can hold.
const NOTHING_CDB: i32 = -15_000;

/// The waveform of a file's first sound, and what was heard.
///
/// # Errors
/// `Unplayable` and `MissingPlugin` as decoding says; `Unplayable` too for sound of a shape that is not measured.
pub fn analyse(path: &Path) -> Result<(Vec<u8>, Heard), MediaError> {
    let mut reader = Reader::open(path, 0)?;
    let length = i64::try_from(reader.length()).map_err(MediaError::internal)?;
    let info = reader.info().clone();
    let mut meter = meter(&info)?;
    let mut waveform = Waveform::new(reader.length(), info.channels());
    let mut from = 0;
    reader.begin(0)?;
    while from < length {
        let to = (from + BLOCK).min(length);
        let samples = floats(&info, &reader.read(from..to)?);
        meter.add_frames_f32(&samples).map_err(MediaError::internal)?;
        waveform.add(&samples);
        from = to;
    }
    Ok((waveform.bytes(), heard(&meter)?))
}

fn meter(info: &gst_audio::AudioInfo) -> Result<EbuR128, MediaError> {
    let odd = |_| MediaError::unplayable("This file's sound has a rate or channels that cannot be measured.");
    let mut meter = EbuR128::new(info.channels(), info.rate(), Mode::I | Mode::TRUE_PEAK).map_err(odd)?;
    if let Some(positions) = info.positions().filter(|positions| positions.len() > 2 && is_placed(positions)) {
        let map: Vec<Channel> = positions.iter().map(|position| channel(*position)).collect();
        meter.set_channel_map(&map).map_err(odd)?;
    }
    Ok(meter)
}

fn is_placed(positions: &[Position]) -> bool {
    positions.iter().all(|position| !matches!(position, Position::None | Position::Invalid))
}

/// BS.1770-4, table 4: what comes from the side or behind counts 1.5 dB more, the low-frequency channel not at all.
fn channel(position: Position) -> Channel {
    match position {
        Position::Lfe1 | Position::Lfe2 => Channel::Unused,
        Position::FrontRight => Channel::Right,
        Position::FrontCenter => Channel::Center,
        Position::RearLeft | Position::SideLeft | Position::SurroundLeft | Position::RearCenter => Channel::LeftSurround,
        Position::RearRight | Position::SideRight | Position::SurroundRight => Channel::RightSurround,
        _ => Channel::Left,
    }
}

/// Interleaved samples of any format, 1.0 for full scale.
fn floats(info: &gst_audio::AudioInfo, pcm: &[u8]) -> Vec<f32> {
    let format = info.format_info();
    let wide = gst_audio::AudioFormatInfo::from_format(format.unpack_format());
    let samples = pcm.len() / (format.width() as usize / 8).max(1);
    let mut unpacked = vec![0u8; samples * (wide.width() as usize / 8)];
    format.unpack(gst_audio::AudioPackFlags::empty(), &mut unpacked, &pcm[..samples * (format.width() as usize / 8)]);
    // GStreamer unpacks to 32-bit integers or 64-bit floats, and nothing else.
    if wide.is_float() {
        let (chunks, _) = unpacked.as_chunks::<8>();
        chunks.iter().map(|bytes| f64::from_ne_bytes(*bytes) as f32).collect()
    } else {
        let (chunks, _) = unpacked.as_chunks::<4>();
        chunks.iter().map(|bytes| (f64::from(i32::from_ne_bytes(*bytes)) / 2_147_483_648.0) as f32).collect()
    }
}

fn heard(meter: &EbuR128) -> Result<Heard, MediaError> {
    let loudness = meter.loudness_global().map_err(MediaError::internal)?;
    let peaks = (0..meter.channels()).filter_map(|channel| meter.true_peak(channel).ok());
    let peak = peaks.fold(0.0f64, f64::max);
    let blocks = meter.gating_block_count_and_energy().map_or(0, |(blocks, _)| blocks);
    Ok(Heard {
        // Silence, and what is shorter than one gating block of 400 ms, has none.
        loudness_cdb: loudness.is_finite().then(|| hundredths(loudness)),
        true_peak_cdb: if peak > 0.0 { hundredths(20.0 * peak.log10()).max(NOTHING_CDB) } else { NOTHING_CDB },
        gated_ms: blocks * GATING_MS,
    })
}

fn hundredths(decibels: f64) -> i32 {
    // As a cast saturates, a nonsense value stays a number.
    (decibels * 100.0).round() as i32
}
