//! How far a scan has come, for whoever wants to know while it runs.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::protocol::{ScanPhase, ScanStatus};

/// The rate is that of so long at the end: an hour of unchanged files says nothing about new ones.
const WINDOW: Duration = Duration::from_secs(10);

#[derive(Default)]
pub struct Progress {
    /// Files that the walk has come to, and those that are done with: read, unchanged or skipped.
    found: AtomicU64,
    done: AtomicU64,
    read: AtomicU64,
    /// That still run.
    walkers: AtomicU64,
    finishing: AtomicBool,
    course: Mutex<Option<Course>>,
}

struct Course {
    began: Instant,
    /// Files of the last scan, as far as it came to its end.
    expected: u64,
    /// When a window of time began, and what was done by then; the one before it, and this one.
    marks: [(Instant, u64); 2],
}

impl Progress {
    pub(super) fn begin(&self, expected: u64) {
        let now = Instant::now();
        for count in [&self.found, &self.done, &self.read] {
            count.store(0, Ordering::Relaxed);
        }
        self.walkers.store(u64::MAX, Ordering::Relaxed);
        self.finishing.store(false, Ordering::Relaxed);
        *self.course() = Some(Course { began: now, expected, marks: [(now, 0); 2] });
    }

    pub(super) fn end(&self) {
        *self.course() = None;
    }

    pub(super) fn found(&self, files: u64) {
        self.found.fetch_add(files, Ordering::Relaxed);
    }

    pub(super) fn done(&self, files: u64) {
        self.done.fetch_add(files, Ordering::Relaxed);
    }

    pub(super) fn read(&self) {
        self.read.fetch_add(1, Ordering::Relaxed);
        self.done(1);
    }

    pub(super) fn walks(&self, walkers: usize) {
        self.walkers.store(walkers as u64, Ordering::Relaxed);
    }

    /// One of the walkers is at its end.
    pub(super) fn walked(&self) {
        self.walkers.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn finishing(&self) {
        self.finishing.store(true, Ordering::Relaxed);
    }

    /// `None` while nothing is scanned.
    pub fn status(&self) -> Option<ScanStatus> {
        let [found, done, read] = [&self.found, &self.done, &self.read].map(|count| count.load(Ordering::Relaxed));
        let mut course = self.course();
        let course = course.as_mut()?;
        let rate = course.rate(done);
        let walked = self.walkers.load(Ordering::Relaxed) == 0;
        let files = if walked { Some(found) } else { (course.expected > 0).then_some(course.expected.max(found)) };
        let left = files.map(|files| files.saturating_sub(done));
        let phase = match (self.finishing.load(Ordering::Relaxed), walked) {
            (true, _) => ScanPhase::Finishing,
            (_, true) => ScanPhase::Reading,
            (_, false) => ScanPhase::Looking,
        };
        Some(ScanStatus {
            phase,
            files,
            found,
            done,
            read,
            per_second: rate,
            seconds_left: left.and_then(|left| if rate > 0 { Some(left.div_ceil(rate)) } else { (left == 0).then_some(0) }),
            elapsed_ms: u64::try_from(course.began.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }

    fn course(&self) -> MutexGuard<'_, Option<Course>> {
        // Plain numbers are right whoever panicked beside them.
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Course {
    /// Files a second, of late.
    fn rate(&mut self, done: u64) -> u64 {
        let now = Instant::now();
        if now.duration_since(self.marks[1].0) >= WINDOW {
            self.marks = [self.marks[1], (now, done)];
        }
        let (since, was) = self.marks[0];
        let ms = u64::try_from(now.duration_since(since).as_millis()).unwrap_or(u64::MAX);
        done.saturating_sub(was).saturating_mul(1000) / ms.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_once_it_can_be() {
        let progress = Progress::default();
        assert_eq!(progress.status(), None);
        progress.begin(0);
        progress.walks(1);
        progress.found(10);
        let status = progress.status().expect("it runs");
        assert_eq!((status.files, status.phase, status.seconds_left), (None, ScanPhase::Looking, None), "a first scan knows nothing yet");
        progress.walked();
        progress.done(4);
        for _ in 0..6 {
            progress.read();
        }
        let status = progress.status().expect("it runs");
        assert_eq!((status.files, status.done, status.read, status.seconds_left), (Some(10), 10, 6, Some(0)));
        progress.begin(500);
        assert_eq!(progress.status().expect("it runs").files, Some(500), "as the last scan found");
        progress.end();
        assert_eq!(progress.status(), None);
    }
}
