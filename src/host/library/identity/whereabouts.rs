//! What became of a track's file, when another one has its sound.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, named_params};

use super::super::row::{Stamp, file_path, path_bytes};
use super::Fingerprint;
use super::ids::Held;

/// How files of a folder may be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Reach {
    /// At once.
    Near,
    /// It may take long: a disk with heads, or a network.
    Far,
    /// It does not answer.
    Silent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whereabouts {
    /// Or nobody can tell.
    There,
    Gone,
    /// Another file has its path.
    Replaced,
}

/// Looks at files that a scan need not come to.
pub(super) struct Looks<'a> {
    index: &'a Connection,
    reach: &'a dyn Fn(&Path, Option<u64>) -> Reach,
    away: Vec<PathBuf>,
    /// The numbers by which devices of the index are there now, where those are others.
    renumbered: RefCell<HashMap<u64, Option<u64>>>,
}

impl<'a> Looks<'a> {
    pub(super) fn new(index: &'a Connection, reach: &'a dyn Fn(&Path, Option<u64>) -> Reach) -> Self {
        Self { index, reach, away: Vec::new(), renumbered: RefCell::default() }
    }

    pub(super) fn leave_alone(&mut self, folder: &Path) {
        self.away.push(folder.to_owned());
    }

    pub(super) fn reach(&self, held: &Held) -> Reach {
        let is_away = self.away.iter().any(|folder| held.path.starts_with(folder));
        if is_away { Reach::Silent } else { (self.reach)(held.path.parent().unwrap_or(&held.path), held.device) }
    }

    /// What became of the file of `held`, now that there is one at another place, with that `stamp` on that `device`, that has its
    /// sound.
    pub(super) fn whereabouts(
        &self,
        held: &Held,
        fingerprint: Option<Fingerprint>,
        stamp: Stamp,
        device: u64,
    ) -> rusqlite::Result<Whereabouts> {
        if self.reach(held) == Reach::Silent {
            return Ok(Whereabouts::There);
        }
        Ok(match fs::symlink_metadata(&held.path) {
            Ok(metadata) if metadata.is_file() && Stamp::of_file(&metadata) == held.stamp => Whereabouts::There,
            Ok(metadata) if metadata.is_file() => match Fingerprint::of_path(&held.path) {
                Ok(found) if Some(found) != fingerprint => Whereabouts::Replaced,
                // It was tagged anew, or cannot be read.
                _ => Whereabouts::There,
            },
            Ok(_) => Whereabouts::Gone,
            Err(error) if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Whereabouts::There,
            // It was renamed where it is, whatever became of its disk's number.
            Err(_) if held.stamp.inode == stamp.inode && self.is_its_disk(held, device)? => Whereabouts::Gone,
            Err(_) if self.is_unmounted(held)? => Whereabouts::There,
            Err(_) => Whereabouts::Gone,
        })
    }

    /// Whether its disk is away, perhaps with the place where it was mounted: what is there now of its path lies on another device.
    fn is_unmounted(&self, held: &Held) -> rusqlite::Result<bool> {
        let Some(noted) = held.device else { return Ok(false) };
        Ok(around(&held.path).is_some_and(|around| around != noted) && self.renumbered(noted)?.is_none())
    }

    /// Whether `device` is that of `held`, perhaps by another number: on a copy of a disk the inodes are the same.
    fn is_its_disk(&self, held: &Held, device: u64) -> rusqlite::Result<bool> {
        let Some(noted) = held.device else { return Ok(true) };
        Ok(noted == device || around(&held.path) == Some(device) || self.renumbered(noted)? == Some(device))
    }

    /// Devices may get another number by a restart: then other files of it are there, by that.
    fn renumbered(&self, noted: u64) -> rusqlite::Result<Option<u64>> {
        if let Some(known) = self.renumbered.borrow().get(&noted) {
            return Ok(*known);
        }
        let seen = |file: PathBuf| {
            let answers = (self.reach)(file.parent().unwrap_or(&file), Some(noted)) != Reach::Silent;
            answers.then(|| fs::symlink_metadata(file).ok()).flatten().map(|metadata| metadata.dev()).filter(|device| *device != noted)
        };
        let renumbered = witnesses(self.index, noted, Path::new(""))?.into_iter().find_map(seen);
        self.renumbered.borrow_mut().insert(noted, renumbered);
        Ok(renumbered)
    }
}

