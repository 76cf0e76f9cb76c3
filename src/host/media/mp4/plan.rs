//! Which samples make which segment, and where content time begins.

use super::boxes::broken;
use super::movie::Track;
use super::samples::Sample;
use crate::host::media::error::MediaError;
use crate::host::media::job::BODY_BYTES_MAX;

/// The first segment is short so that the picture appears at once: a group of pictures, but at least half a second.
const FIRST_SECONDS_MIN: f64 = 0.5;
const REST_SECONDS_MIN: f64 = 3.0;
/// Ticks a second in which a hidden picture is too short to be seen.
const FINE_TICKS: u32 = 48_000;

/// Total bytes, when all of them lie in the file and are few enough to send.
pub fn check_ranges(samples: &[Sample], file_size: u64) -> Result<usize, MediaError> {
    let mut total = 0u64;
    for sample in samples {
        let end = sample.offset.checked_add(u64::from(sample.size)).ok_or_else(broken)?;
        if end > file_size {
            return Err(MediaError::unplayable("This MP4 file is cut short: its index points past its end."));
        }
        total += u64::from(sample.size);
    }
    match usize::try_from(total) {
        Ok(total) if total <= BODY_BYTES_MAX => Ok(total),
        _ => Err(MediaError::unplayable("This video has too few key frames to be cut into segments.")),
    }
}

/// Which samples are in which segment, and when each is decoded and shown.
#[derive(Debug)]
pub struct Plan {
    /// From the first sync sample that is needed on; decode times begin at 0, and composition times are content times.
    samples: Vec<Sample>,
    /// Index of each segment's first sample, then the number of samples.
    cuts: Vec<usize>,
    /// Ticks a second.
    pub timescale: u32,
    /// Ticks.
    pub duration: u64,
}

impl Plan {
    /// Of all the samples of a track.
    pub fn new(samples: Vec<Sample>, track: &Track, file_size: u64) -> Result<Self, MediaError> {
        if samples.is_empty() {
            return Err(MediaError::unplayable("This MP4 file has no pictures in its index."));
        }
        let plan = Self::cut(samples, track.shift, track.timescale, track.edit_length)?;
        check_ranges(plan.samples.get(..plan.cuts[1]).ok_or_else(broken)?, file_size)?;
        Ok(plan)
    }

    /// At least one segment. A segment begins at a sync sample, and the first at the last one that is shown at or before content time 0.
    fn cut(samples: Vec<Sample>, shift: i64, timescale: u32, edit_length: Option<u64>) -> Result<Self, MediaError> {
        let samples = from_first_needed(samples, shift)?;
        let (samples, factor) = place_in_time(samples, shift, timescale)?;
        let natural = samples.iter().map(|sample| shown_at(sample) + i64::from(sample.duration)).max();
        let natural = natural.and_then(|end| u64::try_from(end).ok()).filter(|&end| end > 0).ok_or_else(broken)?;
        let frame = u64::from(samples.last().ok_or_else(broken)?.duration);
        // An edit's length is rounded to the movie's coarse ticks: only one that cuts off a frame or more is meant.
        let edit = edit_length.and_then(|edit| edit.checked_mul(factor.into()));
        let duration = edit.filter(|edit| edit.saturating_add(frame) < natural).unwrap_or(natural);
        let timescale = timescale.checked_mul(factor).ok_or_else(broken)?;
        let cuts = cut_points(&samples, timescale);
        Ok(Self { samples, cuts, timescale, duration })
    }

    /// A segment's samples and `baseMediaDecodeTime`.
    pub fn segment(&self, index: u32) -> Option<(&[Sample], u64)> {
        let index = index as usize;
        let (from, to) = (*self.cuts.get(index)?, *self.cuts.get(index + 1)?);
        let samples = self.samples.get(from..to)?;
        Some((samples, u64::try_from(samples.first()?.decode_time).ok()?))
    }

    /// Segments as content lengths. Boundaries are where decoding is, so that they fit `baseMediaDecodeTime`.
    pub fn runs(&self) -> Vec<(u64, u32)> {
        let count = u32::try_from(self.cuts.len() - 1).unwrap_or(u32::MAX);
        let start = |index: u32| self.segment(index).map_or(self.duration, |(_, decode_time)| decode_time);
        let mut runs: Vec<(u64, u32)> = Vec::new();
        for index in 0..count {
            let length = start(index + 1).max(start(index)) - start(index);
            match runs.last_mut() {
                Some((same, times)) if *same == length => *times += 1,
                _ => runs.push((length, 1)),
            }
        }
        runs
    }
}

/// Content time at which a sample of a plan is shown.
fn shown_at(sample: &Sample) -> i64 {
    sample.decode_time + sample.composition_offset
}

