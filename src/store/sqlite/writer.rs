//! The thread that writes: it takes what waits and commits it together (group commit), so that one wait for the disk serves all.

use crossbeam_channel::Receiver;

use super::error::same;
use super::group::{Committer, Failure};
use super::patience;
use crate::store::StoreError;
use crate::store::job::Job;

/// Most jobs of one commit: more would only keep the first ones waiting.
const GROUP_MAX: usize = 256;

/// Changes rows until the queue's last sender is gone.
pub fn run(mut committer: Committer, queue: &Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        group.extend(queue.try_iter().take(GROUP_MAX - 1));
        save(&mut committer, group);
    }
}

/// Saves and answers all of `group`, together if that is possible.
pub fn save(committer: &mut Committer, group: Vec<Job>) {
    let (late, mut group): (Vec<_>, Vec<_>) = group.into_iter().partition(patience::is_over);
    late.into_iter().for_each(|job| job.answer(Err(StoreError::Busy)));
    if group.is_empty() {
        return;
    }
    match committer.commit(&mut group) {
        Ok(()) => group.into_iter().for_each(|job| job.answer(Ok(()))),
        Err(Failure::Everybodys(error)) => group.into_iter().for_each(|job| job.answer(Err(same(&error)))),
        // One of them may be to blame, or all: alone, each gets its own answer.
        Err(Failure::Somebodys(_)) if group.len() > 1 => {
            committer.counts.run_again(group.len());
            group.into_iter().for_each(|job| save(committer, vec![job]));
        }
        Err(Failure::Somebodys(error)) => group.remove(0).answer(Err(error)),
    }
}
