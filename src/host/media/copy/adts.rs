//! AAC in ADTS (ISO/IEC 14496-3, annex 1.A.3): frames with a header each, which is taken off.

use std::fs::File;

use super::aac::Config;
use super::frames::{Frames, Head, first_frame};
use super::layout::Layout;
use super::packets::{Copied, Wrap};
use super::window::Window;
use super::{refused, unreadable};
use crate::host::media::error::MediaError;
use crate::protocol::Timeline;

const FRAME_SAMPLES: u32 = 1024;
/// More frames than a week has: a file with more is not music.
const FRAMES_MAX: u64 = 30_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    config: Config,
    /// Bytes of the header, with its checksum.
    head: usize,
    length: usize,
}

impl Head for Header {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let [sync, kind, what, how, length, rest, blocks] = *bytes.first_chunk::<7>()?;
        // Layer 0, low complexity, and one block a frame.
        if sync != 0xff || kind & 0xf6 != 0xf0 || what >> 6 != 1 || blocks & 3 != 0 {
            return None;
        }
        let channels = (what & 1) << 2 | how >> 6;
        let config = Config::bare(what >> 2 & 15, channels)?;
        let head = if kind & 1 == 0 { 9 } else { 7 };
        let length = usize::from(how & 3) << 11 | usize::from(length) << 3 | usize::from(rest >> 5);
        (length > head).then_some(Self { config, head, length })
    }

    fn length(&self) -> usize {
        self.length
    }

    fn unsent(&self) -> usize {
        self.head
    }

    fn duration(&self) -> u32 {
        FRAME_SAMPLES
    }

    fn is_like(&self, other: &Self) -> bool {
        self.config == other.config
    }

    fn silent(&self) -> Option<Vec<u8>> {
        None
    }
}

/// The whole file is read through.
///
/// # Errors
/// `NotFound` when it is none, or may hold what its headers do not tell; `Unplayable` when it cannot be read.
pub fn open(file: File) -> Result<Copied<Frames<Header>>, MediaError> {
    let mut window = Window::new(file).map_err(unreadable)?;
    // Nothing but all its frames tells how long it is.
    if !window.is_short() {
        return Err(refused());
    }
    let (at, header) = first(&mut window).ok_or_else(refused)?;
    let mut frames = Frames::new(window, header, at);
    let count = frames.count().map_err(unreadable)?;
    let count = usize::try_from(count).ok().filter(|count| (1..=FRAMES_MAX).contains(&(*count as u64))).ok_or_else(refused)?;
    let rate = header.config.rate;
    let layout = Layout::new(std::iter::repeat_n(FRAME_SAMPLES, count), rate, 0);
    frames.cut(layout.firsts.clone());
    let duration = count as u64 * u64::from(FRAME_SAMPLES);
    let timeline = Timeline { mime: header.config.mime(), timescale: rate, lead_in: 0, duration, runs: Vec::new() };
    Ok(Copied::new(frames, Wrap::Cmaf(Box::new(header.config.entry())), layout, timeline))
}

/// By the first frames alone.
pub fn mime(file: &File) -> Option<String> {
    let mut window = Window::of_few(file.try_clone().ok()?).ok().filter(Window::is_short)?;
    first(&mut window).map(|(_, header)| header.config.mime())
}

fn first(window: &mut Window) -> Option<(u64, Header)> {
    first_frame::<Header>(window).ok()?.filter(|(_, header)| header.config.is_certain())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::media::segments::{Segments, made};
    use proptest::prelude::*;

    fn frame(rate: u8, number: u8) -> Vec<u8> {
        let length = 60 + usize::from(number) % 90;
        let head = [0xff, 0xf1, 0x40 | rate << 2, 0x80, (length >> 3) as u8, (length << 5) as u8 | 0x1f, 0xfc];
        let mut bytes = vec![number; length];
        bytes[..7].copy_from_slice(&head);
        bytes
    }

    fn opened(bytes: &[u8]) -> Option<Copied<Frames<Header>>> {
        let dir = tempfile::tempdir().expect("a temp dir");
        let path = dir.path().join("a.aac");
        std::fs::write(&path, bytes).expect("written");
        open(File::open(&path).expect("there")).ok()
    }

    #[test]
    fn headers_are_taken_off_and_nothing_else() {
        let frames: Vec<Vec<u8>> = (0..100).map(|number| frame(4, number)).collect();
        let mut copied = opened(&frames.concat()).expect("ADTS");
        assert_eq!((copied.timeline().duration, copied.timeline().timescale), (102_400, 44_100));
        let first = made(&mut copied, 0).expect("there");
        let bodies: Vec<u8> = frames[..43].iter().flat_map(|frame| frame[7..].iter().copied()).collect();
        assert!(first.ends_with(&bodies));
    }

    #[test]
    fn what_is_too_long_to_be_read_through_is_refused_before_it_is() {
        let dir = tempfile::tempdir().expect("a temp dir");
        let path = dir.path().join("a.aac");
        std::fs::write(&path, (0..100).flat_map(|number| frame(4, number)).collect::<Vec<u8>>()).expect("written");
        let file = File::options().read(true).write(true).open(&path).expect("there");
        assert!(mime(&file).is_some());
        file.set_len(300 << 20).expect("a hole at its end");
        assert!(mime(&file).is_none() && open(file).is_err());
    }

    #[test]
    fn what_may_be_high_efficiency_is_refused() {
        let frames: Vec<Vec<u8>> = (0..50).map(|number| frame(7, number)).collect();
        assert!(opened(&frames.concat()).is_none());
    }

    proptest! {
        #[test]
        fn spoilt_bytes_are_played_or_refused_never_a_panic(spoilt in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20), cut in any::<prop::sample::Index>()) {
            let mut bytes: Vec<u8> = (0..150).flat_map(|number| frame(3, number)).collect();
            for (at, byte) in spoilt {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(cut.index(bytes.len()));
            let Some(mut copied) = opened(&bytes) else { return Ok(()) };
            for index in 0..copied.timeline().segment_count() {
                made(&mut copied, index).expect("there");
            }
        }
    }
}
