//! When a decoder's pieces lie, in samples.

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_audio as gst_audio;

use crate::host::media::moments::Moments;

/// Demuxers of containers that stamp in milliseconds.
const COARSE: [&str; 4] = ["matroskademux", "asfdemux", "flvdemux", "tsdemux"];
/// Decoders that give as many samples for each packet of a file; the others' stamps are taken as they are.
const UNIFORM: [&str; 12] = [
    "mpg123audiodec",
    "avdec_mp3",
    "avdec_mp2float",
    "avdec_aac",
    "a52dec",
    "avdec_ac3",
    "avdec_eac3",
    "opusdec",
    "flacdec",
    "avdec_wmav1",
    "avdec_wmav2",
    "avdec_dca",
];
/// Demuxers of containers whose stamps are sample counts.
const EXACT: [&str; 2] = ["qtdemux", "oggdemux"];
/// Demuxers that guess how long a file is.
const GUESSING: &str = "mpegpsdemux";
/// Every Vorbis window that encoders use is a multiple of four times this.
const VORBIS_STEP: i64 = 64;
/// Above it a Vorbis step is too short to be told by milliseconds.
const VORBIS_RATE_MAX: u32 = 50_000;

/// Frames follow one another without a gap, so one that is stamped roughly still lies on a grid.
pub struct Clock {
    pub moments: Moments,
    /// Number of the sample after the file's first piece.
    origin: i64,
    /// Samples of the first piece.
    first: i64,
    /// The grid's step; `None` when it is that of the pieces.
    step: Option<i64>,
    /// Farther from the grid, it is another's.
    tolerance: i64,
    /// The container does not say how long it is.
    pub guesses_duration: bool,
    /// Of eight channels by `flacdec`.
    pub turned: bool,
}

impl Clock {
    /// Of a pipeline that has decoded its first piece.
    pub fn new(pipeline: &gst::Pipeline, first: &gst::Sample, info: &gst_audio::AudioInfo) -> Self {
        let names: Vec<_> = pipeline
            .iterate_recurse()
            .into_iter()
            .flatten()
            .filter_map(|element| element.factory())
            .map(|factory| factory.name())
            .collect();
        let has = |known: &[&str]| names.iter().any(|name| known.contains(&name.as_str()));
        let rate = i64::from(info.rate());
        let moments = Moments::new(pipeline, first.segment());
        let samples = first.buffer().map_or(0, |buffer| buffer.size() / info.bpf().max(1) as usize) as i64;
        let start = sample_number(first, &moments, rate).unwrap_or(0);
        let coarse = has(&COARSE);
        let vorbis = coarse && has(&["vorbisdec"]) && info.rate() <= VORBIS_RATE_MAX;
        let tolerance = match (coarse, vorbis || has(&UNIFORM)) {
            // Rounding, and a codec's delay that was rounded too.
            (true, true) => rate * 2 / 1000,
            // Stamps of whole nanoseconds, added up over a long file by a parser.
            (false, true) if !has(&EXACT) => 3,
            _ => 0,
        };
        Self {
            moments,
            origin: start + samples,
            first: samples,
            step: vorbis.then_some(VORBIS_STEP),
            tolerance,
            guesses_duration: has(&[GUESSING]),
            turned: info.channels() == 8 && has(&["flacdec"]),
        }
    }

    /// Number of the first sample of a whole piece of `length` samples that is stamped with `stamp`.
    pub fn place(&self, stamp: i64, length: i64) -> i64 {
        let step = self.step.unwrap_or(length.max(self.first)).max(1);
        let steps = (stamp - self.origin + step / 2).div_euclid(step);
        let place = self.origin + steps * step;
        if place.abs_diff(stamp) <= self.tolerance.unsigned_abs() { place } else { stamp }
    }
}

/// Number of a buffer's first sample, by its stamp.
pub fn sample_number(sample: &gst::Sample, moments: &Moments, rate: i64) -> Option<i64> {
    let pts = sample.buffer()?.pts()?;
    let nanoseconds = moments.of(sample.segment()?, pts)?;
    i64::try_from((i128::from(nanoseconds) * i128::from(rate) + 500_000_000).div_euclid(1_000_000_000)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn frames_that_are_stamped_in_milliseconds_lie_where_they_were_cut(
            frame in prop::sample::select(vec![960i64, 1024, 1152, 1536, 4096]), first in 1i64..960, index in 0i64..2_000_000,
        ) {
            let (rate, origin) = (44_100i64, first);
            let moments = Moments::default();
            let clock = Clock { moments, origin, first, step: None, tolerance: rate * 2 / 1000, guesses_duration: false, turned: false };
            let place = origin + index * frame;
            let ms = (place * 1000 + rate / 2).div_euclid(rate);
            prop_assert_eq!(clock.place((ms * rate + 500).div_euclid(1000), frame), place);
        }
    }
}
