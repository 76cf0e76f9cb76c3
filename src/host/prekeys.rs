//! The host's prekeys, which players seal their requests to: a new one each day, the one before kept for those who still use it.
//! They live in memory only. A host that is started anew has new ones, and players ask the server for them.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use crate::auth::{DeviceKey, b64};
use crate::protocol::seal::{PREKEY_LIFETIME, PREKEY_PERIOD, Prekey, PrekeyId, PublicPrekey, prekey};
use crate::types::{HostId, UnixMs, random};

pub struct Prekeys {
    identity: DeviceKey,
    host: HostId,
    /// The newest last; the last one is what players are told.
    kept: RwLock<Vec<Kept>>,
}

struct Kept {
    key: Prekey,
    made_at: UnixMs,
}

impl Prekeys {
    pub fn new(identity: DeviceKey, host: HostId, now: UnixMs) -> Self {
        Self { identity, host, kept: RwLock::new(vec![Kept::make(now)]) }
    }

    /// What players are told from `now` on; makes a new key when the last one is a day old.
    pub fn current(&self, now: UnixMs) -> PublicPrekey {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.last().is_none_or(|last| now >= last.made_at.plus(PREKEY_PERIOD)) {
            kept.push(Kept::make(now));
            // Their lifetime and the grace of clocks that players have.
            kept.retain(|key| now < key.made_at.plus(PREKEY_LIFETIME + PREKEY_PERIOD));
        }
        let Kept { key, made_at } = kept.last().expect("the newest is never old");
        let not_after_ms = made_at.plus(PREKEY_LIFETIME);
        let signature = self.identity.sign(&prekey::statement(self.host, key.public(), not_after_ms));
        PublicPrekey { key: b64::encode(key.public()), not_after_ms, signature: b64::encode(&signature) }
    }

    /// How long until [`Prekeys::current`] gives another.
    pub fn due_in(&self, now: UnixMs) -> Duration {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let due = kept.last().map_or(now, |last| last.made_at.plus(PREKEY_PERIOD));
        Duration::from_millis(u64::try_from(due.since_ms(now)).unwrap_or(0))
    }

    /// Does something with the key of this name; `None` when it is not there any more.
    pub fn with<T>(&self, id: PrekeyId, then: impl FnOnce(&Prekey, HostId) -> T) -> Option<T> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|kept| kept.key.id() == id).map(|kept| then(&kept.key, self.host))
    }
}

impl Kept {
    fn make(now: UnixMs) -> Self {
        Self { key: Prekey::from_seed(&random::bytes()), made_at: now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_700_000_000_000);

    fn id(prekey: &PublicPrekey) -> PrekeyId {
        PrekeyId::of(&b64::decode(&prekey.key).expect("32 bytes"))
    }

    fn prekeys() -> Prekeys {
        Prekeys::new(DeviceKey::from_seed(&[1; 32]), HostId::new(NOW, [2; 10]), NOW)
    }

    #[test]
    fn a_key_is_told_for_a_day_and_honoured_until_its_time_is_over() {
        let prekeys = prekeys();
        let first = prekeys.current(NOW);
        let almost = NOW.plus(PREKEY_PERIOD - Duration::from_millis(1));
        assert_eq!(prekeys.current(almost), first);
        assert_eq!(prekeys.due_in(almost), Duration::from_millis(1));
        let second = prekeys.current(NOW.plus(PREKEY_PERIOD));
        assert_ne!(second.key, first.key);
        assert!(prekeys.with(id(&first), |_, _| ()).is_some());
        for day in 2..=3 {
            prekeys.current(NOW.plus(PREKEY_PERIOD * day));
        }
        assert!(prekeys.with(id(&first), |_, _| ()).is_none(), "it is gone, and with it what was sealed to it");
        assert!(prekeys.kept.read().expect("unpoisoned").len() <= 3);
    }

    #[test]
    fn a_key_is_signed_by_the_identity() {
        let prekeys = prekeys();
        let told = prekeys.current(NOW);
        let key: [u8; 32] = b64::decode(&told.key).expect("32 bytes");
        let statement = prekey::statement(HostId::new(NOW, [2; 10]), &key, told.not_after_ms);
        let signature = b64::decode(&told.signature).expect("64 bytes");
        let public = DeviceKey::from_seed(&[1; 32]).public();
        assert!(public.verify(&statement, &signature));
        assert!(!public.verify(&prekey::statement(HostId::new(NOW, [3; 10]), &key, told.not_after_ms), &signature));
    }
}
