//! What is on the screen at a moment.

use std::path::{Path, PathBuf};

use super::source::{Picture, Source};
use crate::host::media::error::MediaError;

/// How long before the wanted moment a seek lands, seconds: past what a decoder needs to be itself again after a key frame, and what an
/// interlaced picture takes from those before it. Where that was not early enough (a coarse index, a picture that stays for long), more.
const EARLY_SECONDS: [i64; 5] = [0, 2, 8, 40, 200];
const EARLY_NS: i64 = 300_000_000;
const SECOND_NS: i64 = 1_000_000_000;

/// A file's pictures by time. The same at a moment, whatever was asked for before.
pub struct Screen {
    path: PathBuf,
    stream: u8,
    source: Source,
    /// On screen, and what follows it.
    shown: Option<Picture>,
    next: Option<Picture>,
    ended: bool,
    /// The source has failed: it takes no seek any more.
    broken: bool,
    /// When the picture is shown that follows the last one given out.
    position: Option<i64>,
    /// When the last picture of all begins; known once it has been met.
    last: Option<i64>,
    /// A picture counts as shown so much before its time: stamps are rounded.
    tolerance: i64,
}

impl Screen {
    pub fn new(path: &Path, stream: u8, source: Source) -> Self {
        Self {
            path: path.to_owned(),
            stream,
            source,
            shown: None,
            next: None,
            ended: false,
            broken: false,
            position: Some(0),
            last: None,
            tolerance: 0,
        }
    }

    /// Stamp of the first picture of all; to be asked for before any other.
    pub fn first_at(&mut self) -> Result<i64, MediaError> {
        self.fill()?;
        self.next.as_ref().map(|next| next.at).ok_or_else(super::source::no_pictures)
    }

    /// Sets how frames of `frame_ns` are found when the first is stamped `first_at`: the border between one and the next lies where stamps
    /// that are a little off do not cross it.
    pub fn set_grid(&mut self, frame_ns: i64, first_at: i64) {
        let phase = first_at.rem_euclid(frame_ns.max(1));
        let near_a_quarter = phase > frame_ns / 8 && phase < frame_ns * 3 / 8;
        self.tolerance = if near_a_quarter { frame_ns / 2 } else { frame_ns / 4 };
    }

    /// Makes ready to show moment `start`: without a seek where the last run ended.
    pub fn go_to(&mut self, start: i64) -> Result<(), MediaError> {
        if self.position == Some(start) && !self.broken {
            return Ok(());
        }
        // After the last picture there is nothing to be found but that one.
        let wanted = self.last.map_or(start, |last| start.min(last));
        for seconds in EARLY_SECONDS {
            let target = (wanted - EARLY_NS - seconds * SECOND_NS).max(0);
            self.seek(target)?;
            let filled = self.fill();
            let early_enough = self.next.as_ref().is_some_and(|next| next.at <= wanted + self.tolerance);
            if early_enough {
                return Ok(());
            }
            if target == 0 {
                return filled;
            }
        }
        self.seek(0)?;
        self.fill()
    }

    /// The picture at moment `at`, of which `end` is the next; moments are asked for in order.
    pub fn at(&mut self, at: i64, end: i64) -> Result<Picture, MediaError> {
        loop {
            match self.fill() {
                Ok(()) => {}
                // A damaged place: the last picture before it stays.
                Err(_) if self.shown.is_some() => break,
                Err(error) => return Err(error),
            }
            match self.next.take() {
                Some(next) if next.at <= at + self.tolerance || self.shown.is_none() => self.shown = Some(next),
                later => {
                    self.next = later;
                    break;
                }
            }
        }
        self.position = Some(end);
        self.shown.clone().ok_or_else(super::source::no_pictures)
    }

    fn seek(&mut self, target: i64) -> Result<(), MediaError> {
        (self.shown, self.next, self.ended, self.position) = (None, None, false, None);
        if std::mem::take(&mut self.broken) || !self.source.seek(target) {
            self.source = Source::open(&self.path, self.stream)?;
            // One that takes no seek even now is read from its beginning.
            let _ = target > 0 && self.source.seek(target);
        }
        Ok(())
    }

    /// Reads what follows the picture on screen, when that is not known.
    fn fill(&mut self) -> Result<(), MediaError> {
        if self.next.is_some() || self.ended {
            return Ok(());
        }
        let next = self.source.next();
        self.ended = !matches!(next, Ok(Some(_)));
        match next {
            Ok(Some(next)) => self.next = Some(next),
            Ok(None) => self.last = self.shown.as_ref().map(|shown| shown.at).or(self.last),
            Err(error) => {
                self.broken = true;
                return Err(error);
            }
        }
        Ok(())
    }
}
