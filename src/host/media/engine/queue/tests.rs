//! The queue's laws, by random load and by a virtual clock.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use proptest::prelude::*;

use super::*;

type Lane = u32;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn wanted(at: u64) -> Urgency {
    Urgency::Wanted { by: ms(at) }
}

/// A queue that counts its own tickets.
struct Load {
    queue: Queue<Lane>,
    last: Ticket,
}

impl Load {
    fn new(slots: usize) -> Self {
        Self { queue: Queue::new(slots), last: Ticket::FIRST }
    }

    fn push(&mut self, lane: Lane, cost: Cost, urgency: Urgency) -> Ticket {
        self.last = self.last.next();
        assert!(self.queue.push(self.last, lane, cost, urgency), "few wait");
        self.last
    }

    fn ahead(&mut self, lane: Lane, cost: Cost) -> Option<Ticket> {
        self.last = self.last.next();
        self.queue.start_ahead(self.last, lane, cost).then_some(self.last)
    }
}

#[test]
fn who_stalls_first_goes_first_and_sound_before_pictures() {
    let mut load = Load::new(2);
    let busy = load.push(0, Cost::Sound, wanted(0));
    assert_eq!(load.queue.next(), Some(busy));
    let prefetch = load.push(1, Cost::Sound, Urgency::Prefetch);
    let later = load.push(2, Cost::Sound, wanted(900));
    let picture = load.push(3, Cost::Picture, wanted(500));
    let sound = load.push(4, Cost::Sound, wanted(500));
    let mut order = Vec::new();
    while let Some(ticket) = load.queue.next() {
        order.push(ticket);
        load.queue.done(ticket);
    }
    assert_eq!(order, [sound, picture, later, prefetch]);
}

#[test]
fn pictures_leave_a_slot_to_sound_and_reads_need_none() {
    let mut load = Load::new(3);
    for lane in 0..4 {
        load.push(lane, Cost::Picture, wanted(0));
    }
    let (sound, read) = (load.push(10, Cost::Sound, wanted(900)), load.push(11, Cost::Read, wanted(900)));
    let started: Vec<Ticket> = std::iter::from_fn(|| load.queue.next()).collect();
    assert_eq!(started.len(), 4);
    assert!(started.ends_with(&[read, sound]) && started[..2].iter().all(|ticket| *ticket < sound));
}

#[test]
fn a_job_that_somebody_needs_sooner_moves_up() {
    let mut load = Load::new(2);
    let prefetch = load.push(1, Cost::Sound, Urgency::Prefetch);
    load.push(2, Cost::Sound, wanted(500));
    load.queue.hasten(prefetch, wanted(100));
    load.queue.hasten(prefetch, Urgency::Prefetch);
    assert_eq!(load.queue.next(), Some(prefetch));
    load.queue.withdraw(prefetch);
    assert!(load.queue.next().is_some() && load.queue.next().is_none());
}

#[test]
fn what_is_made_ahead_yields() {
    let mut load = Load::new(2);
    let ahead = load.ahead(1, Cost::Picture).expect("nothing else runs");
    assert_eq!(load.ahead(2, Cost::Sound), None, "the last slot is for those who ask");
    assert!(!load.queue.presses(ahead));
    load.push(3, Cost::Sound, wanted(0));
    assert!(load.queue.next().is_some() && !load.queue.presses(ahead), "there was a slot");
    load.push(3, Cost::Sound, wanted(0));
    assert!(!load.queue.presses(ahead), "that waits for its own lane");
    load.push(4, Cost::Picture, wanted(0));
    assert!(load.queue.presses(ahead));
    load.queue.done(ahead);
    assert!(load.queue.next().is_some());
}

#[test]
fn a_lent_slot_serves_another_and_the_lane_stays_taken() {
    let mut load = Load::new(2);
    let hanging = [load.push(1, Cost::Sound, wanted(0)), load.push(2, Cost::Sound, wanted(0))];
    let (other, same_lane) = (load.push(3, Cost::Sound, wanted(9)), load.push(1, Cost::Sound, wanted(1)));
    assert_eq!([load.queue.next(), load.queue.next()], hanging.map(Some));
    assert_eq!(load.queue.next(), None);
    load.queue.lend(hanging[0]);
    assert_eq!(load.queue.next(), Some(other));
    load.queue.lend(hanging[1]);
    assert_eq!(load.queue.next(), None);
    load.queue.done(hanging[0]);
    assert_eq!(load.queue.next(), Some(same_lane));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Push {
        lane: Lane,
        cost: Cost,
        ahead: Option<u64>,
    },
    Ahead {
        lane: Lane,
        cost: Cost,
    },
    /// Ends one of those that run.
    Done(usize),
    Pass(u64),
}

fn any_cost() -> impl Strategy<Value = Cost> {
    prop::sample::select(vec![Cost::Read, Cost::Sound, Cost::Picture])
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0u32..6, any_cost(), prop::option::of(0u64..5_000)).prop_map(|(lane, cost, ahead)| Step::Push { lane, cost, ahead }),
        1 => (0u32..6, any_cost()).prop_map(|(lane, cost)| Step::Ahead { lane, cost }),
        4 => any::<usize>().prop_map(Step::Done),
        2 => (1u64..2_000).prop_map(Step::Pass),
    ]
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    lane: Lane,
    cost: Cost,
    at: u64,
    by: Option<u64>,
}

