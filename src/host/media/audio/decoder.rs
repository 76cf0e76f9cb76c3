//! Decoding from any sample of a file.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app as gst_app;
use gstreamer_audio as gst_audio;

use super::pipeline::{Running, STEP, bus_error, chain, element, message_error, plain_convert};
use crate::host::media::error::MediaError;

/// A decoder is right only some frames after a seek (MP3's bit reservoir, overlap, Opus' predictor), so seeks land this much early.
const SEEK_EARLY_MS: i64 = 300;
/// Stamps that differ by less from what has been counted are rounding; more is a gap in the sound.
const JITTER_MS: u64 = 20;

/// What the samples are wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// 32-bit floats, stereo, for a lossy encoder.
    Stereo,
    /// The source's own integers and channels: 16 bits in 16, more in 32 (the low 24 of them used).
    Exact,
}

/// One file, open. Samples come out interleaved in `info`'s format, at the source's rate.
pub struct Decoder {
    pipeline: Running,
    sink: gst_app::AppSink,
    pub info: gst_audio::AudioInfo,
    /// By the container; `None` when it does not know.
    pub duration: Option<gst::ClockTime>,
    /// The decoder carries noise or other state over a seek, so a seek is not enough to begin anew.
    pub keeps_state: bool,
}

impl Decoder {
    /// Opens a file that is known to be a regular one.
    pub fn open(path: &Path, want: Want) -> Result<Self, MediaError> {
        let source = element("filesrc")?;
        source.set_property("location", path);
        let decode = element("decodebin")?;
        decode.set_property("caps", gst::Caps::new_empty_simple("audio/x-raw"));
        decode.set_property("expose-all-streams", false);
        let convert = plain_convert()?;
        let filter = element("capsfilter")?;
        let sink = gst_app::AppSink::builder().sync(false).max_buffers(8).build();
        let pipeline = chain(&[&convert, &filter, sink.upcast_ref()])?;
        pipeline.add_many([&source, &decode]).map_err(MediaError::internal)?;
        source.link(&decode).map_err(MediaError::internal)?;
        choose_format(&convert, &filter, want);
        link_first_sound(&decode, &convert);
        let pipeline = Running(pipeline);
        wait_for_preroll(&pipeline.0)?;
        let sample = sink.pull_preroll().map_err(|_| no_sound())?;
        let info = sample.caps().and_then(|caps| gst_audio::AudioInfo::from_caps(caps).ok()).ok_or_else(no_sound)?;
        let duration = pipeline.0.query_duration::<gst::ClockTime>();
        let keeps_state = has_stateful_decoder(&pipeline.0);
        Ok(Self { pipeline, sink, info, duration, keeps_state })
    }

    /// `count` samples from sample `from` of what the file decodes to; silence where it has none. Always seeks, so that
    /// what comes out does not depend on what was read before.
    pub fn read(&mut self, from: i64, count: usize) -> Result<Vec<u8>, MediaError> {
        let unit = self.info.bpf() as usize;
        let rate = i64::from(self.info.rate());
        let mut out = vec![0u8; count * unit];
        let to = from + i64::try_from(count).map_err(MediaError::internal)?;
        if to <= 0 {
            return Ok(out);
        }
        self.seek((from - SEEK_EARLY_MS * rate / 1000).max(0))?;
        let mut next = None;
        let mut pieces = 0u64;
        while let Some(sample) = self.sink.try_pull_sample(STEP) {
            let (Some(buffer), Some(stamp)) = (sample.buffer(), sample_number(&sample, rate)) else { continue };
            let map = buffer.map_readable().map_err(MediaError::internal)?;
            pieces += 1;
            // Some containers stamp in milliseconds, so counting is truer than the stamps; but not from the first piece, which the
            // seek has clipped, to within a sample of what its stamp says.
            let start = next.filter(|next: &i64| next.abs_diff(stamp) < JITTER_MS * rate.unsigned_abs() / 1000).unwrap_or(stamp);
            copy_overlap(&mut out, from, &map, start, unit);
            let end = start + i64::try_from(map.len() / unit).map_err(MediaError::internal)?;
            if end >= to {
                return Ok(out);
            }
            next = (pieces > 1).then_some(end);
        }
        let read_any = pieces > 0;
        // The end, or a damaged rest: what there is has been read, and silence stands for the remainder.
        match bus_error(&self.pipeline.0) {
            Some(error) if !read_any && from <= 0 => Err(error),
            _ if !self.sink.is_eos() && !read_any => Err(MediaError::unplayable("This file takes too long to decode.")),
            _ => Ok(out),
        }
    }

