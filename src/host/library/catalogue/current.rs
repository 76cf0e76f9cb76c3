//! The catalogue in use, and making the next one when the index has changed.

use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::watch;

use super::super::changes::{Changes, Unlisted};
use super::super::db::Readers;
use super::super::sight::Sight;
use super::super::{Library, LibraryError, Totals};
use super::select::Version;
use super::{Catalogue, View, listened, memory};

/// A library so small is read again as soon as somebody asks: that takes a few milliseconds.
const SMALL: usize = 2_000;
/// How often it is looked whether the index has changed.
const LOOK: Duration = Duration::from_secs(1);
/// Making catalogues takes at most a tenth of a core: rest so many times as long as the last one took, and at least so long.
const REST: u32 = 10;
const REST_MIN: Duration = Duration::from_millis(300);

pub(in crate::host::library) struct Current {
    /// Who see all of the index.
    readers: Arc<Readers>,
    /// Of askers who do not see everything. Each catalogue is made for all of them.
    sights: Mutex<Vec<Sight>>,
    unlisted: Arc<Unlisted>,
    built: RwLock<Option<Built>>,
    /// A connection that tells whether others have changed the index, and how often that had been replaced when it was opened.
    watch: Mutex<Option<(u64, Connection)>>,
    building: Mutex<()>,
    /// Wakes the thread that makes the next one.
    wake: Mutex<Option<SyncSender<()>>>,
    /// Whether somebody makes the first one, which it is better to wait for.
    is_coming: watch::Sender<bool>,
}

#[derive(Clone)]
struct Built {
    catalogue: Arc<Catalogue>,
    /// Of the index, as `watch` tells it.
    version: Version,
    /// When the next one may be made.
    next_at: Instant,
}

impl Library {
    /// The catalogue. One of a small library is of the index as it is now; one of a large library may be a little older.
    pub(in crate::host::library) fn catalogue(&self) -> Result<View, LibraryError> {
        let current = &self.shared.catalogue;
        let version = self.index_version()?;
        // Nothing that was read from a file which was replaced is of use.
        let built = current.built().filter(|built| built.version.0 == version.0);
        let view = built.and_then(|built| Some((self.view(&built)?, built)));
        match view {
            Some((view, built)) if built.version == version => Ok(view),
            Some((view, built)) if view.len() > SMALL && (current.wake_up() || Instant::now() < built.next_at) => Ok(view),
            _ => self.rebuild(),
        }
    }

    fn view(&self, built: &Built) -> Option<View> {
        View::of(built.catalogue.clone(), self.shared.sight)
    }

    /// Resolves when the first catalogue is there, if somebody makes it: who asks before waits for it in a thread.
    pub async fn ready(&self) {
        let mut coming = self.shared.catalogue.is_coming.subscribe();
        // The sender lives as long as this does.
        let _ = coming.wait_for(|is_coming| !is_coming).await;
    }

    /// As [`Self::totals`], without looking at every track anew where a catalogue is at hand.
    pub fn totals_at_hand(&self) -> Result<Totals, LibraryError> {
        if self.shared.catalogue.built().is_some() { Ok(self.catalogue()?.totals()) } else { self.totals() }
    }

    /// Brings the catalogue up to date with the index, now.
    pub fn refresh(&self) -> Result<(), LibraryError> {
        self.rebuild().map(drop)
    }

    /// As [`Self::refresh`], and makes all orders and what searches need, so that nobody waits for them.
    pub fn prepare(&self) -> Result<(), LibraryError> {
        self.make_ready().map(drop)
    }

    /// Whether there was anything to make.
    fn make_ready(&self) -> Result<bool, LibraryError> {
        let catalogue = self.rebuild()?;
        self.shared.catalogue.is_coming.send_replace(false);
        if catalogue.ready.get().is_some() {
            return Ok(false);
        }
        catalogue.sort_all();
        self.shared.readers.read(|index| catalogue.prepare_search(index))?;
        // This takes the longer the more the process holds.
        memory::give_back();
        Ok(catalogue.ready.set(()).is_ok())
    }

    /// Makes the catalogue, and from now on the next one whenever the index has changed, in the background, until the library is dropped.
    pub fn keep_ready(&self) -> std::io::Result<()> {
        let (wake, woken) = mpsc::sync_channel(1);
        *lock(&self.shared.catalogue.wake) = Some(wake);
        self.shared.catalogue.is_coming.send_replace(true);
        let shared = Arc::downgrade(&self.shared);
        let mut ready_at = Instant::now();
        let keep = move || {
            loop {
                let Some(library) = shared.upgrade().map(|shared| Self { shared }) else { return };
                let began = Instant::now();
                if began >= ready_at
                    && let Err(error) = library.prepare()
                {
                    tracing::warn!(%error, "the library could not be read");
                }
                library.shared.catalogue.is_coming.send_replace(false);
                ready_at = ready_at.max(rested(began));
                drop(library);
                if woken.recv_timeout(LOOK) == Err(RecvTimeoutError::Disconnected) {
                    return;
                }
            }
        };
        thread::Builder::new().name("catalogue".to_owned()).spawn(keep).map(drop)
    }

