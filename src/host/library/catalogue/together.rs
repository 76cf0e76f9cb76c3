//! Duplicates beside one another, so that it can be seen what is the same as what.

use std::collections::HashMap;

use rusqlite::Connection;

use super::View;
use crate::host::library::identity::duplicate_groups;

/// Tracks in an order, and as many numbers: those of one number are the same.
pub(in crate::host::library) struct Together {
    pub(in crate::host::library) positions: Vec<u32>,
    /// Counted from 0 along the order.
    pub(in crate::host::library) groups: Vec<u32>,
}

impl View {
    /// Brings what is the same to where the first of it is in `sorted`. What is the same among all that the asker sees is
    /// looked up once.
    pub(in crate::host::library) fn together(&self, index: &Connection, sorted: &[u32]) -> rusqlite::Result<Together> {
        let known = self.duplicate_groups(index)?;
        let mut numbers = HashMap::new();
        let mut all: Vec<(u32, u32)> = Vec::with_capacity(sorted.len());
        for position in sorted {
            let n = self.n(*position);
            let next = numbers.len() as u32;
            all.push((*numbers.entry(known.get(&n).copied().unwrap_or(n)).or_insert(next), *position));
        }
        // Those of one number stay as they lie.
        all.sort_by_key(|(number, _)| *number);
        let (groups, positions) = all.into_iter().unzip();
        Ok(Together { positions, groups })
    }

    fn duplicate_groups(&self, index: &Connection) -> rusqlite::Result<&HashMap<i64, i64>> {
        if let Some(known) = self.seen().groups.get() {
            return Ok(known);
        }
        let found = duplicate_groups(index)?.into_iter().collect();
        Ok(self.seen().groups.get_or_init(|| found))
    }
}
