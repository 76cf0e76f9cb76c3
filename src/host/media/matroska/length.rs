//! How long a file plays, whatever its header tells: that may count subtitles, and may lie.

use super::header::Matroska;
use super::index::places;
use super::tracks::Kind;

/// Blocks after the last cue: a file whose last cue is further from its end is believed.
const TAIL_BLOCKS_MAX: usize = 20_000;
/// What the header may tell more or less than the blocks: the last ones may not say how long they are.
const TOLERANCE_MS: u64 = 1000;

/// By the header, unless the blocks after the last cue contradict it.
pub fn length_ms(file: &mut Matroska) -> u64 {
    let told = file.duration_ms().unwrap_or(0);
    match by_tail(file) {
        Some(counted) if counted.abs_diff(told) > TOLERANCE_MS => counted,
        _ => told,
    }
}

/// The end of the last picture or sound; `None` when it is not found soon.
fn by_tail(file: &mut Matroska) -> Option<u64> {
    let media: Vec<_> = file.tracks.iter().filter(|track| matches!(track.kind, Kind::Picture | Kind::Sound)).cloned().collect();
    let numbers: Vec<u64> = media.iter().map(|track| track.number).collect();
    let last = *places(file, *numbers.first()?).last()?;
    let mut walker = last.walk(file).ok()?;
    let mut end_ns = None;
    for _ in 0..TAIL_BLOCKS_MAX {
        let Some(block) = walker.next_of(&mut file.input, &numbers).ok()? else {
            return u64::try_from(end_ns? / 1_000_000).ok().filter(|end| *end > 0);
        };
        let frame_ns = media.iter().find(|track| track.number == block.track).and_then(|track| track.default_duration).unwrap_or(0);
        let end = i128::from(block.stamp) * i128::from(file.tick_ns) + i128::from(frame_ns);
        end_ns = end_ns.max(Some(end));
    }
    None
}
