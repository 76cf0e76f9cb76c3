//! Writes the rules of smart playlists as iTunes does. From what is known of the form publicly (libgpod's tables of fields and actions,
//! the offsets that itunessmart reads), and from nothing of our reader.

/// Set in an action: the value is a text; what is said is turned round.
pub const OF_TEXT: u32 = 0x0100_0000;
pub const NOT: u32 = 0x0200_0000;

/// 136 bytes of head, then the rules.
pub fn criteria(any: bool, rules: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; 136];
    bytes[..4].copy_from_slice(b"SLst");
    bytes[4..8].copy_from_slice(&0x0001_0001_u32.to_be_bytes());
    bytes[8..12].copy_from_slice(&u32::try_from(rules.len()).expect("few").to_be_bytes());
    bytes[12..16].copy_from_slice(&u32::from(any).to_be_bytes());
    bytes.extend(rules.concat());
    bytes
}

fn rule(field: u32, action: u32, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 56];
    bytes[..4].copy_from_slice(&field.to_be_bytes());
    bytes[4..8].copy_from_slice(&action.to_be_bytes());
    bytes[52..].copy_from_slice(&u32::try_from(value.len()).expect("short").to_be_bytes());
    bytes.extend(value);
    bytes
}

pub fn text(field: u32, action: u32, words: &str) -> Vec<u8> {
    rule(field, action, &words.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>())
}

/// From and to, each with a date of 0 and a unit of 1.
pub fn number(field: u32, action: u32, from: i64, to: i64) -> Vec<u8> {
    let mut value = [from, 0, 1, to, 0, 1].map(i64::to_be_bytes).concat();
    value.resize(68, 0);
    rule(field, action, &value)
}

/// In the last so many units of so many seconds: the place of a date holds a mark.
pub fn within(field: u32, not: bool, count: i64, unit: i64) -> Vec<u8> {
    const MARK: i64 = 0x2dae_2dae_2dae_2dae;
    let mut value = [MARK, -count, unit, MARK, 0, 1].map(i64::to_be_bytes).concat();
    value.resize(68, 0);
    rule(field, 0x200 | if not { NOT } else { 0 }, &value)
}

pub fn group(any: bool, rules: &[Vec<u8>]) -> Vec<u8> {
    // Its own action has two bits set that nobody knows the meaning of.
    rule(0, 0x0101_0000, &criteria(any, rules))
}

/// Live, and matching rules.
pub fn info() -> Vec<u8> {
    let mut bytes = vec![0; 112];
    (bytes[0], bytes[1], bytes[3], bytes[7]) = (1, 1, 3, 2);
    bytes[8..12].copy_from_slice(&25_u32.to_be_bytes());
    bytes
}

/// As [`info`], limited to so many of a unit, by an order that may be turned round.
pub fn limited(count: u32, unit: u8, order: u8, least: bool) -> Vec<u8> {
    let mut bytes = info();
    (bytes[2], bytes[3], bytes[7], bytes[13]) = (1, unit, order, u8::from(least));
    bytes[8..12].copy_from_slice(&count.to_be_bytes());
    bytes
}
