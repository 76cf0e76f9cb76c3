//! Who goes first: the scheduler's rules as a plain value, without clocks, threads or workers.
//!
//! - A lane (one worker) does one job at a time.
//! - Whoever is about to stall goes first: by deadline, sound before pictures at equal ones, then in order of arrival. Nobody who asks after a
//!   deadline has passed can overtake it, so nobody starves.
//! - What nobody waits for goes last; what is made ahead never waits, and takes room only when room remains.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::time::Duration;

/// Jobs that may wait, all sessions together. The tunnel lets fewer requests in.
const WAITING_MAX: usize = 256;
/// Reads that may run at once: they cost little of a core, and each that hangs on a dead drive keeps a worker.
const READS_MAX: usize = 16;

/// What a job takes of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cost {
    /// Passing through: a few milliseconds of a core.
    Read,
    /// A slot, for a moment.
    Sound,
    /// A slot, for long; one slot is never given to these.
    Picture,
}

/// How soon a job is needed. The first is the most urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Somebody stalls without it, at this time of the queue's clock.
    Wanted { by: Duration },
    /// Asked for, to be at hand.
    Prefetch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(u64);

/// The order of service.
type Order = (Urgency, Cost, Ticket);

pub struct Queue<K> {
    /// Jobs that may keep a core busy at a time.
    slots: usize,
    waiting: BTreeMap<Order, K>,
    orders: HashMap<Ticket, Order>,
    running: HashMap<Ticket, Running<K>>,
    busy: HashSet<K>,
}

struct Running<K> {
    lane: K,
    /// `None` when the slot was given back before the end.
    cost: Option<Cost>,
}

impl<K: Clone + Eq + Hash> Queue<K> {
    /// `slots`: at least 2, so that sound has one that pictures never take.
    pub fn new(slots: usize) -> Self {
        Self { slots: slots.max(2), waiting: BTreeMap::new(), orders: HashMap::new(), running: HashMap::new(), busy: HashSet::new() }
    }

    /// Lets a job wait; false when too many do. Tickets must grow.
    pub fn push(&mut self, ticket: Ticket, lane: K, cost: Cost, urgency: Urgency) -> bool {
        if self.waiting.len() >= WAITING_MAX {
            return false;
        }
        let order = (urgency, cost, ticket);
        self.waiting.insert(order, lane);
        self.orders.insert(ticket, order);
        true
    }

    /// Somebody needs a waiting job sooner.
    pub fn hasten(&mut self, ticket: Ticket, urgency: Urgency) {
        let Some(&(before, cost, _)) = self.orders.get(&ticket) else { return };
        if urgency < before
            && let Some(lane) = self.waiting.remove(&(before, cost, ticket))
        {
            self.waiting.insert((urgency, cost, ticket), lane);
            self.orders.insert(ticket, (urgency, cost, ticket));
        }
    }

    /// Forgets a job that waits.
    pub fn withdraw(&mut self, ticket: Ticket) {
        if let Some(order) = self.orders.remove(&ticket) {
            self.waiting.remove(&order);
        }
    }

    /// Starts the most urgent of those that can start.
    pub fn next(&mut self) -> Option<Ticket> {
        let (order, lane) = self.waiting.iter().find(|((_, cost, _), lane)| self.can_start(lane, *cost))?;
        let (order, lane) = (*order, lane.clone());
        let (_, cost, ticket) = order;
        self.withdraw(ticket);
        self.start(ticket, lane, cost);
        Some(ticket)
    }

    /// Starts a job that nobody asked for yet, if it delays nobody: its lane does nothing, nobody waits for the lane, and a slot stays free.
    pub fn start_ahead(&mut self, ticket: Ticket, lane: K, cost: Cost) -> bool {
        let fits = self.can_start(&lane, cost) && self.slots_taken() + 1 < self.slots && !self.waiting.values().any(|other| *other == lane);
        if fits {
            self.start(ticket, lane, cost);
        }
        fits
    }

    /// Gives a running job's slot back although it goes on: it waits for something else than a core.
    pub fn lend(&mut self, ticket: Ticket) {
        if let Some(running) = self.running.get_mut(&ticket) {
            running.cost = None;
        }
    }

    pub fn done(&mut self, ticket: Ticket) {
        if let Some(running) = self.running.remove(&ticket) {
            self.busy.remove(&running.lane);
        }
    }

    /// Whether somebody who is about to stall could go if this running job made room.
    pub fn presses(&self, ticket: Ticket) -> bool {
        let Some(running) = self.running.get(&ticket) else { return false };
        let wanted = self.waiting.iter().filter(|((urgency, ..), _)| matches!(urgency, Urgency::Wanted { .. }));
        wanted.into_iter().any(|((_, cost, _), lane)| {
            let lane_frees = *lane == running.lane;
            let slot_frees = running.cost.is_some_and(|held| held != Cost::Read) && !self.has_room(*cost) && !self.busy.contains(lane);
            lane_frees || slot_frees
        })
    }

    fn start(&mut self, ticket: Ticket, lane: K, cost: Cost) {
        self.busy.insert(lane.clone());
        self.running.insert(ticket, Running { lane, cost: Some(cost) });
    }

    fn can_start(&self, lane: &K, cost: Cost) -> bool {
        !self.busy.contains(lane) && self.has_room(cost)
    }

    fn has_room(&self, cost: Cost) -> bool {
        match cost {
            Cost::Read => self.count(Cost::Read) < READS_MAX,
            Cost::Sound => self.slots_taken() < self.slots,
            Cost::Picture => self.slots_taken() < self.slots && self.count(Cost::Picture) + 1 < self.slots,
        }
    }

    fn slots_taken(&self) -> usize {
        self.count(Cost::Sound) + self.count(Cost::Picture)
    }

    fn count(&self, cost: Cost) -> usize {
        self.running.values().filter(|running| running.cost == Some(cost)).count()
    }
}

impl Ticket {
    pub const FIRST: Self = Self(0);

    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

#[cfg(test)]
mod tests;
