//! A turn for those who collided: one of them runs at a time. What collided once mostly wants the same rows again, and would
//! otherwise go on colliding with its likes, of which each try costs the server as much as a success.

use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded};

/// Holds the turn while nobody has it.
pub struct Turns {
    free: Receiver<()>,
    back: Sender<()>,
}

/// Ours until dropped.
pub struct Turn<'t>(&'t Sender<()>);

impl Default for Turns {
    fn default() -> Self {
        let (back, free) = bounded(1);
        let turns = Self { free, back };
        drop(Turn(&turns.back));
        turns
    }
}

impl Turns {
    /// Waits for the turn until `until`, first come first served.
    pub fn take(&self, until: Instant) -> Option<Turn<'_>> {
        self.free.recv_deadline(until).ok()?;
        Some(Turn(&self.back))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // There is room: the turn was taken out.
        let _ = self.0.try_send(());
    }
}
