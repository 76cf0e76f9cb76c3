//! Samples in movie fragments (ISO/IEC 14496-12, section 8.8): found by their `moof` boxes, the rest of the file is not read.

use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::FileExt;

use mp4_atom::{Atom, TrunEntry};
use mp4_atom::{Tfdt, Tfhd, Trex, Trun};

use super::boxes::{TOP_LEVEL_BOXES_MAX, broken, child, children, decode_child, read_header, require_child};
use super::samples::{SAMPLES_MAX, Sample};
use crate::host::media::error::MediaError;

/// A fragment's index is a few dozen bytes a sample.
const MOOF_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// `sample_is_non_sync_sample` (section 8.8.3.1).
const NOT_SYNC: u32 = 0x0001_0000;

/// What fragments leave unsaid, by track; from the body of a `moov`.
pub fn defaults(moov: &[u8]) -> HashMap<u32, Trex> {
    let boxes = child(moov, b"mvex").into_iter().flat_map(children).filter(|(kind, _)| kind == b"trex");
    boxes.filter_map(|(_, mut body)| Trex::decode_body(&mut body).ok()).map(|trex| (trex.track_id, trex)).collect()
}

/// The samples of every track that has defaults. Says nothing about whether the ranges lie in the file.
pub fn read(file: &File, file_size: u64, defaults: &HashMap<u32, Trex>) -> Result<HashMap<u32, Vec<Sample>>, MediaError> {
    let mut tracks: HashMap<u32, Vec<Sample>> = HashMap::new();
    let (mut at, mut total) = (0u64, 0usize);
    for _ in 0..TOP_LEVEL_BOXES_MAX {
        // A file that is still growing, or was cut, ends in a box that is not whole.
        let Ok(Some((kind, header, length))) = read_header(file, at, file_size) else { return Ok(tracks) };
        if &kind == b"moof" {
            if length > MOOF_BYTES_MAX {
                return Err(broken());
            }
            let mut body = vec![0; usize::try_from(length - header).map_err(|_| broken())?];
            file.read_exact_at(&mut body, at + header).map_err(|_| broken())?;
            total = add_moof(&body, at, defaults, &mut tracks, total)?;
        }
        at += length;
    }
    Err(broken())
}

/// How many samples there are then.
fn add_moof(
    body: &[u8],
    moof_at: u64,
    defaults: &HashMap<u32, Trex>,
    tracks: &mut HashMap<u32, Vec<Sample>>,
    mut total: usize,
) -> Result<usize, MediaError> {
    for (_, traf) in children(body).filter(|(kind, _)| kind == b"traf") {
        let tfhd: Tfhd = require_child(traf)?;
        let Some(trex) = defaults.get(&tfhd.track_id) else { continue };
        let samples = tracks.entry(tfhd.track_id).or_default();
        let already = samples.len();
        add_traf(traf, &tfhd, trex, moof_at, samples)?;
        total += samples.len() - already;
        if total > SAMPLES_MAX {
            return Err(broken());
        }
    }
    Ok(total)
}

fn add_traf(traf: &[u8], tfhd: &Tfhd, trex: &Trex, moof_at: u64, samples: &mut Vec<Sample>) -> Result<(), MediaError> {
    let after = samples.last().map_or(0, |last| last.decode_time + i64::from(last.duration));
    let told = decode_child::<Tfdt>(traf)?.map(|tfdt| tfdt.base_media_decode_time);
    let mut decode_time = match told {
        Some(time) => i64::try_from(time).ok().filter(|time| *time < 1 << 50).ok_or_else(broken)?,
        None => after,
    };
    let base = tfhd.base_data_offset.unwrap_or(moof_at);
    let mut offset = base;
    for (_, mut body) in children(traf).filter(|(kind, _)| kind == b"trun") {
        let trun = Trun::decode_body(&mut body).map_err(|_| broken())?;
        if trun.samples.len() + samples.len() > SAMPLES_MAX {
            return Err(broken());
        }
        if let Some(moved) = trun.data_offset {
            offset = base.checked_add_signed(moved.into()).ok_or_else(broken)?;
        }
        for entry in &trun.samples {
            let sample = resolve(&entry, tfhd, trex, offset, decode_time);
            offset = offset.checked_add(sample.size.into()).ok_or_else(broken)?;
            decode_time += i64::from(sample.duration);
            samples.push(sample);
        }
    }
    Ok(())
}

fn resolve(entry: &TrunEntry, tfhd: &Tfhd, trex: &Trex, offset: u64, decode_time: i64) -> Sample {
    let flags = entry.flags.or(tfhd.default_sample_flags).unwrap_or(trex.default_sample_flags);
    Sample {
        offset,
        size: entry.size.or(tfhd.default_sample_size).unwrap_or(trex.default_sample_size),
        decode_time,
        duration: entry.duration.or(tfhd.default_sample_duration).unwrap_or(trex.default_sample_duration),
        composition_offset: entry.cts.unwrap_or(0),
        sync: flags & NOT_SYNC == 0,
        entry: tfhd.sample_description_index.unwrap_or(trex.default_sample_description_index),
    }
}
