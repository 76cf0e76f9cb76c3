//! Sample rates: exact in phase wherever in the file one begins.

use std::ops::Range;

use gst::prelude::*;
use gstreamer as gst;

use super::pipeline::element;
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

    /// The elements that resample 32-bit floats; none when nothing is to be done.
    pub fn stages(self) -> Result<Vec<gst::Element>, MediaError> {
        if self.from == self.to {
            return Ok(Vec::new());
        }
        let rate = i32::try_from(self.to).map_err(MediaError::internal)?;
        let filter = element("capsfilter")?;
        filter.set_property("caps", gst::Caps::builder("audio/x-raw").field("rate", rate).build());
        let resample = element("audioresample")?;
        resample.set_property("quality", 6i32);
        Ok(vec![resample, filter])
    }
}

/// Lets the first `count` samples that leave the element go by unused, and stamps the rest from 0.
pub fn drop_first(element: &gst::Element, count: usize, rate: u32, unit: usize) {
    let pad = element.static_pad("src").expect("a filter has a source pad");
    let (mut left, mut passed) = (count, 0u64);
    let state = std::sync::Mutex::new(move |buffer: &mut gst::Buffer| {
        let samples = buffer.size() / unit;
        let cut = left.min(samples);
        left -= cut;
        if cut == samples {
            return false;
        }
        if let Ok(mut rest) = buffer.copy_region(gst::BufferCopyFlags::MEMORY, cut * unit..samples * unit) {
            let fresh = rest.make_mut();
            fresh.set_pts(passed.mul_div_floor(1_000_000_000, u64::from(rate)).map(gst::ClockTime::from_nseconds));
            *buffer = rest;
        }
        passed += (samples - cut) as u64;
        true
    });
    pad.add_probe(gst::PadProbeType::BUFFER, move |_, probe| {
        let mut step = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if probe.buffer_mut().is_none_or(|buffer| (*step)(buffer)) { gst::PadProbeReturn::Ok } else { gst::PadProbeReturn::Drop }
    });
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
