//! Which packets make which segment.

use crate::protocol::Timeline;

/// Packets of a stream that is cut into segments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Number of each segment's first packet, and then the number of packets.
    pub firsts: Vec<usize>,
    /// As a timeline has them.
    pub runs: Vec<(u64, u32)>,
}

impl Layout {
    /// Cuts packets of these durations. All times are samples at `rate`; `lead_in` is what lies before the content.
    ///
    /// The first segment is short so that sound starts at once.
    pub fn new(durations: impl Iterator<Item = u32>, rate: u32, lead_in: u64) -> Self {
        let mut layout = Self { firsts: vec![0], runs: Vec::new() };
        let (mut start, mut at, mut packets) = (lead_in, 0u64, 0usize);
        for duration in durations {
            let seconds = if layout.firsts.len() == 1 { 1 } else { 4 };
            // A cut where a packet ends, nearest to the length that is wanted.
            if at + u64::from(duration) / 2 >= start + seconds * u64::from(rate) && at > start {
                layout.close(packets, at - start);
                start = at;
            }
            at += u64::from(duration);
            packets += 1;
        }
        if at > start {
            layout.close(packets, at - start);
        }
        layout
    }

    fn close(&mut self, packets: usize, length: u64) {
        self.firsts.push(packets);
        match self.runs.last_mut() {
            // The first segment stays a run of its own, as everywhere.
            Some((same, times)) if *same == length && self.firsts.len() > 3 => *times += 1,
            _ => self.runs.push((length, 1)),
        }
    }

    /// The packets of segment `index`, `None` past the end.
    pub fn packets(&self, index: u32) -> Option<std::ops::Range<usize>> {
        let index = usize::try_from(index).ok()?;
        Some(*self.firsts.get(index)?..*self.firsts.get(index + 1)?)
    }
}

/// `baseMediaDecodeTime` of a segment; `None` past the end.
pub fn decode_time(timeline: &Timeline, index: u32) -> Option<u64> {
    let (start, _) = timeline.segment(index)?;
    Some(if index == 0 { 0 } else { start + timeline.lead_in })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn segments_hold_every_packet_once_and_lie_where_the_timeline_says(
            durations in prop::collection::vec(prop::sample::select(vec![120u32, 480, 960, 2_880]), 1..2_000), lead_in in 0u64..5_000,
        ) {
            let layout = Layout::new(durations.iter().copied(), 48_000, lead_in);
            let timeline = Timeline { mime: String::new(), timescale: 48_000, lead_in, duration: 1, runs: layout.runs.clone() };
            let total: u64 = durations.iter().map(|duration| u64::from(*duration)).sum();
            prop_assert_eq!(timeline.segment_count() == 0, total <= lead_in);
            let mut next = 0;
            for index in 0..timeline.segment_count() {
                let packets = layout.packets(index).expect("within the count");
                prop_assert_eq!(packets.start, next);
                let before: u64 = durations[..packets.start].iter().map(|duration| u64::from(*duration)).sum();
                prop_assert_eq!(decode_time(&timeline, index), Some(before));
                next = packets.end;
            }
            prop_assert!(next == durations.len() || total <= lead_in);
            prop_assert_eq!(layout.packets(timeline.segment_count()), None);
        }
    }
}
