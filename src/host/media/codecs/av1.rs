//! AV1: its configuration from the first key frame, for files that do not carry it.

use mp4_atom::Av1c;

use super::bits::Bits;

const OBU_SEQUENCE_HEADER: u8 = 1;

/// Makes the configuration from the sequence header at the start of a temporal unit (AV1 bitstream, sections 5.3 and 5.5); `None` when
/// there is none.
pub fn av1_config(unit: &[u8]) -> Option<Av1c> {
    let mut rest = unit;
    // A temporal delimiter, a sequence header and metadata come before the picture.
    for _ in 0..8 {
        let Obu { kind, body, whole, after } = next_obu(rest)?;
        if kind == OBU_SEQUENCE_HEADER {
            return read_sequence(body).map(|config| Av1c { config_obus: whole.to_vec(), ..config });
        }
        rest = after;
    }
    None
}

struct Obu<'a> {
    kind: u8,
    /// Without its header.
    body: &'a [u8],
    whole: &'a [u8],
    after: &'a [u8],
}

fn next_obu(bytes: &[u8]) -> Option<Obu<'_>> {
    let head = *bytes.first()?;
    let (kind, extended, sized) = (head >> 3 & 0xf, head & 4 != 0, head & 2 != 0);
    if !sized {
        return None;
    }
    let mut at = 1 + usize::from(extended);
    let mut length = 0u64;
    for index in 0..8 {
        let byte = *bytes.get(at)?;
        at += 1;
        length |= u64::from(byte & 0x7f) << (index * 7);
        if byte & 0x80 == 0 {
            break;
        }
    }
    let end = at.checked_add(usize::try_from(length).ok()?)?;
    Some(Obu { kind, body: bytes.get(at..end)?, whole: bytes.get(..end)?, after: bytes.get(end..)? })
}

fn read_sequence(body: &[u8]) -> Option<Av1c> {
    let mut bits = Bits::new(body);
    let profile = bits.take(3)? as u8;
    bits.flag()?;
    let reduced = bits.flag()?;
    let (level, tier) = if reduced { (bits.take(5)? as u8, false) } else { read_operating_points(&mut bits)? };
    let (width_bits, height_bits) = (bits.take(4)? + 1, bits.take(4)? + 1);
    bits.take(width_bits)?;
    bits.take(height_bits)?;
    skip_tools(&mut bits, reduced)?;
    let config = Av1c { seq_profile: profile, seq_level_idx_0: level, seq_tier_0: tier, ..Av1c::default() };
    read_colours(&mut bits, config)
}

/// Level and tier of the first operating point.
fn read_operating_points(bits: &mut Bits) -> Option<(u8, bool)> {
    let (mut decoder_model, mut delay_bits) = (false, 0);
    if bits.flag()? {
        bits.take(32)?;
        bits.take(32)?;
        if bits.flag()? {
            bits.variable()?;
        }
        decoder_model = bits.flag()?;
        if decoder_model {
            delay_bits = bits.take(5)? + 1;
            bits.take(32)?;
            bits.take(10)?;
        }
    }
    let delays = bits.flag()?;
    let mut first = None;
    for _ in 0..=bits.take(5)? {
        bits.take(12)?;
        let level = bits.take(5)? as u8;
        let tier = level > 7 && bits.flag()?;
        if decoder_model && bits.flag()? {
            bits.take(delay_bits)?;
            bits.take(delay_bits)?;
            bits.flag()?;
        }
        if delays && bits.flag()? {
            bits.take(4)?;
        }
        first = first.or(Some((level, tier)));
    }
    first
}

/// What lies between the picture's size and its colours.
fn skip_tools(bits: &mut Bits, reduced: bool) -> Option<()> {
    if !reduced && bits.flag()? {
        bits.take(4 + 3)?;
    }
    bits.take(3)?;
    if reduced {
        return bits.take(3).map(|_| ());
    }
    bits.take(4)?;
    let order_hints = bits.flag()?;
    if order_hints {
        bits.take(2)?;
    }
    // Screen content tools: chosen by each frame, or for all of them; with them the same of integer motion vectors.
    let screen_tools = bits.flag()? || bits.flag()?;
    if screen_tools && !bits.flag()? {
        bits.flag()?;
    }
    if order_hints {
        bits.take(3)?;
    }
    bits.take(3).map(|_| ())
}

fn read_colours(bits: &mut Bits, mut config: Av1c) -> Option<Av1c> {
    config.high_bitdepth = bits.flag()?;
    config.twelve_bit = config.seq_profile == 2 && config.high_bitdepth && bits.flag()?;
    config.monochrome = config.seq_profile != 1 && bits.flag()?;
    let described = bits.flag()?;
    let points = if described { (bits.take(8)?, bits.take(8)?, bits.take(8)?) } else { (2, 2, 2) };
    (config.chroma_subsampling_x, config.chroma_subsampling_y) = match config.seq_profile {
        _ if config.monochrome => (true, true),
        // sRGB: 4:4:4 and full range without saying so.
        _ if points == (1, 13, 0) => (false, false),
        profile => {
            bits.flag()?;
            match profile {
                0 => (true, true),
                1 => (false, false),
                _ if config.twelve_bit => {
                    let x = bits.flag()?;
                    (x, x && bits.flag()?)
                }
                _ => (true, false),
            }
        }
    };
    if config.chroma_subsampling_x && config.chroma_subsampling_y && !config.monochrome {
        config.chroma_sample_position = bits.take(2)? as u8;
    }
    Some(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_header_or_none(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = av1_config(&bytes);
            let _ = read_sequence(&bytes);
        }
    }
}
