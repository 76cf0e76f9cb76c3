//! What was asked for last, so that the next page of it is at hand.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// A few answers, each with its weight; the one not asked for longest goes first.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    kept: Mutex<Vec<Kept<K, V>>>,
    entries: usize,
    weight: usize,
}

#[derive(Debug)]
struct Kept<K, V> {
    key: K,
    value: Arc<V>,
    weight: usize,
}

impl<K: Eq + Hash + Clone, V> Recent<K, V> {
    /// Keeps at most so many answers, of at most so much weight together.
    pub(super) fn new(entries: usize, weight: usize) -> Self {
        Self { kept: Mutex::new(Vec::new()), entries, weight }
    }

    /// The answer kept for `key`, or the one that `make` gives, with its weight. Two who ask at once may both make it.
    pub(super) fn get<E>(&self, key: &K, make: impl FnOnce() -> Result<(V, usize), E>) -> Result<Arc<V>, E> {
        if let Some(value) = self.known(key) {
            return Ok(value);
        }
        let (value, weight) = make()?;
        let value = Arc::new(value);
        let mut kept = self.kept();
        kept.push(Kept { key: key.clone(), value: value.clone(), weight });
        while kept.len() > self.entries || (kept.len() > 1 && kept.iter().map(|one| one.weight).sum::<usize>() > self.weight) {
            kept.remove(0);
        }
        Ok(value)
    }

    /// The answer kept for `key`.
    pub(super) fn known(&self, key: &K) -> Option<Arc<V>> {
        let mut kept = self.kept();
        let one = kept.iter().position(|one| one.key == *key).map(|at| kept.remove(at))?;
        let value = one.value.clone();
        kept.push(one);
        Some(value)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Kept<K, V>>> {
        // What is kept is right whoever panicked beside it.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_asked_for_longest_is_made_again() {
        let recent = Recent::new(2, 100);
        let made = std::cell::Cell::new(0);
        let ask = |key: u32| {
            let make = || {
                made.set(made.get() + 1);
                Ok::<_, ()>((key * 10, 1))
            };
            *recent.get(&key, make).expect("made")
        };
        for key in [1, 2, 1, 3, 1] {
            assert_eq!(ask(key), key * 10);
        }
        assert_eq!(made.get(), 3, "1 was asked for in between");
        ask(2);
        assert_eq!(made.get(), 4);
    }

    #[test]
    fn heavy_answers_leave_room_for_few() {
        let recent = Recent::new(10, 100);
        for key in 0..5 {
            recent.get(&key, || Ok::<_, ()>((key, 40))).expect("made");
        }
        assert_eq!(recent.kept().len(), 2);
    }
}
