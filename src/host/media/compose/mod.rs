//! A small music library made on the spot, for trying iRoam without music of one's own: three albums in five formats, two
//! tracks that are one piece cut in two, and a video with subtitles in two languages. Every note and picture is computed here,
//! nothing is downloaded.

mod captions;
mod cover;
mod encode;
mod error;
mod pipeline;
mod plan;
mod score;
mod synth;
mod tags;
mod video;

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

pub use error::ComposeError;
pub use video::{COLOURS_RGB, SECONDS as VIDEO_SECONDS, TONES_HZ};

use plan::{Item, Work};

/// Raise it when the music or the tags change: older libraries are then composed anew.
const VERSION: &str = "2";
const MARKER: &str = ".iroam-sample";
/// Unfinished files live here under their final extension. Its dot keeps it out of a scan.
const WORKSHOP: &str = ".composing";
const WORKERS: usize = 2;

/// Makes sure that the whole sample library is in `dir`, composing what is not there yet. A complete library costs a few
/// `stat` calls; an interrupted one is completed. Files appear whole, by rename.
///
/// `progress` hears `(done, total)` in files, first with what was there already. It takes about half a minute from nothing.
pub fn sample_library(dir: &Path, progress: &mut dyn FnMut(u32, u32)) -> Result<(), ComposeError> {
    let items = plan::items();
    let total = u32::try_from(items.len()).expect("a few dozen files");
    let current = fs::read_to_string(dir.join(MARKER)).is_ok_and(|found| found == VERSION);
    let missing: VecDeque<Item> = items.into_iter().filter(|item| !current || !dir.join(&item.path).is_file()).collect();
    let mut done = total - u32::try_from(missing.len()).expect("not more than all");
    progress(done, total);
    if missing.is_empty() {
        return Ok(());
    }
    gstreamer::init().map_err(ComposeError::Start)?;
    let workshop = dir.join(WORKSHOP);
    forget_half_done_work(dir, &workshop, current, &missing)?;
    compose_all(dir, &workshop, missing, &mut || {
        done += 1;
        progress(done, total);
    })?;
    fs::remove_dir_all(&workshop).map_err(ComposeError::io(&workshop))
}

/// The marker is written before the first file: what stands beside it is of its version.
fn forget_half_done_work(dir: &Path, workshop: &Path, current: bool, missing: &VecDeque<Item>) -> Result<(), ComposeError> {
    if workshop.exists() {
        fs::remove_dir_all(workshop).map_err(ComposeError::io(workshop))?;
    }
    fs::create_dir_all(workshop).map_err(ComposeError::io(workshop))?;
    if current {
        return Ok(());
    }
    for old in missing.iter().map(|item| dir.join(&item.path)).filter(|path| path.exists()) {
        fs::remove_file(&old).map_err(ComposeError::io(&old))?;
    }
    let marker = dir.join(MARKER);
    fs::write(&marker, VERSION).map_err(ComposeError::io(&marker))
}

/// Two workers take items until none is left or one failed; `made` hears of each on this thread.
fn compose_all(dir: &Path, workshop: &Path, missing: VecDeque<Item>, made: &mut dyn FnMut()) -> Result<(), ComposeError> {
    let queue = Mutex::new(missing);
    let (report, reports) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            let (queue, report) = (&queue, report.clone());
            scope.spawn(move || {
                // the guard must not live through the work
                let take = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                while let Some(item) = take() {
                    if report.send(compose_one(dir, workshop, &item)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(report);
        for result in &reports {
            if let Err(error) = result {
                queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
                return Err(error);
            }
            made();
        }
        Ok(())
    })
}

fn compose_one(dir: &Path, workshop: &Path, item: &Item) -> Result<(), ComposeError> {
    let draft = workshop.join(flat_name(&item.path));
    match &item.work {
        Work::Song { part, piece, format } => {
            let music = synth::render(piece, format.rate_hz());
            encode::encode(&part.of(&music), *format, &draft)?;
        }
        Work::Video => video::encode(&draft)?,
    }
    tags::write(&draft, &item.tags, &cover::jpeg(item.motif, &item.palette)?)?;
    let target = dir.join(&item.path);
    let folder = target.parent().unwrap_or(dir);
    fs::create_dir_all(folder).map_err(ComposeError::io(folder))?;
    if matches!(item.work, Work::Video) {
        // Before the video itself, whose presence says that all of it is there.
        captions::write_beside(&target)?;
    }
    fs::rename(&draft, &target).map_err(ComposeError::io(&target))
}

/// One name in one folder for a path, so that drafts need no folders of their own.
fn flat_name(path: &Path) -> PathBuf {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join(" - ").into()
}
