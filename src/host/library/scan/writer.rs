//! A scan's writes, many to a transaction: the only thread of a scan that changes the index.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use super::super::described::Described;
use super::super::identity::{Fingerprint, IdKey, Identities, Reach};
use super::super::keep::{Keeper, Kept};
use super::super::row::path_bytes;
use super::super::texts::Texts;
use super::super::{Changes, LibraryError};
use super::pictures::Made;
use super::progress::Progress;
use super::read::{Refusal, Refused};
use super::refused;
use super::summary::ScanSummary;
use super::walker::{Folder, Job, Seen};
use crate::types::{ArtId, Clock, TrackId};

/// Files a transaction, and how long one lasts: little is lost by a crash, and readers see progress.
const BATCH: u32 = 1_000;
const BATCH_MAX: Duration = Duration::from_secs(1);

const FORGET_REFUSED: &str = "DELETE FROM refused WHERE folder = ? AND name = ?";

/// A file that was read.
pub(super) struct Taken {
    pub(super) job: Job,
    pub(super) described: Described,
    pub(super) texts: Texts,
    pub(super) fingerprint: Option<Fingerprint>,
    pub(super) art: Option<ArtId>,
    /// Pictures that were made for it.
    pub(super) made: Vec<Made>,
}

/// What walkers and readers tell the writer.
pub(super) enum Note {
    Seen(Seen),
    Taken(Box<Taken>),
    Refused(Box<Job>, Refusal),
    Failed(LibraryError),
}

impl From<Seen> for Note {
    fn from(seen: Seen) -> Self {
        Self::Seen(seen)
    }
}

/// A track whose file was not where it had been.
pub(super) struct Gone {
    pub(super) track: i64,
    pub(super) folder: Arc<Folder>,
    pub(super) name: Vec<u8>,
}

