//! What is in a list. Items are known by ids of their own, so that two who change a list at once do not get in each other's way.

use super::place::between;
use super::{Playlist, PlaylistKind, Refused, Stop, own, save, settled};
use crate::store::job::Durability::Full;
use crate::store::row::Row;
use crate::store::statement::statements;
use crate::store::tx::Tx;
use crate::store::value::params;
use crate::store::{Store, StoreError};
use crate::types::{HostId, ItemId, PlaylistId, TrackId, UnixMs, UserId};

/// Of one list.
pub(super) const ITEMS_MAX: i64 = 100_000;
/// Removed ones that are kept beside them.
const REMOVED_MAX: i64 = 100_000;
/// A longer position is a sign of many inserts at one place: those around it get new ones.
const POSITION_LENGTH_MAX: usize = 60;
/// How many to each side.
const NEIGHBOURS: i64 = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub id: ItemId,
    pub host: HostId,
    pub track: TrackId,
    pub title: String,
    pub artist: Option<String>,
    pub album: Option<String>,
    pub duration_ms: Option<i64>,
    pub added_at: UnixMs,
}

#[derive(Clone, Debug)]
pub struct NewItem {
    pub id: ItemId,
    pub host: HostId,
    pub track: TrackId,
    pub title: String,
    pub artist: Option<String>,
    pub album: Option<String>,
    pub duration_ms: Option<i64>,
}

