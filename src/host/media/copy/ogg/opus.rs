//! Opus in Ogg (RFC 7845): where its packets are, and handing them out.

use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use mp4_atom::{Audio, Codec, Dops, Opus};

use super::stream::{Step, Walk};
use super::{File, Page, Piece, Start};
use crate::host::media::cmaf::Frame;
use crate::host::media::copy::layout::Layout;
use crate::host::media::copy::opus::{self, RATE};
use crate::host::media::copy::packets::{Copied, Packets, Wrap, frame};
use crate::host::media::copy::window::Window;
use crate::host::media::copy::{refused, unreadable};
use crate::host::media::error::MediaError;
use crate::protocol::Timeline;

/// A day of packets of 20 ms.
const PACKETS_MAX: usize = 4_400_000;
/// Pages of the comments: a picture in them has some hundreds.
const COMMENT_PAGES_MAX: usize = 4_096;

/// What the identification header says (RFC 7845, section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    channels: u8,
    pre_skip: u16,
    /// Hz, of what was encoded; for information.
    rate: u32,
    gain: i16,
}

impl Head {
    /// `None` for another codec, and for more channels than two.
    fn parse(packet: &[u8]) -> Option<Self> {
        let bytes = packet.strip_prefix(b"OpusHead")?.first_chunk::<11>()?;
        let [version, channels, skip_low, skip_high, r0, r1, r2, r3, gain_low, gain_high, family] = *bytes;
        (version >> 4 == 0 && matches!(channels, 1 | 2) && family == 0).then_some(Self {
            channels,
            pre_skip: u16::from_le_bytes([skip_low, skip_high]),
            rate: u32::from_le_bytes([r0, r1, r2, r3]),
            gain: i16::from_le_bytes([gain_low, gain_high]),
        })
    }

    /// No pre-skip: the lead-in is declared by the timeline instead, and must not be cut off twice.
    fn entry(&self) -> Codec {
        let audio = Audio { data_reference_index: 1, channel_count: self.channels.into(), sample_size: 16, sample_rate: 48_000.into() };
        let dops = Dops {
            output_channel_count: self.channels,
            pre_skip: 0,
            input_sample_rate: self.rate,
            output_gain: self.gain,
            channel_mapping: None,
        };
        Opus { audio, dops, btrt: None }.into()
    }
}

/// The packets of one stream.
pub struct Stream {
    window: Window,
    serial: u32,
    /// Number of each segment's first packet.
    cuts: Vec<usize>,
    /// Where it begins.
    starts: Vec<Start>,
}

/// # Errors
/// `NotFound` when it is no Opus, or its pages do not tell a whole story; `Unplayable` when it cannot be read.
pub fn open(file: File) -> Result<Copied<Stream>, MediaError> {
    let mut window = Window::new(file).map_err(unreadable)?;
    if !window.is_short() {
        return Err(refused());
    }
    let (serial, head) = first_head(&mut window).map_err(unreadable)?.ok_or_else(refused)?;
    let survey = survey(&mut window, serial).map_err(unreadable)?.ok_or_else(refused)?;
    let lead_in = u64::from(head.pre_skip);
    let duration = survey.length.checked_sub(lead_in).filter(|duration| *duration > 0).ok_or_else(refused)?;
    let layout = Layout::new(survey.packets.iter().map(|(_, samples)| *samples), RATE, lead_in);
    let firsts = layout.firsts.iter().filter_map(|first| survey.packets.get(*first));
    let starts = firsts.map(|(start, _)| *start).collect();
    window.forget();
    let stream = Stream { window, serial, cuts: layout.firsts.clone(), starts };
    let timeline = Timeline { mime: opus::MIME.to_owned(), timescale: RATE, lead_in, duration, runs: Vec::new() };
    Ok(Copied::new(stream, Wrap::Cmaf(Box::new(head.entry())), layout, timeline))
}

/// By the first page.
pub fn mime(file: &File) -> Option<String> {
    Window::new(file.try_clone().ok()?).ok().filter(Window::is_short)?;
    let mut bytes = [0u8; 64];
    let have = file.read_at(&mut bytes, 0).ok()?;
    let packet = bytes.get(27 + usize::from(bytes[26])..have)?;
    Head::parse(packet).map(|_| opus::MIME.to_owned())
}

