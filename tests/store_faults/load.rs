//! Callers that write through one store while a test does harm to what it depends on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use iroam::store::{Store, StoreError};
use tokio::sync::RwLock;
use tokio::task::{JoinHandle, block_in_place};
use tokio::time::{sleep, timeout};

use super::journal::Journal;
use super::judge::Facts;
use super::life::{Life, Trouble};
use super::story::STORY;
use super::tally::Tally;

/// Callers at once.
pub const CALLERS: usize = 16;
/// A call that takes longer hangs.
const CALL_PATIENCE: Duration = Duration::from_secs(60);
/// A store that is not at work again after this long does not come back by itself.
const RECOVERY_PATIENCE: Duration = Duration::from_secs(120);

/// Errors, beside those for which a database that is out of reach is known, after which nothing may have been changed.
pub type Tolerated = fn(&StoreError) -> bool;

/// Tolerates no others.
pub fn none(_: &StoreError) -> bool {
    false
}

pub struct Load {
    shared: Arc<Shared>,
    callers: Vec<JoinHandle<()>>,
    /// All lives before this one have ended and been checked.
    floor: Life,
}

struct Shared {
    store: Store,
    /// Each call holds it shared; who holds it alone knows that no call is under way.
    gate: RwLock<()>,
    has_ended: AtomicBool,
    next: AtomicU64,
    tolerated: Tolerated,
    notes: Mutex<Notes>,
}

#[derive(Default)]
struct Notes {
    journal: Journal,
    tally: Tally,
    /// What no caller may ever be told.
    wrong: Vec<String>,
}

impl Load {
    pub fn start(store: &Store, tolerated: Tolerated) -> Self {
        let shared = Arc::new(Shared {
            store: store.clone(),
            gate: RwLock::default(),
            has_ended: AtomicBool::new(false),
            next: AtomicU64::new(0),
            tolerated,
            notes: Mutex::default(),
        });
        let callers = (0..CALLERS).map(|_| tokio::spawn(call(shared.clone()))).collect();
        Self { shared, callers, floor: Life(0) }
    }

    /// Waits for so many more acknowledgements.
    pub async fn is_acknowledged(&self, more: u64) {
        let goal = self.shared.notes().tally.acknowledged + more;
        self.wait_until("changes are acknowledged", |tally| tally.acknowledged >= goal).await;
    }

    /// Waits until a figure is so much higher.
    pub async fn reaches(&self, more: u64, figure: impl Fn(&Tally) -> u64) {
        let goal = figure(&self.shared.notes().tally) + more;
        self.wait_until("callers are told of the harm", |tally| figure(tally) >= goal).await;
    }

    async fn wait_until(&self, what: &str, is_so: impl Fn(&Tally) -> bool) {
        let begin = Instant::now();
        while !is_so(&self.shared.fair_notes().tally) {
            if begin.elapsed() > RECOVERY_PATIENCE {
                let tally = self.shared.notes().tally.to_string();
                panic!("waited in vain until {what}: {tally}");
            }
            sleep(Duration::from_micros(200)).await;
        }
    }

    /// Holds the callers back, compares what is there with what was acknowledged, and lets them go on.
    pub async fn check(&mut self, judge: impl FnOnce(Life) -> Facts) {
        let alone = self.shared.gate.write().await;
        self.shared.compare(self.floor, judge);
        self.floor = self.shared.notes().journal.floor();
        self.shared.notes().tally.resume();
        drop(alone);
    }

    /// Waits until every call that is under way has come to something.
    pub async fn is_answered(&self) {
        drop(self.shared.gate.write().await);
        drop(self.shared.fair_notes());
    }

    /// Ends the callers and compares everything they have ever written.
    pub async fn end(self, judge: impl FnOnce(Life) -> Facts) -> Tally {
        let alone = self.shared.gate.write().await;
        self.shared.has_ended.store(true, Relaxed);
        self.shared.compare(Life(0), judge);
        drop(alone);
        for caller in self.callers {
            caller.await.expect("a caller does not panic");
        }
        let mut notes = self.shared.notes();
        notes.tally.unknown_done = notes.journal.open_done;
        std::mem::take(&mut notes.tally)
    }
}

impl Shared {
    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().expect("nobody panics with the notes in hand")
    }

    /// The notes, if nothing in them is wrong.
    fn fair_notes(&self) -> MutexGuard<'_, Notes> {
        let wrong = std::mem::take(&mut self.notes().wrong);
        assert!(wrong.is_empty(), "callers were told what may not be:\n{}", wrong.join("\n"));
        self.notes()
    }

    fn compare(&self, floor: Life, judge: impl FnOnce(Life) -> Facts) {
        drop(self.fair_notes());
        let facts = block_in_place(|| judge(floor));
        let mut journal = std::mem::take(&mut self.notes().journal);
        journal.check(floor, &facts);
        self.notes().journal = journal;
    }

    /// Notes what a call came to; false when the caller should wait a little before the next.
    fn note(&self, life: Life, steps: usize, outcome: Option<Result<(), Trouble>>) -> bool {
        let mut notes = self.notes();
        let error = match outcome {
            Some(Ok(())) => {
                notes.journal.acknowledge(life, steps + 1);
                notes.tally.acknowledge();
                return true;
            }
            Some(Err(Trouble::Store(error))) => error,
            Some(Err(Trouble::WrongAnswer(answer))) => {
                notes.wrong.push(format!("{life:?} {:?}: {answer}", STORY[steps].step));
                return false;
            }
            None => {
                notes.wrong.push(format!("{life:?} {:?} hangs", STORY[steps].step));
                return false;
            }
        };
        match error {
            StoreError::Busy => notes.tally.busy += 1,
            StoreError::Unavailable(_) => notes.tally.unavailable += 1,
            StoreError::OutcomeUnknown if !STORY[steps].step.is_read() => {
                notes.tally.unknown += 1;
                notes.journal.open(life);
            }
            error if (self.tolerated)(&error) => notes.tally.note_other(&error),
            error => notes.wrong.push(format!("{life:?} {:?}: {error} ({error:?})", STORY[steps].step)),
        }
        false
    }
}

/// Lives one life after the other. A step that failed without a change is taken again: were it there after all, the store would
/// answer otherwise. One whose outcome is unknown waits for the next check.
async fn call(shared: Arc<Shared>) {
    loop {
        let life = Life(shared.next.fetch_add(1, Relaxed));
        let turn = shared.gate.read().await;
        if shared.has_ended.load(Relaxed) {
            return;
        }
        shared.notes().journal.begin(life);
        drop(turn);
        loop {
            let turn = shared.gate.read().await;
            if shared.has_ended.load(Relaxed) {
                return;
            }
            let settled = shared.notes().journal.settled(life);
            let goes_on = match settled {
                Some(steps) if steps == STORY.len() => break,
                Some(steps) => {
                    let begin = Instant::now();
                    let outcome = timeout(CALL_PATIENCE, life.take(&shared.store, steps)).await.ok();
                    shared.notes().tally.time(begin.elapsed());
                    shared.note(life, steps, outcome)
                }
                None => false,
            };
            drop(turn);
            if !goes_on {
                sleep(Duration::from_millis(5)).await;
            }
        }
    }
}
