//! One file as one audio rendition.

use std::path::Path;

use gstreamer_audio as gst_audio;

use super::decoder::{Want, integer_bits};
use super::encoder::{FLAC_BLOCK, bitrate, encode};
use super::flac::renumber;
use super::grid::Grid;
use super::reader::Reader;
use super::resample::Rates;
use crate::host::media::cmaf::{self, Entry, FlacHead, Frame, TrackHead};
use crate::host::media::error::MediaError;
use crate::host::media::segments::{Out, Segments};
use crate::protocol::{Rendition, Timeline};

pub struct Encoded {
    rendition: Rendition,
    reader: Reader,
    rates: Rates,
    grid: Grid,
    timeline: Timeline,
}

impl Encoded {
    pub fn open(path: &Path, rendition: Rendition) -> Result<Self, MediaError> {
        let want = if rendition == Rendition::Flac { Want::Exact } else { Want::Stereo };
        let reader = Reader::open(path, want)?;
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

    /// The content's samples `wanted` at the encoder's rate; silence before its start and after its end.
    fn content(&mut self, wanted: std::ops::Range<i64>) -> Result<Vec<u8>, MediaError> {
        let reading = self.rates.reading(&wanted);
        let source = self.reader.read(reading.source)?;
        let unit = self.reader.info().bpf() as usize;
        let mut pcm = self.rates.convert(source, self.reader.info().channels())?;
        pcm.drain(..(reading.drop * unit).min(pcm.len()));
        pcm.resize(usize::try_from(wanted.end - wanted.start).map_err(MediaError::internal)? * unit, 0);
        Ok(pcm)
    }

    fn encoder_info(&self) -> Result<gst_audio::AudioInfo, MediaError> {
        let info = self.reader.info();
        let builder = gst_audio::AudioInfo::builder(info.format(), self.rates.to, info.channels());
        match info.positions() {
            Some(positions) => builder.positions(positions).build(),
            None => builder.build(),
        }
        .map_err(MediaError::internal)
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

    fn segment(&mut self, index: u32, out: &mut Out<'_>) -> Result<(), MediaError> {
        let (start, length) = self.timeline.segment(index).ok_or_else(|| cmaf::no_segment(index))?;
        let feed = self.grid.feed(index, start, length);
        let pcm = self.content(feed.input.clone())?;
        let packets = encode(self.rendition, &self.encoder_info()?, pcm)?;
        let mut packets =
            packets.get(feed.skip..feed.skip + feed.keep).ok_or_else(|| MediaError::internal("an encoder gave too little"))?.to_vec();
        if self.rendition == Rendition::Flac {
            for (number, packet) in (feed.frame_number..).zip(&mut packets) {
                renumber(packet, number).ok_or_else(|| MediaError::internal("an encoder gave a broken frame"))?;
            }
        }
        let duration = u32::try_from(self.grid.frame).map_err(MediaError::internal)?;
        let frames: Result<Vec<Frame>, MediaError> = packets
            .iter()
            .map(|packet| {
                let size = u32::try_from(packet.len()).map_err(MediaError::internal)?;
                Ok(Frame { duration, size, composition_offset: 0, sync: true })
            })
            .collect();
        out(cmaf::segment(index, feed.decode_time, &frames?, &packets.concat())?)
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