    /// Whether anything has been decoded since it was opened but what the first buffer took.
    pub fn has_run(&self) -> bool {
        self.pipeline.0.current_state() == gst::State::Playing
    }

    /// Decodes the whole file and counts its samples.
    pub fn count(&mut self) -> Result<u64, MediaError> {
        let rate = i64::from(self.info.rate());
        self.seek(0)?;
        let mut end = 0i64;
        while let Some(sample) = self.sink.try_pull_sample(STEP) {
            let (Some(buffer), Some(start)) = (sample.buffer(), sample_number(&sample, rate)) else { continue };
            end = end.max(start + i64::try_from(buffer.size() / self.info.bpf() as usize).map_err(MediaError::internal)?);
        }
        if end == 0 { Err(bus_error(&self.pipeline.0).unwrap_or_else(no_sound)) } else { Ok(u64::try_from(end).unwrap_or(0)) }
    }

    fn seek(&self, sample: i64) -> Result<(), MediaError> {
        let rate = u64::from(self.info.rate());
        let position = u64::try_from(sample).unwrap_or(0).mul_div_floor(1_000_000_000, rate).ok_or_else(no_sound)?;
        let flags = gst::SeekFlags::FLUSH | gst::SeekFlags::ACCURATE;
        self.pipeline.0.seek_simple(flags, gst::ClockTime::from_nseconds(position)).map_err(|_| {
            bus_error(&self.pipeline.0).unwrap_or_else(|| MediaError::unplayable("This file cannot be played from its middle."))
        })?;
        // Only now: until the seek the decoder has decoded just what the first buffer took, the same each time.
        self.pipeline.0.set_state(gst::State::Playing).map(|_| ()).map_err(MediaError::internal)
    }
}

fn no_sound() -> MediaError {
    MediaError::unplayable("This file has no sound that the host can decode.")
}

/// Number of a buffer's first sample: by stream time, which edit lists and pre-skips have been taken out of.
fn sample_number(sample: &gst::Sample, rate: i64) -> Option<i64> {
    let pts = sample.buffer()?.pts()?;
    let time = sample.segment()?.downcast_ref::<gst::ClockTime>()?.to_stream_time_full(pts)?;
    let nanoseconds = match time {
        gst::Signed::Positive(time) => i128::from(time.nseconds()),
        gst::Signed::Negative(time) => -i128::from(time.nseconds()),
    };
    i64::try_from((nanoseconds * i128::from(rate) + 500_000_000).div_euclid(1_000_000_000)).ok()
}

/// Copies the samples of `piece`, which begins at sample `start`, to where they belong in `out`, which begins at `from`.
fn copy_overlap(out: &mut [u8], from: i64, piece: &[u8], start: i64, unit: usize) {
    let (skip, at) = if start < from { (from - start, 0) } else { (0, start - from) };
    let (Ok(skip), Ok(at)) = (usize::try_from(skip), usize::try_from(at)) else { return };
    let (Some(source), Some(target)) = (piece.get(skip * unit..), out.get_mut(at * unit..)) else { return };
    let length = source.len().min(target.len());
    target[..length].copy_from_slice(&source[..length]);
}

