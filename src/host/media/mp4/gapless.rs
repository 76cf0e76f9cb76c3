//! What iTunes writes of an AAC file's encoder delay, in place of an edit list.

use super::boxes::{child, children};

/// Samples at the media's own rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gapless {
    /// Decoded samples before the content.
    pub delay: u64,
    /// Samples of the content.
    pub length: u64,
}

/// Reads the free-form tag `iTunSMPB` of a `moov`: hexadecimal words, of which the second is the delay and the fourth the length.
pub fn gapless(moov: &[u8]) -> Option<Gapless> {
    children(moov).filter(|(kind, _)| kind == b"udta").find_map(|(_, udta)| in_user_data(udta))
}

fn in_user_data(udta: &[u8]) -> Option<Gapless> {
    // Version and flags come first.
    let list = child(child(udta, b"meta")?.get(4..)?, b"ilst")?;
    let mut tags = children(list).filter(|(kind, _)| kind == b"----").map(|(_, tag)| tag);
    let tag = tags.find(|tag| child(tag, b"name").is_some_and(|name| name.ends_with(b"iTunSMPB")))?;
    // Type and locale come first.
    let text = std::str::from_utf8(child(tag, b"data")?.get(8..)?).ok()?;
    let words: Vec<u64> = text.split_whitespace().map_while(|word| u64::from_str_radix(word, 16).ok()).collect();
    match words[..] {
        [_, delay, _, length, ..] if length > 0 => Some(Gapless { delay, length }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atom(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 8).expect("small");
        [&length.to_be_bytes()[..], kind, body].concat()
    }

    #[test]
    fn reads_the_delay_and_length_that_itunes_wrote() {
        let text = b" 00000000 00000840 000001CA 00000000003F31F6 00000000 00000000";
        let name = atom(b"name", b"\0\0\0\0iTunSMPB");
        let tag = atom(b"----", &[name, atom(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], &text[..]].concat())].concat());
        let meta = atom(b"meta", &[&[0; 4], &atom(b"ilst", &tag)[..]].concat());
        assert_eq!(gapless(&atom(b"udta", &meta)), Some(Gapless { delay: 0x840, length: 0x3f_31f6 }));
        assert_eq!(gapless(&meta), None);
    }
}
