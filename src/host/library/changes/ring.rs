//! The last changes, as many as are worth naming.

use std::collections::{HashMap, VecDeque};

use crate::protocol::limits::CHANGED_TRACKS_MAX;
use crate::types::{TrackId, UserId};

/// Tracks that all kept changes name together: some 400 KB.
const IDS_MAX: usize = 20_000;
/// A change counts for so many tracks beside those that it names.
const CHANGE_COSTS: usize = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Each with whether it was removed.
    Tracks(Vec<(TrackId, bool)>),
    Everything,
}

impl What {
    pub(super) fn tracks(changed: &[TrackId], removed: &[TrackId]) -> Self {
        if changed.len() + removed.len() > CHANGED_TRACKS_MAX {
            return Self::Everything;
        }
        let changed = changed.iter().map(|id| (*id, false));
        Self::Tracks(changed.chain(removed.iter().map(|id| (*id, true))).collect())
    }

    /// This, and then `later`.
    pub(super) fn and(self, later: &Self) -> Self {
        match (self, later) {
            (Self::Tracks(mut tracks), Self::Tracks(more)) if tracks.len() + more.len() <= CHANGED_TRACKS_MAX => {
                tracks.retain(|(track, _)| !more.iter().any(|(later, _)| later == track));
                tracks.extend(more);
                Self::Tracks(tracks)
            }
            _ => Self::Everything,
        }
    }

    fn cost(&self) -> usize {
        let ids = if let Self::Tracks(tracks) = self { tracks.len() } else { 0 };
        CHANGE_COSTS + ids
    }
}

/// What is newer than a version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    pub version: u64,
    /// Too much to be named, or not known.
    pub reset: bool,
    pub changed: Vec<TrackId>,
    pub removed: Vec<TrackId>,
}

impl Delta {
    pub(super) fn is_nothing(&self) -> bool {
        !self.reset && self.changed.is_empty() && self.removed.is_empty()
    }

    fn reset(version: u64) -> Self {
        Self { version, reset: true, ..Self::default() }
    }
}

pub(super) struct Ring {
    version: u64,
    /// What happened up to this version is not known any more.
    floor: u64,
    changes: VecDeque<Change>,
    cost: usize,
}

struct Change {
    version: u64,
    /// Whom it concerns; `None`: everybody.
    listener: Option<UserId>,
    what: What,
}

impl Ring {
    pub(super) fn new(version: u64) -> Self {
        Self { version, floor: version, changes: VecDeque::new(), cost: 0 }
    }

    pub(super) fn add(&mut self, listener: Option<UserId>, what: What) -> u64 {
        self.version += 1;
        self.cost += what.cost();
        self.changes.push_back(Change { version: self.version, listener, what });
        while self.cost > IDS_MAX
            && let Some(oldest) = self.changes.pop_front()
        {
            self.cost -= oldest.what.cost();
            self.floor = oldest.version;
        }
        self.version
    }

    pub(super) fn since(&self, listener: UserId, since: Option<u64>) -> Delta {
        let Some(since) = since else { return Delta { version: self.version, ..Delta::default() } };
        // A version of the future is another index's, or that of a clock which went back.
        if since < self.floor || since > self.version {
            return Delta::reset(self.version);
        }
        let mut tracks: HashMap<TrackId, bool> = HashMap::new();
        let newer = self.changes.iter().rev().take_while(|change| change.version > since);
        for change in newer.filter(|change| change.listener.is_none_or(|of| of == listener)) {
            let What::Tracks(named) = &change.what else { return Delta::reset(self.version) };
            for (track, is_removed) in named {
                // The newest comes first.
                tracks.entry(*track).or_insert(*is_removed);
            }
            if tracks.len() > CHANGED_TRACKS_MAX {
                return Delta::reset(self.version);
            }
        }
        let of = |removed: bool| tracks.iter().filter(|(_, is_removed)| **is_removed == removed).map(|(track, _)| *track).collect();
        Delta { version: self.version, reset: false, changed: of(false), removed: of(true) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::UnixMs;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn listener(n: u8) -> UserId {
        UserId::new(UnixMs(1), [n; 10])
    }

    fn track(n: u16) -> TrackId {
        TrackId::new(UnixMs(n.into()), [0; 10])
    }

    #[test]
    fn what_is_too_much_or_not_known_is_a_reset() {
        let mut ring = Ring::new(1_000);
        let reset = |ring: &Ring, since| ring.since(listener(0), Some(since)).reset;
        assert!(reset(&ring, 999) && !reset(&ring, 1_000) && reset(&ring, 1_001));
        let many: Vec<_> = (0..1_001).map(track).collect();
        ring.add(None, What::tracks(&many, &[]));
        assert!(reset(&ring, 1_000) && !reset(&ring, 1_001));
        for _ in 0..3 {
            ring.add(None, What::tracks(&many[..600], &[]));
        }
        assert!(!reset(&ring, 1_001), "the same tracks each time are not many");
        for n in 0..10_000 {
            ring.add(Some(listener(0)), What::tracks(&[track(n)], &[]));
        }
        assert!(ring.changes.len() < IDS_MAX / CHANGE_COSTS && ring.cost <= IDS_MAX);
        assert!(reset(&ring, 1_001) && !reset(&ring, ring.version - 1_000) && reset(&ring, ring.version - 1_001));
        assert_eq!(ring.since(listener(1), Some(ring.version - 1_001)).changed, []);
    }

    proptest! {
        /// Whatever happens, who asks on and on ends up with what there is, or is told to look anew.
        #[test]
        fn who_follows_the_changes_has_what_there_is(
            changes in prop::collection::vec((0u16..20, any::<bool>(), 0u8..3, any::<bool>()), 0..60),
        ) {
            let mut ring = Ring::new(7);
            let (mut truth, mut shown) = (BTreeMap::new(), BTreeMap::new());
            let mut since = 7;
            for (at, (id, removed, who, asks)) in changes.into_iter().enumerate() {
                let of = (who > 0).then(|| listener(who));
                ring.add(of, if removed { What::tracks(&[], &[track(id)]) } else { What::tracks(&[track(id)], &[]) });
                if who < 2 {
                    truth.insert(track(id), (!removed).then_some(at));
                }
                if asks {
                    let delta = ring.since(listener(1), Some(since));
                    prop_assert!(!delta.reset);
                    // Asks for the rows that changed, as a player does.
                    for id in delta.changed.iter().chain(&delta.removed) {
                        prop_assert_eq!(truth[id].is_none(), delta.removed.contains(id));
                        shown.insert(*id, truth[id]);
                    }
                    prop_assert_eq!(&shown, &truth);
                    since = delta.version;
                }
            }
        }
    }
}
