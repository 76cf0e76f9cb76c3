//! What the database said a moment ago, for while it is away: music that plays goes on. It counts for as long as a ticket does, which
//! the host would honour for so long in any case.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::auth::token::TokenHash;
use crate::protocol::limits::TICKET_LIFETIME;
use crate::store::{Host, User};
use crate::types::{HostId, UnixMs};

/// Fewer are not looked through for old ones.
const SWEEP_FROM: usize = 64;

#[derive(Default)]
pub struct Remembered {
    /// Who is signed in by a session's token, and until when.
    pub sessions: Answers<TokenHash, (User, UnixMs)>,
    pub hosts: Answers<HostId, Host>,
}

/// Answers to one kind of question.
pub struct Answers<K, V>(Mutex<Kept<K, V>>);

struct Kept<K, V> {
    answers: HashMap<K, (V, UnixMs)>,
    /// So many make it worth looking for old ones.
    sweep_at: usize,
}

impl<K, V> Default for Answers<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Kept { answers: HashMap::new(), sweep_at: SWEEP_FROM }))
    }
}

impl<K: Eq + Hash, V: Clone> Answers<K, V> {
    /// Takes note of what the database said: that there is nothing, too.
    pub fn note(&self, key: K, answer: Option<&V>, now: UnixMs) {
        let mut kept = self.lock();
        match answer {
            Some(value) => kept.answers.insert(key, (value.clone(), now)),
            None => kept.answers.remove(&key),
        };
        if kept.answers.len() >= kept.sweep_at {
            kept.answers.retain(|_, (_, then)| is_recent(*then, now));
            kept.sweep_at = SWEEP_FROM.max(kept.answers.len() * 2);
        }
    }

    /// What it said, if that was lately.
    pub fn recall(&self, key: &K, now: UnixMs) -> Option<V> {
        self.lock().answers.get(key).filter(|(_, then)| is_recent(*then, now)).map(|(value, _)| value.clone())
    }

    /// From now on this is not so.
    pub fn forget(&self, key: &K) {
        self.lock().answers.remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, Kept<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A clock that was set back makes nothing young again.
fn is_recent(then: UnixMs, now: UnixMs) -> bool {
    u128::try_from(now.since_ms(then)).is_ok_and(|age| age <= TICKET_LIFETIME.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGE_MS_MAX: i64 = 120_000;

    #[test]
    fn an_answer_is_good_for_as_long_as_a_ticket() {
        let answers = Answers::default();
        answers.note("key", Some(&1), UnixMs(1_000));
        assert_eq!(answers.recall(&"key", UnixMs(1_000 + AGE_MS_MAX)), Some(1));
        assert_eq!(answers.recall(&"key", UnixMs(1_001 + AGE_MS_MAX)), None);
        assert_eq!(answers.recall(&"key", UnixMs(999)), None);
    }

    #[test]
    fn what_is_no_more_is_not_remembered() {
        let answers = Answers::default();
        for end in [|answers: &Answers<_, i32>| answers.forget(&"key"), |answers: &Answers<_, _>| answers.note("key", None, UnixMs(0))] {
            answers.note("key", Some(&1), UnixMs(0));
            end(&answers);
            assert_eq!(answers.recall(&"key", UnixMs(0)), None);
        }
    }

    #[test]
    fn old_answers_make_room() {
        let answers = Answers::default();
        for n in 0..10_000 {
            answers.note(n, Some(&()), UnixMs(n * 1_000));
        }
        assert!(answers.lock().answers.len() < 300, "{}", answers.lock().answers.len());
    }
}
