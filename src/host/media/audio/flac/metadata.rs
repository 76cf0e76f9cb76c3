//! What lies before a file's first frame (RFC 9639, section 8).

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::host::media::cmaf::FlacHead;

/// A file has about six.
const BLOCKS_MAX: usize = 1_000;
/// A seek point for each second of ten hours is half of this.
const SEEK_TABLE_BYTES_MAX: usize = 2 * 1024 * 1024;
const STREAMINFO: u8 = 0;
const SEEKTABLE: u8 = 3;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    pub head: FlacHead,
    /// `(first sample, offset in the file)`, as the file tells: a hint that may be wrong.
    pub seek_points: Vec<(u64, u64)>,
    /// Where the first frame begins.
    pub audio_at: u64,
}

impl Metadata {
    /// `None` when the file is not FLAC, or its metadata does not fit the file.
    pub fn read(file: &File, size: u64) -> io::Result<Option<Self>> {
        let mut at = after_id3(file, size)?;
        if !starts_with(file, size, at, b"fLaC")? {
            return Ok(None);
        }
        at += 4;
        let (mut head, mut seek_table) = (None, Vec::new());
        for index in 0..BLOCKS_MAX {
            let Some(block) = read_at(file, size, at, 4)? else { return Ok(None) };
            let (kind, length) = (block[0] & 0x7f, usize::from(block[1]) << 16 | usize::from(block[2]) << 8 | usize::from(block[3]));
            if (index == 0) != (kind == STREAMINFO) {
                return Ok(None);
            }
            at += 4;
            match kind {
                STREAMINFO => head = read_at(file, size, at, length)?.and_then(|body| parse_head(&body)),
                SEEKTABLE if length <= SEEK_TABLE_BYTES_MAX => seek_table = read_at(file, size, at, length)?.unwrap_or_default(),
                _ => {}
            }
            at += length as u64;
            if block[0] & 0x80 != 0 {
                let Some(head) = head.filter(|_| at < size) else { return Ok(None) };
                return Ok(Some(Self { head, seek_points: parse_seek_table(&seek_table, at), audio_at: at }));
            }
        }
        Ok(None)
    }
}

/// Where the tags that some programs put before a FLAC file end (ID3v2.4, section 3.1).
fn after_id3(file: &File, size: u64) -> io::Result<u64> {
    let Some(tag) = read_at(file, size, 0, 10)?.filter(|tag| tag.starts_with(b"ID3")) else { return Ok(0) };
    let length = tag[6..].iter().fold(0u64, |length, byte| length << 7 | u64::from(byte & 0x7f));
    let footer = if tag[5] & 0x10 != 0 { 10 } else { 0 };
    Ok(10 + length + footer)
}

fn starts_with(file: &File, size: u64, at: u64, text: &[u8]) -> io::Result<bool> {
    Ok(read_at(file, size, at, text.len())?.is_some_and(|found| found == text))
}

/// `None` when they are not all in the file.
fn read_at(file: &File, size: u64, at: u64, length: usize) -> io::Result<Option<Vec<u8>>> {
    if at.checked_add(length as u64).is_none_or(|end| end > size) {
        return Ok(None);
    }
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, at)?;
    Ok(Some(bytes))
}

/// RFC 9639, section 8.2.
fn parse_head(body: &[u8]) -> Option<FlacHead> {
    let body = body.first_chunk::<34>()?;
    let frame_bytes = [&body[4..7], &body[7..10]].map(|size| u32::from_be_bytes([0, size[0], size[1], size[2]]));
    let packed = u64::from_be_bytes(*body[10..].first_chunk().expect("24 bytes are left"));
    let low_bits = |shift: u32, bits: u32| packed >> shift & ((1 << bits) - 1);
    Some(FlacHead {
        rate: u32::try_from(low_bits(44, 20)).expect("20 bits"),
        channels: u8::try_from(low_bits(41, 3)).expect("3 bits") + 1,
        bits: u8::try_from(low_bits(36, 5)).expect("5 bits") + 1,
        block: u16::from_be_bytes([body[2], body[3]]),
        frame_bytes,
        samples: low_bits(0, 36),
        md5: *body[18..].first_chunk().expect("16 bytes are left"),
    })
}

/// RFC 9639, section 8.5: sample, offset from the first frame, and a count that is not needed, in 18 bytes.
fn parse_seek_table(body: &[u8], audio_at: u64) -> Vec<(u64, u64)> {
    let word = |point: &[u8], at: usize| point.get(at..)?.first_chunk().map(|bytes| u64::from_be_bytes(*bytes));
    let read = |point: &[u8]| Some((word(point, 0)?, audio_at.checked_add(word(point, 8)?)?));
    // A placeholder has a sample number of all ones.
    body.chunks_exact(18).filter_map(read).filter(|(sample, _)| *sample != u64::MAX).collect()
}