/// Some files that were there, below a folder, when their folders were noted on a device: where they are now tells where that is.
pub(in super::super) fn witnesses(index: &Connection, noted: u64, below: &Path) -> rusqlite::Result<Vec<PathBuf>> {
    let sql = "SELECT path AS folder_path,
               (SELECT name FROM track WHERE folder = folder.n AND state IN ('present', 'offline') LIMIT 1) AS name
               FROM folder WHERE device = :noted AND substr(path, 1, length(:below)) = :below AND name NOT NULL ORDER BY random() LIMIT 32";
    let mut statement = index.prepare_cached(sql)?;
    let files = statement.query_map(named_params! { ":noted": noted.cast_signed(), ":below": path_bytes(below) }, file_path)?;
    files.filter(|file| file.as_ref().map_or(true, |file| file.starts_with(below))).collect()
}

/// The device of what is there of a path's folders.
fn around(path: &Path) -> Option<u64> {
    path.ancestors().skip(1).find_map(|folder| fs::metadata(folder).ok()).map(|around| around.dev())
}

#[cfg(test)]
mod tests {
    use super::super::super::{Library, Made, db};
    use super::super::Identities;
    use super::*;
    use crate::types::UnixMs;

    #[test]
    fn a_track_on_a_disk_that_does_not_answer_has_not_moved() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::open(folder.path()).expect("opens");
        let made = Made::plain(1);
        let (track, fingerprint) = (made.id, Fingerprint(made.fingerprint));
        library.keep_made([made]).expect("written");
        let index = db::open_for_writing(&library.index()).expect("opens");
        let id_by = |reach: Reach| {
            let reach = |_: &Path, _| reach;
            let identities = Identities::new(&index, library.shared.key.clone(), &reach);
            let stamp = Stamp { mtime_ms: 9, size: 9, inode: 9 };
            let asked = identities.ask(Path::new("/m/copy.flac"), stamp, 1, Some(fingerprint)).expect("asked");
            let found = identities.look(asked).expect("looked");
            identities.settle(found, UnixMs(9)).expect("settled")
        };
        assert_ne!(id_by(Reach::Silent), track);
        assert_eq!(id_by(Reach::Far), track, "no file is where it was");
    }
    #[test]
    fn an_inode_tells_of_a_move_on_its_own_disk_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::open(folder.path()).expect("opens");
        let made = Made { path: folder.path().join("Album/1.flac"), ..Made::plain(1) };
        let (track, fingerprint) = (made.id, Fingerprint(made.fingerprint));
        library.keep_made([made]).expect("written");
        let index = db::open_for_writing(&library.index()).expect("opens");
        let here = fs::metadata(folder.path()).expect("there").dev();
        let [disk, other] = [here + 1, here + 2].map(|number| number.cast_signed());
        index.execute("UPDATE folder SET device = ?", [disk]).expect("noted");
        index.execute("UPDATE track SET inode = 9", []).expect("noted");
        let id_on = |device: i64| {
            let identities = Identities::new(&index, library.shared.key.clone(), &|_, _| Reach::Near);
            let stamp = Stamp { mtime_ms: 9, size: 9, inode: 9 };
            let asked = identities.ask(Path::new("/m/copy.flac"), stamp, device.cast_unsigned(), Some(fingerprint)).expect("asked");
            let found = identities.look(asked).expect("looked");
            identities.settle(found, UnixMs(9)).expect("settled")
        };
        assert_ne!(id_on(other), track, "a copy of a disk that is away");
        assert_eq!(id_on(disk), track);
        assert_eq!(id_on(here.cast_signed()), track, "the disk has another number");
    }
}
