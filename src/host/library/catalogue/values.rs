//! A column of values of which a track has none, one or several: who made it, its genres.

use std::collections::HashMap;

use super::bits::Bits;
use super::names::Names;

/// A track without a value.
pub(super) const NONE: u32 = u32::MAX;

/// Nearly all tracks have one value. Several that come together are a value of their own, kept once: its number lies after the names'.
#[derive(Debug, Default)]
pub(super) struct Values {
    of: Vec<u32>,
    names: u32,
    members: Vec<u32>,
    /// Where the members of each set end.
    ends: Vec<u32>,
    /// How each value and set sorts; equal ones are the same.
    ranks: Vec<u32>,
}

/// Fills a column position by position.
pub(super) struct Filling {
    values: Values,
    sets: HashMap<Vec<u32>, u32>,
}

impl Filling {
    pub(super) fn new(tracks: usize, names: usize) -> Self {
        let names = u32::try_from(names).expect("fewer values than the index has rows of 32-bit numbers");
        Self { values: Values { of: vec![NONE; tracks], names, ..Values::default() }, sets: HashMap::new() }
    }

    /// What the track at `position` has, in order; a value that comes twice counts once.
    pub(super) fn set(&mut self, position: usize, members: &[u32]) {
        self.values.of[position] = match members {
            [] => NONE,
            [one] => *one,
            several => self.several(several),
        };
    }

    /// Gives the tracks that have nothing what `other` has for them.
    pub(super) fn fall_back(&mut self, other: &Self) {
        for position in 0..self.values.of.len() {
            let value = other.values.of[position];
            if self.values.of[position] == NONE && value != NONE {
                self.set(position, &other.values.members(value).collect::<Vec<_>>());
            }
        }
    }

    fn several(&mut self, members: &[u32]) -> u32 {
        let mut once = Vec::with_capacity(members.len());
        for member in members {
            if !once.contains(member) {
                once.push(*member);
            }
        }
        if let [one] = once[..] {
            return one;
        }
        let values = &mut self.values;
        let next = values.names + values.ends.len() as u32;
        *self.sets.entry(once).or_insert_with_key(|members| {
            values.members.extend(members);
            values.ends.push(values.members.len() as u32);
            next
        })
    }

    /// The column, with the order that its names give it.
    pub(super) fn done(self, names: &Names) -> Values {
        let mut values = self.values;
        let rank = |value: u32| names.rank(value);
        let mut order: Vec<u32> = (0..values.names + values.ends.len() as u32).collect();
        order.sort_by(|a, b| values.members(*a).map(rank).cmp(values.members(*b).map(rank)));
        let mut ranks = vec![0; order.len()];
        (0..).zip(&order).for_each(|(rank, value)| ranks[*value as usize] = rank);
        values.ranks = ranks;
        values
    }
}

impl Values {
    /// How a track sorts by this column; `None` without a value.
    pub(super) fn rank(&self, position: usize) -> Option<u32> {
        let value = self.of[position];
        (value != NONE).then(|| self.ranks[value as usize])
    }

    fn members(&self, value: u32) -> impl Iterator<Item = u32> + '_ {
        let set = value.checked_sub(self.names).map(|set| set as usize);
        let several = set.map_or(&[][..], |set| {
            let start = if set == 0 { 0 } else { self.ends[set - 1] };
            &self.members[start as usize..self.ends[set] as usize]
        });
        let one = set.is_none().then_some(value);
        one.into_iter().chain(several.iter().copied())
    }

    /// The tracks that have any of these values; `without`: or none at all.
    pub(super) fn having(&self, wanted: &[u32], without: bool) -> Bits {
        let mut fits = vec![false; self.ranks.len()];
        wanted.iter().for_each(|value| fits[*value as usize] = true);
        for set in self.names..self.ranks.len() as u32 {
            fits[set as usize] = self.members(set).any(|member| fits[member as usize]);
        }
        Bits::of(self.of.len(), |position| match self.of[position] {
            NONE => without,
            value => fits[value as usize],
        })
    }

    /// How many of the selected tracks have each value, and how many have none.
    pub(super) fn count(&self, selected: &Bits) -> (Vec<u32>, u32) {
        let mut each = vec![0_u32; self.ranks.len()];
        let mut without = 0;
        for position in selected.iter() {
            match self.of[position] {
                NONE => without += 1,
                value => each[value as usize] += 1,
            }
        }
        let sets = each.split_off(self.names as usize);
        for (value, count) in (self.names..).zip(sets) {
            if count > 0 {
                self.members(value).for_each(|member| each[member as usize] += count);
            }
        }
        (each, without)
    }
}
