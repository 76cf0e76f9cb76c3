//! Where a folder really is, by whatever name it is reached.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// As many as the kernel follows, path_resolution(7).
const LINKS_MAX: usize = 40;
/// A folder on a share that does not answer keeps nobody waiting any longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The places of `folders` (absolute), in their order; of one that does not answer, its own name.
pub(in crate::host) fn places(folders: &[PathBuf]) -> Vec<PathBuf> {
    let end = Instant::now() + PATIENCE;
    let asked: Vec<_> = folders.iter().map(|folder| (folder, ask(folder.clone()))).collect();
    let told = asked.into_iter().map(|(folder, answer)| {
        let place = answer.and_then(|answer| answer.recv_timeout(end.saturating_duration_since(Instant::now())).ok());
        place.unwrap_or_else(|| {
            tracing::warn!(folder = %folder.display(), "the folder does not answer: who may see it is decided by this name alone");
            folder.clone()
        })
    });
    told.collect()
}

/// On a thread that nobody waits for the end of.
fn ask(folder: PathBuf) -> Option<std::sync::mpsc::Receiver<PathBuf>> {
    let (told, answer) = channel();
    let look = move || {
        // Nobody may wait any more.
        let _ = told.send(place(&folder));
    };
    thread::Builder::new().name("place".to_owned()).spawn(look).is_ok().then_some(answer)
}

/// Without links and `..`; also of a folder that is not there now, as far as its way can be seen.
fn place(folder: &Path) -> PathBuf {
    let mut waiting: Vec<OsString> = parts(folder);
    let mut place = PathBuf::from("/");
    let mut links = 0;
    while let Some(part) = waiting.pop() {
        if part == ".." {
            place.pop();
            continue;
        }
        let next = place.join(part);
        match fs::read_link(&next) {
            Ok(_) if links == LINKS_MAX => return folder.to_owned(),
            Ok(target) => {
                links += 1;
                if target.is_absolute() {
                    place = PathBuf::from("/");
                }
                waiting.extend(parts(&target));
            }
            Err(_) => place = next,
        }
    }
    place
}

/// Last one first.
fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
    parts.rev().map(|part| part.as_os_str().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_place_has_one_name_also_while_its_disk_is_away() {
        let dir = tempfile::tempdir().expect("a folder");
        let dir = dir.path().canonicalize().expect("there");
        fs::create_dir_all(dir.join("music/diary")).expect("made");
        symlink(dir.join("music"), dir.join("absolute")).expect("linked");
        symlink("absolute/diary", dir.join("relative")).expect("linked");
        symlink("loop", dir.join("loop")).expect("linked");
        symlink(dir.join("unplugged"), dir.join("away")).expect("linked");
        let asked = ["music", "absolute/diary", "relative", "music/../relative/../diary", "away/diary", "loop/diary"];
        let asked = asked.map(|name| dir.join(name));
        let found = ["music", "music/diary", "music/diary", "music/diary", "unplugged/diary", "loop/diary"];
        assert_eq!(places(&asked), found.map(|name| dir.join(name)));
    }
}
