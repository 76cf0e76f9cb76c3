//! Length-prefixed frames: `length: u32 big-endian, 1..=limit | payload`.

use serde::Serialize;

/// Bytes of the length prefix.
pub const PREFIX_BYTES: usize = 4;

/// Why bytes are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("a frame of {length} bytes is longer than the limit of {limit}")]
    TooLong { length: usize, limit: usize },
    #[error("a frame is empty")]
    Empty,
    #[error("a frame ended after {got} of {length} bytes")]
    Unfinished { got: usize, length: usize },
    #[error("bytes follow the last frame")]
    Trailing,
}

/// Prefixes `payload` with its length.
pub fn encode(payload: &[u8], limit: usize) -> Result<Vec<u8>, FrameError> {
    let length = check_length(payload.len(), limit)?;
    let mut out = Vec::with_capacity(PREFIX_BYTES + payload.len());
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(payload);
    Ok(out)
}

/// A frame that holds `value` as JSON.
///
/// # Panics
/// Never for the protocol's own types: they have string keys and serialise to JSON without fail.
pub fn encode_json<T: Serialize>(value: &T, limit: usize) -> Result<Vec<u8>, FrameError> {
    let payload = serde_json::to_vec(value).expect("protocol types always serialise to JSON");
    encode(&payload, limit)
}

/// The payload length that a prefix announces.
pub fn decode_length(prefix: [u8; PREFIX_BYTES], limit: usize) -> Result<usize, FrameError> {
    let length = usize::try_from(u32::from_be_bytes(prefix)).unwrap_or(usize::MAX);
    check_length(length, limit)?;
    Ok(length)
}

fn check_length(length: usize, limit: usize) -> Result<u32, FrameError> {
    if length == 0 {
        return Err(FrameError::Empty);
    }
    match u32::try_from(length) {
        Ok(wire_length) if length <= limit => Ok(wire_length),
        _ => Err(FrameError::TooLong { length, limit }),
    }
}

/// The payload of the frame at the beginning of `wire`, which is all there, and what follows it.
pub fn take(wire: &[u8], limit: usize) -> Result<(&[u8], &[u8]), FrameError> {
    let Some((prefix, rest)) = wire.split_first_chunk::<PREFIX_BYTES>() else {
        return Err(FrameError::Unfinished { got: wire.len(), length: PREFIX_BYTES });
    };
    let length = decode_length(*prefix, limit)?;
    rest.split_at_checked(length).ok_or(FrameError::Unfinished { got: rest.len(), length })
}

/// Takes bytes as they arrive, gives frames as they become whole.
#[derive(Debug, Default)]
pub struct FrameDecoder {
    pending: Vec<u8>,
}

impl FrameDecoder {
    pub fn push(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    /// The next whole frame's payload, `None` until more bytes come.
    pub fn next_frame(&mut self, limit: usize) -> Result<Option<Vec<u8>>, FrameError> {
        let Some(prefix) = self.pending.first_chunk::<PREFIX_BYTES>() else { return Ok(None) };
        let length = decode_length(*prefix, limit)?;
        if self.pending.len() < PREFIX_BYTES + length {
            return Ok(None);
        }
        let payload = self.pending[PREFIX_BYTES..PREFIX_BYTES + length].to_vec();
        self.pending.drain(..PREFIX_BYTES + length);
        Ok(Some(payload))
    }

    /// Bytes that came after the last whole frame: a reply's body begins with them.
    pub fn into_rest(self) -> Vec<u8> {
        self.pending
    }

    /// The sender has finished: what is pending must be nothing.
    pub fn finish(self) -> Result<(), FrameError> {
        match self.pending.first_chunk::<PREFIX_BYTES>() {
            None if self.pending.is_empty() => Ok(()),
            None => Err(FrameError::Unfinished { got: self.pending.len(), length: PREFIX_BYTES }),
            Some(prefix) => {
                let length = usize::try_from(u32::from_be_bytes(*prefix)).unwrap_or(usize::MAX);
                Err(FrameError::Unfinished { got: self.pending.len() - PREFIX_BYTES, length })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_a_frame_over_the_limit_before_its_bytes_come() {
        let mut decoder = FrameDecoder::default();
        decoder.push(&u32::MAX.to_be_bytes());
        let length = usize::try_from(u32::MAX).expect("a 32-bit number fits");
        assert_eq!(decoder.next_frame(100), Err(FrameError::TooLong { length, limit: 100 }));
    }

    #[test]
    fn refuses_an_empty_frame() {
        let mut decoder = FrameDecoder::default();
        decoder.push(&[0; 4]);
        assert_eq!(decoder.next_frame(100), Err(FrameError::Empty));
        assert_eq!(encode(&[], 100), Err(FrameError::Empty));
    }

    #[test]
    fn tells_an_unfinished_frame() {
        let mut decoder = FrameDecoder::default();
        decoder.push(&[0, 0, 0, 9, b'x']);
        assert_eq!(decoder.next_frame(100), Ok(None));
        assert_eq!(decoder.finish(), Err(FrameError::Unfinished { got: 1, length: 9 }));
    }

    proptest! {
        #[test]
        fn frames_survive_any_split(
            payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..200), 1..8),
            cut in 1usize..64,
        ) {
            let wire: Vec<u8> = payloads.iter().flat_map(|p| encode(p, 200).expect("within the limit")).collect();
            let mut decoder = FrameDecoder::default();
            let mut seen = Vec::new();
            for piece in wire.chunks(cut) {
                decoder.push(piece);
                while let Some(frame) = decoder.next_frame(200).expect("well formed") {
                    seen.push(frame);
                }
            }
            prop_assert_eq!(seen, payloads);
            prop_assert_eq!(decoder.finish(), Ok(()));
        }

        #[test]
        fn any_bytes_are_frames_or_an_error_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut decoder = FrameDecoder::default();
            decoder.push(&bytes);
            while let Ok(Some(frame)) = decoder.next_frame(64) {
                prop_assert!((1..=64).contains(&frame.len()));
            }
        }
    }
}