/// The first of the streams that begin together, when it is Opus.
fn first_head(window: &mut Window) -> io::Result<Option<(u32, Head)>> {
    let Some(page) = Page::read(window, 0)?.filter(Page::begins_stream) else { return Ok(None) };
    let Some(step) = Walk::new(0, page.serial, false).next(window)? else { return Ok(None) };
    Ok(step.packets.first().and_then(|packet| Head::parse(&packet.bytes)).map(|head| (page.serial, head)))
}

struct Survey {
    /// Where each packet begins, and its samples.
    packets: Vec<(Start, u32)>,
    /// Samples that all of them decode to, less what the end is trimmed by.
    length: u64,
}

/// Reads all pages. `None` when packets and granule positions disagree: something is missing, or another stream follows.
fn survey(window: &mut Window, serial: u32) -> io::Result<Option<Survey>> {
    let mut walk = Walk::new(0, serial, false);
    if !skip_headers(window, &mut walk)? {
        return Ok(None);
    }
    let mut found = Survey { packets: Vec::new(), length: 0 };
    let mut sequence = None;
    // Granule position of the first packet's start: not 0 in a recording of a broadcast.
    let (mut from, mut total) = (None, 0u64);
    while let Some(step) = walk.next(window)? {
        let Step { page, packets } = step;
        if page.begins_stream() || sequence.is_some_and(|last: u32| page.sequence != last.wrapping_add(1)) {
            return Ok(None);
        }
        sequence = Some(page.sequence);
        for packet in packets {
            let Some(samples) = opus::samples(&packet.bytes).filter(|_| found.packets.len() < PACKETS_MAX) else { return Ok(None) };
            found.packets.push((packet.start, samples));
            total += u64::from(samples);
        }
        found.length = total;
        if let Some(granule) = page.granule {
            let origin = *from.get_or_insert(if page.ends_stream() { 0 } else { granule.saturating_sub(total) });
            let Some(length) = granule.checked_sub(origin).filter(|length| *length <= total) else { return Ok(None) };
            if length < total && !page.ends_stream() {
                return Ok(None);
            }
            found.length = length;
        }
        if page.ends_stream() {
            if Page::read(window, walk.at())?.is_some() {
                return Ok(None);
            }
            break;
        }
    }
    Ok((!found.packets.is_empty()).then_some(found))
}

/// Walks past the identification header and the comments; sound begins on a page of its own.
fn skip_headers(window: &mut Window, walk: &mut Walk) -> io::Result<bool> {
    let mut packets = 0;
    for _ in 0..COMMENT_PAGES_MAX {
        let Some(step) = walk.next(window)? else { return Ok(false) };
        packets += step.packets.len();
        if packets >= 2 {
            return Ok(packets == 2);
        }
    }
    Ok(false)
}

impl Stream {
    fn packets(&mut self, index: usize, count: usize) -> io::Result<Vec<Piece>> {
        let Some(start) = self.starts.get(index).copied() else { return Ok(Vec::new()) };
        let mut walk = Walk::new(start.page, self.serial, true);
        let mut packets: Vec<Piece> = Vec::with_capacity(count);
        while packets.len() < count {
            let Some(step) = walk.next(&mut self.window)? else { break };
            packets
                .extend(step.packets.into_iter().filter(|packet| packet.start.page != start.page || packet.start.number >= start.number));
        }
        packets.truncate(count);
        Ok(packets)
    }
}

impl Packets for Stream {
    /// The file's packets; what lies on damaged pages is given as lost, which a decoder conceals.
    fn read(&mut self, wanted: Range<usize>) -> Result<(Vec<u8>, Vec<Frame>), MediaError> {
        let index = self.cuts.binary_search(&wanted.start).map_err(|_| MediaError::internal("not a segment"))?;
        let packets = self.packets(index, wanted.len()).map_err(unreadable)?;
        self.window.forget();
        if packets.len() != wanted.len() {
            return Err(MediaError::Changed);
        }
        let (mut data, mut frames) = (Vec::new(), Vec::with_capacity(packets.len()));
        for packet in packets {
            let samples = opus::samples(&packet.bytes).ok_or(MediaError::Changed)?;
            let bytes = if packet.whole { packet.bytes } else { opus::lost(&packet.bytes) };
            frames.push(frame(bytes.len(), samples)?);
            data.extend(bytes);
        }
        Ok((data, frames))
    }
}
