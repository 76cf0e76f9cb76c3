//! The media folders as the owner gave them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A folder on a network share that answers no sooner is away.
const PATIENCE: Duration = Duration::from_secs(5);

/// Folders that somebody still waits for: no second thread is spent on them.
static SILENT: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Absolute, so that an index means the same whatever folder the host is started in; not resolved, so that it can be told
/// what lay in a folder that is away.
pub(super) fn absolute(media: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for folder in media {
        // Without a slash at its end, and each once.
        let folder: PathBuf = std::path::absolute(folder)?.components().collect();
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    Ok(folders)
}

/// Whether it can be listed now; `false` also for a folder that does not answer.
pub(super) fn is_readable(folder: &Path) -> bool {
    answers(folder, PATIENCE, |folder| fs::read_dir(folder).is_ok())
}

/// Whether it does not answer at all, neither with its files nor with an error.
pub(super) fn is_silent(folder: &Path) -> bool {
    !answers(folder, PATIENCE, |folder| {
        // Whatever it says.
        let _ = fs::symlink_metadata(folder);
        true
    })
}

fn answers(folder: &Path, patience: Duration, look: impl FnOnce(&Path) -> bool + Send + 'static) -> bool {
    if silent(|folders| folders.contains(folder)) {
        return false;
    }
    let Some(answer) = ask(folder.to_owned(), look) else { return false };
    answer.recv_timeout(patience).unwrap_or_else(|_| {
        // It may have answered just now: a thread that does takes its folder off the list first.
        silent(|folders| answer.try_recv().unwrap_or_else(|_| !folders.insert(folder.to_owned())))
    })
}

/// On a thread that nobody waits for the end of.
fn ask(folder: PathBuf, look: impl FnOnce(&Path) -> bool + Send + 'static) -> Option<Receiver<bool>> {
    let (told, answer) = channel();
    let thread = thread::Builder::new().name("folder".to_owned()).spawn(move || {
        let found = look(&folder);
        silent(|folders| {
            folders.remove(&folder);
            let _ = told.send(found);
        });
    });
    thread.is_ok().then_some(answer)
}

fn silent<T>(with: impl FnOnce(&mut BTreeSet<PathBuf>) -> T) -> T {
    with(&mut SILENT.lock().unwrap_or_else(PoisonError::into_inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_does_not_answer_is_away_until_it_does() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(is_readable(folder.path()));
        let (answer, wait) = channel::<()>();
        assert!(!answers(folder.path(), Duration::from_millis(1), move |_| wait.recv().is_err()));
        assert!(!is_readable(folder.path()), "the first look is still going on");
        drop(answer);
        while silent(|folders| folders.contains(folder.path())) {
            thread::yield_now();
        }
        assert!(is_readable(folder.path()));
        assert!(!is_readable(&folder.path().join("none")));
    }
}
