//! Walking boxes (ISO/IEC 14496-12, section 4.2).

use std::fs::File;
use std::os::unix::fs::FileExt;

use mp4_atom::Atom;

use crate::host::media::error::MediaError;

pub type Kind = [u8; 4];

/// A `moov` of a ten-hour film is about 30 MiB.
const MOOV_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// A fragmented file has two top-level boxes a fragment.
pub const TOP_LEVEL_BOXES_MAX: usize = 100_000;

pub fn broken() -> MediaError {
    MediaError::unplayable("This MP4 file is damaged: its index does not fit the file.")
}

/// The body of the file's `moov` box, and where in the file it begins.
pub fn read_moov(file: &File, file_size: u64) -> Result<(Vec<u8>, u64), MediaError> {
    let mut at = 0u64;
    for _ in 0..TOP_LEVEL_BOXES_MAX {
        let Some((kind, header, length)) = read_header(file, at, file_size)? else { break };
        if &kind == b"moov" {
            let body = length - header;
            if body > MOOV_BYTES_MAX {
                return Err(broken());
            }
            let mut bytes = vec![0; usize::try_from(body).map_err(|_| broken())?];
            file.read_exact_at(&mut bytes, at + header).map_err(|_| broken())?;
            return Ok((bytes, at + header));
        }
        at += length;
    }
    Err(MediaError::unplayable("This file is not a whole MP4: it has no index."))
}

/// Kind, header length and whole length of the box at `at`; `None` at the end of the file. The box lies within the file.
pub fn read_header(file: &File, at: u64, file_size: u64) -> Result<Option<(Kind, u64, u64)>, MediaError> {
    let room = file_size.saturating_sub(at);
    if room < 8 {
        return Ok(None);
    }
    let mut bytes = [0u8; 16];
    let have = if room < 16 { 8 } else { 16 };
    file.read_exact_at(&mut bytes[..have], at).map_err(|_| broken())?;
    let (kind, header, length) = parse_header(&bytes[..have], room).ok_or_else(broken)?;
    Ok(Some((kind, header, length)))
}

/// `None` when the header is cut off, or the box does not fit in `room` bytes.
fn parse_header(bytes: &[u8], room: u64) -> Option<(Kind, u64, u64)> {
    let small = u32::from_be_bytes(*bytes.first_chunk::<4>()?);
    let kind = *bytes.get(4..)?.first_chunk::<4>()?;
    let (header, length) = match small {
        0 => (8, room),
        1 => (16, u64::from_be_bytes(*bytes.get(8..)?.first_chunk::<8>()?)),
        length => (8, u64::from(length)),
    };
    (length >= header && length <= room).then_some((kind, header, length))
}

/// The boxes in a body. Ends at the first that is malformed: what follows it cannot be found.
pub fn children(body: &[u8]) -> impl Iterator<Item = (Kind, &[u8])> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let (kind, header, length) = parse_header(rest, rest.len() as u64)?;
        let (header, length) = (usize::try_from(header).ok()?, usize::try_from(length).ok()?);
        let (whole, after) = rest.split_at_checked(length)?;
        rest = after;
        Some((kind, whole.get(header..)?))
    })
}

/// The body of the first child of that kind.
pub fn child<'a>(body: &'a [u8], kind: &Kind) -> Option<&'a [u8]> {
    children(body).find(|(found, _)| found == kind).map(|(_, body)| body)
}

/// Decodes a child box, `None` when there is none of its kind.
pub fn decode_child<T: Atom>(body: &[u8]) -> Result<Option<T>, MediaError> {
    let Some(mut found) = child(body, T::KIND.as_ref()) else { return Ok(None) };
    T::decode_body(&mut found).map(Some).map_err(|_| broken())
}

/// Decodes a child box that must be there.
pub fn require_child<T: Atom>(body: &[u8]) -> Result<T, MediaError> {
    decode_child(body)?.ok_or_else(broken)
}
