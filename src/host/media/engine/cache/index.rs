//! Which entries there are, how big, and in which order they were used.

use std::collections::{BTreeMap, HashMap};

pub struct Index {
    bytes_max: u64,
    bytes: u64,
    /// Grows with each use.
    clock: u64,
    entries: HashMap<String, Entry>,
    by_use: BTreeMap<u64, String>,
}

struct Entry {
    bytes: u64,
    used: u64,
}

impl Index {
    pub fn new(bytes_max: u64) -> Self {
        Self { bytes_max, bytes: 0, clock: 0, entries: HashMap::new(), by_use: BTreeMap::new() }
    }

    pub fn contains(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// Marks an entry as used just now; false when there is none.
    pub fn touch(&mut self, name: &str) -> bool {
        let Some(entry) = self.entries.get_mut(name) else { return false };
        self.by_use.remove(&entry.used);
        self.clock += 1;
        entry.used = self.clock;
        self.by_use.insert(self.clock, name.to_owned());
        true
    }

    /// Adds or replaces an entry. Returns the names of those that must go to stay within the limit, maybe this one too.
    pub fn insert(&mut self, name: &str, bytes: u64) -> Vec<String> {
        self.remove(name);
        self.clock += 1;
        self.entries.insert(name.to_owned(), Entry { bytes, used: self.clock });
        self.by_use.insert(self.clock, name.to_owned());
        self.bytes += bytes;
        let mut over = Vec::new();
        while self.bytes > self.bytes_max {
            let Some((_, oldest)) = self.by_use.first_key_value() else { break };
            let oldest = oldest.clone();
            self.remove(&oldest);
            over.push(oldest);
        }
        over
    }

    pub fn remove(&mut self, name: &str) {
        if let Some(entry) = self.entries.remove(name) {
            self.by_use.remove(&entry.used);
            self.bytes -= entry.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_holds_more_than_the_limit(uses in prop::collection::vec((0u8..20, 0u64..400), 0..200)) {
            let mut index = Index::new(1_000);
            for (name, bytes) in uses {
                let over = index.insert(&name.to_string(), bytes);
                prop_assert!(over.iter().all(|name| !index.entries.contains_key(name)));
                prop_assert_eq!(index.bytes, index.entries.values().map(|entry| entry.bytes).sum::<u64>());
                prop_assert_eq!(index.entries.len(), index.by_use.len());
                prop_assert!(index.bytes <= 1_000);
            }
        }
    }
}