pub(super) struct Writer<'a> {
    pub(super) index: &'a Connection,
    keeper: Keeper<'a>,
    identities: Identities<'a>,
    pub(super) clock: &'a dyn Clock,
    progress: &'a Progress,
    changes: &'a Changes,
    /// Tracks that the commit to come writes, and whether it changes others as well.
    written: Vec<TrackId>,
    changes_others: bool,
    pending: u32,
    /// When the transaction began.
    began: Instant,
    pub(super) summary: ScanSummary,
    /// Folders of the index that were listed.
    pub(super) visited: HashSet<i64>,
    /// Folders that cannot be read now.
    pub(super) away: Vec<PathBuf>,
    pub(super) gone: Vec<Gone>,
    /// Folders of which something else is to be noted than before.
    pub(super) news: Vec<Arc<Folder>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        index: &'a Connection,
        key: IdKey,
        clock: &'a dyn Clock,
        progress: &'a Progress,
        changes: &'a Changes,
        summary: ScanSummary,
        reach: &'a dyn Fn(&Path, Option<u64>) -> Reach,
    ) -> Self {
        Self {
            index,
            keeper: Keeper::new(index),
            identities: Identities::new(index, key, reach),
            clock,
            progress,
            changes,
            written: Vec::new(),
            changes_others: false,
            pending: 0,
            began: Instant::now(),
            summary,
            visited: HashSet::new(),
            away: Vec::new(),
            gone: Vec::new(),
            news: Vec::new(),
        }
    }

    /// How long the next note may be waited for.
    pub(super) fn patience(&self) -> Duration {
        if self.pending == 0 { BATCH_MAX } else { BATCH_MAX.saturating_sub(self.began.elapsed()) }
    }

    pub(super) fn take(&mut self, note: Note) -> Result<(), LibraryError> {
        match note {
            Note::Seen(Seen::Folder { folder, unchanged, back, gone, skipped, forgotten, is_news }) => {
                self.listed(&folder, unchanged, gone);
                for name in forgotten {
                    self.change(FORGET_REFUSED, params![folder.n, name])?;
                }
                for (name, reason) in skipped {
                    self.skip(folder.root, &folder.path.join(name), reason);
                }
                if is_news {
                    self.news.push(folder);
                }
                back.into_iter().try_for_each(|track| self.set_state(track, "present"))
            }
            Note::Seen(Seen::Away { root, path, reason }) => {
                self.away(root, path, reason);
                Ok(())
            }
            Note::Taken(taken) => self.write(&taken).map(drop),
            Note::Refused(job, refusal) => self.refused(&job, refusal),
            Note::Seen(Seen::Failed(error)) | Note::Failed(error) => Err(error),
        }
    }

    fn listed(&mut self, folder: &Arc<Folder>, unchanged: u64, gone: Vec<(i64, Vec<u8>)>) {
        self.progress.done(unchanged);
        self.summary.unchanged(folder.root, unchanged);
        if let Some(n) = folder.n {
            self.visited.insert(n);
            self.gone.extend(gone.into_iter().map(|(track, name)| Gone { track, folder: folder.clone(), name }));
        }
    }

    fn skip(&mut self, root: usize, path: &Path, reason: String) {
        self.progress.done(1);
        self.summary.skip(root, path, reason);
    }

    pub(super) fn away(&mut self, root: usize, path: PathBuf, reason: String) {
        self.summary.skip(root, &path, reason);
        self.identities.leave_alone(&path);
        self.away.push(path);
    }

    /// A file that was changed and says nothing any more is as good as gone. One that could not be read, or is as it was when it said
    /// something, is left as it is known.
    fn refused(&mut self, job: &Job, refusal: Refusal) -> Result<(), LibraryError> {
        let is_same = job.known.as_ref().is_some_and(|known| known.stamp == job.stamp);
        if refusal.kind == Refused::Damaged && !is_same {
            self.begin()?;
            let folder = self.keeper.folder(path_bytes(&job.folder.path))?;
            refused::remember(self.index, folder, job.name.as_encoded_bytes(), job.stamp, &refusal.reason)?;
            self.count()?;
        }
        self.skip(job.folder.root, &job.path(), refusal.reason);
        let Some(known) = &job.known else { return Ok(()) };
        match refusal.kind {
            // It was to be read for what lies beside it, and still is.
            Refused::Unread if is_same => self.news.retain(|folder| !Arc::ptr_eq(folder, &job.folder)),
            Refused::Unread => {}
            Refused::Damaged if is_same => {}
            Refused::Damaged | Refused::Gone if known.is_expected() => {
                let name = job.name.as_encoded_bytes().to_vec();
                self.gone.push(Gone { track: known.n, folder: job.folder.clone(), name });
            }
            Refused::Damaged | Refused::Gone => {}
        }
        Ok(())
    }

    /// Writes a new or changed file.
    fn write(&mut self, taken: &Taken) -> Result<TrackId, LibraryError> {
        let Taken { job, described, texts, fingerprint, art, made } = taken;
        let now = self.clock.now();
        let path = job.path();
        let asked = self.identities.ask(&path, job.stamp, job.folder.device, *fingerprint)?;
        // A disk that takes its time, or never answers again, keeps no other writer waiting.
        if self.identities.is_far(&asked) {
            self.commit()?;
        }
        let found = self.identities.look(asked)?;
        self.begin()?;
        for (source, art) in made {
            self.index
                .prepare_cached("INSERT INTO art (source, id) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET id = excluded.id")?
                .execute(params![source, art.as_ref().map(ArtId::as_str)])?;
        }
        let id = self.identities.settle(found, now)?;
        let (stamp, fingerprint, art) = (job.stamp, *fingerprint, art.as_ref());
        self.keeper.keep(&Kept { id, path: &path, stamp, fingerprint, file: described, texts, art }, now)?;
        if job.was_refused {
            let folder = self.keeper.folder(path_bytes(&job.folder.path))?;
            self.index.prepare_cached(FORGET_REFUSED)?.execute(params![folder, job.name.as_encoded_bytes()])?;
        }
        self.summary.read(job.folder.root, job.known.is_none());
        self.progress.read();
        self.written.push(id);
        self.count()?;
        Ok(id)
    }

    pub(super) fn set_state(&mut self, track: i64, state: &str) -> Result<(), LibraryError> {
        self.change("UPDATE track SET state = ?, state_at_ms = ? WHERE n = ?", params![state, self.clock.now().0, track]).map(drop)
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.clock.now().0
    }

    /// One statement of a batch; tells how many rows it changed.
    pub(super) fn change(&mut self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<u64, LibraryError> {
        self.begin()?;
        let changed = self.index.prepare_cached(sql)?.execute(values)?;
        self.changes_others |= changed > 0 && sql.starts_with("UPDATE track ");
        self.count()?;
        Ok(changed as u64)
    }

    pub(super) fn begin(&mut self) -> Result<(), LibraryError> {
        if self.index.is_autocommit() {
            self.index.execute_batch("BEGIN IMMEDIATE")?;
            self.began = Instant::now();
            self.keeper.begin()?;
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), LibraryError> {
        self.pending += 1;
        if self.pending >= BATCH || self.began.elapsed() >= BATCH_MAX { self.commit() } else { Ok(()) }
    }

    /// Makes what was written so far last.
    pub(super) fn commit(&mut self) -> Result<(), LibraryError> {
        self.pending = 0;
        if !self.index.is_autocommit() {
            self.keeper.finish()?;
            self.changes.own_index();
            self.index.execute_batch("COMMIT")?;
        }
        let written = std::mem::take(&mut self.written);
        if std::mem::take(&mut self.changes_others) {
            self.changes.of_everything();
        } else {
            self.changes.of_tracks(&written, &[]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::OnceLock;

    use super::super::super::row::Stamp;
    use super::super::super::{Library, Made as MadeTrack, db};
    use super::*;
    use crate::types::{SystemClock, UnixMs};

    #[test]
    fn nobody_waits_to_write_while_the_scan_looks_at_a_slow_disk() {
        let data = tempfile::tempdir().expect("a folder");
        let library = Library::open(data.path()).expect("opens");
        let index = db::open_for_writing(&library.index()).expect("opens");
        let other = Connection::open(library.index()).expect("opens");
        other.busy_timeout(Duration::ZERO).expect("set");
        let could_write = Cell::new(false);
        let reach = |_: &Path, _| {
            could_write.set(other.execute_batch("BEGIN IMMEDIATE; COMMIT").is_ok());
            Reach::Far
        };
        let (progress, changes) = (Progress::default(), Changes::new(UnixMs(1)));
        let key = library.shared.key.clone();
        let mut writer = Writer::new(&index, key, &SystemClock, &progress, &changes, ScanSummary::new(&["/m"]), &reach);
        let mut write = |name: &str, fingerprint: u8| {
            let (path, art) = (PathBuf::from("/m"), OnceLock::new());
            let folder = Arc::new(Folder { root: 0, path, n: None, device: 1, beside: 0, cover: None, art });
            let job = Job { folder, name: name.into(), stamp: Stamp { mtime_ms: 1, size: 1, inode: 1 }, known: None, was_refused: false };
            let described = MadeTrack::plain(1).file;
            let texts = Texts::of(&described, &job.name);
            let taken = Taken { job, described, texts, fingerprint: Some(Fingerprint([fingerprint; 16])), art: None, made: Vec::new() };
            writer.take(Note::Taken(Box::new(taken))).expect("written");
        };
        write("a.flac", 1);
        write("b.flac", 2);
        assert!(!index.is_autocommit(), "both are one change");
        write("copy of a.flac", 1);
        assert!(could_write.get());
    }
}
