//! The host's prekeys, which players seal their requests to: a new one each day, the ones before kept for those who still use them.
//! They live in memory only. A host that is started anew has new ones, and players ask the server for them.
//!
//! How old a key is says the machine's own uptime. The time of day is told by the server, and only says until when players may use a key:
//! a server that tells a wrong one must not keep a key alive.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use crate::auth::{DeviceKey, b64};
use crate::protocol::seal::{PREKEY_LIFETIME, PREKEY_PERIOD, Prekey, PrekeyId, PublicPrekey, prekey};
use crate::types::{HostId, UnixMs, random};

/// Kept at a time: a day's, those of the days before, and some for clocks that were set right.
const KEYS_MAX: usize = 8;
/// When the time of day is another than a key was made for, by so much, the key is not told any more.
const JUMP_MAX: Duration = Duration::from_secs(10 * 60);

pub struct Prekeys {
    identity: DeviceKey,
    host: HostId,
    /// The newest last; the last one is what players are told.
    kept: RwLock<Vec<Box<Kept>>>,
}

/// A moment, by both clocks.
#[derive(Clone, Copy)]
pub struct Moment {
    pub now: UnixMs,
    /// Since the machine was started.
    pub uptime: Duration,
}

struct Kept {
    key: Prekey,
    made: Moment,
}

impl Prekeys {
    pub fn new(identity: DeviceKey, host: HostId, moment: Moment) -> Self {
        Self { identity, host, kept: RwLock::new(vec![Kept::make(moment)]) }
    }

    /// What players are told from now on; makes a new key when the last one is a day old, or was made by another time of day.
    pub fn current(&self, moment: Moment) -> PublicPrekey {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.age(moment) < HONOURED);
        if kept.last().is_none_or(|last| last.due_in(moment).is_zero()) {
            if kept.len() == KEYS_MAX {
                kept.remove(0);
            }
            kept.push(Kept::make(moment));
        }
        let last = kept.last().expect("one was made if there was none");
        let not_after_ms = last.made.now.plus(PREKEY_LIFETIME);
        let signature = self.identity.sign(&prekey::statement(self.host, last.key.public(), not_after_ms));
        PublicPrekey { key: b64::encode(last.key.public()), not_after_ms, signature: b64::encode(&signature) }
    }

    /// How long until [`Prekeys::current`] gives another.
    pub fn due_in(&self, moment: Moment) -> Duration {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.last().map_or(Duration::ZERO, |last| last.due_in(moment))
    }

    /// Does something with the key of this name; `None` when it is not there any more.
    pub fn with<T>(&self, id: PrekeyId, moment: Moment, then: impl FnOnce(&Prekey, HostId) -> T) -> Option<T> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let named = kept.iter().find(|kept| kept.key.id() == id && kept.age(moment) < HONOURED);
        named.map(|kept| then(&kept.key, self.host))
    }
}

/// How long a key opens what is sealed to it: its lifetime, and a day for players whose clock is behind.
const HONOURED: Duration = Duration::from_secs(3 * 24 * 60 * 60);

impl Kept {
    fn make(made: Moment) -> Box<Self> {
        Box::new(Self { key: Prekey::from_seed(&random::bytes()), made })
    }

    fn age(&self, moment: Moment) -> Duration {
        moment.uptime.saturating_sub(self.made.uptime)
    }

    fn due_in(&self, moment: Moment) -> Duration {
        let expected = self.made.now.plus(self.age(moment));
        let jump = Duration::from_millis(moment.now.since_ms(expected).unsigned_abs());
        if jump > JUMP_MAX { Duration::ZERO } else { PREKEY_PERIOD.saturating_sub(self.age(moment)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_700_000_000_000);
    const UP: Duration = Duration::from_secs(1000);
    const DAY: Duration = PREKEY_PERIOD;

    fn id(prekey: &PublicPrekey) -> PrekeyId {
        PrekeyId::of(&b64::decode(&prekey.key).expect("32 bytes"))
    }

    /// So long after the first key was made, by both clocks.
    fn after(passed: Duration) -> Moment {
        Moment { now: NOW.plus(passed), uptime: UP + passed }
    }

    fn prekeys() -> Prekeys {
        Prekeys::new(DeviceKey::from_seed(&[1; 32]), HostId::new(NOW, [2; 10]), after(Duration::ZERO))
    }

    fn opens(prekeys: &Prekeys, prekey: &PublicPrekey, moment: Moment) -> bool {
        prekeys.with(id(prekey), moment, |_, _| ()).is_some()
    }

    #[test]
    fn a_key_is_told_for_a_day_and_honoured_for_three() {
        let prekeys = prekeys();
        let first = prekeys.current(after(Duration::ZERO));
        let almost = after(DAY - Duration::from_millis(1));
        assert_eq!(prekeys.current(almost), first);
        assert_eq!(prekeys.due_in(almost), Duration::from_millis(1));
        let second = prekeys.current(after(DAY));
        assert_ne!(second.key, first.key);
        assert!(opens(&prekeys, &first, after(HONOURED - Duration::from_millis(1))));
        assert!(!opens(&prekeys, &first, after(HONOURED)), "also when no new key was made since");
        prekeys.current(after(HONOURED));
        assert!(!opens(&prekeys, &first, after(Duration::ZERO)), "it is gone, and with it what was sealed to it");
    }

    #[test]
    fn a_server_that_tells_another_time_keeps_no_key_alive() {
        let prekeys = prekeys();
        let centuries = Duration::from_secs(200 * 365 * 24 * 60 * 60);
        for told in [NOW.plus(centuries), UnixMs(i64::MAX), UnixMs(i64::MIN), UnixMs(0)] {
            let lie = Moment { now: told, uptime: UP };
            let lied = prekeys.current(lie);
            let truth = prekeys.current(after(Duration::ZERO));
            assert_ne!(truth.key, lied.key, "a key that was made for {told:?} is not told any more");
            assert_eq!(truth.not_after_ms, NOW.plus(PREKEY_LIFETIME));
            assert!(prekeys.due_in(after(Duration::ZERO)) <= DAY);
            assert!(!opens(&prekeys, &lied, Moment { now: told, uptime: UP + HONOURED }));
        }
        assert!(prekeys.kept.read().expect("unpoisoned").len() <= KEYS_MAX);
    }

    #[test]
    fn a_clock_that_drifts_changes_no_key() {
        let prekeys = prekeys();
        let first = prekeys.current(after(Duration::ZERO));
        let drifted = Moment { now: after(DAY / 2).now.plus(JUMP_MAX), ..after(DAY / 2) };
        assert_eq!(prekeys.current(drifted), first);
    }

    #[test]
    fn a_key_is_signed_by_the_identity() {
        let prekeys = prekeys();
        let told = prekeys.current(after(Duration::ZERO));
        let key: [u8; 32] = b64::decode(&told.key).expect("32 bytes");
        let statement = prekey::statement(HostId::new(NOW, [2; 10]), &key, told.not_after_ms);
        let signature = b64::decode(&told.signature).expect("64 bytes");
        let public = DeviceKey::from_seed(&[1; 32]).public();
        assert!(public.verify(&statement, &signature));
        assert!(!public.verify(&prekey::statement(HostId::new(NOW, [3; 10]), &key, told.not_after_ms), &signature));
    }
}
