//! Finding the frame of a given number, without reading what lies before it.

use std::io;

use super::frames::{Frame, Frames};

/// Frames that are rather walked than jumped over.
const NEAR: u64 = 8;
/// Every third halves the bytes that are left, so that these are enough for any file.
const PROBES_MAX: u32 = 96;

/// Where to look; what is found depends on the file alone, whatever was looked for before.
pub struct Locator {
    pub frames: Frames,
    pub first: Frame,
    pub last: Frame,
    /// `(frame number, offset)` by the file's seek table, which should rise: tried first, never believed.
    pub hints: Vec<(u64, u64)>,
}

impl Locator {
    /// Frame `target`, or the first whole one after it where that one is damaged. `None` when there is no such frame.
    pub fn find(&self, target: u64) -> io::Result<Option<Frame>> {
        if target <= self.first.number {
            return Ok(Some(self.first));
        }
        if target >= self.last.number {
            return Ok((target == self.last.number).then_some(self.last));
        }
        // The frame begins after `low` and before `high.1`; `high.0` is a frame's number at about that place.
        let (mut low, mut high) = (self.first, (self.last.number, self.last.at));
        for step in 0..PROBES_MAX {
            let guess = self.guess(step, &low, high, target);
            if target - low.number <= NEAR || guess <= low.at || guess >= high.1 {
                break;
            }
            match self.frames.first_in(guess..high.1)? {
                Some(found) if found.number == target => return Ok(Some(found)),
                Some(found) if found.number <= low.number => break,
                Some(found) if found.number < target => low = found,
                Some(found) => high = (found.number, guess),
                None => high.1 = guess,
            }
        }
        self.walk(low, target)
    }

    /// The whole frame after `frame`.
    pub fn next(&self, frame: &Frame) -> io::Result<Option<Frame>> {
        let next = self.frames.first_in(frame.end..self.frames.span.end)?;
        Ok(next.filter(|next| next.number > frame.number))
    }

    fn walk(&self, low: Frame, target: u64) -> io::Result<Option<Frame>> {
        let mut frame = low;
        while frame.number < target {
            match self.next(&frame)? {
                Some(next) => frame = next,
                None => return Ok(None),
            }
        }
        Ok(Some(frame))
    }

    fn guess(&self, step: u32, low: &Frame, high: (u64, u64), target: u64) -> u64 {
        if step == 0
            && let Some((_, at)) = self.hints.iter().rev().find(|(number, _)| *number <= target)
        {
            return (*at).max(low.end).min(high.1 - 1);
        }
        let bytes = high.1 - low.at;
        if step % 3 == 2 {
            return low.at + bytes / 2;
        }
        // As if every frame were of the same size, and half a frame before that: the frame that is wanted is then the first one found.
        let share = |part: u64| u64::try_from(u128::from(bytes) * u128::from(part) / u128::from(2 * (high.0 - low.number).max(1)));
        low.at + share(2 * (target - low.number) - 1).unwrap_or(bytes)
    }
}
