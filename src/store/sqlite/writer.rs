//! The thread that writes: it takes what waits and commits it together (group commit), so that one wait for the disk serves all.

use std::thread::sleep;
use std::time::Duration;

use crossbeam_channel::Receiver;

use super::error::same;
use super::group::{Committer, Failure};
use super::patience;
use crate::store::StoreError;
use crate::store::job::Job;

/// Most jobs of one commit: more would only keep the first ones waiting.
const GROUP_MAX: usize = 256;

/// How long a group waits for more, when the one before was larger: those whom that one answered come back one after the other, and
/// the first of them would else have a commit of its own while the rest wait for the next. Half of the commits are saved so. One
/// caller alone never waits.
const LINGER: Duration = Duration::from_micros(100);

/// Changes rows until the queue's last sender is gone.
pub fn run(mut committer: Committer, queue: &Receiver<Job>) {
    let mut company = 1;
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        take_waiting(&mut group, queue);
        if group.len() < company {
            sleep(LINGER);
            take_waiting(&mut group, queue);
        }
        company = group.len();
        save(&mut committer, group);
    }
}

fn take_waiting(group: &mut Vec<Job>, queue: &Receiver<Job>) {
    group.extend(queue.try_iter().take(GROUP_MAX - group.len()));
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
        Err(Failure::OfAll(error)) => group.into_iter().for_each(|job| job.answer(Err(same(&error)))),
        // Not once more: what is in the log already would come to be done twice.
        Err(Failure::Unknown(_)) => group.into_iter().for_each(|job| job.answer(Err(StoreError::OutcomeUnknown))),
        // One of them may be to blame, or all: alone, each gets its own answer.
        Err(Failure::OfSome(_)) if group.len() > 1 => {
            committer.counts.run_again(group.len());
            group.into_iter().for_each(|job| save(committer, vec![job]));
        }
        Err(Failure::OfSome(error)) => group.remove(0).answer(Err(error)),
    }
}
