//! Streaming Zstandard (RFC 8878) for browsers that do not read it: bounded memory, whatever the host packs.

use std::io;

use bytes::{Buf as _, Bytes};
use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

/// Largest window a host may use, as a power of two: 8 MiB, what browsers allow (RFC 9659).
const WINDOW_LOG_MAX: u32 = 23;

/// Bytes handed on at once.
const PIECE_BYTES: usize = 64 * 1024;

pub struct Unpacker {
    decoder: Decoder<'static>,
    packed: Bytes,
    /// Whether the frame begun has come to its end.
    is_whole: bool,
    /// Whether the decoder may hold more than it could hand out.
    has_more: bool,
}

impl Unpacker {
    pub fn new() -> io::Result<Self> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MAX))?;
        Ok(Self { decoder, packed: Bytes::new(), is_whole: false, has_more: false })
    }

    /// Takes the next packed bytes. Call [`Self::pull`] until it gives nothing first.
    pub fn push(&mut self, packed: Bytes) {
        self.packed = packed;
    }

    /// The next unpacked bytes; `None` until more are pushed.
    pub fn pull(&mut self) -> io::Result<Option<Bytes>> {
        while self.packed.has_remaining() || self.has_more {
            let mut piece = Vec::with_capacity(PIECE_BYTES);
            let mut input = InBuffer::around(&self.packed);
            let mut output = OutBuffer::around(&mut piece);
            let hint = self.decoder.run(&mut input, &mut output)?;
            let taken = input.pos();
            self.has_more = output.pos() == PIECE_BYTES;
            self.packed.advance(taken);
            self.is_whole = hint == 0;
            if !piece.is_empty() {
                return Ok(Some(piece.into()));
            }
            if taken == 0 {
                break;
            }
        }
        Ok(None)
    }

    /// The host has finished: so must its frame.
    pub fn finish(&self) -> io::Result<()> {
        if self.is_whole { Ok(()) } else { Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the packed answer was cut")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unpack(packed: &[u8], cut: usize) -> io::Result<Vec<u8>> {
        let mut unpacker = Unpacker::new()?;
        let mut out = Vec::new();
        for piece in packed.chunks(cut) {
            unpacker.push(Bytes::copy_from_slice(piece));
            while let Some(bytes) = unpacker.pull()? {
                assert!(bytes.len() <= PIECE_BYTES);
                out.extend_from_slice(&bytes);
            }
        }
        unpacker.finish().map(|()| out)
    }

    #[test]
    fn unpacks_far_more_than_it_holds() {
        let plain = vec![7; 5_000_000];
        let packed = zstd::encode_all(plain.as_slice(), 3).expect("packs");
        assert!(packed.len() < 10_000);
        assert!(unpack(&packed, 1000).is_ok_and(|out| out == plain));
    }

    #[test]
    fn tells_a_cut_answer_and_a_broken_one() {
        let packed = zstd::encode_all(&[1, 2, 3, 4, 5][..], 3).expect("packs");
        assert!(unpack(&packed[..packed.len() - 1], 100).is_err());
        assert!(unpack(b"this is not zstd", 100).is_err());
        assert!(unpack(b"", 100).is_err());
    }

    proptest! {
        #[test]
        fn gives_back_what_was_packed_however_it_is_cut(
            plain in prop::collection::vec(any::<u8>(), 0..3000), cut in 1usize..400, frames in 1usize..3,
        ) {
            let packed = zstd::encode_all(plain.as_slice(), 3).expect("packs").repeat(frames);
            prop_assert_eq!(unpack(&packed, cut).expect("unpacks"), plain.repeat(frames));
        }
    }
}
