//! One file's pictures as one rung of H.264.

use std::path::Path;

use mp4_atom::{Avc1, Avcc, Tkhd, Visual};

use super::colour::{Colours, is_full_range};
use super::encode::{Coded, Encoder, Target};
use super::encoders::Aim;
use super::grid::Grid;
use super::measure;
use super::rate::Rate;
use super::screen::Screen;
use super::shape::{Size, fit, square};
use super::source::{Source, no_pictures};
use super::trial::{chosen, parameter_sets};
use crate::host::media::cmaf::{self, Entry, Frame, TrackHead};
use crate::host::media::error::MediaError;
use crate::host::media::job::Encoding;
use crate::host::media::segments::{Out, Segments};
use crate::protocol::Timeline;

/// Containers that tell their length only roughly: by clock references, or by their size.
const ROUGH: [&str; 3] = ["video/mpegts", "video/mpeg", "application/ogg"];
/// Where a missing length is taken for the beginning of the last cluster.
const SHORT: [&str; 2] = ["video/x-matroska", "video/webm"];

pub struct Encoded {
    screen: Screen,
    target: Target,
    grid: Grid,
    timeline: Timeline,
    avcc: Avcc,
}

impl Encoded {
    /// Opens a file that is known to be a regular one.
    ///
    /// # Errors
    /// `Unplayable` when it has no such pictures, `MissingPlugin` when a decoder is missing.
    pub fn open(path: &Path, encoding: Encoding) -> Result<Self, MediaError> {
        let lines = encoding.rendition.lines_max().ok_or_else(|| MediaError::internal("not a rendition of pictures"))?;
        let kind = chosen()?;
        let source = Source::open(path, encoding.stream)?;
        let grid = grid(path, &source)?;
        let size = target_size(&source, lines)?;
        let target = Target {
            kind,
            aim: Aim::new(lines, size, grid.rate),
            colours: Colours::of(&source.info),
            full_range: is_full_range(&source.info),
            turn: source.turn,
        };
        let avcc = parameter_sets(target)?;
        let mut screen = Screen::new(path, encoding.stream, source);
        let first_at = screen.first_at()?;
        screen.set_grid(grid.rate.time_ns(1), first_at);
        let timeline =
            Timeline { mime: mime(&avcc), timescale: grid.rate.timescale(), lead_in: 0, duration: grid.duration, runs: grid.runs() };
        Ok(Self { screen, target, grid, timeline, avcc })
    }

    /// Sends the first `count` of the encoder's ready frames as a chunk; `next` is the first's number.
    fn send(&self, index: u32, next: &mut u64, frames: Vec<Coded>, out: &mut Out<'_>) -> Result<(), MediaError> {
        let duration = self.grid.rate.tick();
        let rows: Result<Vec<Frame>, MediaError> = frames
            .iter()
            .map(|coded| {
                let size = u32::try_from(coded.data.len()).map_err(MediaError::internal)?;
                Ok(Frame { duration, size, composition_offset: 0, sync: coded.idr })
            })
            .collect();
        let data: Vec<u8> = frames.iter().flat_map(|coded| coded.data.iter().copied()).collect();
        let decode_time = *next * u64::from(duration);
        *next += frames.len() as u64;
        out(cmaf::segment(index, decode_time, &rows?, &data)?)
    }

    fn check(&self, encoder: &Encoder) -> Result<(), MediaError> {
        match encoder.avcc() {
            Some(avcc) if *avcc == self.avcc => Ok(()),
            _ => Err(MediaError::internal("an encoder changed its parameter sets")),
        }
    }
}

impl Segments for Encoded {
    fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    fn init(&self) -> Result<Vec<u8>, MediaError> {
        let Size { width, height } = self.target.aim.size;
        let side = |pixels: u32| u16::try_from(pixels).map_err(MediaError::internal);
        let (width, height) = (side(width)?, side(height)?);
        let visual = Visual { data_reference_index: 1, width, height, ..Visual::default() };
        let avc1 = Avc1 { visual, avcc: self.avcc.clone(), colr: Some(self.target.colours.colr()), ..Avc1::default() };
        let tkhd = Tkhd { width: width.into(), height: height.into(), ..Tkhd::default() };
        let entry = Entry::Avc1(Box::new(avc1), Box::new(tkhd));
        cmaf::init(&TrackHead { timescale: self.timeline.timescale, duration: self.timeline.duration, entry })
    }

    fn chunks(&self, index: u32) -> u32 {
        self.grid.frames(&self.timeline, index).map_or(1, |frames| self.grid.chunks(&frames))
    }

    fn segment(&mut self, index: u32, out: &mut Out<'_>) -> Result<(), MediaError> {
        let frames = self.grid.frames(&self.timeline, index).ok_or_else(|| cmaf::no_segment(index))?;
        let rate = self.grid.rate;
        self.screen.go_to(rate.time_ns(frames.start))?;
        let mut encoder = Encoder::start(self.target)?;
        let mut next = frames.start;
        for number in frames.clone() {
            let picture = self.screen.at(rate.time_ns(number), rate.time_ns(number + 1))?;
            encoder.push(&picture)?;
            while encoder.ready() >= self.grid.chunk() {
                self.check(&encoder)?;
                let full = std::iter::from_fn(|| encoder.pop()).take(self.grid.chunk()).collect();
                self.send(index, &mut next, full, out)?;
            }
        }
        encoder.finish()?;
        self.check(&encoder)?;
        while encoder.ready() > 0 {
            let rest = std::iter::from_fn(|| encoder.pop()).take(self.grid.chunk()).collect();
            self.send(index, &mut next, rest, out)?;
        }
        if next == frames.end { Ok(()) } else { Err(MediaError::internal("an encoder gave too few frames")) }
    }
}

fn grid(path: &Path, source: &Source) -> Result<Grid, MediaError> {
    let fps = source.info.fps();
    let rate = Rate::said(fps.numer(), fps.denom());
    let rate = rate.unwrap_or_else(|| Rate::measured(measure::middle_interval(path), (fps.numer(), fps.denom())));
    let frame_ns = rate.time_ns(1);
    let duration = match source.duration_ns {
        Some(duration) if SHORT.contains(&source.container.as_str()) => {
            let end = measure::end(path, Some(duration), frame_ns).unwrap_or(duration);
            // A frame more or less is rounding.
            if end > duration.saturating_add(2 * frame_ns.unsigned_abs()) { end } else { duration }
        }
        Some(duration) if !ROUGH.contains(&source.container.as_str()) => duration,
        about => measure::end(path, about, frame_ns).or_else(|error| about.ok_or(error))?,
    };
    Grid::new(rate, duration).ok_or_else(no_pictures)
}

fn target_size(source: &Source, lines: u32) -> Result<Size, MediaError> {
    let info = &source.info;
    let shown = square(info.width(), info.height(), (info.par().numer(), info.par().denom())).ok_or_else(no_pictures)?;
    // A quarter turn changes neither of the two sides that a rung is measured by.
    let size = fit(shown, lines);
    use gstreamer_video::VideoOrientationMethod as Turn;
    Ok(match source.turn {
        Some(Turn::_90r | Turn::_90l | Turn::UlLr | Turn::UrLl) => size.turned(),
        _ => size,
    })
}

/// RFC 6381, section 3.3: profile, constraints and level in hex.
fn mime(avcc: &Avcc) -> String {
    let (profile, compatibility, level) = (avcc.avc_profile_indication, avcc.profile_compatibility, avcc.avc_level_indication);
    format!("video/mp4; codecs=\"avc1.{profile:02X}{compatibility:02X}{level:02X}\"")
}
