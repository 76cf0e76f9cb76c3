//! How far a long command has come: a bar where somebody looks on, lines where the output is kept.

use std::fmt::Write;
use std::io::{IsTerminal as _, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::store::{Step, Tick};

/// How often a table that takes long is told of by a line.
const LINE_EVERY: Duration = Duration::from_secs(5);

pub struct Progress {
    shown: Shown,
    /// What is going on, and whether its end was told.
    current: Option<(Step, &'static str, bool)>,
}

enum Shown {
    Bar(ProgressBar),
    Lines { last: Instant },
}

impl Progress {
    /// On standard error.
    pub fn new() -> Self {
        let shown = if stderr().is_terminal() { Shown::Bar(bar()) } else { Shown::Lines { last: Instant::now() } };
        Self { shown, current: None }
    }

    pub fn note(&mut self, tick: Tick) {
        let is_new = self.current.is_none_or(|(step, table, _)| (step, table) != (tick.step, tick.table));
        let was_told = !is_new && self.current.is_some_and(|(_, _, is_told)| is_told);
        let is_done = tick.done >= tick.of;
        self.current = Some((tick.step, tick.table, is_done));
        match &mut self.shown {
            Shown::Bar(bar) => draw(bar, tick, is_new, is_done && !was_told),
            Shown::Lines { last } => {
                if is_done && !was_told {
                    eprintln!("{} {}: {} rows", past(tick.step), tick.table, tick.done);
                } else if !is_done && last.elapsed() >= LINE_EVERY {
                    eprintln!("{} {}: {} of {} rows", present(tick.step), tick.table, tick.done, tick.of);
                    *last = Instant::now();
                }
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let template = "{msg:24} [{bar:30}] {human_pos} of {human_len} rows, {rate}, {eta} left";
    let style = ProgressStyle::with_template(template).expect("a template of known words");
    ProgressBar::new(0).with_style(style.with_key("rate", write_rate))
}

/// indicatif's own has decimals.
fn write_rate(state: &ProgressState, out: &mut dyn Write) {
    // A line that cannot be drawn is no reason to stop.
    let _ = write!(out, "{:.0} rows/s", state.per_sec());
}

fn draw(bar: &ProgressBar, tick: Tick, is_new: bool, is_end: bool) {
    if is_new {
        bar.reset();
        bar.set_length(tick.of);
        bar.set_message(format!("{} {}", present(tick.step), tick.table));
    }
    bar.set_position(tick.done);
    if is_new {
        // What an earlier run has copied says nothing about the speed of this one.
        bar.reset_eta();
    }
    if is_end {
        bar.println(format!("{} {}: {} rows", past(tick.step), tick.table, tick.done));
    }
}

fn present(step: Step) -> &'static str {
    match step {
        Step::Copy => "copying",
        Step::Compare => "comparing",
    }
}

fn past(step: Step) -> &'static str {
    match step {
        Step::Copy => "copied",
        Step::Compare => "compared",
    }
}