/// Links the first sound stream that decodes; says so on the bus when there is none.
fn link_first_sound(decode: &gst::Element, convert: &gst::Element) {
    let input = convert.static_pad("sink").expect("audioconvert has a sink pad");
    let linked = Arc::new(Mutex::new(false));
    let linked_now = Arc::clone(&linked);
    decode.connect_pad_added(move |_, pad| {
        let mut linked = linked_now.lock().unwrap_or_else(PoisonError::into_inner);
        *linked = *linked || pad.link(&input).is_ok();
    });
    decode.connect_no_more_pads(move |decode| {
        if !*linked.lock().unwrap_or_else(PoisonError::into_inner) {
            gst::element_error!(decode, gst::StreamError::WrongType, ["no sound"]);
        }
    });
}

/// Sets the wanted format when the source's own becomes known, just before `convert` hears of it.
fn choose_format(convert: &gst::Element, filter: &gst::Element, want: Want) {
    let filter = filter.clone();
    let input = convert.static_pad("sink").expect("audioconvert has a sink pad");
    input.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, probe| {
        if let Some(gst::EventView::Caps(event)) = probe.event().map(|event| event.view())
            && let Ok(info) = gst_audio::AudioInfo::from_caps(event.caps())
        {
            filter.set_property("caps", wanted_caps(&info, want));
        }
        gst::PadProbeReturn::Ok
    });
}

pub fn wanted_caps(info: &gst_audio::AudioInfo, want: Want) -> gst::Caps {
    let caps = gst::Caps::builder("audio/x-raw").field("layout", "interleaved");
    match want {
        Want::Stereo => caps.field("format", "F32LE").field("channels", 2i32).field("channel-mask", gst::Bitmask::new(3)).build(),
        Want::Exact if info.depth() <= 16 && info.is_integer() => caps.field("format", "S16LE").build(),
        Want::Exact => caps.field("format", "S24_32LE").build(),
    }
}

fn wait_for_preroll(pipeline: &gst::Pipeline) -> Result<(), MediaError> {
    let bus = pipeline.bus().expect("a pipeline has a bus");
    if pipeline.set_state(gst::State::Paused).is_err() {
        return Err(bus_error(pipeline).unwrap_or(MediaError::Gone));
    }
    let mut missing = None;
    let kinds = [gst::MessageType::Error, gst::MessageType::Element, gst::MessageType::AsyncDone, gst::MessageType::Eos];
    while let Some(message) = bus.timed_pop_filtered(STEP, &kinds) {
        match message.view() {
            gst::MessageView::AsyncDone(_) => return Ok(()),
            gst::MessageView::Eos(_) => return Err(no_sound()),
            _ => match message_error(&message) {
                // Not yet fatal: another stream of the file may decode.
                Some(error @ MediaError::MissingPlugin(_)) => missing = Some(error),
                Some(error) => return Err(missing.unwrap_or(error)),
                None => {}
            },
        }
    }
    Err(MediaError::unplayable("This file takes too long to open."))
}

/// Whether a flush leaves something behind in the decoder: AAC's noise generator, Opus' predictor. Known to begin anew are these.
fn has_stateful_decoder(pipeline: &gst::Pipeline) -> bool {
    const BEGIN_ANEW: [&str; 4] = ["flacdec", "mpg123audiodec", "vorbisdec", "avdec_alac"];
    let elements = pipeline.iterate_recurse().into_iter().flatten();
    let decoders = elements.filter_map(|element| element.factory()).filter(|factory| factory.has_type(gst::ElementFactoryType::DECODER));
    decoders.into_iter().any(|factory| factory.name() != "decodebin" && !BEGIN_ANEW.contains(&factory.name().as_str()))
}

/// Bits of the integers that [`Want::Exact`] gives.
pub fn integer_bits(info: &gst_audio::AudioInfo) -> u8 {
    if info.format() == gst_audio::AudioFormat::S16le { 16 } else { 24 }
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
