//! What stands in for a frame that is damaged.

use super::crc::{crc8, crc16};
use super::renumber::coded_number;
use crate::host::media::cmaf::FlacHead;

/// A frame of silence, in constant subframes (RFC 9639, section 9.2.3). Rate and bits are those of STREAMINFO. `None` when the number has
/// more than 36 bits, or the frame no samples.
pub fn silent_frame(head: &FlacHead, number: u64, samples: u16) -> Option<Vec<u8>> {
    // Sync code and "fixed block size"; the block size in 16 bits after the number; channels that stand alone.
    let mut frame = vec![0xff, 0xf8, 0x70, (head.channels - 1) << 4];
    frame.extend_from_slice(&coded_number(number)?);
    frame.extend_from_slice(&samples.checked_sub(1)?.to_be_bytes());
    frame.push(crc8(&frame));
    let subframe = 1 + usize::from(head.bits.div_ceil(8));
    frame.resize(frame.len() + subframe * usize::from(head.channels), 0);
    frame.extend_from_slice(&crc16(&frame).to_be_bytes());
    Some(frame)
}
