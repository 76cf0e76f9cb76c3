//! Any bytes in any pieces are frames or an error, and how they were cut changes nothing.
#![no_main]

use iroam::protocol::frame::{FrameDecoder, FrameError, encode};
use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 512;

type Outcome = (Vec<Vec<u8>>, Result<(), FrameError>);

fn decode<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Outcome {
    let (mut decoder, mut frames) = (FrameDecoder::default(), Vec::new());
    for piece in pieces {
        decoder.push(piece);
        loop {
            match decoder.next_frame(LIMIT) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Err(error)),
            }
        }
    }
    (frames, decoder.finish())
}

// the first byte says how long the pieces are
fuzz_target!(|data: &[u8]| {
    let Some((&length, wire)) = data.split_first() else { return };
    let (frames, ended) = decode(wire.chunks(usize::from(length).max(1)));
    assert_eq!((frames.clone(), ended.clone()), decode(std::iter::once(wire)));
    let again: Vec<u8> = frames.iter().flat_map(|frame| encode(frame, LIMIT).expect("it came out of the decoder")).collect();
    assert!(wire.starts_with(&again));
    if ended.is_ok() {
        assert_eq!(wire, again);
    }
});
