//! Looking at files that may lie on a drive or network share which does not answer.
//!
//! Such a look never comes back, and nothing can end it. So each has a thread of its own, is waited for only so long, and no more than a few
//! are left hanging on one folder; the other folders, and all other requests, go on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::host::library::lyrics;
use crate::host::media::MediaError;
use crate::host::media::extras::{Beside, beside};
use crate::protocol::Lyrics;

const LOOK_MAX: Duration = Duration::from_secs(5);
/// Looks at one folder at a time, those that hang included.
const LOOKS_MAX: usize = 8;
/// How long a look waits for one of the others to come back.
const TURN_STEP: Duration = Duration::from_millis(10);

/// The media folders. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    folders: Arc<[Folder]>,
    look_max: Duration,
}

struct Folder {
    path: PathBuf,
    looks: Arc<AtomicUsize>,
}

/// Where a file of the library is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whereabouts {
    There,
    /// With its media folder.
    Away,
    #[default]
    Gone,
}

/// One look, counted until it comes back.
struct Look(Arc<AtomicUsize>);

impl Files {
    /// `folders`: absolute.
    pub fn new(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        let folders = folders.into_iter().map(|path| Folder { path, looks: Arc::default() }).collect();
        Self { folders, look_max: LOOK_MAX }
    }

    /// Whether the real file lies in a media folder, whatever links have been put in its way since the scan.
    ///
    /// # Errors
    /// `Silent` when its drive does not answer.
    pub async fn find(&self, path: &Path) -> Result<Whereabouts, MediaError> {
        let path = path.to_owned();
        self.look(path.clone(), move |folder| match is_playable(&path, folder) {
            true => Whereabouts::There,
            false if !folder.is_dir() => Whereabouts::Away,
            false => Whereabouts::Gone,
        })
        .await
    }

    /// The subtitle files beside a video, by the same rule.
    ///
    /// # Errors
    /// `Silent` when its drive does not answer.
    pub async fn beside(&self, video: &Path) -> Result<Vec<Beside>, MediaError> {
        let video = video.to_owned();
        let look = |folder: &Path, video: &Path| beside(video).into_iter().filter(|file| is_playable(&file.path, folder)).collect();
        self.look(video.clone(), move |folder| look(folder, &video)).await
    }

    /// The lyrics of a song, by the same rule; `None` when there are none.
    ///
    /// # Errors
    /// `Silent` when its drive does not answer.
    pub async fn lyrics(&self, song: &Path) -> Result<Option<Lyrics>, MediaError> {
        let song = song.to_owned();
        self.look(song.clone(), move |folder| lyrics(&song, |file| is_playable(file, folder))).await
    }

    /// Looks at `path` by `work`, which is given the folder that the path lies in by its name. A path in none is not looked at.
    async fn look<T>(&self, path: PathBuf, work: impl FnOnce(&Path) -> T + Send + 'static) -> Result<T, MediaError>
    where
        T: Default + Send + 'static,
    {
        // The innermost: one media folder may lie in another, or be a link there.
        let holding = self.folders.iter().filter(|folder| path.starts_with(&folder.path));
        let Some(folder) = holding.max_by_key(|folder| folder.path.components().count()) else { return Ok(T::default()) };
        let answer = async {
            let look = Look::begin(&folder.looks).await;
            let (sender, answer) = oneshot::channel();
            let root = folder.path.clone();
            let started = std::thread::Builder::new().name("media-look".to_owned()).spawn(move || {
                // Whoever asked may have left.
                let _ = sender.send(work(&root));
                drop(look);
            });
            started.map_err(MediaError::internal)?;
            answer.await.map_err(MediaError::internal)
        };
        tokio::time::timeout(self.look_max, answer).await.unwrap_or(Err(MediaError::Silent))
    }
}

impl Look {
    async fn begin(looks: &Arc<AtomicUsize>) -> Self {
        let take = |taken: usize| (taken < LOOKS_MAX).then_some(taken + 1);
        while looks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
            tokio::time::sleep(TURN_STEP).await;
        }
        Self(looks.clone())
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn is_playable(path: &Path, folder: &Path) -> bool {
    let is_file = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    let Ok(real) = path.canonicalize() else { return false };
    is_file && folder.canonicalize().is_ok_and(|folder| real.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn plays_what_really_lies_in_the_folder() {
        let dir = tempfile::tempdir().expect("a temp dir");
        let (media, other) = (dir.path().join("media"), dir.path().join("other"));
        for folder in [&media, &other] {
            std::fs::create_dir(folder).expect("made");
            std::fs::write(folder.join("song"), b"x").expect("written");
        }
        std::os::unix::fs::symlink(&other, media.join("away")).expect("linked");
        std::os::unix::fs::symlink(media.join("song"), media.join("link")).expect("linked");
        let files = Files::new([media.clone()]);
        use Whereabouts::{Away, Gone, There};
        for (path, found) in
            [(media.join("song"), There), (media.join("away/song"), Gone), (media.join("link"), Gone), (other.join("song"), Gone)]
        {
            assert_eq!(files.find(&path).await, Ok(found), "{}", path.display());
        }
        std::fs::rename(&media, dir.path().join("unplugged")).expect("moved");
        assert_eq!(files.find(&media.join("song")).await, Ok(Away));
    }

    #[tokio::test]
    async fn a_drive_that_does_not_answer_holds_up_only_itself() {
        let (dead, live) = (PathBuf::from("/dead"), PathBuf::from("/live"));
        let files = Files { look_max: Duration::from_millis(50), ..Files::new([dead.clone(), live.clone()]) };
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let held = Arc::new(std::sync::Mutex::new(held));
        for _ in 0..LOOKS_MAX + 3 {
            let held = held.clone();
            // Blocks until the test lets go, as a read from a dead share does.
            let look = files.look(dead.join("song"), move |_| held.lock().expect("not poisoned").recv().is_err());
            assert_eq!(look.await, Err(MediaError::Silent));
            assert_eq!(files.look(live.join("song"), |_| true).await, Ok(true));
        }
        assert_eq!(files.folders[0].looks.load(Ordering::Relaxed), LOOKS_MAX, "no more threads hang than that");
        // The drive is back.
        drop(hold);
        let patient = Files { look_max: Duration::from_secs(60), ..files.clone() };
        assert_eq!(patient.look(dead.join("song"), |_| true).await, Ok(true));
    }
}
