//! Pictures passed through: cut at key frames, wrapped anew, not one byte of them changed.

use std::path::Path;

use mp4_atom::{Codec, Tkhd};

use super::blocks::Block;
use super::ebml::broken;
use super::entry::{picture_entry, track_header};
use super::header::Matroska;
use super::index::{Key, picture_keys};
use super::times::Grid;
use super::tracks::{Kind, Track};
use crate::host::media::cmaf::{self, Entry, Frame, TrackHead};
use crate::host::media::codecs::picture_copy;
use crate::host::media::error::MediaError;
use crate::host::media::job::BODY_BYTES_MAX;
use crate::host::media::segments::{Out, Segments};
use crate::protocol::Timeline;

/// The first segment is short so that the picture appears at once: a group of pictures, but at least half a second.
const FIRST_SECONDS_MIN: f64 = 0.5;
const REST_SECONDS_MIN: f64 = 3.0;
/// Of one segment: five minutes at 60 a second.
const FRAMES_MAX: usize = 20_000;
/// Of a frame's start, to read its configuration from.
const HEAD_BYTES_MAX: u64 = 4096;

/// An opened file and how its pictures are cut.
pub struct Picture {
    file: Matroska,
    track: u64,
    prefix: Vec<u8>,
    entry: Codec,
    tkhd: Tkhd,
    grid: Grid,
    /// Where each segment begins.
    cuts: Vec<Key>,
    timeline: Timeline,
}

/// A frame of a segment. Times in ticks.
struct Shown {
    at: u64,
    length: u64,
    time: i64,
    is_key: bool,
}

impl Picture {
    /// # Errors
    /// `NotFound` when there are no such pictures or no browser plays them as they are, `Unplayable` when the file is damaged.
    pub fn open(path: &Path, stream: u8) -> Result<Self, MediaError> {
        let mut file = Matroska::open(path)?;
        let no_copy = |what: &str| MediaError::NotFound { what: what.to_owned() };
        let found = file.tracks.iter().filter(|track| track.kind == Kind::Picture).nth(stream.into()).cloned();
        let track = found.ok_or_else(|| no_copy("This file has no such pictures."))?;
        let copy = copied(&mut file, &track).ok_or_else(|| no_copy("These pictures cannot be sent as they are."))?;
        let keys = picture_keys(&mut file, track.number)?;
        let phase = keys.first().ok_or_else(broken)?.stamp;
        let grid = Grid::new(track.default_duration, file.tick_ns, file.origin()?, phase);
        let cuts = cut_points(&keys, &grid);
        let prefix = track.packing.as_ref().and_then(|packing| packing.prefix()).unwrap_or_default().to_vec();
        let timeline = Timeline { mime: copy.1, timescale: grid.timescale, lead_in: 0, duration: 0, runs: Vec::new() };
        let mut opened = Self { file, track: track.number, prefix, entry: copy.0, tkhd: track_header(&track), grid, cuts, timeline };
        opened.measure()?;
        Ok(opened)
    }

    /// How much of the file was read so far, bytes.
    #[cfg(test)]
    pub fn bytes_read(&self) -> u64 {
        self.file.input.bytes_read
    }

    /// Finds the end by the last segment's frames.
    fn measure(&mut self) -> Result<(), MediaError> {
        let last = self.cuts.len() - 1;
        let frames = self.frames(last)?;
        let durations = durations(&frames, &self.grid);
        let end = frames.iter().map(|frame| frame.time).max().unwrap_or(0) + i64::from(durations.last().copied().unwrap_or(0));
        self.timeline.duration = u64::try_from(end).ok().filter(|end| *end > 0).ok_or_else(broken)?;
        let start = |index: usize| self.start(index);
        let natural_end = end - self.cuts.first().map_or(0, |cut| self.grid.content(cut.stamp));
        let mut runs: Vec<(u64, u32)> = Vec::new();
        for index in 0..self.cuts.len() {
            let end = if index == last { natural_end.max(start(index)) } else { start(index + 1) };
            let length = u64::try_from(end - start(index)).map_err(|_| broken())?;
            match runs.last_mut() {
                Some((same, times)) if *same == length => *times += 1,
                _ => runs.push((length, 1)),
            }
        }
        self.timeline.runs = runs;
        Ok(())
    }

    /// Where a segment begins on its timeline: the first at 0, whenever its pictures are shown.
    fn start(&self, index: usize) -> i64 {
        let content = |cut: &Key| self.grid.content(cut.stamp);
        match (self.cuts.get(index), self.cuts.first()) {
            (Some(cut), Some(first)) => content(cut) - content(first),
            _ => 0,
        }
    }

    /// The frames of a segment in the order of the file: from its key frame to the next segment's.
    fn frames(&mut self, index: usize) -> Result<Vec<Shown>, MediaError> {
        let (cut, next) = (*self.cuts.get(index).ok_or_else(broken)?, self.cuts.get(index + 1).copied());
        let (mut block, mut walker) = cut.block(&mut self.file, self.track)?.ok_or_else(broken)?;
        let mut frames = Vec::new();
        let mut total = 0u64;
        loop {
            self.add(&block, &mut frames)?;
            total = block.frames.iter().fold(total, |sum, (_, length)| sum.saturating_add(*length));
            if total > BODY_BYTES_MAX as u64 || frames.len() > FRAMES_MAX {
                return Err(MediaError::unplayable("This video has too few key frames to be cut into segments."));
            }
            match walker.next(&mut self.file.input, self.track)? {
                Some(following) if next.is_some_and(|next| following.is_key && following.stamp == next.stamp) => return Ok(frames),
                Some(following) => block = following,
                // Where the file ends too early, so does what can be shown.
                None => return Ok(frames),
            }
        }
    }