/// Where in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Behind all others.
    All,
    /// In front of all others.
    Nothing,
    /// Right behind this one, which may have been removed meanwhile.
    Item(ItemId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemsPage {
    pub items_version: i64,
    pub items: Vec<Item>,
    /// What the next page begins after.
    pub next: Option<String>,
}

statements! {
    ITEMS = "SELECT id, position, host_id, track_id, title, artist, album, duration_ms, added_at_ms FROM playlist_items
        WHERE playlist_id = $1 AND position > $2 AND removed_at_ms IS NULL ORDER BY position LIMIT $3";
    ITEM_POSITION = "SELECT position FROM playlist_items WHERE playlist_id = $1 AND id = $2";
    NEXT_POSITION = "SELECT position FROM playlist_items WHERE playlist_id = $1 AND position > $2 ORDER BY position LIMIT 1";
    LAST_POSITION = "SELECT position FROM playlist_items WHERE playlist_id = $1 ORDER BY position DESC LIMIT 1";
    POSITIONS_BEFORE = "SELECT id, position FROM playlist_items WHERE playlist_id = $1 AND position <= $2 ORDER BY position DESC LIMIT $3";
    POSITIONS_AFTER = "SELECT id, position FROM playlist_items WHERE playlist_id = $1 AND position > $2 ORDER BY position LIMIT $3";
    ADD_ITEM = "INSERT INTO playlist_items
            (playlist_id, id, position, host_id, track_id, title, artist, album, duration_ms, added_at_ms, removed_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL) ON CONFLICT (playlist_id, id) DO NOTHING";
    PLACE_ITEM = "UPDATE playlist_items SET position = $3 WHERE playlist_id = $1 AND id = $2";
    MOVE_ITEM = "UPDATE playlist_items SET position = $3 WHERE playlist_id = $1 AND id = $2 AND removed_at_ms IS NULL";
    REMOVE_ITEM = "UPDATE playlist_items SET removed_at_ms = $3 WHERE playlist_id = $1 AND id = $2 AND removed_at_ms IS NULL
        RETURNING coalesce(duration_ms, 0) AS duration_ms";
    RESTORE_ITEM = "UPDATE playlist_items SET removed_at_ms = NULL WHERE playlist_id = $1 AND id = $2 AND removed_at_ms IS NOT NULL
        RETURNING coalesce(duration_ms, 0) AS duration_ms";
    FORGET_REMOVED_ITEMS = "DELETE FROM playlist_items WHERE playlist_id = $1 AND removed_at_ms IS NOT NULL";
}

fn read_item(row: &dyn Row) -> Result<(Item, String), StoreError> {
    let item = Item {
        id: row.get("id")?,
        host: row.get("host_id")?,
        track: row.get("track_id")?,
        title: row.get("title")?,
        artist: row.get("artist")?,
        album: row.get("album")?,
        duration_ms: row.get("duration_ms")?,
        added_at: row.get("added_at_ms")?,
    };
    Ok((item, row.get("position")?))
}

fn read_position(row: &dyn Row) -> Result<String, StoreError> {
    row.get("position")
}

fn read_duration(row: &dyn Row) -> Result<i64, StoreError> {
    row.get("duration_ms")
}

impl Store {
    /// So many items of a list behind the position `after`; empty: from the first. `None` when the user has no such playlist.
    pub async fn playlist_items(&self, owner: UserId, id: PlaylistId, after: String, most: i64) -> Result<Option<ItemsPage>, StoreError> {
        self.snapshot(move |tx| {
            let playlist = match own(tx, owner, id) {
                Ok(playlist) => playlist,
                Err(Stop::Refused(_)) => return Ok(None),
                Err(Stop::Failed(error)) => return Err(error),
            };
            let mut rows = tx.all(&ITEMS, params![id, after, most.saturating_add(1)], read_item)?;
            let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > most;
            if more {
                rows.pop();
            }
            let next = rows.last().map(|(_, position)| position.clone()).filter(|_| more);
            Ok(Some(ItemsPage { items_version: playlist.items_version, items: rows.into_iter().map(|(item, _)| item).collect(), next }))
        })
        .await
    }

    /// Adds items that the list never had, and says how many. Never a matter of what others did meanwhile.
    pub async fn add_playlist_items(
        &self,
        owner: UserId,
        id: PlaylistId,
        items: Vec<NewItem>,
        after: After,
        now: UnixMs,
    ) -> Result<Result<(Playlist, i64), Refused>, StoreError> {
        self.edit_items(owner, id, now, move |tx, list| {
            if list.deleted_at.is_some() {
                return Err(Refused::Changed(Box::new(list.clone())).into());
            }
            make_room(tx, list, &items)?;
            let positions = positions(tx, list.id, after, items.len())?;
            Ok(insert(tx, list, &items, &positions, now)?)
        })
        .await
    }

    /// Moves items of the list, in the order given; those that are not there any more are left out.
    pub async fn move_playlist_items(
        &self,
        owner: UserId,
        id: PlaylistId,
        ids: Vec<ItemId>,
        after: After,
        now: UnixMs,
    ) -> Result<Result<(Playlist, i64), Refused>, StoreError> {
        self.edit_items(owner, id, now, move |tx, list| {
            if ids.iter().any(|id| after == After::Item(*id)) {
                return Err(Refused::Wrong("an item cannot be put behind itself").into());
            }
            let mut moved = 0;
            for (item, position) in ids.iter().zip(positions(tx, list.id, after, ids.len())?) {
                moved += i64::try_from(tx.execute(&MOVE_ITEM, params![list.id, item, position])?).unwrap_or(0);
            }
            Ok(moved)
        })
        .await
    }

    /// Removes items; they can be restored for a while.
    pub async fn remove_playlist_items(
        &self,
        owner: UserId,
        id: PlaylistId,
        ids: Vec<ItemId>,
        now: UnixMs,
    ) -> Result<Result<(Playlist, i64), Refused>, StoreError> {
        self.edit_items(owner, id, now, move |tx, list| {
            let mut removed = 0;
            for item in &ids {
                if let Some(duration_ms) = tx.maybe(&REMOVE_ITEM, params![list.id, item, now], read_duration)? {
                    removed += 1;
                    list.duration_ms -= duration_ms;
                }
            }
            list.items -= removed;
            list.removed_items += removed;
            Ok(removed)
        })
        .await
    }

    /// Puts removed items back to where they were.
    pub async fn restore_playlist_items(
        &self,
        owner: UserId,
        id: PlaylistId,
        ids: Vec<ItemId>,
        now: UnixMs,
    ) -> Result<Result<(Playlist, i64), Refused>, StoreError> {
        self.edit_items(owner, id, now, move |tx, list| {
            if list.items + i64::try_from(ids.len()).unwrap_or(i64::MAX) > ITEMS_MAX {
                return Err(Refused::Full("the list is as long as it can be").into());
            }
            let mut restored = 0;
            for item in &ids {
                if let Some(duration_ms) = tx.maybe(&RESTORE_ITEM, params![list.id, item], read_duration)? {
                    restored += 1;
                    list.duration_ms += duration_ms;
                }
            }
            list.items += restored;
            list.removed_items = (list.removed_items - restored).max(0);
            Ok(restored)
        })
        .await
    }

    /// Changes items of a list by `edit`, which says how many it changed.
    async fn edit_items(
        &self,
        owner: UserId,
        id: PlaylistId,
        now: UnixMs,
        edit: impl Fn(&mut Tx<'_>, &mut Playlist) -> Result<i64, Stop> + Send + 'static,
    ) -> Result<Result<(Playlist, i64), Refused>, StoreError> {
        let work = move |tx: &mut Tx<'_>| {
            let mut list = own(tx, owner, id)?;
            if list.kind != PlaylistKind::List {
                return Err(Refused::Wrong("only a list has items of its own").into());
            }
            let changed = edit(tx, &mut list)?;
            if changed > 0 {
                list.items_version += 1;
                save(tx, &mut list, now)?;
            }
            Ok((list, changed))
        };
        self.transact(Full, move |tx| settled(work(tx))).await
    }
}

/// Refuses what would be too much. Those that are there already need no room.
pub(super) fn make_room(tx: &mut Tx<'_>, list: &mut Playlist, items: &[NewItem]) -> Result<(), Stop> {
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if list.items + count > ITEMS_MAX {
        let mut new = 0;
        for item in items {
            new += i64::from(tx.maybe(&ITEM_POSITION, params![list.id, item.id], read_position)?.is_none());
        }
        if list.items + new > ITEMS_MAX {
            return Err(Refused::Full("the list is as long as it can be").into());
        }
    }
    if list.removed_items > REMOVED_MAX {
        tx.execute(&FORGET_REMOVED_ITEMS, params![list.id])?;
        list.removed_items = 0;
    }
    Ok(())
}

/// Adds those that the list does not have, removed ones among what it has; how many.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    list: &mut Playlist,
    items: &[NewItem],
    positions: &[String],
    now: UnixMs,
) -> Result<i64, StoreError> {
    let mut added = 0;
    for (item, position) in items.iter().zip(positions) {
        let NewItem { id, host, track, title, artist, album, duration_ms } = item;
        if tx.execute(&ADD_ITEM, params![list.id, id, position, host, track, title, artist, album, duration_ms, now])? > 0 {
            added += 1;
            list.duration_ms += duration_ms.unwrap_or(0);
        }
    }
    list.items += added;
    Ok(added)
}

