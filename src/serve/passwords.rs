//! Password work: each hash takes 19 MiB and tens of milliseconds, so few run at once and few may wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use crate::auth::password;
use crate::types::Secret;

const AT_ONCE: usize = 2;
const WAITING_MAX: usize = 32;

/// The queue before the workers.
pub struct PasswordQueue {
    slots: Arc<Semaphore>,
    inside: Arc<AtomicUsize>,
}

/// Too many sign-ins at once.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many people are signing in at this moment: try again shortly")]
pub struct QueueFull;

impl PasswordQueue {
    pub fn new() -> Self {
        Self { slots: Arc::new(Semaphore::new(AT_ONCE)), inside: Arc::default() }
    }

    /// Whether `password` is the one behind `phc`; takes as long when there is no `phc`.
    pub async fn verify(&self, password: Secret<String>, phc: Option<Secret<String>>) -> Result<bool, QueueFull> {
        // A lost worker says no.
        self.run(move || password::verify(&password, phc.as_ref().map(|phc| phc.expose().as_str()))).await.map(Option::unwrap_or_default)
    }

    /// What `work` gives on a thread of its own, when it is its turn; `None` when it panics.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<Option<T>, QueueFull> {
        let place = self.enter()?;
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(|_| QueueFull)?;
        let worker = tokio::task::spawn_blocking(move || {
            // The browser may hang up, and this goes on: both are given up when the work is done, not before.
            let _held = (place, slot);
            work()
        });
        Ok(worker.await.ok())
    }

    fn enter(&self) -> Result<Place, QueueFull> {
        let place = Place(Arc::clone(&self.inside));
        if self.inside.fetch_add(1, Ordering::Relaxed) < AT_ONCE + WAITING_MAX { Ok(place) } else { Err(QueueFull) }
    }
}

/// A place in the queue, given up when dropped.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_the_one_too_many_and_takes_the_next() {
        let queue = PasswordQueue::new();
        let mut places: Vec<_> = (0..AT_ONCE + WAITING_MAX).map(|_| queue.enter().expect("room")).collect();
        assert!(queue.enter().is_err());
        places.pop();
        assert!(queue.enter().is_ok());
    }

    #[tokio::test]
    async fn one_who_hangs_up_keeps_its_place_until_the_work_is_done() {
        let queue = PasswordQueue::new();
        let (finish, finished) = std::sync::mpsc::channel::<()>();
        let mut asked = Box::pin(queue.run(move || finished.recv()));
        // Polled once, the work is on its thread.
        assert!(futures_util::poll!(&mut asked).is_pending());
        drop(asked);
        assert_eq!((queue.slots.available_permits(), queue.inside.load(Ordering::Relaxed)), (AT_ONCE - 1, 1));
        drop(finish);
        let _all = queue.slots.acquire_many(u32::try_from(AT_ONCE).expect("few")).await.expect("never closed");
        assert_eq!(queue.inside.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn verifies_and_fails_closed() {
        let queue = PasswordQueue::new();
        let secret = |text: &str| Secret::new(text.to_owned());
        let phc = Secret::new(password::hash(&secret("correct horse battery"), [1; 16]).expect("hashed"));
        assert_eq!(queue.verify(secret("correct horse battery"), Some(phc.clone())).await, Ok(true));
        assert_eq!(queue.verify(secret("wrong horse battery"), Some(phc)).await, Ok(false));
        assert_eq!(queue.verify(secret("correct horse battery"), None).await, Ok(false));
    }
}
