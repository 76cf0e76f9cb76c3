//! What was acknowledged, and its comparison with what is there.

use std::collections::BTreeMap;

use super::judge::Facts;
use super::life::Life;
use super::story::{STORY, facts_after};

#[derive(Clone, Copy)]
struct Entry {
    /// Steps acknowledged.
    acknowledged: usize,
    /// The step after those may have been done too.
    is_open: bool,
}

/// How far each account has come.
#[derive(Default)]
pub struct Journal {
    entries: BTreeMap<Life, Entry>,
    /// Open steps that were found done, and not done.
    pub open_done: usize,
    pub open_undone: usize,
}

impl Journal {
    pub fn begin(&mut self, life: Life) {
        self.entries.insert(life, Entry { acknowledged: 0, is_open: false });
    }

    /// Notes that the life's first `steps` steps have been acknowledged.
    pub fn acknowledge(&mut self, life: Life, steps: usize) {
        let entry = self.entry(life);
        assert_eq!(steps, entry.acknowledged + 1, "{life:?} jumped");
        entry.acknowledged = steps;
    }

    /// Nobody knows whether the life's next step was done.
    pub fn open(&mut self, life: Life) {
        self.entry(life).is_open = true;
    }

    /// Whoever was at work was killed: nobody knows of any life's next step, from `floor` on.
    pub fn open_all(&mut self, floor: Life) {
        self.entries.range_mut(floor..).for_each(|(_, entry)| entry.is_open = entry.acknowledged < STORY.len());
    }

    /// Steps done of a life, once nothing of it is open.
    pub fn settled(&self, life: Life) -> Option<usize> {
        self.entries.get(&life).filter(|entry| !entry.is_open).map(|entry| entry.acknowledged)
    }

    /// Lives below this one have come to their end.
    pub fn floor(&self) -> Life {
        let unfinished = self.entries.iter().find(|(_, entry)| entry.acknowledged < STORY.len() || entry.is_open);
        unfinished.or(self.entries.last_key_value()).map_or(Life(0), |(life, _)| *life)
    }

    /// Compares with what is there of the lives from `floor` on: each stands exactly where it was acknowledged to, or wholly one
    /// step on where that is open. What was open is known afterwards.
    pub fn check(&mut self, floor: Life, facts: &Facts) {
        let stories: Vec<_> = (0..=STORY.len()).map(facts_after).collect();
        let mut wrong: Vec<String> =
            facts.keys().filter(|life| !self.entries.contains_key(life)).map(|life| format!("{life:?} never began")).collect();
        for (&life, entry) in self.entries.range_mut(floor..) {
            let found = facts.get(&life).cloned().unwrap_or_default();
            if found == stories[entry.acknowledged] {
                self.open_undone += usize::from(entry.is_open);
            } else if entry.is_open && found == stories[entry.acknowledged + 1] {
                self.open_done += 1;
                entry.acknowledged += 1;
            } else {
                let (steps, open) = (entry.acknowledged, if entry.is_open { ", the next one open" } else { "" });
                wrong.push(format!("{life:?}, {steps} steps acknowledged{open}: {found:#?}\nwhere {:#?} should be", stories[steps]));
            }
            entry.is_open = false;
        }
        assert!(wrong.is_empty(), "{} of {} lives are not what was acknowledged:\n{}", wrong.len(), self.entries.len(), wrong.join("\n"));
    }

    fn entry(&mut self, life: Life) -> &mut Entry {
        self.entries.get_mut(&life).expect("a life begins before its steps")
    }
}
