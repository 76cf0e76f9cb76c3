//! Password work: each hash takes 19 MiB and tens of milliseconds, so few run at once and few may wait.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use crate::auth::password;
use crate::types::Secret;

const AT_ONCE: usize = 2;
const WAITING_MAX: usize = 32;

/// The queue before the workers.
pub struct PasswordQueue {
    slots: Semaphore,
    inside: AtomicUsize,
}

/// Too many sign-ins at once.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many people are signing in at this moment: try again shortly")]
pub struct QueueFull;

impl PasswordQueue {
    pub fn new() -> Self {
        Self { slots: Semaphore::new(AT_ONCE), inside: AtomicUsize::new(0) }
    }

    /// Whether `password` is the one behind `phc`; takes as long when there is no `phc`.
    pub async fn verify(&self, password: Secret<String>, phc: Option<Secret<String>>) -> Result<bool, QueueFull> {
        let _place = self.enter()?;
        let _slot = self.slots.acquire().await.map_err(|_| QueueFull)?;
        // A lost worker says no.
        let verdict = tokio::task::spawn_blocking(move || password::verify(&password, phc.as_ref().map(|phc| phc.expose().as_str()))).await;
        Ok(verdict.unwrap_or(false))
    }

    fn enter(&self) -> Result<Place<'_>, QueueFull> {
        let place = Place(&self.inside);
        if self.inside.fetch_add(1, Ordering::Relaxed) < AT_ONCE + WAITING_MAX { Ok(place) } else { Err(QueueFull) }
    }
}

/// A place in the queue, given up when dropped.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
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
    async fn verifies_and_fails_closed() {
        let queue = PasswordQueue::new();
        let secret = |text: &str| Secret::new(text.to_owned());
        let phc = Secret::new(password::hash(&secret("correct horse battery"), [1; 16]).expect("hashed"));
        assert_eq!(queue.verify(secret("correct horse battery"), Some(phc.clone())).await, Ok(true));
        assert_eq!(queue.verify(secret("wrong horse battery"), Some(phc)).await, Ok(false));
        assert_eq!(queue.verify(secret("correct horse battery"), None).await, Ok(false));
    }
}
