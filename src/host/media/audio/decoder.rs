//! Decoding from any sample of a file.

use std::path::Path;

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app as gst_app;
use gstreamer_audio as gst_audio;

use super::clock::{Clock, sample_number};
use super::downmix;
use super::pipeline::{Running, STEP, bus_error, chain, element, plain_convert};
use super::reader::silence;
use super::source::{keep_first_format, link_sound, no_sound, wait_for_preroll};
use crate::host::media::error::MediaError;

/// A decoder is right only some frames after a seek (MP3's bit reservoir, overlap, Opus' predictor), so seeks land this much early.
const SEEK_EARLY_MS: i64 = 300;
/// Stamps that differ by less from what has been counted are rounding; more is a gap in the sound.
const JITTER_MS: u64 = 20;
/// More than a seek lands early by.
const PIECES_MAX: usize = 2_000;
/// Sound at the end by which a length that is a guess is made true.
const TAIL_MS: i64 = 2_000;

/// One sound of a file, open. Samples come out interleaved in `info`'s format: the source's own.
pub struct Decoder {
    pipeline: Running,
    sink: gst_app::AppSink,
    pub info: gst_audio::AudioInfo,
    /// By the container; `None` when it does not know.
    pub duration: Option<gst::ClockTime>,
    /// A seek is not enough to begin anew: the decoder carries noise or other state over it, or it does not find the beginning.
    keeps_state: bool,
    /// Nothing has been decoded since it was opened but what the first buffer took.
    fresh: bool,
    /// Number of the sample that is read next.
    at: i64,
    /// What was decoded and not read to its end, and the number of its first sample.
    piece: Option<(i64, Vec<u8>)>,
    /// Number of the sample after the last decoded, by counting.
    counted: Option<i64>,
    /// Something has been decoded since the last seek.
    begun: bool,
    clock: Clock,
    end: End,
}

/// Whether more comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Open,
    Reached,
    /// A damaged place that the pipeline does not go beyond, nor back from.
    Broken,
}

impl Decoder {
    /// Opens a file that is known to be a regular one; `stream` is which of its sounds, counted from 0.
    pub fn open(path: &Path, stream: u8) -> Result<Self, MediaError> {
        let source = element("filesrc")?;
        source.set_property("location", path);
        let decode = element("decodebin")?;
        decode.set_property("caps", gst::Caps::new_empty_simple("audio/x-raw"));
        decode.set_property("expose-all-streams", false);
        // These two do nothing unless the format changes in the midst of the file.
        let (convert, resample) = (plain_convert()?, element("audioresample")?);
        let filter = element("capsfilter")?;
        let sink = gst_app::AppSink::builder().sync(false).max_buffers(8).build();
        let pipeline = chain(&[&convert, &resample, &filter, sink.upcast_ref()])?;
        pipeline.add_many([&source, &decode]).map_err(MediaError::internal)?;
        source.link(&decode).map_err(MediaError::internal)?;
        keep_first_format(&convert, &filter);
        link_sound(&decode, &convert, stream);
        let pipeline = Running(pipeline);
        wait_for_preroll(&pipeline.0)?;
        let sample = sink.pull_preroll().map_err(|_| no_sound())?;
        let info = sample.caps().and_then(|caps| gst_audio::AudioInfo::from_caps(caps).ok()).ok_or_else(no_sound)?;
        let duration = pipeline.0.query_duration::<gst::ClockTime>();
        let clock = Clock::new(&pipeline.0, &sample, &info);
        // A seek in a broadcast goes to a picture, so it does not find sound that comes before the first.
        let keeps_state = has_stateful_decoder(&pipeline.0) || clock.moments.is_broadcast();
        Ok(Self {
            pipeline,
            sink,
            info,
            duration,
            keeps_state,
            fresh: true,
            at: 0,
            piece: None,
            counted: None,
            begun: false,
            clock,
            end: End::Open,
        })
    }

    /// Whether [`Self::begin`] is enough to forget what was read before.
    pub fn begins_anew(&self) -> bool {
        !self.keeps_state && self.end != End::Broken
    }

