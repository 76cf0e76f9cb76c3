//! The two checksums of a frame (RFC 9639, sections 9.1.8 and 9.3).

/// Of a header. Polynomial x^8 + x^2 + x + 1.
pub fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0u8, |crc, byte| (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 != 0 { crc << 1 ^ 0x07 } else { crc << 1 }))
}

/// Of a frame; 0 over a whole frame, which ends with it.
pub fn crc16(bytes: &[u8]) -> u16 {
    crc16_on(0, bytes)
}

/// Goes on from the checksum of what came before. Polynomial x^16 + x^15 + x^2 + 1, by table: it runs over every byte of the sound.
pub fn crc16_on(mut crc: u16, bytes: &[u8]) -> u16 {
    for byte in bytes {
        crc = crc << 8 ^ CRC16[usize::from((crc >> 8) as u8 ^ byte)];
    }
    crc
}

const CRC16: [u16; 256] = crc16_table();

const fn crc16_table() -> [u16; 256] {
    let mut table = [0u16; 256];
    let mut row = 0;
    while row < 256 {
        let mut crc = (row as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 != 0 { crc << 1 ^ 0x8005 } else { crc << 1 };
            bit += 1;
        }
        table[row] = crc;
        row += 1;
    }
    table
}