    fn rebuild(&self) -> Result<View, LibraryError> {
        let current = &self.shared.catalogue;
        // One at a time: who waited finds it made.
        let _building = lock(&current.building);
        let version = self.index_version()?;
        let before = current.built();
        if let Some(view) = before.as_ref().filter(|built| built.version == version).and_then(|built| self.view(built)) {
            return Ok(view);
        }
        let began = Instant::now();
        let sights = lock(&current.sights).clone();
        let unlisted = current.unlisted.take();
        let catalogue = match current.readers.read(|index| Catalogue::build(index, &sights)) {
            Ok(catalogue) => Arc::new(catalogue),
            Err(error) => {
                current.unlisted.hand_back(unlisted);
                return Err(error);
            }
        };
        let built = Built { catalogue, version, next_at: rested(began) };
        *current.built.write().unwrap_or_else(PoisonError::into_inner) = Some(built.clone());
        drop(before);
        if built.catalogue.len() > SMALL {
            // Whoever was told of them at once may have been shown the catalogue before.
            self.shared.changes.tell_again(unlisted);
        }
        memory::give_back();
        Ok(self.view(&built).expect("a library's sight is known before anybody asks it"))
    }

    /// Another number whenever the index has changed, whoever did it.
    fn index_version(&self) -> Result<Version, LibraryError> {
        self.watch(|connection| connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0)))
    }

    /// The same for what listeners made.
    pub(in crate::host::library) fn listened_version(&self) -> Result<Version, LibraryError> {
        self.watch(listened::version)
    }

    fn watch(&self, look: impl FnOnce(&Connection) -> rusqlite::Result<i64>) -> Result<Version, LibraryError> {
        let Current { watch, readers, .. } = &*self.shared.catalogue;
        let mut watch = lock(watch);
        let replaced = readers.replaced();
        let connection = match watch.take() {
            Some((opened, connection)) if opened == replaced => connection,
            _ => readers.open()?,
        };
        let version = look(&connection)?;
        *watch = Some((replaced, connection));
        Ok((replaced, version))
    }
}

impl Current {
    /// `readers`: who see all of the index.
    pub(in crate::host::library) fn new(changes: &Changes, readers: Arc<Readers>) -> Self {
        let (sights, built, watch, building, wake) = Default::default();
        Self { readers, sights, unlisted: changes.unlisted(), built, watch, building, wake, is_coming: watch::Sender::new(false) }
    }

    /// The number of another kind of asker, who does not see everything.
    pub(in crate::host::library) fn add(&self, sight: Sight) -> usize {
        let mut sights = lock(&self.sights);
        sights.push(sight);
        sights.len()
    }

    /// The index was replaced: what is open reads the old one.
    pub(in crate::host::library) fn forget(&self) {
        *lock(&self.watch) = None;
        *self.built.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn built(&self) -> Option<Built> {
        self.built.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether somebody makes the next one.
    fn wake_up(&self) -> bool {
        // A full channel has woken the thread already.
        lock(&self.wake).as_ref().is_some_and(|wake| !matches!(wake.try_send(()), Err(mpsc::TrySendError::Disconnected(()))))
    }
}

/// When what began then, and is done now, may be done again.
fn rested(began: Instant) -> Instant {
    let now = Instant::now();
    now + ((now - began) * REST).max(REST_MIN)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What they hold is right, or made again, whoever panicked beside it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::super::super::Made;
    use super::*;
    use crate::types::{UnixMs, UserId};

    #[test]
    fn what_a_narrowed_library_lists_is_told_again_when_the_whole_one_lists_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::open(folder.path()).expect("opens");
        library.keep_made((0..=SMALL as u32).map(Made::plain)).expect("written");
        let narrowed = library.seen_by(Arc::new(|_| false));
        library.refresh().expect("made");
        narrowed.refresh().expect("made");
        let listener = UserId::new(UnixMs(1), [2; 10]);
        let track = Made::plain(SMALL as u32 + 1);
        let id = track.id;
        library.keep_made([track]).expect("written");
        library.changes().of_tracks(&[id], &[]);
        let told = library.changes().since(listener, None).version;
        narrowed.refresh().expect("made");
        library.refresh().expect("made");
        assert_eq!(library.changes().since(listener, Some(told)).changed, [id]);
    }

    #[test]
    fn what_is_ready_is_left_alone_until_the_index_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::open(folder.path()).expect("opens");
        library.keep_made([Made::plain(1)]).expect("written");
        let made = || library.make_ready().expect("made");
        assert_eq!([made(), made()], [true, false]);
        library.keep_made([Made::plain(2)]).expect("written");
        assert_eq!([made(), made()], [true, false]);
    }

    #[test]
    fn a_narrowed_library_follows_when_the_index_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::open(folder.path()).expect("opens");
        library.keep_made((0..=SMALL as u32).map(Made::plain)).expect("written");
        let narrowed = library.seen_by(Arc::new(|_| true));
        assert_eq!(narrowed.catalogue().expect("made").len(), SMALL + 1);
        crate::host::library::recover::replace(&library.index()).expect("replaced");
        library.renew().expect("sound");
        // It has not rested for as long as it took; that is of no use now.
        assert_eq!(narrowed.catalogue().expect("made").len(), 0);
        library.keep_made([Made::plain(1)]).expect("written");
        assert_eq!(narrowed.catalogue().expect("made").len(), 1);
    }

    #[test]
    fn what_listeners_made_has_another_version_after_it_was_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::open(folder.path()).expect("opens");
        let before = library.listened_version().expect("read");
        library.heal_listeners().expect("sound");
        assert_ne!(library.listened_version().expect("read"), before);
    }
}