/// So many free positions at one place of a list.
pub(super) fn positions(tx: &mut Tx<'_>, list: PlaylistId, after: After, count: usize) -> Result<Vec<String>, Stop> {
    let before = match after {
        After::Nothing => String::new(),
        After::All => tx.maybe(&LAST_POSITION, params![list], read_position)?.unwrap_or_default(),
        After::Item(item) => tx.maybe(&ITEM_POSITION, params![list, item], read_position)?.ok_or(Refused::NoSuchPlace)?,
    };
    let found = at(tx, list, &before, count)?;
    if found.iter().all(|position| position.len() <= POSITION_LENGTH_MAX) {
        return Ok(found);
    }
    let before = loosen(tx, list, &before)?;
    Ok(at(tx, list, &before, count)?)
}

fn at(tx: &mut Tx<'_>, list: PlaylistId, before: &str, count: usize) -> Result<Vec<String>, StoreError> {
    let after = tx.maybe(&NEXT_POSITION, params![list, before], read_position)?;
    Ok(between(before, after.as_deref(), count))
}

/// Spreads the items around a position evenly; where the one that stood there stands now.
fn loosen(tx: &mut Tx<'_>, list: PlaylistId, around: &str) -> Result<String, StoreError> {
    let read = |row: &dyn Row| Ok((row.get::<ItemId>("id")?, row.get::<String>("position")?));
    let mut near = tx.all(&POSITIONS_BEFORE, params![list, around, NEIGHBOURS + 1], read)?;
    near.reverse();
    let first = if near.len() > NEIGHBOURS as usize { near.remove(0).1 } else { String::new() };
    let mut behind = tx.all(&POSITIONS_AFTER, params![list, around, NEIGHBOURS + 1], read)?;
    let last = if behind.len() > NEIGHBOURS as usize { behind.pop().map(|(_, position)| position) } else { None };
    let at = near.len();
    near.extend(behind);
    let positions = between(&first, last.as_deref(), near.len());
    for ((item, _), position) in near.iter().zip(&positions) {
        tx.execute(&PLACE_ITEM, params![list, item, position])?;
    }
    Ok(at.checked_sub(1).map_or(first, |at| positions[at].clone()))
}
