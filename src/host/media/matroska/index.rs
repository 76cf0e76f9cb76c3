//! Where a track's key frames are: by the Cues, or by the headers of clusters and blocks when those are of no use.

use super::blocks::{Block, Walker};
use super::ebml::{broken, children, number_in};
use super::header::Matroska;
use super::ids;
use crate::host::media::error::MediaError;

/// A cue is about 15 bytes; no film has a million key frames.
const CUES_BYTES_MAX: u64 = 32 << 20;
const KEYS_MAX: usize = 1_000_000;
/// Key frames further apart than this are either rare, or missing from the Cues.
const GAP_MAX_NS: i128 = 30_000_000_000;

/// A key frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Ticks of the file's clock.
    pub stamp: i64,
    /// Where its cluster begins.
    pub cluster: u64,
    /// Where its block is, from the beginning of the cluster's content; `None` when not known.
    pub relative: Option<u64>,
}

impl Key {
    /// A walk that begins at its block, or before it in its cluster.
    pub fn walk(&self, file: &mut Matroska) -> Result<Walker, MediaError> {
        match self.relative {
            Some(relative) => Walker::within(&mut file.input, self.cluster, relative, file.segment_end),
            None => Ok(Walker::new(self.cluster, file.segment_end)),
        }
    }

    /// The block itself; `None` when it is not there.
    pub fn block(&self, file: &mut Matroska, track: u64) -> Result<Option<(Block, Walker)>, MediaError> {
        let mut walker = self.walk(file)?;
        while let Some(block) = walker.next(&mut file.input, track)? {
            if block.stamp == self.stamp && block.is_key {
                return Ok(Some((block, walker)));
            }
            // Pictures that are shown before it may be stored after it, not before.
            if walker.cluster_at() != self.cluster {
                break;
            }
        }
        Ok(None)
    }
}

/// The key frames of a track of pictures, by time and place. At least one; the first is the first of the track.
pub fn picture_keys(file: &mut Matroska, track: u64) -> Result<Vec<Key>, MediaError> {
    match by_cues(file, track)? {
        Some(keys) => Ok(keys),
        None => by_scan(file, track),
    }
}

/// Places of a track in the file, whether its own cues or those of others; by time. May be empty.
pub fn places(file: &mut Matroska, track: u64) -> Vec<Key> {
    let own = cues(file, Some(track));
    if own.is_empty() { cues(file, None) } else { own }
}

/// `None` when the Cues are missing, cannot be true, or know too few key frames.
fn by_cues(file: &mut Matroska, track: u64) -> Result<Option<Vec<Key>>, MediaError> {
    let mut keys = cues(file, Some(track));
    if keys.is_empty() {
        return Ok(None);
    }
    let first = first_key(file, track)?;
    // Cues know nothing of what comes before the first: a track begins at its first key frame.
    keys.retain(|key| key.stamp > first.stamp && key.cluster >= first.cluster);
    keys.insert(0, first);
    let in_order = keys.windows(2).all(|pair| pair[0].cluster <= pair[1].cluster);
    let tick_ns = i128::from(file.tick_ns);
    let apart = |pair: &[Key]| (i128::from(pair[1].stamp) - i128::from(pair[0].stamp)) * tick_ns;
    let end = file.duration.map(|ticks| Key { stamp: ticks as i64, ..first });
    let last = keys.last().copied().unwrap_or(first);
    let dense = keys.windows(2).all(|pair| apart(pair) <= GAP_MAX_NS) && end.is_none_or(|end| apart(&[last, end]) <= GAP_MAX_NS);
    if !in_order || !dense {
        return Ok(None);
    }
    for probe in [keys.len() / 2, keys.len() - 1] {
        let key = keys.get(probe).copied().unwrap_or(first);
        if !matches!(key.block(file, track), Ok(Some(_))) {
            return Ok(None);
        }
    }
    Ok(Some(keys))
}

/// Every block of a track of text, when the Cues say of each where it is: muxers that list text at all list all of it. Otherwise empty.
pub fn text_places(file: &mut Matroska, track: u64) -> Vec<Key> {
    let keys = all_cues(file, Some(track));
    if keys.iter().all(|key| key.relative.is_some()) { keys } else { Vec::new() }
}

/// Cues of one track, or of all, sorted by time without repetition.
fn cues(file: &mut Matroska, track: Option<u64>) -> Vec<Key> {
    let mut keys = all_cues(file, track);
    keys.dedup_by_key(|key| key.stamp);
    keys
}

/// As [`cues`], with all that are of one time.
fn all_cues(file: &mut Matroska, track: Option<u64>) -> Vec<Key> {
    let body = file.optional(ids::CUES, CUES_BYTES_MAX);
    let mut keys: Vec<Key> = Vec::new();
    for (_, point) in children(&body).filter(|(id, _)| *id == ids::CUE_POINT) {
        let Some(stamp) = number_in(point, ids::CUE_TIME).and_then(|stamp| i64::try_from(stamp).ok()).filter(|stamp| *stamp < 1 << 53)
        else {
            continue;
        };
        for (_, position) in children(point).filter(|(id, _)| *id == ids::CUE_TRACK_POSITIONS) {
            let is_meant = track.is_none() || number_in(position, ids::CUE_TRACK) == track;
            let cluster = number_in(position, ids::CUE_CLUSTER_POSITION).and_then(|at| at.checked_add(file.segment_body));
            if let Some(cluster) = cluster.filter(|at| is_meant && *at < file.segment_end && keys.len() < KEYS_MAX) {
                keys.push(Key { stamp, cluster, relative: number_in(position, ids::CUE_RELATIVE_POSITION) });
            }
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn first_key(file: &mut Matroska, track: u64) -> Result<Key, MediaError> {
    /// Blocks of other kinds before the first key frame.
    const BLOCKS_MAX: usize = 100_000;
    let none = || MediaError::unplayable("This Matroska file has no pictures that a player could begin at.");
    let at = file.first_cluster.ok_or_else(none)?;
    let mut walker = Walker::new(at, file.segment_end);
    for _ in 0..BLOCKS_MAX {
        let block = walker.next(&mut file.input, track)?.ok_or_else(none)?;
        if block.is_key {
            return key_of(file, &walker, &block);
        }
    }
    Err(none())
}

fn key_of(file: &mut Matroska, walker: &Walker, block: &Block) -> Result<Key, MediaError> {
    let cluster = walker.cluster_at();
    let body = file.input.element(cluster, file.segment_end)?.ok_or_else(broken)?.body;
    Ok(Key { stamp: block.stamp, cluster, relative: block.at.checked_sub(body) })
}

/// The first key frame of each cluster, which is where muxers begin one. Whole clusters are skipped by their lengths.
fn by_scan(file: &mut Matroska, track: u64) -> Result<Vec<Key>, MediaError> {
    let mut keys = vec![first_key(file, track)?];
    let mut walker = keys[0].walk(file)?;
    let mut seen = None;
    while let Some(block) = walker.next(&mut file.input, track)? {
        let last = keys.last().map_or(i64::MIN, |key| key.stamp);
        if !block.is_key || seen == Some(walker.cluster_at()) {
            continue;
        }
        if block.stamp > last {
            if keys.len() >= KEYS_MAX {
                return Err(broken());
            }
            keys.push(key_of(file, &walker, &block)?);
        }
        seen = Some(walker.cluster_at());
        walker.skip_cluster();
    }
    Ok(keys)
}
