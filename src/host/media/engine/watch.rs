//! What a worker's time goes to, by proc(5): its own doing, waiting for a core, or waiting for a drive.

use std::time::{Duration, Instant};

use crate::host::media::error::MediaError;

/// A worker's doings since a job began.
pub struct Watch {
    pid: u32,
    begun: Instant,
    before: Doings,
}

/// Of all threads together. Those that have ended are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Doings {
    ran: Duration,
    /// Could have run, and had no core.
    lacked_core: Duration,
    /// A thread is in a system call that nothing interrupts, as a read from a drive is.
    is_stuck: bool,
}

impl Watch {
    pub fn begin(pid: u32) -> Self {
        Self { pid, begun: Instant::now(), before: Doings::of(pid) }
    }

    /// Whether it neither runs nor could.
    pub fn is_idle(&self) -> bool {
        let (ran, lacked_core) = self.since(Doings::of(self.pid));
        ran + lacked_core < self.begun.elapsed() / 4
    }

    /// Why it has taken too long.
    pub fn reproach(&self) -> MediaError {
        let now = Doings::of(self.pid);
        let (ran, lacked_core) = self.since(now);
        reproach(Doings { ran, lacked_core, is_stuck: now.is_stuck }, self.begun.elapsed())
    }

    fn since(&self, now: Doings) -> (Duration, Duration) {
        (now.ran.saturating_sub(self.before.ran), now.lacked_core.saturating_sub(self.before.lacked_core))
    }
}

fn reproach(doings: Doings, taken: Duration) -> MediaError {
    match doings {
        Doings { lacked_core, .. } if lacked_core > taken / 2 => MediaError::Busy,
        Doings { is_stuck: true, ran, .. } if ran < taken / 4 => MediaError::Silent,
        _ => MediaError::unplayable("This file took too long to decode."),
    }
}

impl Doings {
    /// None for a process that is gone.
    fn of(pid: u32) -> Self {
        let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
        threads.fold(Self::default(), |sum, thread| {
            let read = |name| std::fs::read_to_string(thread.path().join(name)).unwrap_or_default();
            let times = read("schedstat");
            let mut times = times.split_whitespace().map(|text| Duration::from_nanos(text.parse().unwrap_or(0)));
            // The name in brackets may hold anything.
            let is_stuck = read("stat").rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('D'));
            Self {
                ran: sum.ran + times.next().unwrap_or_default(),
                lacked_core: sum.lacked_core + times.next().unwrap_or_default(),
                is_stuck: sum.is_stuck || is_stuck,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_blamed_for_neither_a_dead_drive_nor_a_busy_machine() {
        let told = |ran, lacked, is_stuck| {
            let doings = Doings { ran: Duration::from_secs(ran), lacked_core: Duration::from_secs(lacked), is_stuck };
            reproach(doings, Duration::from_secs(8))
        };
        assert_eq!(told(0, 0, true), MediaError::Silent);
        assert_eq!(told(3, 5, false), MediaError::Busy);
        assert_eq!(told(3, 5, true), MediaError::Busy);
        for (ran, stuck) in [(8, false), (8, true), (0, false)] {
            assert!(matches!(told(ran, 0, stuck), MediaError::Unplayable(_)));
        }
    }

    #[test]
    fn sees_what_a_process_does() {
        let mut sleeper = std::process::Command::new("sleep").arg("600").spawn().expect("started");
        let watch = Watch { before: Doings::default(), ..Watch::begin(std::process::id()) };
        while watch.since(Doings::of(watch.pid)).0.is_zero() {
            std::hint::spin_loop();
        }
        let idle = Watch::begin(sleeper.id());
        while !idle.is_idle() {
            std::thread::sleep(Duration::from_millis(10));
        }
        sleeper.kill().expect("our own child");
        sleeper.wait().expect("our own child");
    }
}
