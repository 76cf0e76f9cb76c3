//! What was deleted long enough ago goes for good.

use super::PLAYLIST;
use crate::store::job::Durability::Relaxed;
use crate::store::statement::statements;
use crate::store::tx::Tx;
use crate::store::value::params;
use crate::store::{Store, StoreError};
use crate::types::{PlaylistId, UnixMs, UserId};

/// How many lie in the trash at once for one transaction to take.
const AT_ONCE: i64 = 100;

statements! {
    DELETED_PLAYLISTS = "SELECT id, user_id FROM playlists WHERE deleted_at_ms <= $1 LIMIT $2";
    CHILDREN = "SELECT id FROM playlists WHERE parent_id = $1";
    FORGET_PLAYLIST = "DELETE FROM playlists WHERE id = $1";
    NOTE_FORGOTTEN = "UPDATE playlist_trees SET version = version + 1, forgotten = version + 1, playlists = playlists - $2 WHERE user_id = $1";
    SWEEP_REMOVED_ITEMS = "DELETE FROM playlist_items WHERE removed_at_ms <= $1";
}

impl Store {
    /// Forgets the playlists and items that were deleted by then, with what is in the folders among them; how many rows.
    pub async fn empty_playlist_trash(&self, deleted_by: UnixMs) -> Result<u64, StoreError> {
        let mut gone = self.change(Relaxed, move |db| db.execute(&SWEEP_REMOVED_ITEMS, params![deleted_by])).await?;
        loop {
            let forgotten = self.transact(Relaxed, move |tx| forget_some(tx, deleted_by)).await?;
            gone += forgotten;
            if forgotten == 0 {
                return Ok(gone);
            }
        }
    }
}

fn forget_some(tx: &mut Tx<'_>, deleted_by: UnixMs) -> Result<u64, StoreError> {
    let read = |row: &dyn crate::store::row::Row| Ok((row.get::<PlaylistId>("id")?, row.get::<UserId>("user_id")?));
    let mut gone = 0;
    for (id, owner) in tx.all(&DELETED_PLAYLISTS, params![deleted_by, AT_ONCE], read)? {
        let forgotten = forget(tx, id)?;
        if forgotten > 0 {
            tx.execute(&NOTE_FORGOTTEN, params![owner, forgotten])?;
        }
        gone += forgotten.unsigned_abs();
    }
    Ok(gone)
}

/// With all that lies in it; nothing when it went along with a folder.
fn forget(tx: &mut Tx<'_>, top: PlaylistId) -> Result<i64, StoreError> {
    if tx.maybe(&PLAYLIST, params![top], |_| Ok(()))?.is_none() {
        return Ok(0);
    }
    let (mut open, mut gone) = (vec![top], 0);
    while let Some(id) = open.pop() {
        open.extend(tx.all(&CHILDREN, params![id], |row| row.get::<PlaylistId>("id"))?);
        gone += i64::try_from(tx.execute(&FORGET_PLAYLIST, params![id])?).unwrap_or(0);
    }
    Ok(gone)
}
