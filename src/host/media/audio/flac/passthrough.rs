//! A FLAC file as FLAC: its own frames, not one byte of them changed.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;

use super::frames::Frames;
use super::locate::Locator;
use super::metadata::Metadata;
use super::silence::silent_frame;
use crate::host::media::audio::grid::Grid;
use crate::host::media::cmaf::{self, Entry, FlacHead, TrackHead};
use crate::host::media::error::MediaError;
use crate::host::media::job::BODY_BYTES_MAX;
use crate::host::media::segments::{Out, Segments};
use crate::protocol::{Rendition, Timeline};

/// An ID3v1 tag, which some programs put after the last frame.
const ID3V1_BYTES: u64 = 128;

const MIME: &str = "audio/mp4; codecs=\"flac\"";

/// An opened file and how its frames are cut.
pub struct Passthrough {
    locator: Locator,
    grid: Grid,
    timeline: Timeline,
}

impl Passthrough {
    /// Decides by metadata, first and last frame, so that it costs the same for any length. `None` when the file is not FLAC, is not
    /// whole, or is of a kind that browsers may not play as it is: it is then encoded anew.
    ///
    /// # Errors
    /// `Gone` when there is no such file, `Unplayable` when it cannot be read.
    pub fn open(path: &Path) -> Result<Option<Self>, MediaError> {
        let file = File::open(path).map_err(|_| MediaError::Gone)?;
        let Some(locator) = open_frames(file).map_err(unreadable)? else { return Ok(None) };
        let head = locator.frames.head;
        let Some(grid) = Grid::new(Rendition::Flac, head.rate, head.block) else { return Ok(None) };
        let timeline = Timeline {
            mime: MIME.to_owned(),
            timescale: head.rate,
            lead_in: grid.lead_in(),
            duration: head.samples,
            runs: grid.runs(head.samples),
        };
        Ok(Some(Self { locator, grid, timeline }))
    }

    /// Type of what [`Self::open`] gives, by the metadata alone; `None` when it surely gives nothing.
    pub fn mime(file: &File) -> Option<String> {
        let size = file.metadata().ok()?.len();
        Metadata::read(file, size).ok()?.filter(is_passable).map(|_| MIME.to_owned())
    }

    /// The frames end to end and the length of each; `None` when one is damaged.
    fn whole(&self, numbers: Range<u64>) -> io::Result<Option<(Vec<u8>, Vec<usize>)>> {
        let Locator { frames, .. } = &self.locator;
        let Some(start) = self.place(numbers.start)? else { return Ok(None) };
        let Some(end) = self.place(numbers.end)?.filter(|end| *end > start) else { return Ok(None) };
        let Some(length) = usize::try_from(end - start).ok().filter(|length| *length <= BODY_BYTES_MAX / 2) else { return Ok(None) };
        let data = frames.read(start, length)?;
        let lengths = frames.lengths(&data, start, numbers);
        Ok(lengths.map(|lengths| (data, lengths)))
    }

    /// Where frame `number` begins, and the end of the frames for the number after the last.
    fn place(&self, number: u64) -> io::Result<Option<u64>> {
        if number > self.locator.last.number {
            return Ok(Some(self.locator.last.end));
        }
        Ok(self.locator.find(number)?.filter(|found| found.number == number).map(|found| found.at))
    }

    /// As [`Self::whole`], with silence for each frame that is damaged.
    fn mended(&self, numbers: Range<u64>) -> io::Result<(Vec<u8>, Vec<usize>)> {
        let Locator { frames, .. } = &self.locator;
        let (mut data, mut lengths) = (Vec::new(), Vec::new());
        let mut next = self.locator.find(numbers.start)?;
        for number in numbers {
            let bytes = match next.filter(|found| found.number == number) {
                Some(found) => {
                    next = self.locator.next(&found)?;
                    frames.read(found.at, usize::try_from(found.end - found.at).map_err(io::Error::other)?)?
                }
                None => u16::try_from(frames.samples(number))
                    .ok()
                    .and_then(|samples| silent_frame(&frames.head, number, samples))
                    .ok_or_else(|| io::Error::other("no such frame"))?,
            };
            lengths.push(bytes.len());
            data.extend_from_slice(&bytes);
        }
        Ok((data, lengths))
    }

    fn frame(&self, number: u64, length: usize) -> Result<cmaf::Frame, MediaError> {
        let duration = u32::try_from(self.locator.frames.samples(number)).map_err(MediaError::internal)?;
        let size = u32::try_from(length).map_err(MediaError::internal)?;
        Ok(cmaf::Frame { duration, size, composition_offset: 0, sync: true })
    }
}

