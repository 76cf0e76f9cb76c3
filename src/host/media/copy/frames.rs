//! Bare frames one after another, as MP3 and ADTS have them.
//!
//! Where a frame lies is known only from those before it. So the file is walked from its first frame on, as far as a request needs and
//! once only: the start of each segment is kept.

use std::io;
use std::ops::Range;

use super::kind::after_id3;
use super::packets::{Packets, frame};
use super::unreadable;
use super::window::Window;
use crate::host::media::cmaf::Frame;
use crate::host::media::error::MediaError;

/// Longest header of any kind.
pub const HEAD_BYTES_MAX: usize = 9;
/// Frames in a row that prove a place after other bytes.
const PROOF: usize = 3;
/// Bytes looked through for the first frame.
const SEARCH_BYTES: u64 = 256 * 1024;

/// What the header of a frame says.
pub trait Head: Copy {
    /// The header that `bytes` begin with; fewer than [`HEAD_BYTES_MAX`] at the end of a file.
    fn parse(bytes: &[u8]) -> Option<Self>;
    /// Bytes of the frame, header included; at least 1.
    fn length(&self) -> usize;
    /// Bytes of the header that are not handed out.
    fn unsent(&self) -> usize;
    /// Samples.
    fn duration(&self) -> u32;
    /// Whether both can be frames of one stream.
    fn is_like(&self, other: &Self) -> bool;
    /// A frame of this kind with no sound in it.
    fn silent(&self) -> Option<Vec<u8>>;
}

pub struct Frames<H> {
    pub window: Window,
    /// Of the first frame.
    head: H,
    first: u64,
    /// Number of each segment's first frame.
    cuts: Vec<usize>,
    /// Where the first segments begin, as far as the file was walked.
    starts: Vec<u64>,
    /// From where on no frame was found, once that is known: looking for one reads the file to its end.
    end: Option<u64>,
}

/// The first frame after the tags that others follow: where it begins, and its header.
pub fn first_frame<H: Head>(window: &mut Window) -> io::Result<Option<(u64, H)>> {
    let start = after_id3(&window.file);
    find(window, start, start.saturating_add(SEARCH_BYTES), |_| true)
}

/// The first place in `at..to` where a row of frames begins, or a last one.
fn find<H: Head>(window: &mut Window, mut at: u64, to: u64, fits: impl Fn(&H) -> bool) -> io::Result<Option<(u64, H)>> {
    let to = to.min(window.size);
    while at < to {
        let bytes = window.look(at, HEAD_BYTES_MAX)?;
        let Some(skip) = bytes.iter().position(|byte| *byte == 0xff) else {
            at += bytes.len().max(1) as u64;
            continue;
        };
        at += skip as u64;
        if at < to
            && let Some(head) = head_at(window, at)?.filter(&fits)
            && is_proven(window, at, head)?
        {
            return Ok(Some((at, head)));
        }
        at += 1;
    }
    Ok(None)
}

fn head_at<H: Head>(window: &mut Window, at: u64) -> io::Result<Option<H>> {
    Ok(H::parse(window.look(at, HEAD_BYTES_MAX)?))
}

fn is_proven<H: Head>(window: &mut Window, at: u64, head: H) -> io::Result<bool> {
    let mut next = at + head.length() as u64;
    for _ in 1..PROOF {
        // The end of the file, or of the sound before a tag, proves as much as another frame.
        if next == window.size || is_tag(window.look(next, 8)?) {
            return Ok(true);
        }
        match head_at::<H>(window, next)?.filter(|found| found.is_like(&head)) {
            Some(found) => next += found.length() as u64,
            None => return Ok(false),
        }
    }
    Ok(next <= window.size)
}

fn is_tag(bytes: &[u8]) -> bool {
    [b"TAG".as_slice(), b"APETAGEX", b"LYRICSBE", b"ID3"].iter().any(|tag| bytes.starts_with(tag))
}

impl<H: Head> Frames<H> {
    pub fn new(window: Window, head: H, first: u64) -> Self {
        Self { window, head, first, cuts: vec![0], starts: vec![first], end: None }
    }

    /// Says where segments are cut.
    pub fn cut(&mut self, cuts: Vec<usize>) {
        self.cuts = cuts;
        self.starts = vec![self.first];
        self.window.forget();
    }

    /// The frame at `at`, or the first after other bytes there; `None` at the end of the sound.
    fn next(&mut self, at: u64) -> io::Result<Option<(u64, H)>> {
        if self.end.is_some_and(|end| at >= end) {
            return Ok(None);
        }
        let found = self.find_next(at)?;
        if found.is_none() {
            self.end = Some(at);
        }
        Ok(found)
    }

    fn find_next(&mut self, at: u64) -> io::Result<Option<(u64, H)>> {
        let first = self.head;
        let (at, head) = match head_at::<H>(&mut self.window, at)?.filter(|head| head.is_like(&first)) {
            Some(head) => (at, head),
            None => match find(&mut self.window, at, u64::MAX, |head: &H| head.is_like(&first))? {
                Some(found) => found,
                None => return Ok(None),
            },
        };
        // A frame that the file ends in is none.
        Ok((at + head.length() as u64 <= self.window.size).then_some((at, head)))
    }

    /// All frames of the file, by reading it through.
    pub fn count(&mut self) -> io::Result<u64> {
        let (mut at, mut count) = (self.first, 0);
        while let Some((start, head)) = self.next(at)? {
            at = start + head.length() as u64;
            count += 1;
        }
        Ok(count)
    }

    /// Where segment `index` begins, having walked there.
    fn start(&mut self, index: usize) -> io::Result<u64> {
        while self.starts.len() <= index {
            let known = self.starts.len() - 1;
            let mut at = *self.starts.last().expect("it begins with one");
            let frames = self.cuts.get(known + 1).map_or(0, |end| end - self.cuts[known]);
            for _ in 0..frames {
                let Some((start, head)) = self.next(at)? else { break };
                at = start + head.length() as u64;
            }
            self.starts.push(at);
        }
        Ok(self.starts[index])
    }

    /// As many frames from `at` on, and the size of each; silent ones in place of those that the file does not have.
    fn frames(&mut self, mut at: u64, count: usize) -> io::Result<Option<(Vec<u8>, Vec<usize>)>> {
        let (mut data, mut sizes) = (Vec::new(), Vec::with_capacity(count));
        for _ in 0..count {
            let before = data.len();
            match self.next(at)? {
                Some((start, head)) => {
                    let bytes = self.window.look(start, head.length())?;
                    data.extend(bytes.iter().take(head.length()).skip(head.unsent()));
                    at = start + head.length() as u64;
                }
                None => match self.head.silent() {
                    Some(silence) => data.extend(silence),
                    None => return Ok(None),
                },
            }
            sizes.push(data.len() - before);
        }
        Ok(Some((data, sizes)))
    }
}

impl<H: Head> Packets for Frames<H> {
    fn read(&mut self, wanted: Range<usize>) -> Result<(Vec<u8>, Vec<Frame>), MediaError> {
        let index = self.cuts.binary_search(&wanted.start).map_err(|_| MediaError::internal("not a segment"))?;
        let at = self.start(index).map_err(unreadable)?;
        let (data, sizes) = self.frames(at, wanted.len()).map_err(unreadable)?.ok_or(MediaError::Changed)?;
        self.window.forget();
        let frames: Result<Vec<Frame>, MediaError> = sizes.iter().map(|size| frame(*size, self.head.duration())).collect();
        Ok((data, frames?))
    }
}
