//! What became of a track's file, when another one has its sound.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::super::row::{Stamp, file_path};
use super::Fingerprint;
use super::ids::Held;

/// Folders of a disk that are looked at to learn whether it only has another number now.
const WITNESSES_MAX: i64 = 32;

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
    /// Whether a device of the index is there by another number.
    renumbered: RefCell<HashMap<u64, bool>>,
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

    /// What became of the file of `held`, now that there is one at another place, with that `stamp`, that has its sound.
    pub(super) fn whereabouts(&self, held: &Held, fingerprint: Option<Fingerprint>, stamp: Stamp) -> rusqlite::Result<Whereabouts> {
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
            Err(_) if held.stamp.inode == stamp.inode => Whereabouts::Gone,
            Err(_) if self.is_unmounted(held)? => Whereabouts::There,
            Err(_) => Whereabouts::Gone,
        })
    }

    /// Whether its disk is away, perhaps with the place where it was mounted: what is there now of its path lies on another device.
    fn is_unmounted(&self, held: &Held) -> rusqlite::Result<bool> {
        let Some(noted) = held.device else { return Ok(false) };
        let around = held.path.ancestors().skip(1).find_map(|folder| fs::metadata(folder).ok());
        Ok(around.is_some_and(|around| around.dev() != noted) && !self.is_renumbered(noted)?)
    }

    /// Devices may get another number by a restart: then other files of it are there, by that.
    fn is_renumbered(&self, noted: u64) -> rusqlite::Result<bool> {
        if let Some(known) = self.renumbered.borrow().get(&noted) {
            return Ok(*known);
        }
        let sql =
            "SELECT folder.path AS folder_path, (SELECT name FROM track WHERE folder = folder.n AND state = 'present' LIMIT 1) AS name
                   FROM folder WHERE device = ? AND EXISTS (SELECT 1 FROM track WHERE folder = folder.n AND state = 'present')
                   ORDER BY random() LIMIT ?";
        let mut statement = self.index.prepare_cached(sql)?;
        let files = statement.query_map((noted.cast_signed(), WITNESSES_MAX), file_path)?.collect::<rusqlite::Result<Vec<_>>>()?;
        let is_seen = |file: &PathBuf| {
            let answers = (self.reach)(file.parent().unwrap_or(file), Some(noted)) != Reach::Silent;
            answers && fs::symlink_metadata(file).is_ok_and(|metadata| metadata.dev() != noted)
        };
        let is_renumbered = files.iter().any(is_seen);
        self.renumbered.borrow_mut().insert(noted, is_renumbered);
        Ok(is_renumbered)
    }
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
            let asked = identities.ask(Path::new("/m/copy.flac"), stamp, Some(fingerprint)).expect("asked");
            let found = identities.look(asked).expect("looked");
            identities.settle(found, UnixMs(9)).expect("settled")
        };
        assert_ne!(id_by(Reach::Silent), track);
        assert_eq!(id_by(Reach::Far), track, "no file is where it was");
    }
}
