//! How far a scan has come, where somebody looks on.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, stderr};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use super::library::Library;
use crate::protocol::{ScanPhase, ScanStatus};

const EVERY: Duration = Duration::from_millis(200);

/// A bar on standard error until this is dropped.
pub struct ScanBar {
    end: Option<Sender<()>>,
    drawing: Option<JoinHandle<()>>,
}

impl ScanBar {
    /// `None` where standard error is kept rather than looked at.
    pub fn show(library: &Library) -> Option<Self> {
        if !stderr().is_terminal() {
            return None;
        }
        let (end, ended) = channel::<()>();
        let library = library.clone();
        let drawing = thread::Builder::new().name("scan-bar".to_owned()).spawn(move || {
            let bar = bar();
            while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                if let Some(status) = library.scan_status() {
                    draw(&bar, &status);
                }
            }
            bar.finish_and_clear();
        });
        Some(Self { end: Some(end), drawing: drawing.ok() })
    }
}

impl Drop for ScanBar {
    fn drop(&mut self) {
        self.end = None;
        if let Some(drawing) = self.drawing.take() {
            let _ = drawing.join();
        }
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("[{bar:30}] {msg}").expect("a template of known words");
    ProgressBar::new(0).with_style(style)
}

fn draw(bar: &ProgressBar, status: &ScanStatus) {
    // Of a first scan nobody knows how long it is: its bar stays empty until all folders were walked.
    bar.set_length(status.files.unwrap_or(u64::MAX));
    bar.set_position(status.done);
    bar.set_message(words(status));
}

/// A scan's course in a line, for people.
pub fn words(status: &ScanStatus) -> String {
    let mut words = HumanCount(status.done).to_string();
    // Writing to a text cannot fail.
    let _ = match status.files {
        Some(files) => write!(words, " of {} files", HumanCount(files)),
        None => write!(words, " files so far"),
    };
    let _ = write!(words, ", {} read, {} a second", HumanCount(status.read), HumanCount(status.per_second));
    match (status.phase, status.seconds_left) {
        (ScanPhase::Finishing, _) => words.push_str(", finishing"),
        (_, Some(seconds)) => words.push_str(&left(seconds)),
        _ => {}
    }
    words
}

fn left(seconds: u64) -> String {
    match seconds {
        0..60 => format!(", {seconds} s left"),
        60..3600 => format!(", {} min left", seconds.div_ceil(60)),
        _ => format!(", {} h {} min left", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_course_is_told_in_a_line() {
        let status = ScanStatus {
            phase: ScanPhase::Looking,
            files: Some(120_000),
            found: 4_000,
            done: 3_000,
            read: 2_900,
            per_second: 1_500,
            seconds_left: Some(78),
            elapsed_ms: 2_000,
        };
        assert_eq!(words(&status), "3,000 of 120,000 files, 2,900 read, 1,500 a second, 2 min left");
        let first = ScanStatus { files: None, seconds_left: None, ..status };
        assert_eq!(words(&first), "3,000 files so far, 2,900 read, 1,500 a second");
        assert_eq!(
            words(&ScanStatus { phase: ScanPhase::Finishing, ..first }),
            "3,000 files so far, 2,900 read, 1,500 a second, finishing"
        );
        assert_eq!([left(59), left(3_599), left(7_325)], [", 59 s left", ", 60 min left", ", 2 h 2 min left"]);
    }
}
