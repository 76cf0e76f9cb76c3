//! What every way of making segments has in common, be it encoding or passing through.

use super::error::MediaError;
use crate::protocol::Timeline;

/// One stream of a file in one rendition, open in a worker.
///
/// The law: the bytes of a segment depend only on (file, stream, rendition, index), whatever was asked for before.
pub trait Segments {
    fn timeline(&self) -> &Timeline;

    /// The init segment; empty for bare MP3 frames.
    ///
    /// # Errors
    /// `Internal` when it cannot be written.
    fn init(&self) -> Result<Vec<u8>, MediaError>;

    /// In how many chunks the segment is handed out. Known beforehand, so that a listener can tell a whole segment from a cut one.
    fn chunks(&self, _index: u32) -> u32 {
        1
    }

    /// Hands out the segment, in exactly [`Self::chunks`] pieces, each as soon as it is made.
    ///
    /// # Errors
    /// `NotFound` past the end, `Unplayable` when the file does not give it; whatever `out` fails with.
    fn segment(&mut self, index: u32, out: &mut Out<'_>) -> Result<(), MediaError>;
}

/// Takes a chunk: whole `moof` and `mdat` pairs, or whole MP3 frames.
pub type Out<'a> = dyn FnMut(Vec<u8>) -> Result<(), MediaError> + 'a;

/// A segment's chunks end to end.
#[cfg(test)]
pub fn made(open: &mut dyn Segments, index: u32) -> Result<Vec<u8>, MediaError> {
    let mut whole = Vec::new();
    open.segment(index, &mut |chunk| {
        whole.extend_from_slice(&chunk);
        Ok(())
    })?;
    Ok(whole)
}
