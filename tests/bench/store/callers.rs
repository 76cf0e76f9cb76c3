//! Many callers at once, each with one thing in hand, for a while; and what that came to.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

/// As long as each measurement runs.
pub const A_WHILE: Duration = Duration::from_millis(1500);

/// What was done in a while.
#[derive(Clone, Copy)]
pub struct Rate {
    pub per_second: f64,
    /// CPU time of all of this process's threads for one call, µs.
    pub cpu_us: f64,
}

/// From the beginning of a measurement.
pub struct Meter {
    pub begin: Instant,
    cpu: Duration,
}

impl Meter {
    pub fn start() -> Self {
        Self { begin: Instant::now(), cpu: cpu_time() }
    }

    pub fn stop(&self, calls: u64) -> Rate {
        let cpu = cpu_time().saturating_sub(self.cpu);
        Rate { per_second: calls as f64 / self.begin.elapsed().as_secs_f64(), cpu_us: cpu.as_secs_f64() * 1e6 / calls as f64 }
    }
}

fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes into `time`, which lives on this stack
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// What `callers` tasks come to together. `call` is told the number of the call, none twice.
pub fn rate<F, R>(runtime: &Runtime, callers: u64, call: F) -> Rate
where
    F: Fn(u64) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send,
{
    let call = Arc::new(call);
    let next = Arc::new(AtomicU64::new(0));
    let meter = Meter::start();
    let begin = meter.begin;
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (call, next) = (call.clone(), next.clone());
            runtime.spawn(async move {
                while begin.elapsed() < A_WHILE {
                    call(next.fetch_add(1, Relaxed)).await;
                }
            })
        })
        .collect();
    for task in tasks {
        runtime.block_on(task).expect("a caller does not panic");
    }
    meter.stop(next.load(Relaxed))
}

/// Middle time of one call by one caller, µs.
pub fn latency_us<F, R>(runtime: &Runtime, calls: u64, call: F) -> f64
where
    F: Fn(u64) -> R + Send + 'static,
    R: Future<Output = ()> + Send,
{
    let all = runtime.spawn(async move {
        let mut took = Vec::new();
        for n in 0..calls {
            let begin = Instant::now();
            call(n).await;
            took.push(begin.elapsed());
        }
        took
    });
    median_us(runtime.block_on(all).expect("a caller does not panic"))
}

pub fn median_us(mut took: Vec<Duration>) -> f64 {
    took.sort_unstable();
    took.get(took.len() / 2).map_or(f64::NAN, |middle| middle.as_secs_f64() * 1e6)
}
