//! Pages (RFC 3533, section 6).

use std::io;

use crate::host::media::copy::window::Window;

const HEADER_BYTES: usize = 27;
const CONTINUED: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    flags: u8,
    /// End of the last packet that ends on the page, in the codec's samples; `None` when none ends there.
    pub granule: Option<u64>,
    pub serial: u32,
    pub sequence: u32,
    check: u32,
    /// Bytes of each piece: 255 when the packet goes on in the next.
    pub lacing: Vec<u8>,
    /// Bytes of header and lacing.
    head: usize,
}

impl Page {
    /// The page at `at`; `None` when there is none, or it is not whole.
    pub fn read(window: &mut Window, at: u64) -> io::Result<Option<Self>> {
        let parsed = Self::parse(window.look(at, HEADER_BYTES + 255)?);
        Ok(parsed.filter(|page| at + page.length() as u64 <= window.size))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let head = bytes.first_chunk::<HEADER_BYTES>()?;
        if !head.starts_with(b"OggS\0") {
            return None;
        }
        let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let granule = u64::from(word(6)) | u64::from(word(10)) << 32;
        let end = HEADER_BYTES + usize::from(head[26]);
        Some(Self {
            flags: head[5],
            granule: (granule >> 63 == 0).then_some(granule),
            serial: word(14),
            sequence: word(18),
            check: word(22),
            lacing: bytes.get(HEADER_BYTES..end)?.to_vec(),
            head: end,
        })
    }

    /// Bytes of the whole page.
    pub fn length(&self) -> usize {
        self.head + self.lacing.iter().map(|piece| usize::from(*piece)).sum::<usize>()
    }

    /// It begins with the rest of a packet.
    pub fn is_continued(&self) -> bool {
        self.flags & CONTINUED != 0
    }

    pub fn begins_stream(&self) -> bool {
        self.flags & FIRST != 0
    }

    pub fn ends_stream(&self) -> bool {
        self.flags & LAST != 0
    }

    /// Its body out of its bytes, and whether they are as they were written.
    pub fn body<'a>(&self, whole: &'a [u8]) -> (&'a [u8], bool) {
        let crc = crc32(0, &whole[..22]);
        let crc = crc32(crc32(crc, &[0; 4]), &whole[26..]);
        (&whole[self.head..], crc == self.check)
    }
}

/// Polynomial 0x04c11db7, not reflected, from 0 (RFC 3533, section 6).
pub fn crc32(crc: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(crc, |crc, byte| crc << 8 ^ CRC32[usize::from((crc >> 24) as u8 ^ byte)])
}

const CRC32: [u32; 256] = {
    let mut table = [0u32; 256];
    let mut row = 0;
    while row < 256 {
        let mut crc = (row as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc >> 31 != 0 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 };
            bit += 1;
        }
        table[row] = crc;
        row += 1;
    }
    table
};
