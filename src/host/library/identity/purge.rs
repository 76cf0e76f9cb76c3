//! Tracks that their owner wants to see no more: those whose file has vanished, or lies on a disk that will not come back.
//!
//! A purged track is out of everything that is listed at once, and can be brought back for a while. After that its row goes; its id stays
//! with the sound it had, and what listeners made of it stays in their database, so that a file that comes back is the track it was.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::super::row::track_id;
use super::super::{Library, LibraryError, db};
use crate::types::{TrackId, UnixMs};

/// How long a purge can be undone.
const UNDO_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// What a scan does last may keep others from writing for longer than a reader waits.
const BUSY_TIMEOUT: Duration = Duration::from_secs(12);

impl Library {
    /// Purges those of `tracks` whose file is not there, or all whose file has vanished; tells which. What lies on a disk that is away is
    /// purged only by its name: most disks come back.
    pub fn purge(&self, tracks: Option<&[TrackId]>, now: UnixMs) -> Result<Vec<TrackId>, LibraryError> {
        let sql = "UPDATE track SET state = 'purged', state_at_ms = ?1
                   WHERE (?2 IS NULL AND state = 'missing') OR (id = ?2 AND state IN ('missing', 'offline')) RETURNING id";
        self.turn(|index| {
            let mut statement = index.prepare(sql)?;
            let mut turned = Vec::new();
            match tracks {
                None => turned.extend(statement.query_map(params![now.0, None::<Vec<u8>>], track_id)?.collect::<Result<Vec<_>, _>>()?),
                Some(tracks) => {
                    for track in tracks {
                        turned.extend(statement.query_row(params![now.0, track.0.as_bytes()], track_id).optional()?);
                    }
                }
            }
            Ok(turned)
        })
    }

    /// Brings back what was purged at that moment, or all that can be; their files are as missing as before.
    pub fn unpurge(&self, at: Option<UnixMs>, now: UnixMs) -> Result<Vec<TrackId>, LibraryError> {
        let sql =
            "UPDATE track SET state = 'missing', state_at_ms = ?1 WHERE state = 'purged' AND (?2 IS NULL OR state_at_ms = ?2) RETURNING id";
        self.turn(|index| index.prepare(sql)?.query_map(params![now.0, at.map(|at| at.0)], track_id)?.collect())
    }

    fn turn(&self, change: impl FnOnce(&Connection) -> rusqlite::Result<Vec<TrackId>>) -> Result<Vec<TrackId>, LibraryError> {
        let mut index = db::open_for_writing(&self.index())?;
        index.busy_timeout(BUSY_TIMEOUT)?;
        let all = index.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let turned = change(&all)?;
        if turned.is_empty() {
            return Ok(turned);
        }
        self.shared.changes.own_index();
        all.commit()?;
        // Albums and artists come and go with them.
        self.shared.changes.of_everything();
        Ok(turned)
    }
}

/// Takes a purged track's row out of the index, and keeps its id for its sound.
pub(super) fn forget(index: &Connection, n: i64) -> rusqlite::Result<()> {
    let keep = "INSERT OR REPLACE INTO former (id, fingerprint, added_at_ms) SELECT id, fingerprint, added_at_ms FROM track WHERE n = ?";
    index.prepare_cached(keep)?.execute([n])?;
    index.prepare_cached("DELETE FROM track WHERE n = ?")?.execute([n])?;
    Ok(())
}

/// What a scan does at its end: forgets what was purged long ago, and what came back.
pub(in super::super) fn forget_purged(index: &Connection, now: UnixMs) -> rusqlite::Result<()> {
    let before = now.0.saturating_sub(UNDO_FOR.as_millis() as i64);
    let mut statement = index.prepare("SELECT n FROM track WHERE state = 'purged' AND state_at_ms < ?")?;
    let old: Vec<i64> = statement.query_map([before], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for n in old {
        forget(index, n)?;
    }
    index.execute("DELETE FROM former WHERE EXISTS (SELECT 1 FROM track WHERE track.id = former.id)", []).map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::super::Made;
    use super::*;
    use crate::types::UserId;

    #[test]
    fn what_lies_on_a_disk_that_is_away_is_purged_by_its_name_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::open(folder.path()).expect("opens");
        let made = [1, 2, 3].map(Made::plain);
        let [away, gone, there] = [0, 1, 2].map(|at: usize| made[at].id);
        library.keep_made(made).expect("written");
        let index = db::open_for_writing(&library.index()).expect("opens");
        for (id, state) in [(away, "offline"), (gone, "missing")] {
            index.execute("UPDATE track SET state = ? WHERE id = ?", params![state, id.0.as_bytes()]).expect("marked");
        }
        assert_eq!(library.purge(None, UnixMs(2)).expect("purged"), [gone]);
        assert_eq!(library.purge(Some(&[there, away]), UnixMs(2)).expect("purged"), [away]);
    }

    #[test]
    fn a_purge_is_told_although_this_process_wrote_something_else_just_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::open(folder.path()).expect("opens");
        let made = Made::plain(1);
        let track = made.id;
        library.keep_made([made]).expect("written");
        let index = db::open_for_writing(&library.index()).expect("opens");
        index.execute("UPDATE track SET state = 'missing'", []).expect("marked");
        let (changes, listener) = (library.changes(), UserId::new(UnixMs(1), [2; 10]));
        let mut outside = library.outside().expect("opens");
        let told = |since| changes.since(listener, Some(since));
        let now = || changes.since(listener, None).version;
        let before = now();
        // As a scan does.
        changes.own_index();
        assert_eq!(library.purge(None, UnixMs(2)).expect("purged"), [track]);
        assert!(told(before).reset);
        let purged = now();
        outside.look().expect("looked");
        assert_eq!(now(), purged, "it is told once");
        assert_eq!(library.unpurge(None, UnixMs(3)).expect("back"), [track]);
        assert!(told(purged).reset);
        outside.look().expect("looked");
        let back = now();
        // What changes nothing announces nothing: the next is somebody else's.
        assert_eq!(library.unpurge(None, UnixMs(4)).expect("none"), []);
        index.execute("UPDATE track SET state_at_ms = 9", []).expect("written");
        outside.look().expect("looked");
        assert!(told(back).reset);
    }
}
