//! Sound passed through: whole frames on an exact grid of samples, by the numbers that their coarse stamps round.

use std::path::Path;

use super::blocks::{Block, Walker};
use super::ebml::broken;
use super::header::Matroska;
use super::index::{Key, places};
use super::sound_head::{SoundHead, sound_head};
use super::tracks::Kind;
use crate::host::media::cmaf::{self, Entry, Frame, TrackHead};
use crate::host::media::error::MediaError;
use crate::host::media::job::BODY_BYTES_MAX;
use crate::host::media::segments::{Out, Segments};
use crate::protocol::Timeline;

/// The first segment is short so that sound starts at once.
const FIRST_SECONDS: u32 = 1;
const REST_SECONDS: u32 = 4;
/// How much earlier than the sound that is looked for a walk begins, seconds: muxers put sound before or after its pictures.
const MARGINS: [u32; 2] = [2, 30];

pub struct Sound {
    file: Matroska,
    track: u64,
    prefix: Vec<u8>,
    head: SoundHead,
    /// Stamp of the first frame, in the file's ticks.
    first: i64,
    /// Where a walk can begin.
    places: Vec<Key>,
    /// Samples from the content's beginning to a sound that begins late.
    late: u64,
    timeline: Timeline,
}

/// A frame and its number, from the track's first.
struct Numbered {
    number: u64,
    at: u64,
    length: u64,
}

impl Sound {
    /// # Errors
    /// `NotFound` when there is no such sound or it cannot be sent as it is, `Unplayable` when the file is damaged.
    pub fn open(path: &Path, stream: u8) -> Result<Self, MediaError> {
        let mut file = Matroska::open(path)?;
        let no_copy = |what: &str| MediaError::NotFound { what: what.to_owned() };
        let found = file.tracks.iter().filter(|track| track.kind == Kind::Sound).nth(stream.into()).cloned();
        let track = found.ok_or_else(|| no_copy("This file has no such sound."))?;
        let head = sound_head(&mut file, &track).ok_or_else(|| no_copy("This sound cannot be sent as it is."))?;
        let origin = file.origin()?;
        let at = file.first_cluster.ok_or_else(broken)?;
        let mut walker = Walker::new(at, file.segment_end);
        let first = walker.next(&mut file.input, track.number)?.ok_or_else(|| MediaError::unplayable("This file has no sound."))?;
        let places = places(&mut file, track.number);
        let prefix = track.packing.as_ref().and_then(|packing| packing.prefix()).unwrap_or_default().to_vec();
        let timeline = Timeline { mime: head.mime.clone(), timescale: head.rate, lead_in: 0, duration: 0, runs: Vec::new() };
        let mut opened = Self { file, track: track.number, prefix, head, first: first.stamp, places, late: 0, timeline };
        opened.measure(origin)?;
        Ok(opened)
    }

    fn measure(&mut self, origin: i64) -> Result<(), MediaError> {
        let begins = self.samples(self.first - origin) - i64::from(self.head.delay);
        self.late = u64::try_from(begins).unwrap_or(0);
        let lead_in = u64::try_from(-begins).unwrap_or(0);
        let (count, discard) = self.count()?;
        let coded = count.checked_mul(self.head.frame.into()).ok_or_else(broken)?;
        let told = self.head.samples.filter(|told| *told <= coded && coded - told < u64::from(self.head.frame));
        let content = told.unwrap_or_else(|| coded.saturating_sub(discard)).saturating_sub(lead_in);
        if content == 0 {
            return Err(MediaError::unplayable("This file has no sound."));
        }
        let frame = u64::from(self.head.frame);
        let frames = |seconds: u32| (u64::from(seconds) * u64::from(self.head.rate)).div_ceil(frame);
        let first = (lead_in.div_ceil(frame) + frames(FIRST_SECONDS)) * frame - lead_in + self.late;
        self.timeline.lead_in = lead_in;
        self.timeline.duration = content + self.late;
        self.timeline.runs = Timeline::uniform_runs(first, frames(REST_SECONDS) * frame, self.timeline.duration);
        Ok(())
    }

    /// The file's ticks as samples.
    fn samples(&self, ticks: i64) -> i64 {
        let scaled = i128::from(ticks) * i128::from(self.file.tick_ns) * i128::from(self.head.rate);
        (scaled + 500_000_000).div_euclid(1_000_000_000).clamp(-(1 << 50), 1 << 50) as i64
    }

    /// The number of a block's first frame; `None` before the track's first.
    fn number(&self, block: &Block) -> Option<u64> {
        let frame = i64::from(self.head.frame);
        let number = (self.samples(block.stamp - self.first) + frame / 2).div_euclid(frame);
        u64::try_from(number).ok()
    }

