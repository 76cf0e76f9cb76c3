//! Turns, given out by the rules of the [`Queue`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};

use super::lanes::LaneKey;
use super::queue::{Cost, Queue, Ticket, Urgency};
use crate::host::media::error::MediaError;

/// A wish further away than this is as good as one for ever.
const AHEAD_MAX: Duration = Duration::from_secs(600);

#[derive(Clone)]
pub struct Scheduler {
    shared: Arc<Shared>,
}

struct Shared {
    began: Instant,
    state: Mutex<State>,
    /// Grows with every change, for those who watch whether they press on somebody.
    changes: watch::Sender<u64>,
}

struct State {
    queue: Queue<LaneKey>,
    last: Ticket,
    callers: HashMap<Ticket, oneshot::Sender<Turn>>,
}

/// The right to use a lane, and a slot; ends when it is dropped.
pub struct Turn {
    ticket: Ticket,
    shared: Arc<Shared>,
}

/// A place in the queue; given up when it is dropped.
pub struct Waiting {
    ticket: Ticket,
    shared: Arc<Shared>,
    turn: oneshot::Receiver<Turn>,
}

/// By which a waiting job can be hastened, also by somebody else.
#[derive(Clone, Copy, Debug)]
pub struct Place(Ticket);

impl Scheduler {
    /// A slot a core: encoders are bound by the core, so more at once only makes each later. Two at least, because one is kept from pictures.
    pub fn new(cores: usize) -> Self {
        let state = State { queue: Queue::new(cores), last: Ticket::FIRST, callers: HashMap::new() };
        Self { shared: Arc::new(Shared { began: Instant::now(), state: Mutex::new(state), changes: watch::Sender::new(0) }) }
    }

    /// `ahead`: how long the listener can wait; `None` when nobody is about to listen.
    pub fn urgency(&self, ahead: Option<Duration>) -> Urgency {
        ahead.map_or(Urgency::Prefetch, |ahead| Urgency::Wanted { by: self.shared.began.elapsed() + ahead.min(AHEAD_MAX) })
    }

    /// # Errors
    /// `Busy` when too many wait.
    pub fn queue_up(&self, lane: LaneKey, cost: Cost, urgency: Urgency) -> Result<Waiting, MediaError> {
        let (sender, turn) = oneshot::channel();
        let mut state = self.shared.lock();
        let ticket = state.ticket();
        if !state.queue.push(ticket, lane, cost, urgency) {
            return Err(MediaError::Busy);
        }
        state.callers.insert(ticket, sender);
        drop(state);
        self.shared.dispatch();
        Ok(Waiting { ticket, shared: self.shared.clone(), turn })
    }

    pub fn hasten(&self, place: Place, urgency: Urgency) {
        self.shared.lock().queue.hasten(place.0, urgency);
        self.shared.dispatch();
    }

    /// A turn at once for what nobody has asked for, if that delays nobody.
    pub fn ahead(&self, lane: LaneKey, cost: Cost) -> Option<Turn> {
        let mut state = self.shared.lock();
        let ticket = state.ticket();
        state.queue.start_ahead(ticket, lane, cost).then(|| Turn { ticket, shared: self.shared.clone() })
    }
}

impl State {
    fn ticket(&mut self) -> Ticket {
        self.last = self.last.next();
        self.last
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn dispatch(self: &Arc<Self>) {
        let mut unheard = Vec::new();
        {
            let mut state = self.lock();
            while let Some(ticket) = state.queue.next() {
                let turn = Turn { ticket, shared: self.clone() };
                match state.callers.remove(&ticket).map(|caller| caller.send(turn)) {
                    Some(Ok(())) => {}
                    Some(Err(turn)) => unheard.push(turn),
                    None => state.queue.done(ticket),
                }
            }
        }
        self.changes.send_modify(|changes| *changes += 1);
        // Each gives its room to the next, for which the lock must be free.
        drop(unheard);
    }
}

impl Turn {
    /// Waits until somebody who is about to stall could go if this job ended.
    pub async fn pressed(&self) {
        let mut changes = self.shared.changes.subscribe();
        while !self.shared.lock().queue.presses(self.ticket) {
            if changes.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    /// Gives the slot back although the job goes on.
    pub fn lend(&self) {
        self.shared.lock().queue.lend(self.ticket);
        self.shared.dispatch();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.shared.lock().queue.done(self.ticket);
        self.shared.dispatch();
    }
}

impl Waiting {
    pub fn place(&self) -> Place {
        Place(self.ticket)
    }

    pub async fn turn(&mut self) -> Option<Turn> {
        (&mut self.turn).await.ok()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.queue.withdraw(self.ticket);
        state.callers.remove(&self.ticket);
        // A turn that came in the meantime is dropped with the channel, and ends itself.
    }
}
