//! Track entries (RFC 9559, section 5.1.4).

use super::ebml::{child, children, float, number_in, text_in};
use super::ids;
use super::packing::Packing;
use crate::host::media::streams::language_tag;

const TRACKS_MAX: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Picture,
    Sound,
    Text,
    Other,
}

#[derive(Clone, Debug)]
pub struct Track {
    pub number: u64,
    pub uid: u64,
    pub kind: Kind,
    pub codec_id: String,
    pub codec_private: Vec<u8>,
    /// Nanoseconds of a frame.
    pub default_duration: Option<u64>,
    /// What a decoder gives before the content, nanoseconds.
    pub codec_delay: u64,
    pub language: Option<String>,
    pub name: Option<String>,
    pub is_default: bool,
    pub is_forced: bool,
    /// How frames are packed; `None` when in a way that cannot be undone, e.g. encrypted.
    pub packing: Option<Packing>,
    /// Pixels, as coded.
    pub size: (u32, u32),
    /// In square pixels, or just a ratio.
    pub display: (u32, u32),
    pub colour: Option<Colour>,
    /// Hz.
    pub rate: u32,
    pub channels: u8,
    pub bits: Option<u8>,
}

/// Code points of ISO/IEC 23091-2; 2 is "not known".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    pub primaries: u8,
    pub transfer: u8,
    pub matrix: u8,
    pub full_range: bool,
}

/// From the body of a `Tracks` element. An entry without number, type or codec is left out.
pub fn read_tracks(body: &[u8]) -> Vec<Track> {
    children(body).filter(|(id, _)| *id == ids::TRACK_ENTRY).filter_map(|(_, entry)| read_track(entry)).take(TRACKS_MAX).collect()
}

fn read_track(entry: &[u8]) -> Option<Track> {
    let number = |id: u32| number_in(entry, id);
    let video = child(entry, ids::VIDEO).unwrap_or_default();
    let audio = child(entry, ids::AUDIO).unwrap_or_default();
    let pixels = |id: u32| number_in(video, id).and_then(|pixels| u32::try_from(pixels).ok()).unwrap_or(0);
    let size = (pixels(ids::PIXEL_WIDTH), pixels(ids::PIXEL_HEIGHT));
    let told = (pixels(ids::DISPLAY_WIDTH), pixels(ids::DISPLAY_HEIGHT));
    let hertz = |id: u32| child(audio, id).and_then(float).filter(|rate| (1.0..=1e7).contains(rate)).map(|rate| rate.round() as u32);
    let small = |id: u32| number_in(audio, id).and_then(|value| u8::try_from(value).ok());
    // English is the default of the format, and seldom meant.
    let language = text_in(entry, ids::LANGUAGE_BCP47).or_else(|| text_in(entry, ids::LANGUAGE));
    Some(Track {
        number: number(ids::TRACK_NUMBER).filter(|number| *number > 0)?,
        uid: number(ids::TRACK_UID).unwrap_or(0),
        kind: match number(ids::TRACK_TYPE)? {
            1 => Kind::Picture,
            2 => Kind::Sound,
            17 => Kind::Text,
            _ => Kind::Other,
        },
        codec_id: text_in(entry, ids::CODEC_ID)?,
        codec_private: child(entry, ids::CODEC_PRIVATE).unwrap_or_default().to_vec(),
        default_duration: number(ids::DEFAULT_DURATION).filter(|ns| (100_000..=60_000_000_000).contains(ns)),
        codec_delay: number(ids::CODEC_DELAY).filter(|ns| *ns < 10_000_000_000).unwrap_or(0),
        language: language.and_then(|language| language_tag(&language)),
        name: text_in(entry, ids::NAME),
        is_default: number(ids::FLAG_DEFAULT) != Some(0),
        is_forced: number(ids::FLAG_FORCED) == Some(1),
        packing: Packing::read(child(entry, ids::CONTENT_ENCODINGS)),
        size,
        display: if told.0 > 0 && told.1 > 0 { told } else { size },
        colour: child(video, ids::COLOUR).map(read_colour),
        rate: hertz(ids::OUTPUT_SAMPLING_FREQUENCY).or_else(|| hertz(ids::SAMPLING_FREQUENCY)).unwrap_or(8_000),
        channels: small(ids::CHANNELS).unwrap_or(1),
        bits: small(ids::BIT_DEPTH),
    })
}

fn read_colour(colour: &[u8]) -> Colour {
    let point = |id: u32| number_in(colour, id).and_then(|point| u8::try_from(point).ok()).unwrap_or(2);
    Colour {
        primaries: point(ids::PRIMARIES),
        transfer: point(ids::TRANSFER),
        matrix: point(ids::MATRIX_COEFFICIENTS),
        full_range: number_in(colour, ids::RANGE) == Some(2),
    }
}