    /// How many frames there are, and how many samples of the last are not content.
    fn count(&mut self) -> Result<(u64, u64), MediaError> {
        let mut from = self.places.len();
        let mut step = 1;
        loop {
            from = from.saturating_sub(step);
            let (mut walker, mut last) = (self.walker(from)?, None);
            while let Some(block) = walker.next(&mut self.file.input, self.track)? {
                last = Some(block);
            }
            if let Some((number, block)) = last.and_then(|block| Some((self.number(&block)?, block))) {
                let discard = i128::from(block.discard_ns.max(0)) * i128::from(self.head.rate) / 1_000_000_000;
                let discard = u64::try_from(discard).unwrap_or(0).min(self.head.frame.into());
                return Ok((number + block.frames.len() as u64, discard));
            }
            if from == 0 {
                return Err(broken());
            }
            step *= 4;
        }
    }

    /// A walk from a place, or from the beginning when there is none.
    fn walker(&mut self, place: usize) -> Result<Walker, MediaError> {
        let begin = self.file.first_cluster.ok_or_else(broken)?;
        // Sound of the same time may lie before the block that a cue is for: so from the cluster's beginning.
        let at = if place == 0 { begin } else { self.places.get(place).map_or(begin, |key| key.cluster) };
        Ok(Walker::new(at, self.file.segment_end))
    }

    /// The last place that is so much earlier than a frame.
    fn place_before(&self, number: u64, seconds: u32) -> usize {
        let frame = i64::from(self.head.frame);
        let wanted = i64::try_from(number).unwrap_or(i64::MAX).saturating_mul(frame) - i64::from(seconds) * i64::from(self.head.rate);
        self.places.partition_point(|key| self.samples(key.stamp - self.first) <= wanted).saturating_sub(1)
    }

    /// The frames of a range of numbers, each once.
    fn frames(&mut self, from: u64, to: u64) -> Result<Vec<Numbered>, MediaError> {
        for margin in MARGINS {
            let place = self.place_before(from, margin);
            let (frames, is_whole) = self.collect(place, from, to)?;
            if is_whole || place == 0 {
                return Ok(frames);
            }
        }
        Ok(self.collect(0, from, to)?.0)
    }

    /// The frames of a range that are met from a place on; and whether the walk began before the range.
    fn collect(&mut self, place: usize, from: u64, to: u64) -> Result<(Vec<Numbered>, bool), MediaError> {
        let mut walker = self.walker(place)?;
        let (mut frames, mut began_before, mut total): (Vec<Numbered>, _, _) = (Vec::new(), false, 0u64);
        while let Some(block) = walker.next(&mut self.file.input, self.track)? {
            let Some(first) = self.number(&block) else { continue };
            began_before |= first <= from;
            if first >= to || !began_before {
                break;
            }
            for (number, (at, length)) in (first..).zip(block.frames) {
                let is_next = (from..to).contains(&number) && frames.last().is_none_or(|last| number > last.number);
                if is_next {
                    total = total.saturating_add(length);
                    frames.push(Numbered { number, at, length });
                }
            }
            if total > BODY_BYTES_MAX as u64 {
                return Err(broken());
            }
        }
        Ok((frames, began_before))
    }
}

impl Segments for Sound {
    fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    fn init(&self) -> Result<Vec<u8>, MediaError> {
        let Timeline { timescale, lead_in, duration, .. } = self.timeline;
        cmaf::init(&TrackHead { timescale, duration: lead_in + duration, entry: Entry::Own(Box::new(self.head.entry.clone()), None) })
    }

    /// # Errors
    /// `NotFound` past the end, `Unplayable` when the file is damaged or cut.
    fn segment(&mut self, index: u32, out: &mut Out<'_>) -> Result<(), MediaError> {
        let (start, length) = self.timeline.segment(index).ok_or_else(|| cmaf::no_segment(index))?;
        let frame = u64::from(self.head.frame);
        let number = |content: u64| (content + self.timeline.lead_in).saturating_sub(self.late) / frame;
        let (from, to) = (if index == 0 { 0 } else { number(start) }, number(start + length));
        let frames = self.frames(from, to)?;
        let begin = frames.first().ok_or_else(broken)?.number * frame + self.late;
        let (mut data, mut written) = (Vec::new(), Vec::with_capacity(frames.len()));
        for (index, numbered) in frames.iter().enumerate() {
            data.extend_from_slice(&self.prefix);
            self.file.input.read(numbered.at, numbered.length, &mut data)?;
            // A frame that is missing from the file is bridged, so that what follows stays in time.
            let until = frames.get(index + 1).map_or(numbered.number + 1, |next| next.number);
            let duration = u32::try_from((until - numbered.number) * frame).map_err(|_| broken())?;
            let size = u32::try_from(self.prefix.len() as u64 + numbered.length).map_err(|_| broken())?;
            written.push(Frame { duration, size, composition_offset: 0, sync: true });
        }
        out(cmaf::segment(index, begin, &written, &data)?)
    }
}
