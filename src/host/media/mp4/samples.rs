//! Sample tables unfolded into one row a sample.

use mp4_atom::StszSamples;

use super::boxes::broken;
use super::movie::Tables;
use crate::host::media::error::MediaError;

/// Nine hours of pictures at 60 a second.
pub const SAMPLES_MAX: usize = 2_000_000;

/// One coded picture. Times are media ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub offset: u64,
    pub size: u32,
    pub decode_time: i64,
    pub duration: u32,
    /// Composition time minus decode time.
    pub composition_offset: i64,
    /// Decoding can begin here.
    pub sync: bool,
    /// Number of its sample entry, from 1.
    pub entry: u32,
}

/// Unfolds the tables (ISO/IEC 14496-12, sections 8.6.1, 8.6.2 and 8.7). Says nothing about whether the ranges lie in the file.
pub fn unfold(tables: &Tables) -> Result<Vec<Sample>, MediaError> {
    let sizes = sizes(tables)?;
    let mut samples = place(tables, &sizes)?;
    time(tables, &mut samples)?;
    compose(tables, &mut samples);
    mark_sync(tables, &mut samples);
    Ok(samples)
}

fn sizes(tables: &Tables) -> Result<Vec<u32>, MediaError> {
    match &tables.stsz.samples {
        StszSamples::Identical { count, .. } if *count as usize > SAMPLES_MAX => Err(broken()),
        StszSamples::Identical { count, size } => Ok(vec![*size; *count as usize]),
        StszSamples::Different { sizes } if sizes.len() > SAMPLES_MAX => Err(broken()),
        StszSamples::Different { sizes } => Ok(sizes.clone()),
    }
}

/// Gives each sample its offset, chunk by chunk.
fn place(tables: &Tables, sizes: &[u32]) -> Result<Vec<Sample>, MediaError> {
    let mut samples = Vec::with_capacity(sizes.len());
    let mut run = 0;
    for (index, &chunk_offset) in tables.chunk_offsets.iter().enumerate() {
        while tables.stsc.entries.get(run + 1).is_some_and(|next| next.first_chunk as usize <= index + 1) {
            run += 1;
        }
        let run = tables.stsc.entries.get(run).ok_or_else(broken)?;
        let (per_chunk, entry) = (run.samples_per_chunk as usize, run.sample_description_index);
        let mut offset = chunk_offset;
        for &size in sizes.iter().skip(samples.len()).take(per_chunk) {
            samples.push(Sample { offset, size, decode_time: 0, duration: 0, composition_offset: 0, sync: false, entry });
            offset = offset.checked_add(u64::from(size)).ok_or_else(broken)?;
        }
        if samples.len() == sizes.len() {
            return Ok(samples);
        }
    }
    if sizes.is_empty() { Ok(samples) } else { Err(broken()) }
}

fn time(tables: &Tables, samples: &mut [Sample]) -> Result<(), MediaError> {
    let entries = tables.stts.entries.iter();
    let mut durations = entries.flat_map(|entry| std::iter::repeat_n(entry.sample_delta, entry.sample_count as usize));
    let mut decode_time = 0i64;
    for sample in samples {
        sample.decode_time = decode_time;
        sample.duration = durations.next().ok_or_else(broken)?;
        // Two million samples of 32-bit durations stay far below 63 bits.
        decode_time += i64::from(sample.duration);
    }
    Ok(())
}

fn compose(tables: &Tables, samples: &mut [Sample]) {
    let Some(ctts) = &tables.ctts else { return };
    let offsets = ctts.entries.iter().flat_map(|entry| std::iter::repeat_n(entry.sample_offset, entry.sample_count as usize));
    for (sample, offset) in samples.iter_mut().zip(offsets) {
        sample.composition_offset = offset;
    }
}

/// Without an `stss` every sample is a sync sample (section 8.6.2.1).
fn mark_sync(tables: &Tables, samples: &mut [Sample]) {
    let Some(stss) = &tables.stss else {
        samples.iter_mut().for_each(|sample| sample.sync = true);
        return;
    };
    for &number in &stss.entries {
        if let Some(sample) = (number as usize).checked_sub(1).and_then(|index| samples.get_mut(index)) {
            sample.sync = true;
        }
    }
}