    fn add(&self, block: &Block, frames: &mut Vec<Shown>) -> Result<(), MediaError> {
        let step = self.grid.frame.unwrap_or(0);
        for (index, (at, length)) in block.frames.iter().enumerate() {
            let later = i64::from(step) * i64::try_from(index).map_err(|_| broken())?;
            frames.push(Shown {
                at: *at,
                length: *length,
                time: self.grid.content(block.stamp) + later,
                is_key: block.is_key && index == 0,
            });
        }
        Ok(())
    }

    fn read(&mut self, frames: &[Shown]) -> Result<Vec<u8>, MediaError> {
        let mut data = Vec::new();
        for frame in frames {
            data.extend_from_slice(&self.prefix);
            self.file.input.read(frame.at, frame.length, &mut data)?;
        }
        Ok(data)
    }
}

/// Durations by rank of presentation: to the next, and the last as long as the file says or as the one before.
fn durations(frames: &[Shown], grid: &Grid) -> Vec<u32> {
    let mut times: Vec<i64> = frames.iter().map(|frame| frame.time).collect();
    times.sort_unstable();
    let mut durations: Vec<u32> = times.windows(2).map(|pair| u32::try_from(pair[1] - pair[0]).unwrap_or(u32::MAX)).collect();
    let usual = grid.frame.or(durations.last().copied()).unwrap_or(grid.timescale / 25);
    durations.push(usual);
    durations
}

impl Segments for Picture {
    fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    fn init(&self) -> Result<Vec<u8>, MediaError> {
        cmaf::init(&TrackHead {
            timescale: self.timeline.timescale,
            duration: self.timeline.duration,
            entry: Entry::Own(Box::new(self.entry.clone()), Some(Box::new(self.tkhd.clone()))),
        })
    }

    /// Decode times are the presentation times in their order: as the file does not tell them, and so that composition offsets are small.
    ///
    /// # Errors
    /// `NotFound` past the end, `Unplayable` when the Cues are wrong or the file is cut.
    fn segment(&mut self, index: u32, out: &mut Out<'_>) -> Result<(), MediaError> {
        if index as usize >= self.cuts.len() {
            return Err(cmaf::no_segment(index));
        }
        let frames = self.frames(index as usize)?;
        let origin = self.cuts.first().map_or(0, |cut| self.grid.content(cut.stamp));
        let earliest = frames.iter().map(|frame| frame.time).min().ok_or_else(broken)?;
        // Pictures that are stored after the key frame but shown before it begin the decode times; nothing comes before 0.
        let begin = (earliest - origin).max(0);
        let mut decode_time = begin;
        let mut written = Vec::with_capacity(frames.len());
        for (frame, duration) in frames.iter().zip(durations(&frames, &self.grid)) {
            let size = frame.length.checked_add(self.prefix.len() as u64).and_then(|size| u32::try_from(size).ok()).ok_or_else(broken)?;
            let composition_offset = i32::try_from(frame.time - decode_time).map_err(|_| broken())?;
            written.push(Frame { duration, size, composition_offset, sync: frame.is_key });
            decode_time += i64::from(duration);
        }
        let data = self.read(&frames)?;
        out(cmaf::segment(index, u64::try_from(begin).map_err(|_| broken())?, &written, &data)?)
    }
}

fn cut_points(keys: &[Key], grid: &Grid) -> Vec<Key> {
    let ticks = |seconds: f64| (f64::from(grid.timescale) * seconds) as i64;
    let mut cuts: Vec<Key> = Vec::new();
    for key in keys {
        let least = ticks(if cuts.len() == 1 { FIRST_SECONDS_MIN } else { REST_SECONDS_MIN });
        if cuts.last().is_none_or(|last| grid.content(key.stamp) - grid.content(last.stamp) >= least) {
            cuts.push(*key);
        }
    }
    cuts
}

/// The sample entry of a track's copy and its type; asks the first frame for what the track does not say.
pub fn copied(file: &mut Matroska, track: &Track) -> Option<(Codec, String)> {
    let first = match track.codec_id.as_str() {
        "V_VP9" | "V_AV1" => first_frame(file, track),
        _ => None,
    };
    picture_copy(&picture_entry(track, first.as_deref())?)
}

/// The beginning of a track's first frame.
fn first_frame(file: &mut Matroska, track: &Track) -> Option<Vec<u8>> {
    let mut walker = super::blocks::Walker::new(file.first_cluster?, file.segment_end);
    let block = walker.next(&mut file.input, track.number).ok()??;
    let (at, length) = *block.frames.first()?;
    let mut head = track.packing.as_ref()?.prefix()?.to_vec();
    file.input.read(at, length.min(HEAD_BYTES_MAX), &mut head).ok()?;
    Some(head)
}
