//! Limits on a JSON document while it is read: what is too much is not held in memory before somebody counts it.

use std::fmt;
use std::io::{self, Read};
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};

use super::error::TooMuch;

/// Bytes of one text: a path is the longest there is.
const TEXT_BYTES_MAX: u64 = 1024 * 1024;
/// serde keeps no error of ours, only its words.
const TOO_MANY: &str = "more tracks or playlists than can be";

/// Lists that together hold so many: a list's items, and what each of them counts for.
pub(super) fn list<'de, D, T>(from: D, items_max: usize, (weight, weight_max): (fn(&T) -> usize, usize)) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_seq(Bounded { items_max, weight, weight_max, of: PhantomData })
}

struct Bounded<T> {
    items_max: usize,
    weight: fn(&T) -> usize,
    weight_max: usize,
    of: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Bounded<T> {
    type Value = Vec<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Vec<T>, A::Error> {
        let (mut items, mut weight) = (Vec::new(), 0_usize);
        while let Some(item) = from.next_element()? {
            weight = weight.saturating_add((self.weight)(&item));
            if items.len() == self.items_max || weight > self.weight_max {
                return Err(A::Error::custom(TOO_MANY));
            }
            items.push(item);
        }
        Ok(items)
    }
}

/// Whether an error is that of a list with too many items, and what to say then.
pub(super) fn too_many(error: &serde_json::Error) -> Option<&'static str> {
    error.to_string().starts_with(TOO_MANY).then_some(TOO_MANY)
}

/// Passes JSON on as long as no text in it is endless.
pub(super) struct Texts<R> {
    from: R,
    /// Bytes of the text that goes on, if one does.
    within: Option<u64>,
    is_escaped: bool,
}

impl<R: Read> Texts<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, within: None, is_escaped: false }
    }

    fn pass(&mut self, byte: u8) -> io::Result<()> {
        let is_escaped = std::mem::take(&mut self.is_escaped);
        self.within = match (self.within, byte) {
            (None, b'"') => Some(0),
            (Some(_), b'"') if !is_escaped => None,
            (Some(TEXT_BYTES_MAX), _) => return Err(io::Error::other(TooMuch("an endless text"))),
            (within, _) => within.map(|bytes| bytes + 1),
        };
        self.is_escaped = self.within.is_some() && byte == b'\\' && !is_escaped;
        Ok(())
    }
}

impl<R: Read> Read for Texts<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(bytes)?;
        bytes[..count].iter().try_for_each(|byte| self.pass(*byte))?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_where_it_is_too_long_and_not_at_its_end() {
        let read = |text: &str| list(&mut serde_json::Deserializer::from_str(text), 3, (|item: &usize| *item, 10));
        assert_eq!(read("[1,2,7]").expect("read"), [1, 2, 7]);
        // What follows is not looked at.
        for many in ["[1,1,1,1,?", "[1,10,?"] {
            assert!(too_many(&read(many).expect_err("too many")).is_some(), "{many}");
        }
        assert!(too_many(&read("[1,?").expect_err("no JSON")).is_none());
    }

    #[test]
    fn texts_end() {
        let read = |text: &str| io::copy(&mut Texts::new(text.as_bytes()), &mut io::sink());
        let max = TEXT_BYTES_MAX as usize;
        for fine in [format!(r#"["{}"]"#, "x".repeat(max)), format!(r#"["{}\"","b\\",{}]"#, "x".repeat(max - 2), " ".repeat(2 * max))] {
            assert!(read(&fine).is_ok());
        }
        assert!(read(&format!(r#"["{}"]"#, "x".repeat(max + 1))).is_err());
        assert!(read(&format!(r#"["{}"]"#, r#"\""#.repeat(max / 2 + 1))).is_err());
        assert!(read(&format!(r#"["\\","{}"#, "x".repeat(max + 1))).is_err());
    }
}
