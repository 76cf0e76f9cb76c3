//! Frame headers (ISO/IEC 11172-3, section 2.4.1.3; 13818-3, section 2.4.2.3).

use crate::host::media::copy::frames::Head;

/// The header of a layer III frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// As they are in the file.
    bytes: [u8; 4],
    /// Hz.
    pub rate: u32,
    /// Bytes of the frame, header included.
    length: usize,
    /// Samples of the frame: 1152, or 576 of MPEG-2 and 2.5.
    pub samples: u64,
    /// Bytes between header (and checksum) and main data.
    pub side: usize,
}

impl Header {
    /// `None` for other layers, reserved values and free format.
    fn parse_four(bytes: [u8; 4]) -> Option<Self> {
        const KBITS_1: [u64; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
        const KBITS_2: [u64; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
        let [sync, version_layer, rates, mode] = bytes;
        if sync != 0xff || version_layer & 0xe6 != 0xe2 || mode & 3 == 2 {
            return None;
        }
        let base = *[44_100u32, 48_000, 32_000].get(usize::from(rates >> 2 & 3))?;
        let (rate, kbits, samples) = match version_layer >> 3 & 3 {
            3 => (base, KBITS_1, 1152),
            2 => (base / 2, KBITS_2, 576),
            0 => (base / 4, KBITS_2, 576),
            _ => return None,
        };
        let kbits = *kbits.get(usize::from(rates >> 4)).filter(|kbits| **kbits > 0)?;
        let length = samples / 8 * kbits * 1000 / u64::from(rate) + u64::from(rates >> 1 & 1);
        let length = usize::try_from(length).ok()?;
        let side = match (samples == 1152, mode >> 6 == 3) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        };
        Some(Self { bytes, rate, length, samples, side })
    }
}

impl Head for Header {
    fn parse(bytes: &[u8]) -> Option<Self> {
        Self::parse_four(*bytes.first_chunk()?)
    }

    fn length(&self) -> usize {
        self.length
    }

    fn unsent(&self) -> usize {
        0
    }

    fn duration(&self) -> u32 {
        u32::try_from(self.samples).expect("1152 at most")
    }

    /// Of the same version and rate, and mono or not. Padding, bits and joint stereo may change.
    fn is_like(&self, other: &Self) -> bool {
        self.rate == other.rate && self.samples == other.samples && self.side == other.side
    }

    /// All of its side information, and so each part's length, is 0.
    fn silent(&self) -> Option<Vec<u8>> {
        let mut frame = vec![0; self.length];
        frame[..4].copy_from_slice(&self.bytes);
        // Without a checksum.
        frame[1] |= 1;
        Some(frame)
    }
}