proptest! {
    #[test]
    fn the_laws_hold_under_any_load(slots in 1usize..6, steps in prop::collection::vec(any_step(), 1..120)) {
        let mut load = Load::new(slots);
        let slots = slots.max(2);
        let (mut now, mut waiting, mut running) = (0, HashMap::<Ticket, Asked>::new(), HashMap::<Ticket, Asked>::new());
        for step in steps {
            match step {
                Step::Push { lane, cost, ahead } => {
                    let by = ahead.map(|ahead| now + ahead);
                    let ticket = load.push(lane, cost, by.map_or(Urgency::Prefetch, wanted));
                    waiting.insert(ticket, Asked { lane, cost, at: now, by });
                }
                Step::Ahead { lane, cost } => {
                    if let Some(ticket) = load.ahead(lane, cost) {
                        running.insert(ticket, Asked { lane, cost, at: now, by: None });
                    }
                }
                Step::Done(which) => {
                    let ticket = running.keys().copied().nth(which % running.len().max(1));
                    if let Some(ticket) = ticket {
                        running.remove(&ticket);
                        load.queue.done(ticket);
                    }
                }
                Step::Pass(time) => now += time,
            }
            while let Some(ticket) = load.queue.next() {
                let started = waiting.remove(&ticket).expect("it waited");
                // Nobody is overtaken by one who came after the deadline of the other had passed: nobody starves.
                for other in waiting.values().filter(|other| other.cost == started.cost && other.lane == started.lane) {
                    if let Some(by) = other.by {
                        prop_assert!(started.at <= by && started.by.is_some_and(|started| started <= by), "{:?} overtook {:?}", started, other);
                    }
                }
                running.insert(ticket, started);
            }
            let count = |cost: Cost| running.values().filter(|job| job.cost == cost).count();
            prop_assert!(count(Cost::Sound) + count(Cost::Picture) <= slots && count(Cost::Picture) < slots);
            let lanes: HashSet<Lane> = running.values().map(|job| job.lane).collect();
            prop_assert_eq!(lanes.len(), running.len(), "a lane does one thing at a time");
        }
        // Whatever waits is served when the others end.
        while !running.is_empty() || !waiting.is_empty() {
            while let Some(ticket) = load.queue.next() {
                running.insert(ticket, waiting.remove(&ticket).expect("it waited"));
            }
            prop_assert!(!running.is_empty(), "{:?} wait for nothing", waiting);
            let ticket = *running.keys().next().expect("not empty");
            running.remove(&ticket);
            load.queue.done(ticket);
        }
    }
}

/// A player of segments as long as `length`, each of which takes `work` to make.
struct Player {
    cost: Cost,
    length: u64,
    work: u64,
    /// Begins at this time, and keeps this much ahead.
    begins: u64,
    keeps: u64,
}

/// Plays by a virtual clock, all in milliseconds; gives for each player the longest time that it stood still after it had begun.
fn play(slots: usize, players: &[Player], until: u64) -> Vec<u64> {
    let mut load = Load::new(slots);
    let mut events: BinaryHeap<Reverse<(u64, usize, Option<Ticket>)>> = BinaryHeap::new();
    let mut owners: HashMap<Ticket, usize> = HashMap::new();
    // When what each has would have been played.
    let mut ends: Vec<Option<u64>> = players.iter().map(|_| None).collect();
    let mut stalls = vec![0; players.len()];
    events.extend(players.iter().enumerate().map(|(number, player)| Reverse((player.begins, number, None))));
    while let Some(Reverse((now, number, done))) = events.pop() {
        if now > until {
            break;
        }
        let player = &players[number];
        if let Some(ticket) = done {
            load.queue.done(ticket);
            let end = ends[number].get_or_insert(now);
            stalls[number] = stalls[number].max(now.saturating_sub(*end));
            *end = now.max(*end) + player.length;
            events.push(Reverse((now.max(end.saturating_sub(player.keeps)), number, None)));
        } else {
            let by = ends[number].unwrap_or(now);
            owners.insert(load.push(u32::try_from(number).expect("few"), player.cost, wanted(by)), number);
        }
        while let Some(ticket) = load.queue.next() {
            let owner = owners[&ticket];
            events.push(Reverse((now + players[owner].work, owner, Some(ticket))));
        }
    }
    stalls
}

proptest! {
    /// At the speeds measured on one core: sound 40 times as fast as it plays, 720 lines 1.3 times.
    #[test]
    fn two_cores_carry_eight_sounds_and_one_film(begins in prop::collection::vec(0u64..8_000, 9), keeps in prop::collection::vec(3_000u64..40_000, 9)) {
        let mut players: Vec<Player> = (0..8).map(|number| {
            Player { cost: Cost::Sound, length: 4_000, work: 100, begins: begins[number], keeps: keeps[number] }
        }).collect();
        players.push(Player { cost: Cost::Picture, length: 4_000, work: 3_080, begins: begins[8], keeps: keeps[8].max(4_000) });
        let stalls = play(2, &players, 600_000);
        prop_assert!(stalls.iter().all(|stall| *stall == 0), "{:?}", stalls);
    }

    /// Too much video makes video late, never sound.
    #[test]
    fn sound_never_stalls_for_pictures(films in 2usize..6, begins in prop::collection::vec(0u64..8_000, 8)) {
        let mut players: Vec<Player> = (0..8).map(|number| {
            Player { cost: Cost::Sound, length: 4_000, work: 100, begins: begins[number], keeps: 3_000 }
        }).collect();
        players.extend((0..films).map(|_| Player { cost: Cost::Picture, length: 4_000, work: 6_000, begins: 0, keeps: 20_000 }));
        let stalls = play(2, &players, 300_000);
        prop_assert!(stalls[..8].iter().all(|stall| *stall == 0), "{:?}", stalls);
        prop_assert!(stalls[8..].iter().any(|stall| *stall > 0), "so much cannot be done");
    }
}