impl Segments for Passthrough {
    fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    fn init(&self) -> Result<Vec<u8>, MediaError> {
        let head = self.locator.frames.head;
        cmaf::init(&TrackHead { timescale: head.rate, duration: head.samples, entry: Entry::Flac(head) })
    }

    /// The source's frames, and silence in place of those that are damaged.
    ///
    /// # Errors
    /// `NotFound` past the end, `Unplayable` when the file cannot be read.
    fn segment(&mut self, index: u32, out: &mut Out<'_>) -> Result<(), MediaError> {
        let (start, length) = self.timeline.segment(index).ok_or_else(|| cmaf::no_segment(index))?;
        let feed = self.grid.feed(index, start, length);
        let numbers = feed.frame_number..feed.frame_number + feed.keep as u64;
        let (data, lengths) = match self.whole(numbers.clone()).map_err(unreadable)? {
            Some(found) => found,
            None => self.mended(numbers.clone()).map_err(unreadable)?,
        };
        let frames: Result<Vec<cmaf::Frame>, MediaError> =
            numbers.zip(lengths).map(|(number, length)| self.frame(number, length)).collect();
        out(cmaf::segment(index, feed.decode_time, &frames?, &data)?)
    }
}

fn unreadable(_: io::Error) -> MediaError {
    MediaError::unplayable("This FLAC file cannot be read from the disk.")
}

/// `None` when the file is not to be passed through.
fn open_frames(file: File) -> io::Result<Option<Locator>> {
    let size = file.metadata()?.len();
    let Some(metadata) = Metadata::read(&file, size)?.filter(is_passable) else { return Ok(None) };
    let Metadata { head, seek_points, audio_at, .. } = metadata;
    let block = u64::from(head.block);
    let frames = Frames { file, head, span: audio_at..size, last: (head.samples - 1) / block };
    for end in [size, size.saturating_sub(ID3V1_BYTES)] {
        let frames = Frames { span: audio_at..end, file: frames.file.try_clone()?, ..frames };
        let Some(last) = frames.ending()? else { continue };
        let first = frames.first_in(audio_at..audio_at + 1)?.filter(|first| first.number == 0);
        let hints = seek_points.iter().map(|(sample, at)| (sample / block, *at)).collect();
        return Ok(first.map(|first| Locator { frames, first, last, hints }));
    }
    Ok(None)
}

