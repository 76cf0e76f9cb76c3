//! How loud a track is over its length, for the eye.

/// Parts of a waveform: as many as a wide screen shows.
pub const PARTS: usize = 1000;

/// The loudest sample of each of [`PARTS`] equally long parts, whatever its channel. Linear: 255 is full scale.
pub struct Waveform {
    peaks: Vec<f32>,
    length: u64,
    channels: usize,
    /// Samples of a channel that have been seen.
    seen: u64,
}

impl Waveform {
    /// `length`: samples of a channel.
    pub fn new(length: u64, channels: u32) -> Self {
        Self { peaks: vec![0.0; PARTS], length: length.max(1), channels: channels.max(1) as usize, seen: 0 }
    }

    /// Interleaved samples, following the last.
    pub fn add(&mut self, samples: &[f32]) {
        for frame in samples.chunks_exact(self.channels) {
            let peak = frame.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
            // A track of fewer samples than parts has each of them in several.
            let (from, to) = (self.part(self.seen), self.part(self.seen + 1).max(self.part(self.seen) + 1));
            for part in self.peaks.iter_mut().take(to).skip(from) {
                *part = part.max(peak);
            }
            self.seen += 1;
        }
    }

    fn part(&self, sample: u64) -> usize {
        let part = u128::from(sample) * PARTS as u128 / u128::from(self.length);
        usize::try_from(part).unwrap_or(PARTS)
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.peaks.iter().map(|peak| (peak.min(1.0) * 255.0).round() as u8).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_part_has_its_own_peak() {
        let mut waveform = Waveform::new(4_000, 2);
        let samples: Vec<f32> = (0..4_000u32).flat_map(|n| if n == 2_402 { [0.0, -0.5] } else { [0.1, 0.0] }).collect();
        samples.chunks(333 * 2).for_each(|chunk| waveform.add(chunk));
        let bytes = waveform.bytes();
        assert_eq!((bytes[599], bytes[600], bytes[601]), (26, 128, 26));
        assert_eq!(bytes.iter().filter(|byte| **byte == 26).count(), PARTS - 1);
    }

    proptest! {
        #[test]
        fn no_part_is_left_out_and_none_is_too_much(length in 1u64..5_000, more in 0u64..10) {
            let mut waveform = Waveform::new(length, 1);
            for _ in 0..length + more {
                waveform.add(&[2.0]);
            }
            prop_assert_eq!(waveform.bytes(), vec![255u8; PARTS]);
        }
    }
}
