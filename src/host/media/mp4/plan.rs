//! Which samples make which segment, and where content time begins.

use super::boxes::broken;
use super::movie::Track;
use super::samples::{Sample, unfold};
use crate::host::media::error::MediaError;
use crate::host::media::job::BODY_BYTES_MAX;

/// The first segment is short so that the picture appears at once: a group of pictures, but at least half a second.
const FIRST_SECONDS_MIN: f64 = 0.5;
const REST_SECONDS_MIN: f64 = 3.0;

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

/// Which samples are in which segment, and where content time begins.
#[derive(Debug)]
pub struct Plan {
    /// From the first sync sample on.
    samples: Vec<Sample>,
    /// Index of each segment's first sample, then the number of samples.
    cuts: Vec<usize>,
    /// Content time minus composition time.
    shift: i64,
    /// Ticks by which the first picture precedes content time 0.
    pub lead_in: u64,
    pub duration: u64,
}

impl Plan {
    pub fn new(track: &Track, file_size: u64) -> Result<Self, MediaError> {
        let samples = unfold(&track.tables)?;
        if samples.is_empty() {
            return Err(MediaError::unplayable("This MP4 file has no pictures in its index."));
        }
        let plan = Self::cut(samples, track.shift, track.timescale, track.edit_length)?;
        check_ranges(plan.samples.get(..plan.cuts[1]).ok_or_else(broken)?, file_size)?;
        Ok(plan)
    }

    /// At least one segment. A segment begins at a sync sample, and the first at the last one that is shown at or before content time 0.
    fn cut(mut samples: Vec<Sample>, shift: i64, timescale: u32, edit_length: Option<u64>) -> Result<Self, MediaError> {
        let shown = |sample: &Sample| sample.decode_time + sample.composition_offset + shift;
        let before = samples.iter().take_while(|sample| shown(sample) <= 0 || !sample.sync);
        let first = before.enumerate().filter(|(_, sample)| sample.sync).last().map_or(0, |(index, _)| index);
        let first = first + samples[first..].iter().position(|sample| sample.sync).ok_or_else(broken)?;
        samples.drain(..first);
        let (start, end) = samples.iter().fold((i64::MAX, i64::MIN), |(start, end), sample| {
            (start.min(shown(sample)), end.max(shown(sample) + i64::from(sample.duration)))
        });
        let lead_in = start.min(0).unsigned_abs();
        let natural = u64::try_from(end).ok().filter(|&end| end > 0).ok_or_else(broken)?;
        let frame = u64::from(samples[0].duration);
        // An edit's length is rounded to the movie's coarse ticks: only one that cuts off a frame or more is meant.
        let duration = edit_length.filter(|edit| edit + frame < natural).unwrap_or(natural);
        let cuts = cut_points(&samples, timescale);
        Ok(Self { samples, cuts, shift, lead_in, duration })
    }

    /// Content time at which a sample is shown.
    pub fn shown_at(&self, sample: &Sample) -> i64 {
        sample.decode_time + sample.composition_offset + self.shift
    }

    /// A segment's samples and `baseMediaDecodeTime`.
    pub fn segment(&self, index: u32) -> Option<(&[Sample], u64)> {
        let index = index as usize;
        let (from, to) = (*self.cuts.get(index)?, *self.cuts.get(index + 1)?);
        let samples = self.samples.get(from..to)?;
        let decode_time = samples.first()?.decode_time - self.samples.first()?.decode_time;
        Some((samples, u64::try_from(decode_time).ok()?))
    }

    /// Segments as content lengths. Boundaries are where decoding is, so that they fit `baseMediaDecodeTime`.
    pub fn runs(&self) -> Vec<(u64, u32)> {
        let count = u32::try_from(self.cuts.len() - 1).unwrap_or(u32::MAX);
        let start = |index: u32| match (index, self.segment(index)) {
            (0, _) => 0,
            (_, Some((_, decode_time))) => decode_time.saturating_sub(self.lead_in),
            (_, None) => self.duration,
        };
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
                prop_assert!(plan.shown_at(sample) + i64::try_from(plan.lead_in).expect("small") >= 0);
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