/// What STREAMINFO must say: Chromium plays no other bits as they are. Whether blocks are of one size is told by the frames: some encoders count the last one among them.
fn is_passable(metadata: &Metadata) -> bool {
    let FlacHead { rate, channels, bits, block, samples, .. } = metadata.head;
    block >= 16 && rate > 0 && channels <= 8 && matches!(bits, 8 | 16 | 24) && samples > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::media::audio::flac::crc::{crc8, crc16};
    use crate::host::media::audio::flac::header::Header;
    use crate::host::media::audio::flac::renumber;
    use crate::host::media::segments::made;
    use proptest::prelude::*;

    const BLOCK: u16 = 24;

    /// A mono frame: all samples one value, or each as it is.
    fn frame(number: u64, samples: u16, loud: bool) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xf8, 0x79, 0x08, 0x00];
        bytes.extend_from_slice(&(samples - 1).to_be_bytes());
        bytes.push(crc8(&bytes));
        match loud {
            false => bytes.extend_from_slice(&[0x00, 0x12, 0x34]),
            true => bytes.extend((0..=2 * samples).map(|at| if at == 0 { 0x02 } else { (at ^ 0xff) as u8 })),
        }
        let check = crc16(&bytes);
        bytes.extend_from_slice(&check.to_be_bytes());
        renumber(&mut bytes, number).expect("a frame");
        bytes
    }

    /// The frames of a stream; the last has `rest` samples.
    fn frames(loud: &[bool], rest: u16) -> Vec<Vec<u8>> {
        let last = loud.len() - 1;
        let samples = |index| if index == last { rest } else { BLOCK };
        loud.iter().enumerate().map(|(index, loud)| frame(index as u64, samples(index), *loud)).collect()
    }

    /// A stream at 44.1 kHz, with one seek point.
    fn stream(frames: &[Vec<u8>], rest: u16, seek_point: [u64; 2]) -> Vec<u8> {
        let samples = (frames.len() as u64 - 1) * u64::from(BLOCK) + u64::from(rest);
        let block = BLOCK.to_be_bytes();
        let packed = (44_100u64 << 44 | 15 << 36 | samples).to_be_bytes();
        let seek = seek_point.map(u64::to_be_bytes).concat();
        let head = [b"fLaC\0\0\0\x22", &block[..], &block, &[0; 6], &packed, &[0; 16], b"\x83\0\0\x12", &seek, &[0, 24]].concat();
        [head, frames.concat()].concat()
    }

    fn open(bytes: &[u8]) -> Option<Passthrough> {
        let dir = tempfile::tempdir().expect("a temp dir");
        let path = dir.path().join("a.flac");
        std::fs::write(&path, bytes).expect("written");
        Passthrough::open(&path).expect("readable")
    }

    #[test]
    fn a_stream_that_is_not_whole_or_has_no_end_is_not_passed_through() {
        let parts = frames(&[true, false, true], 7);
        let whole = stream(&parts, 7, [0, 0]);
        assert_eq!(open(&whole).map(|flac| flac.timeline.duration), Some(55));
        assert!(open(&[&whole[..], &[0; 128]].concat()).is_some(), "an ID3v1 tag's worth of other bytes");
        assert!(open(&whole[..whole.len() - 1]).is_none(), "cut short");
        assert!(open(&[&whole[..], b"x"].concat()).is_none(), "bytes that belong to no frame");
        assert!(open(&stream(&parts[..2], 7, [0, 0])).is_none(), "another last frame than it says");
        assert!(open(&stream(&parts[1..], 7, [0, 0])).is_none(), "another first frame");
        let mut unknown_length = whole.clone();
        unknown_length[21] = 0xf0;
        unknown_length[22..26].fill(0);
        assert!(open(&unknown_length).is_none(), "a length of 0 is unknown");
        let mut counted = whole.clone();
        counted[9] -= 1;
        assert!(open(&counted).is_some(), "the last block counts as the smallest");
        let mut variable = whole;
        let second = variable.len() - parts[1].len() - parts[2].len();
        variable[second + 1] |= 1;
        variable[second - parts[0].len() + 1] |= 1;
        assert!(open(&variable).is_none(), "blocks of several sizes");
    }

    proptest! {
        #[test]
        fn every_frame_is_found_as_it_is_whatever_the_seek_table_says(
            loud in prop::collection::vec(any::<bool>(), 1..300), rest in 1u16..=BLOCK, seek_point in [0u64..10_000, 0u64..20_000],
            quiet_from in any::<prop::sample::Index>(), asked in prop::collection::vec(any::<prop::sample::Index>(), 1..10),
        ) {
            let mut loud = loud;
            let quiet_from = quiet_from.index(loud.len());
            loud[quiet_from..].fill(false);
            let parts = frames(&loud, rest);
            let flac = open(&stream(&parts, rest, seek_point)).expect("a whole stream");
            for index in asked {
                let number = index.index(parts.len());
                let found = flac.whole(number as u64..parts.len() as u64).expect("readable");
                let (data, lengths) = found.expect("not damaged");
                prop_assert_eq!(data, parts[number..].concat());
                prop_assert_eq!(lengths, parts[number..].iter().map(Vec::len).collect::<Vec<_>>());
            }
        }

        #[test]
        fn a_spoilt_stream_gives_right_frames_or_none_never_a_panic(
            loud in prop::collection::vec(any::<bool>(), 1..60),
            spoilt in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        ) {
            let parts = frames(&loud, BLOCK);
            let mut bytes = stream(&parts, BLOCK, [0, 0]);
            for (at, byte) in spoilt {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let Some(mut flac) = open(&bytes) else { return Ok(()) };
            let _ = flac.init();
            let numbers = 0..loud.len() as u64;
            let (data, lengths) = flac.mended(numbers.clone()).expect("readable");
            prop_assert_eq!(lengths.len(), loud.len());
            let mut rest = data.as_slice();
            for (number, length) in numbers.clone().zip(lengths) {
                let (frame, after) = rest.split_at(length);
                rest = after;
                prop_assert_eq!(crc16(frame), 0);
                let header = Header::parse(frame, &flac.locator.frames.head).map(|header| (header.number, u64::from(header.samples)));
                prop_assert_eq!(header, Some((number, flac.locator.frames.samples(number))));
            }
            // What is found from anywhere else is the same.
            for number in numbers {
                let alone = flac.mended(number..number + 1).expect("readable").0;
                prop_assert!(data.windows(alone.len()).any(|window| window == alone));
            }
            for index in 0..flac.timeline.segment_count() {
                made(&mut flac, index).expect("there");
            }
        }

        #[test]
        fn any_bytes_after_any_header_are_a_stream_or_none_never_a_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..600), id3 in any::<bool>()) {
            let whole = stream(&frames(&[true, false, true], 7), 7, [0, 0]);
            bytes.splice(0..0, whole[..if id3 { 4 } else { 64 }].iter().copied());
            if id3 {
                bytes.splice(0..0, *b"ID3\x04\0\0\0\0\0\0");
            }
            if let Some(mut flac) = open(&bytes) {
                for index in 0..flac.timeline.segment_count().min(20) {
                    let _ = made(&mut flac, index);
                }
            }
        }
    }
}
