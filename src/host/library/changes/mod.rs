//! What has changed in the library, so that players learn of it: a version, and which tracks the last changes were of.
//!
//! Nothing of it is written: a version begins at the time of the start, so that it grows over restarts, and who asks for what happened
//! before the ring's first change is told to ask for everything again.

mod outside;
mod ring;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;

pub use outside::Outside;
use ring::Ring;
pub use ring::{Delta, What};

use crate::types::{TrackId, UnixMs, UserId};

/// Versions a millisecond: more changes than that are not made.
const VERSIONS_A_MS: u64 = 1_000;

pub struct Changes {
    ring: Mutex<Ring>,
    raised: watch::Sender<u64>,
    own: Mutex<Own>,
    /// One for each catalogue that pages are made of.
    unlisted: Mutex<Vec<Weak<Unlisted>>>,
}

/// What is in the index and perhaps not in a catalogue.
#[derive(Default)]
pub(super) struct Unlisted(Mutex<Option<What>>);

impl Unlisted {
    /// To be called before the catalogue is made, and what it gives told again when that is in use, or handed back.
    pub(super) fn take(&self) -> Option<What> {
        self.what().take()
    }

    pub(super) fn hand_back(&self, taken: Option<What>) {
        let mut what = self.what();
        *what = match (taken, what.take()) {
            (Some(before), Some(since)) => Some(before.and(&since)),
            (before, since) => before.or(since),
        };
    }

    fn add(&self, more: &What) {
        let mut what = self.what();
        *what = Some(what.take().map_or_else(|| more.clone(), |before| before.and(more)));
    }

    fn what(&self) -> MutexGuard<'_, Option<What>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of which file the next change that is seen is this process's own.
#[derive(Default)]
struct Own {
    index: bool,
    listeners: bool,
}

impl Changes {
    pub(super) fn new(now: UnixMs) -> Self {
        let version = u64::try_from(now.0).unwrap_or(0).saturating_mul(VERSIONS_A_MS);
        Self {
            ring: Mutex::new(Ring::new(version)),
            raised: watch::Sender::new(version),
            own: Mutex::default(),
            unlisted: Mutex::default(),
        }
    }

    /// To be called after the commit, which [`Self::own_index`] announces.
    pub fn of_tracks(&self, changed: &[TrackId], removed: &[TrackId]) {
        if !changed.is_empty() || !removed.is_empty() {
            self.raise(None, What::tracks(changed, removed));
        }
    }

    /// More than can be named, or nobody knows what.
    pub fn of_everything(&self) {
        self.raise(None, What::Everything);
    }

    /// Something that only this listener's rows show.
    pub fn of_listener(&self, listener: UserId, tracks: &[TrackId]) {
        if !tracks.is_empty() {
            self.raise(Some(listener), What::tracks(tracks, &[]));
        }
    }

    /// What follows is written to the index by this process, which will say itself what it changed, if anybody is to know.
    /// To be called before the commit.
    pub fn own_index(&self) {
        self.own().index = true;
    }

    pub(super) fn own_listeners(&self) {
        self.own().listeners = true;
    }

    /// What of `listener`'s library is newer than `since`; without one only the version.
    pub fn since(&self, listener: UserId, since: Option<u64>) -> Delta {
        self.ring().since(listener, since)
    }

    /// The same, as soon as there is anything, after `patience` at the latest. A waiter costs its memory, and a look at the ring a change.
    pub async fn wait(&self, listener: UserId, since: Option<u64>, patience: Duration) -> Delta {
        let mut raised = self.raised.subscribe();
        let news = async {
            loop {
                let delta = self.since(listener, since);
                // The sender lives as long as this does.
                if !delta.is_nothing() || since.is_none() || raised.changed().await.is_err() {
                    return delta;
                }
            }
        };
        match tokio::time::timeout(patience, news).await {
            Ok(delta) => delta,
            Err(_) => self.since(listener, since),
        }
    }

    /// Of a catalogue that will be made.
    pub(super) fn unlisted(&self) -> Arc<Unlisted> {
        let new = Arc::default();
        self.unlisted.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&new));
        new
    }

    pub(super) fn tell_again(&self, unlisted: Option<What>) {
        if let Some(what) = unlisted {
            self.tell(None, what);
        }
    }

    fn raise(&self, listener: Option<UserId>, what: What) {
        if listener.is_none() {
            let mut unlisted = self.unlisted.lock().unwrap_or_else(PoisonError::into_inner);
            unlisted.retain(|one| one.upgrade().inspect(|one| one.add(&what)).is_some());
        }
        self.tell(listener, what);
    }

    fn tell(&self, listener: Option<UserId>, what: What) {
        let version = self.ring().add(listener, what);
        self.raised.send_if_modified(|told| {
            let is_newer = version > *told;
            *told = version.max(*told);
            is_newer
        });
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        // Whatever panicked beside it, the ring is whole: each change is added at once.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn own(&self) -> MutexGuard<'_, Own> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn listener(n: u8) -> UserId {
        UserId::new(UnixMs(1), [n; 10])
    }

    fn track(n: u8) -> TrackId {
        TrackId::new(UnixMs(1), [n; 10])
    }

    #[tokio::test]
    async fn thousands_wait_and_each_hears_of_its_own_alone() {
        let changes = Arc::new(Changes::new(UnixMs(5)));
        let since = changes.since(listener(0), None).version;
        let mut waiters = tokio::task::JoinSet::new();
        for n in 0..4_000u32 {
            let (changes, who) = (changes.clone(), listener((n % 2) as u8));
            // Those of whom nothing is heard give up; the others would wait for longer than any test.
            let patience = Duration::from_secs(if n % 2 == 0 { 2 } else { 1_000_000 });
            waiters.spawn(async move { (n % 2, changes.wait(who, Some(since), patience).await) });
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        changes.of_listener(listener(1), &[track(7)]);
        let mut heard = 0;
        while let Some(waiter) = waiters.join_next().await {
            let (who, delta) = waiter.expect("waited");
            assert_eq!(delta.changed, if who == 1 { vec![track(7)] } else { vec![] });
            assert_eq!(delta.version, since + 1);
            heard += who;
        }
        assert_eq!(heard, 2_000);
    }

    #[tokio::test]
    async fn a_change_that_was_made_before_the_question_is_told_at_once() {
        let changes = Changes::new(UnixMs(5));
        let since = changes.since(listener(0), None).version;
        changes.of_tracks(&[track(1)], &[track(2)]);
        const EVER: Duration = Duration::from_secs(1_000_000);
        let delta = changes.wait(listener(0), Some(since), EVER).await;
        assert_eq!((delta.changed, delta.removed, delta.reset), (vec![track(1)], vec![track(2)], false));
        assert_eq!(changes.wait(listener(0), None, EVER).await.version, since + 1);
    }
}
