//! Walking clusters block by block (RFC 9559, sections 5.1.3 and 10), by their headers alone.

use super::ebml::{Element, Input, broken, number, signed, unsigned};
use super::ids;
use crate::host::media::error::MediaError;

/// Elements that one walk may meet: a film of ten hours has 3 million blocks.
const ELEMENTS_MAX: u32 = 8_000_000;
/// Block header, and the sizes of laced frames: 255 of them of 8 KiB each.
const LACE_BYTES_MAX: usize = 4096;

/// A block of one track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub track: u64,
    /// Ticks from the beginning of the file's clock.
    pub stamp: i64,
    pub is_key: bool,
    /// Ticks.
    pub duration: Option<u64>,
    /// To be cut off at the end of what is decoded, nanoseconds.
    pub discard_ns: i64,
    /// Where its element begins.
    pub at: u64,
    /// Where each frame lies: place and length.
    pub frames: Vec<(u64, u64)>,
}

pub struct Walker {
    at: u64,
    end: u64,
    cluster: Cluster,
    met: u32,
}

#[derive(Clone, Copy, Default)]
struct Cluster {
    at: u64,
    /// `None` when its length is unknown: then it ends where another element of the segment begins.
    end: Option<u64>,
    stamp: u64,
    open: bool,
}

impl Walker {
    /// Begins at a cluster, or any element directly in the segment.
    pub fn new(at: u64, segment_end: u64) -> Self {
        Self { at, end: segment_end, cluster: Cluster::default(), met: 0 }
    }

    /// Begins in the midst of a cluster, at a place counted from the beginning of its content.
    pub fn within(input: &mut Input, cluster_at: u64, relative: u64, segment_end: u64) -> Result<Self, MediaError> {
        let mut walker = Self::new(cluster_at, segment_end);
        let element = input.element(cluster_at, segment_end)?.filter(|element| element.id == ids::CLUSTER).ok_or_else(broken)?;
        walker.enter(&element);
        for _ in 0..8 {
            let Some(child) = input.element(walker.at, segment_end)? else { break };
            if child.id == ids::TIMESTAMP {
                walker.cluster.stamp = read_unsigned(input, &child)?;
                break;
            }
            walker.at = child.end(segment_end);
        }
        walker.at = element.body.checked_add(relative).filter(|at| *at < segment_end).ok_or_else(broken)?;
        Ok(walker)
    }

    /// Where the cluster that was last entered begins.
    pub fn cluster_at(&self) -> u64 {
        self.cluster.at
    }

    /// Goes on after the cluster that was last entered, if its length is known.
    pub fn skip_cluster(&mut self) {
        if let Some(end) = self.cluster.end.filter(|_| self.cluster.open) {
            self.at = end;
            self.cluster.open = false;
        }
    }

    fn enter(&mut self, element: &Element) {
        self.cluster = Cluster { at: element.at, end: element.length.map(|_| element.end(self.end)), stamp: 0, open: true };
        self.at = element.body;
    }

    /// The next block of that track; `None` at the end, and where a file is cut.
    pub fn next(&mut self, input: &mut Input, track: u64) -> Result<Option<Block>, MediaError> {
        self.next_of(input, &[track])
    }

    /// The next block of any of those tracks.
    pub fn next_of(&mut self, input: &mut Input, tracks: &[u64]) -> Result<Option<Block>, MediaError> {
        loop {
            self.met += 1;
            if self.met > ELEMENTS_MAX {
                return Err(broken());
            }
            if self.cluster.end.is_some_and(|end| self.at >= end) {
                self.cluster.open = false;
            }
            let limit = self.cluster.end.filter(|_| self.cluster.open).unwrap_or(self.end);
            let Some(element) = input.element(self.at, limit)? else { return Ok(None) };
            if !self.cluster.open || (self.cluster.end.is_none() && ids::is_top(element.id)) {
                self.step_over_top(&element)?;
                continue;
            }
            let Some(length) = element.length else { return Err(broken()) };
            let end = element.body.checked_add(length).ok_or_else(broken)?;
            if end > limit {
                // The last block of a file that was cut, or of a cluster that lies about its length.
                return if limit >= input.size { Ok(None) } else { Err(broken()) };
            }
            self.at = end;
            let block = match element.id {
                ids::TIMESTAMP => {
                    self.cluster.stamp = read_unsigned(input, &element)?;
                    None
                }
                ids::SIMPLE_BLOCK => read_block(input, &element, self.cluster.stamp, tracks)?,
                ids::BLOCK_GROUP => read_group(input, &element, self.cluster.stamp, tracks)?,
                _ => None,
            };
            if block.is_some() {
                return Ok(block);
            }
        }
    }

    fn step_over_top(&mut self, element: &Element) -> Result<(), MediaError> {
        if element.id == ids::CLUSTER {
            self.enter(element);
            return Ok(());
        }
        self.cluster.open = false;
        self.at = element.length.and_then(|length| element.body.checked_add(length)).ok_or_else(broken)?;
        Ok(())
    }
}

fn read_unsigned(input: &mut Input, element: &Element) -> Result<u64, MediaError> {
    let length = element.length.filter(|length| *length <= 8).ok_or_else(broken)?;
    unsigned(input.peek(element.body, length as usize)?).ok_or_else(broken)
}