    /// Makes `from` the next sample.
    pub fn begin(&mut self, from: i64) -> Result<(), MediaError> {
        let early = (from - SEEK_EARLY_MS * i64::from(self.info.rate()) / 1000).max(0);
        let fresh = std::mem::replace(&mut self.fresh, false);
        if early > 0 || !fresh {
            self.seek(early)?;
        }
        // Only now: until the seek the decoder has decoded just what the first buffer took, the same each time. From the very start it goes
        // on with that buffer: a decoder that keeps its state over a flush would otherwise hear the first packet twice.
        self.pipeline.0.set_state(gst::State::Playing).map_err(MediaError::internal)?;
        (self.at, self.piece, self.counted, self.begun, self.end) = (from, None, None, false, End::Open);
        self.find_place()
    }

    /// The next `count` samples of what the file decodes to; silence where it has none.
    pub fn read(&mut self, count: usize) -> Result<Vec<u8>, MediaError> {
        let unit = self.info.bpf() as usize;
        let mut out = silence(&self.info, count * unit);
        let (from, to) = (self.at, self.at + i64::try_from(count).map_err(MediaError::internal)?);
        while self.end == End::Open {
            let piece = match self.piece.take() {
                None => self.decode()?,
                piece => piece,
            };
            let Some((start, bytes)) = piece else { break };
            copy_overlap(&mut out, from, &bytes, start, unit);
            let end = start.saturating_add_unsigned((bytes.len() / unit) as u64);
            if end > to {
                self.piece = Some((start, bytes));
            }
            if end >= to {
                break;
            }
        }
        self.at = to;
        Ok(out)
    }

    /// The first piece after a seek is clipped, and the first stamps of a broadcast are guesses. So what is decoded before the
    /// wanted sample is placed by the last stamp there, of a whole piece; the others lie before it.
    fn find_place(&mut self) -> Result<(), MediaError> {
        let samples = |bytes: &[u8], unit: u32| (bytes.len() / unit as usize).cast_signed() as i64;
        let unit = self.info.bpf();
        let (mut row, mut end) = (Vec::new(), None);
        for number in 0..PIECES_MAX {
            if number > 1 && end.is_none_or(|end| end > self.at) {
                break;
            }
            self.counted = None;
            let Some((stamp, piece)) = self.decode()? else { break };
            let length = samples(&piece, unit);
            let start = if number == 0 { stamp } else { self.clock.place(stamp, length) };
            // What comes before a gap is not what comes before the wanted sample.
            if end.is_some_and(|end: i64| end.abs_diff(start) >= self.jitter()) {
                row.clear();
            }
            row.extend_from_slice(&piece);
            end = Some(start + length);
        }
        self.piece = end.map(|end| (end - samples(&row, unit), row));
        self.counted = end;
        Ok(())
    }

    fn jitter(&self) -> u64 {
        JITTER_MS * u64::from(self.info.rate()) / 1000
    }

    /// What is decoded next, and the number of its first sample; `None` at the end.
    fn decode(&mut self) -> Result<Option<(i64, Vec<u8>)>, MediaError> {
        let (rate, unit) = (i64::from(self.info.rate()), self.info.bpf() as usize);
        while let Some(sample) = self.sink.try_pull_sample(STEP) {
            let (Some(buffer), Some(stamp)) = (sample.buffer(), sample_number(&sample, &self.clock.moments, rate)) else { continue };
            let mut bytes = buffer.map_readable().map_err(MediaError::internal)?.to_vec();
            if self.clock.turned {
                downmix::turn_flac_pairs(&mut bytes, unit);
            }
            // Some containers stamp in milliseconds, so counting is truer than the stamps.
            let start = self.counted.filter(|counted| counted.abs_diff(stamp) < self.jitter()).unwrap_or(stamp);
            self.begun = true;
            self.counted = Some(start.saturating_add_unsigned((bytes.len() / unit) as u64));
            return Ok(Some((start, bytes)));
        }
        // The end, or a damaged rest, for which silence stands.
        match bus_error(&self.pipeline.0) {
            Some(error) if !self.begun && self.at <= 0 => return Err(error),
            Some(_) => self.end = End::Broken,
            None if self.sink.is_eos() => self.end = End::Reached,
            None => return Err(MediaError::unplayable("This file takes too long to decode.")),
        }
        Ok(None)
    }

