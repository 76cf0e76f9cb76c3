//! Texts of one kind, each once, in few blocks of memory.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::super::fold::fold;
use super::key::push_sort_key;

/// Many short texts in one block.
#[derive(Debug, Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Texts {
    pub(super) fn with_capacity(texts: usize, bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), ends: Vec::with_capacity(texts) }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn push(&mut self, text: &[u8]) {
        self.push_with(|bytes| bytes.extend(text));
    }

    pub(super) fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        // 4 GiB of names do not fit into memory beside the rest; what lies beyond is empty.
        self.bytes.truncate(u32::MAX as usize);
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }

    pub(super) fn get(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[start as usize..self.ends[at] as usize]
    }

    /// Of texts that were pushed as such.
    pub(super) fn text(&self, at: usize) -> &str {
        std::str::from_utf8(self.get(at)).unwrap_or_default()
    }

    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// The place of each among all, sorted by their bytes; equal texts share one. At most `self.len()` places from 0.
    pub(super) fn ranks(&self) -> Vec<u32> {
        // The first bytes decide nearly always, and lie together.
        let mut order: Vec<(u64, u32)> = (0_u32..).take(self.len()).map(|at| (head(self.get(at as usize)), at)).collect();
        order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| self.get(a.1 as usize).cmp(self.get(b.1 as usize))));
        let mut ranks = vec![0; self.len()];
        let (mut rank, mut last) = (0, None);
        for (_, at) in order {
            let text = self.get(at as usize);
            rank += u32::from(last.is_some_and(|last| last != text));
            last = Some(text);
            ranks[at as usize] = rank;
        }
        ranks
    }
}

fn head(text: &[u8]) -> u64 {
    let mut head = [0; 8];
    let length = text.len().min(8);
    head[..length].copy_from_slice(&text[..length]);
    u64::from_be_bytes(head)
}

/// Names that are the same to people are one value: `Björk` and `bjork`.
#[derive(Debug, Default)]
pub(super) struct Names {
    names: Texts,
    /// Place in name order, each its own.
    ranks: Vec<u32>,
    /// Values in name order.
    sorted: Vec<u32>,
    /// Hash of the folded name, value.
    known: Vec<(u64, u32)>,
}

/// A name as the index has it.
pub(super) struct Written {
    pub(super) name: String,
    /// As a tag says that it sorts.
    pub(super) sort: Option<String>,
}

impl Names {
    /// Names, and which value each of `written` is. Of several spellings the first is shown.
    pub(super) fn new(written: Vec<Written>) -> (Self, Vec<u32>) {
        let mut same: Vec<(String, u32)> = (0_u32..).zip(&written).map(|(at, one)| (fold(&one.name), at)).collect();
        same.sort_unstable();
        let mut of = vec![0; written.len()];
        let (mut names, mut keys, mut known) = (Texts::default(), Texts::default(), Vec::new());
        for group in same.chunk_by(|a, b| a.0 == b.0) {
            let value = u32::try_from(names.len()).expect("fewer values than the index has rows of 32-bit numbers");
            let first = &written[group[0].1 as usize];
            let sort = group.iter().find_map(|(_, at)| written[*at as usize].sort.as_deref());
            names.push(first.name.as_bytes());
            keys.push_with(|bytes| push_sort_key(sort.unwrap_or(&first.name), bytes));
            known.push((hash(&group[0].0), value));
            group.iter().for_each(|(_, at)| of[*at as usize] = value);
        }
        known.sort_unstable();
        names.shrink();
        // `same` was in the order of folded names: values with equal keys keep that.
        let ranks = keys.ranks();
        let mut sorted: Vec<u32> = (0_u32..).take(names.len()).collect();
        sorted.sort_unstable_by_key(|value| (ranks[*value as usize], *value));
        let mut own = vec![0; sorted.len()];
        (0..).zip(&sorted).for_each(|(rank, value)| own[*value as usize] = rank);
        (Self { names, ranks: own, sorted, known }, of)
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn name(&self, value: u32) -> &str {
        self.names.text(value as usize)
    }

    pub(super) fn rank(&self, value: u32) -> u32 {
        self.ranks[value as usize]
    }

    pub(super) fn sorted(&self) -> &[u32] {
        &self.sorted
    }

    /// The value that a name is, however it is spelt.
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        let folded = fold(name);
        let hash = hash(&folded);
        let first = self.known.partition_point(|(known, _)| *known < hash);
        self.known[first..]
            .iter()
            .take_while(|(known, _)| *known == hash)
            .map(|(_, value)| *value)
            .find(|value| fold(self.name(*value)) == folded)
    }
}

fn hash(folded: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str, sort: Option<&str>) -> Written {
        Written { name: name.to_owned(), sort: sort.map(str::to_owned) }
    }

    #[test]
    fn one_name_in_many_spellings_is_one_value() {
        let (names, of) = Names::new(vec![written("Björk", None), written("Zappa", Some("Aaa")), written("bjork", None)]);
        assert_eq!(names.len(), 2);
        assert_eq!(of[0], of[2]);
        assert_eq!(names.name(of[0]), "Björk");
        assert_eq!(names.sorted().iter().map(|value| names.name(*value)).collect::<Vec<_>>(), ["Zappa", "Björk"]);
        assert_eq!(names.find("BJÖRK"), Some(of[0]));
        assert_eq!(names.find("nobody"), None);
    }

    #[test]
    fn equal_texts_share_a_place() {
        let mut texts = Texts::default();
        for text in ["b", "a", "b", "abcdefghij", "abcdefghii"] {
            texts.push(text.as_bytes());
        }
        assert_eq!(texts.ranks(), [3, 0, 3, 2, 1]);
    }
}
