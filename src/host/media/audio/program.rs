//! One file as one audio rendition.

use std::path::Path;

use super::chunks::Chunks;
use super::encoder::{Encoder, FLAC_BLOCK, bitrate, integer_bits};
use super::grid::{Feed, Grid};
use super::reader::Reader;
use super::resample::Rates;
use crate::host::media::cmaf::{self, Entry, FlacHead, TrackHead};
use crate::host::media::error::MediaError;
use crate::host::media::segments::{Out, Segments};
use crate::protocol::{Rendition, Timeline};

/// What is decoded before the encoder's work is looked at.
const PIECE_MS: i64 = 250;

pub struct Encoded {
    rendition: Rendition,
    reader: Reader,
    rates: Rates,
    grid: Grid,
    timeline: Timeline,
}

impl Encoded {
    /// Opens a file that is known to be a regular one; `stream` is which of its sounds, counted from 0.
    pub fn open(path: &Path, stream: u8, rendition: Rendition) -> Result<Self, MediaError> {
        let reader = Reader::open(path, stream)?;
        let from = reader.info().rate();
        let rates = Rates { from, to: encoder_rate(rendition, from) };
        let grid = Grid::new(rendition, rates.to, FLAC_BLOCK).ok_or_else(|| MediaError::internal("not an audio rendition"))?;
        let duration = scale(reader.length(), rates);
        if duration == 0 {
            return Err(MediaError::unplayable("This file holds no sound."));
        }
        let timeline = Timeline {
            mime: mime(rendition).to_owned(),
            timescale: rates.to,
            lead_in: grid.lead_in(),
            duration,
            runs: grid.runs(duration),
        };
        Ok(Self { rendition, reader, rates, grid, timeline })
    }

    /// What is encoded for a segment that the track has.
    fn feed(&self, index: u32) -> Option<Feed> {
        self.timeline.segment(index).map(|(start, length)| self.grid.feed(index, start, length))
    }
}

impl Segments for Encoded {
    fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    fn init(&self) -> Result<Vec<u8>, MediaError> {
        let entry = match self.rendition {
            Rendition::Opus96 | Rendition::Opus160 => Entry::Opus,
            Rendition::Aac128 | Rendition::Aac256 => Entry::Aac { rate: self.rates.to, bitrate: bitrate(self.rendition) },
            _ => Entry::Flac(FlacHead {
                rate: self.rates.to,
                channels: u8::try_from(self.reader.info().channels()).map_err(MediaError::internal)?,
                bits: integer_bits(self.reader.info()),
                block: FLAC_BLOCK,
                ..FlacHead::default()
            }),
        };
        cmaf::init(&TrackHead { timescale: self.timeline.timescale, duration: self.timeline.lead_in + self.timeline.duration, entry })
    }

    fn chunks(&self, index: u32) -> u32 {
        self.feed(index).map_or(1, |feed| self.grid.chunks(feed.keep))
    }

    fn segment(&mut self, index: u32, out: &mut Out<'_>) -> Result<(), MediaError> {
        let feed = self.feed(index).ok_or_else(|| cmaf::no_segment(index))?;
        let reading = self.rates.reading(&feed.input);
        let mut encoder = Encoder::start(self.rendition, self.reader.info(), self.rates, reading.drop)?;
        let mut chunks = Chunks::new(index, self.grid, feed, self.rendition == Rendition::Flac);
        self.reader.begin(reading.source.start)?;
        let piece = i64::from(self.rates.from) * PIECE_MS / 1000;
        let mut at = reading.source.start;
        while at < reading.source.end && !chunks.done() {
            let to = reading.source.end.min(at + piece);
            encoder.feed(self.reader.read(at..to)?)?;
            at = to;
            while let Some(packet) = encoder.ready()? {
                chunks.take(packet, out)?;
            }
        }
        encoder.finish()?;
        while !chunks.done() {
            let packet = encoder.next()?.ok_or_else(|| MediaError::internal("an encoder gave too little"))?;
            chunks.take(packet, out)?;
        }
        Ok(())
    }
}

fn mime(rendition: Rendition) -> &'static str {
    match rendition {
        Rendition::Opus96 | Rendition::Opus160 => "audio/mp4; codecs=\"opus\"",
        Rendition::Aac128 | Rendition::Aac256 => "audio/mp4; codecs=\"mp4a.40.2\"",
        _ => "audio/mp4; codecs=\"flac\"",
    }
}

/// Opus knows only 48 kHz; AAC at 128 kbit/s and more has room at 32 kHz and more, and browsers like no more than 48.
fn encoder_rate(rendition: Rendition, source: u32) -> u32 {
    match (rendition, source) {
        (Rendition::Opus96 | Rendition::Opus160, _) => 48_000,
        (Rendition::Aac128 | Rendition::Aac256, 32_000 | 44_100 | 48_000) => source,
        (Rendition::Aac128 | Rendition::Aac256, _) if source.is_multiple_of(11_025) => 44_100,
        (Rendition::Aac128 | Rendition::Aac256, _) => 48_000,
        _ => source,
    }
}

/// A length at the source's rate, at the encoder's: the samples that begin before its end.
fn scale(length: u64, rates: Rates) -> u64 {
    let scaled = (u128::from(length) * u128::from(rates.to)).div_ceil(u128::from(rates.from));
    u64::try_from(scaled).unwrap_or(u64::MAX)
}
