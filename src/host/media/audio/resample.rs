//! Sample rates: exact in phase wherever in the file one begins.

use std::ops::Range;

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_audio as gst_audio;

use super::pipeline::{bytes_of, element, run_through};
use crate::host::media::error::MediaError;

/// Output samples on either side that the filter must see and that are then dropped: longer than any filter of `audioresample`.
const MARGIN: i64 = 2048;

/// How to go from a source's rate to an encoder's.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    pub from: u32,
    pub to: u32,
}

/// Source samples to read for some output, and the output samples to drop from the front of what they become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub source: Range<i64>,
    pub drop: usize,
}

impl Rates {
    /// Begins at an output sample that falls exactly on a source sample, so that a fresh resampler has the phase of an endless one.
    pub fn reading(self, output: &Range<i64>) -> Reading {
        if self.from == self.to {
            return Reading { source: output.clone(), drop: 0 };
        }
        let (from, to) = (i64::from(self.from), i64::from(self.to));
        let common = gcd(from, to);
        let (step_from, step_to) = (from / common, to / common);
        let steps = (output.start - MARGIN).div_euclid(step_to);
        let last = (output.end + MARGIN).div_euclid(step_to) + 1;
        let drop = usize::try_from(output.start - steps * step_to).expect("the margin is before the start");
        Reading { source: steps * step_from..last * step_from, drop }
    }

    /// Resamples interleaved 32-bit floats.
    pub fn convert(self, pcm: Vec<u8>, channels: u32) -> Result<Vec<u8>, MediaError> {
        if self.from == self.to {
            return Ok(pcm);
        }
        let caps = |rate: u32| -> Result<gst::Caps, MediaError> {
            gst_audio::AudioInfo::builder(gst_audio::AudioFormat::F32le, rate, channels)
                .build()
                .and_then(|info| info.to_caps())
                .map_err(MediaError::internal)
        };
        let filter = element("capsfilter")?;
        filter.set_property("caps", caps(self.to)?);
        let resample = element("audioresample")?;
        resample.set_property("quality", 6i32);
        let mut out = Vec::with_capacity(pcm.len() * 2);
        for buffer in run_through(&caps(self.from)?, pcm, &[resample, filter])? {
            out.extend_from_slice(&bytes_of(&buffer)?);
        }
        Ok(out)
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn readings_begin_on_a_sample_of_both_rates(
            start in -10_000i64..100_000_000, length in 1i64..400_000, from in 8_000u32..200_000, to in prop::sample::select(vec![44_100u32, 48_000]),
        ) {
            prop_assume!(from != to);
            let output = start..start + length;
            let reading = Rates { from, to }.reading(&output);
            let first_output = output.start - i64::try_from(reading.drop).expect("small");
            prop_assert_eq!(i128::from(reading.source.start) * i128::from(to), i128::from(first_output) * i128::from(from));
            prop_assert!(i128::from(reading.source.end) * i128::from(to) > i128::from(output.end) * i128::from(from));
        }
    }
}
