//! Frames one after another.
//!
//! Where a frame lies is known only from those before it. So the file is walked from its first frame on, as far as a request needs and
//! once only: the start of each segment is kept.

use std::io;
use std::ops::Range;

use super::header::Header;
use crate::host::media::cmaf::Frame;
use crate::host::media::copy::kind::after_id3;
use crate::host::media::copy::packets::{Packets, frame};
use crate::host::media::copy::unreadable;
use crate::host::media::copy::window::Window;
use crate::host::media::error::MediaError;

/// Frames in a row that prove a place after other bytes.
const PROOF: usize = 3;
/// Bytes looked through for the first frame.
const SEARCH_BYTES: u64 = 256 * 1024;

pub struct Frames {
    pub window: Window,
    /// Of the first frame.
    header: Header,
    first: u64,
    /// Number of each segment's first frame.
    cuts: Vec<usize>,
    /// Where the first segments begin, as far as the file was walked.
    starts: Vec<u64>,
}

/// The first frame after the tags that others follow: where it begins, and its header.
pub fn first_frame(window: &mut Window) -> io::Result<Option<(u64, Header)>> {
    let start = after_id3(&window.file);
    find(window, start, start + SEARCH_BYTES, |_| true)
}

/// The first place in `at..to` where a row of frames begins, or a last one.
fn find(window: &mut Window, mut at: u64, to: u64, fits: impl Fn(&Header) -> bool) -> io::Result<Option<(u64, Header)>> {
    let to = to.min(window.size);
    while at < to {
        let bytes = window.look(at, 4)?;
        let Some(skip) = bytes.iter().position(|byte| *byte == 0xff) else {
            at += bytes.len().max(1) as u64;
            continue;
        };
        at += skip as u64;
        if at < to
            && let Some(header) = header_at(window, at)?.filter(&fits)
            && is_proven(window, at, header)?
        {
            return Ok(Some((at, header)));
        }
        at += 1;
    }
    Ok(None)
}

fn header_at(window: &mut Window, at: u64) -> io::Result<Option<Header>> {
    Ok(window.look(at, 4)?.first_chunk().and_then(|bytes| Header::parse(*bytes)))
}

fn is_proven(window: &mut Window, at: u64, header: Header) -> io::Result<bool> {
    let mut next = at + header.length;
    for _ in 1..PROOF {
        // The end of the file, or of the sound before a tag, proves as much as another frame.
        if next == window.size || is_tag(window.look(next, 8)?) {
            return Ok(true);
        }
        match header_at(window, next)?.filter(|found| found.is_like(&header)) {
            Some(found) => next += found.length,
            None => return Ok(false),
        }
    }
    Ok(next <= window.size)
}

fn is_tag(bytes: &[u8]) -> bool {
    [b"TAG".as_slice(), b"APETAGEX", b"LYRICSBE", b"ID3"].iter().any(|tag| bytes.starts_with(tag))
}

impl Frames {
    pub fn new(window: Window, header: Header, first: u64) -> Self {
        Self { window, header, first, cuts: vec![0], starts: vec![first] }
    }

    /// Says where segments are cut.
    pub fn cut(&mut self, cuts: Vec<usize>) {
        self.cuts = cuts;
        self.starts = vec![self.first];
    }

    /// The frame at `at`, or the first after other bytes there; `None` at the end of the sound.
    fn next(&mut self, at: u64) -> io::Result<Option<(u64, Header)>> {
        let first = self.header;
        let (at, header) = match header_at(&mut self.window, at)?.filter(|header| header.is_like(&first)) {
            Some(header) => (at, header),
            None => match find(&mut self.window, at, u64::MAX, |header| header.is_like(&first))? {
                Some(found) => found,
                None => return Ok(None),
            },
        };
        // A frame that the file ends in is none.
        Ok((at + header.length <= self.window.size).then_some((at, header)))
    }

    /// All frames of the file, by reading it through.
    pub fn count(&mut self) -> io::Result<u64> {
        let (mut at, mut count) = (self.first, 0);
        while let Some((start, header)) = self.next(at)? {
            at = start + header.length;
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
                let Some((start, header)) = self.next(at)? else { break };
                at = start + header.length;
            }
            self.starts.push(at);
        }
        Ok(self.starts[index])
    }

    /// As many frames from `at` on; silent ones in place of those that the file does not have.
    fn frames(&mut self, mut at: u64, count: usize) -> io::Result<(Vec<u8>, Vec<usize>)> {
        let (mut data, mut sizes) = (Vec::new(), Vec::with_capacity(count));
        for _ in 0..count {
            let before = data.len();
            match self.next(at)? {
                Some((start, header)) => {
                    let length = usize::try_from(header.length).unwrap_or(0);
                    data.extend(self.window.look(start, length)?.iter().take(length));
                    at = start + header.length;
                }
                None => data.extend(self.header.silent_frame()),
            }
            sizes.push(data.len() - before);
        }
        Ok((data, sizes))
    }
}

impl Packets for Frames {
    fn read(&mut self, wanted: Range<usize>) -> Result<(Vec<u8>, Vec<Frame>), MediaError> {
        let index = self.cuts.binary_search(&wanted.start).map_err(|_| MediaError::internal("not a segment"))?;
        let at = self.start(index).map_err(unreadable)?;
        let (data, sizes) = self.frames(at, wanted.len()).map_err(unreadable)?;
        self.window.forget();
        let frames: Result<Vec<Frame>, MediaError> = sizes.iter().map(|size| frame(*size, self.header.duration())).collect();
        Ok((data, frames?))
    }
}