/// The block of a group and what the group says of it; `None` when it is another track's.
fn read_group(input: &mut Input, group: &Element, cluster_stamp: u64, tracks: &[u64]) -> Result<Option<Block>, MediaError> {
    const CHILDREN_MAX: usize = 1_000;
    let end = group.end(input.size);
    let (mut at, mut found) = (group.body, None);
    let (mut duration, mut discard_ns, mut is_key) = (None, 0, true);
    for _ in 0..CHILDREN_MAX {
        let Some(child) = input.element(at, end)? else { break };
        let length = child.length.ok_or_else(broken)?;
        at = child.body.checked_add(length).filter(|after| *after <= end).ok_or_else(broken)?;
        match child.id {
            ids::BLOCK => match read_block(input, &child, cluster_stamp, tracks)? {
                Some(block) => found = Some(block),
                None => return Ok(None),
            },
            ids::BLOCK_DURATION => duration = Some(read_unsigned(input, &child)?),
            ids::REFERENCE_BLOCK => is_key = false,
            ids::DISCARD_PADDING if length <= 8 => discard_ns = signed(input.peek(child.body, length as usize)?).unwrap_or(0),
            _ => {}
        }
    }
    Ok(found.map(|block| Block { at: group.at, duration, discard_ns, is_key, ..block }))
}

fn read_block(input: &mut Input, element: &Element, cluster_stamp: u64, tracks: &[u64]) -> Result<Option<Block>, MediaError> {
    let length = element.length.ok_or_else(broken)?;
    let want = usize::try_from(length).unwrap_or(usize::MAX);
    let head = input.peek(element.body, want.min(12))?;
    let (number, header) = number(head).ok_or_else(broken)?;
    if !tracks.contains(&number) {
        return Ok(None);
    }
    let Some(&[high, low, flags]) = head.get(header..header + 3) else { return Err(broken()) };
    let relative = i64::from(i16::from_be_bytes([high, low]));
    let stamp = i64::try_from(cluster_stamp).ok().filter(|stamp| *stamp < 1 << 53).ok_or_else(broken)? + relative;
    let head = input.peek(element.body, want.min(LACE_BYTES_MAX))?;
    let frames = frames(head, header + 3, length, flags >> 1 & 3).ok_or_else(broken)?;
    let frames = frames.into_iter().map(|(at, length)| (element.body + at, length)).collect();
    Ok(Some(Block { track: number, stamp, is_key: flags & 0x80 != 0, duration: None, discard_ns: 0, at: element.at, frames }))
}

/// Places in the block and lengths of its frames. `length` is that of the whole block, of which `head` is the beginning.
fn frames(head: &[u8], header: usize, length: u64, lacing: u8) -> Option<Vec<(u64, u64)>> {
    if lacing == 0 {
        return Some(vec![(header as u64, length.checked_sub(header as u64)?)]);
    }
    let count = usize::from(*head.get(header)?) + 1;
    let rest = head.get(header + 1..)?;
    let (mut sizes, used) = match lacing {
        1 => xiph_sizes(rest, count)?,
        3 => ebml_sizes(rest, count)?,
        _ => (Vec::new(), 0),
    };
    let mut at = (header + 1 + used) as u64;
    let room = length.checked_sub(at)?;
    if lacing == 2 {
        sizes = vec![(room % count as u64 == 0).then_some(room / count as u64)?; count];
    } else {
        sizes.push(room.checked_sub(sizes.iter().try_fold(0u64, |sum, size| sum.checked_add(*size))?)?);
    }
    let placed = sizes.into_iter().map(|size| {
        at += size;
        (at - size, size)
    });
    Some(placed.collect())
}

/// All sizes but the last, and how many bytes they take.
fn xiph_sizes(bytes: &[u8], count: usize) -> Option<(Vec<u64>, usize)> {
    let (mut sizes, mut at) = (Vec::new(), 0);
    for _ in 1..count {
        let mut size = 0;
        loop {
            let byte = *bytes.get(at)?;
            at += 1;
            size += u64::from(byte);
            if byte < 255 {
                break;
            }
        }
        sizes.push(size);
    }
    Some((sizes, at))
}

/// The first, and then differences, all but the last; and how many bytes they take.
fn ebml_sizes(bytes: &[u8], count: usize) -> Option<(Vec<u64>, usize)> {
    let (mut sizes, mut at) = (Vec::new(), 0);
    for index in 1..count {
        let (value, used) = number(bytes.get(at..)?)?;
        at += used;
        let size = match sizes.last() {
            _ if index == 1 => value,
            Some(&last) => i64::try_from(last)
                .ok()
                .and_then(|last| last.checked_add(value as i64 - ((1i64 << (7 * used - 1)) - 1)))?
                .try_into()
                .ok()?,
            None => return None,
        };
        sizes.push(size);
    }
    Some((sizes, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_laced_frames() {
        // The examples of RFC 9559, section 10.3: frames of 800, 500 and 1000 bytes.
        assert_eq!(frames(&[0, 2, 255, 255, 255, 35, 255, 245], 1, 2308, 1), Some(vec![(8, 800), (808, 500), (1308, 1000)]));
        assert_eq!(frames(&[0, 2, 0x43, 0x20, 0x5E, 0xD3], 1, 2306, 3), Some(vec![(6, 800), (806, 500), (1306, 1000)]));
        assert_eq!(frames(&[0, 2], 1, 2402, 2), Some(vec![(2, 800), (802, 800), (1602, 800)]));
        assert_eq!(frames(&[0], 1, 5, 0), Some(vec![(1, 4)]));
        assert_eq!(frames(&[0, 2, 255, 255], 1, 4, 1), None);
    }

    proptest! {
        #[test]
        fn laced_frames_tile_their_block_or_are_refused(head in prop::collection::vec(any::<u8>(), 0..40), length in 0u64..3_000, lacing in 0u8..4) {
            let Some(found) = frames(&head, 1, length, lacing) else { return Ok(()) };
            for pair in found.windows(2) {
                prop_assert_eq!(pair[0].0 + pair[0].1, pair[1].0);
            }
            prop_assert_eq!(found.last().map(|(at, size)| at + size), Some(length));
        }
    }
}