/// Drops what need not be decoded for content time 0.
fn from_first_needed(mut samples: Vec<Sample>, shift: i64) -> Result<Vec<Sample>, MediaError> {
    let early = samples.iter().take_while(|sample| !sample.sync || shown_at(sample) + shift <= 0);
    let last_early = early.enumerate().filter(|(_, sample)| sample.sync).last().map(|(index, _)| index);
    let first = match last_early {
        Some(index) => index,
        None => samples.iter().position(|sample| sample.sync).ok_or_else(broken)?,
    };
    samples.drain(..first);
    Ok(samples)
}

/// Gives samples their times in the segments, and the factor by which ticks have become finer.
///
/// A film that was trimmed without encoding it anew begins in the midst of a group: the pictures before its edit must be decoded but not
/// shown. A browser drops what lies before its append window, and with it the key frame that the rest depends on; so those pictures are
/// squeezed into a fine tick each, and the whole trails its sound by a few milliseconds at most.
fn place_in_time(mut samples: Vec<Sample>, shift: i64, timescale: u32) -> Result<(Vec<Sample>, u32), MediaError> {
    let mut hidden: Vec<i64> = samples.iter().map(|sample| shown_at(sample) + shift).filter(|shown| *shown < 0).collect();
    hidden.sort_unstable();
    let factor = if hidden.is_empty() { 1 } else { FINE_TICKS.div_ceil(timescale) };
    let count = i64::try_from(hidden.len()).map_err(|_| broken())?;
    let mut decode_time = 0i64;
    for sample in &mut samples {
        let shown = shown_at(sample) + shift;
        let (at, duration) = if shown < 0 {
            let rank = hidden.partition_point(|other| *other < shown);
            (i64::try_from(rank).map_err(|_| broken())?, 1)
        } else {
            let at = shown.checked_mul(factor.into()).and_then(|at| at.checked_add(count)).ok_or_else(broken)?;
            (at, sample.duration.checked_mul(factor).ok_or_else(broken)?)
        };
        (sample.decode_time, sample.composition_offset, sample.duration) = (decode_time, at - decode_time, duration);
        decode_time += i64::from(duration);
    }
    Ok((samples, factor))
}

fn cut_points(samples: &[Sample], timescale: u32) -> Vec<usize> {
    let ticks = |seconds: f64| (f64::from(timescale) * seconds) as i64;
    let mut cuts = vec![0];
    let mut start = samples.first().map_or(0, |sample| sample.decode_time);
    for (index, sample) in samples.iter().enumerate().skip(1) {
        let least = ticks(if cuts.len() == 1 { FIRST_SECONDS_MIN } else { REST_SECONDS_MIN });
        if sample.sync && sample.decode_time - start >= least {
            cuts.push(index);
            start = sample.decode_time;
        }
    }
    cuts.push(samples.len());
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> impl Strategy<Value = Sample> {
        (any::<u64>(), any::<u32>(), 0u32..100_000, -100_000i64..100_000, prop::bool::weighted(0.2)).prop_map(
            |(offset, size, duration, composition_offset, sync)| Sample {
                offset,
                size,
                decode_time: 0,
                duration,
                composition_offset,
                sync,
                entry: 1,
            },
        )
    }

    fn in_time(mut samples: Vec<Sample>) -> Vec<Sample> {
        let mut at = 0;
        for sample in &mut samples {
            sample.decode_time = at;
            at += i64::from(sample.duration);
        }
        samples
    }

    proptest! {
        #[test]
        fn segments_hold_every_sample_once_and_begin_at_sync_samples(
            samples in prop::collection::vec(sample(), 1..200), shift in -200_000i64..200_000, timescale in 1u32..100_000,
        ) {
            let Ok(plan) = Plan::cut(in_time(samples), shift, timescale, None) else { return Ok(()) };
            let count = u32::try_from(plan.cuts.len() - 1).expect("few");
            let mut seen = Vec::new();
            for index in 0..count {
                let (part, _) = plan.segment(index).expect("within the count");
                prop_assert!(part[0].sync);
                seen.extend_from_slice(part);
            }
            prop_assert_eq!(&seen, &plan.samples);
            prop_assert!(plan.segment(count).is_none());
            prop_assert_eq!(plan.runs().iter().map(|run| run.1).sum::<u32>(), count);
            for sample in &plan.samples {
                prop_assert!(shown_at(sample) >= 0);
            }
        }

        #[test]
        fn never_reads_outside_the_file(samples in prop::collection::vec(sample(), 0..50), file_size in any::<u64>()) {
            if check_ranges(&samples, file_size).is_ok() {
                prop_assert!(samples.iter().all(|s| s.offset.checked_add(u64::from(s.size)).is_some_and(|end| end <= file_size)));
            }
        }
    }
}