    pub fn has_run(&self) -> bool {
        !self.fresh
    }

    /// Where the sound really ends, for a container that guesses its duration: its last two seconds, by it, are decoded.
    pub fn true_end(&mut self, told: u64) -> Result<u64, MediaError> {
        let told = i64::try_from(told).map_err(MediaError::internal)?;
        let mut end = 0;
        let from = (told - TAIL_MS * i64::from(self.info.rate()) / 1000).max(0);
        self.begin(from)?;
        if let Some((start, bytes)) = self.piece.take() {
            end = start.saturating_add_unsigned((bytes.len() / self.info.bpf() as usize) as u64);
        }
        while let Some((start, bytes)) = self.decode()? {
            end = end.max(start.saturating_add_unsigned((bytes.len() / self.info.bpf() as usize) as u64));
        }
        u64::try_from(if end > from { end } else { told }).map_err(MediaError::internal)
    }

    pub fn guesses_duration(&self) -> bool {
        self.clock.guesses_duration
    }

    /// Decodes the whole file and counts its samples.
    pub fn count(&mut self) -> Result<u64, MediaError> {
        self.begin(0)?;
        let (mut end, unit) = (self.counted.unwrap_or(0), self.info.bpf() as usize);
        while let Some((start, bytes)) = self.decode()? {
            end = end.max(start.saturating_add_unsigned((bytes.len() / unit) as u64));
        }
        if end == 0 { Err(no_sound()) } else { Ok(u64::try_from(end).unwrap_or(0)) }
    }

    fn seek(&self, sample: i64) -> Result<(), MediaError> {
        let rate = u64::from(self.info.rate());
        let position = u64::try_from(sample).unwrap_or(0).mul_div_floor(1_000_000_000, rate).ok_or_else(no_sound)?;
        let flags = gst::SeekFlags::FLUSH | gst::SeekFlags::ACCURATE;
        self.pipeline.0.seek_simple(flags, self.clock.moments.target(position)).map_err(|_| {
            bus_error(&self.pipeline.0).unwrap_or_else(|| MediaError::unplayable("This file cannot be played from its middle."))
        })
    }
}

/// Copies the samples of `piece`, which begins at sample `start`, to where they belong in `out`, which begins at `from`.
fn copy_overlap(out: &mut [u8], from: i64, piece: &[u8], start: i64, unit: usize) {
    let (skip, at) = if start < from { (from - start, 0) } else { (0, start - from) };
    let (Ok(skip), Ok(at)) = (usize::try_from(skip), usize::try_from(at)) else { return };
    let (Some(source), Some(target)) = (piece.get(skip * unit..), out.get_mut(at * unit..)) else { return };
    let length = source.len().min(target.len());
    target[..length].copy_from_slice(&source[..length]);
}

/// Whether a flush leaves something behind in the decoder: AAC's noise generator, Opus' predictor. Known to begin anew are these.
fn has_stateful_decoder(pipeline: &gst::Pipeline) -> bool {
    const BEGIN_ANEW: [&str; 4] = ["flacdec", "mpg123audiodec", "vorbisdec", "avdec_alac"];
    let elements = pipeline.iterate_recurse().into_iter().flatten();
    let decoders = elements.filter_map(|element| element.factory()).filter(|factory| factory.has_type(gst::ElementFactoryType::DECODER));
    decoders.into_iter().any(|factory| factory.name() != "decodebin" && !BEGIN_ANEW.contains(&factory.name().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_each_sample_in_its_place() {
        let mut out = vec![0u8; 8];
        copy_overlap(&mut out, 10, &[1, 1, 2, 2, 3, 3], 9, 2);
        assert_eq!(out, [2, 2, 3, 3, 0, 0, 0, 0]);
        copy_overlap(&mut out, 10, &[4, 4, 5, 5], 13, 2);
        assert_eq!(out, [2, 2, 3, 3, 0, 0, 4, 4]);
        copy_overlap(&mut out, 10, &[9, 9], 14, 2);
        copy_overlap(&mut out, 10, &[9, 9], -1, 2);
        assert_eq!(out, [2, 2, 3, 3, 0, 0, 4, 4]);
    }
}
