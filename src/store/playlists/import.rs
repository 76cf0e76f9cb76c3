//! Playlists that a host read from another program's files. Each is known by its origin, so that a second import finds the first.

use sha2::{Digest, Sha256};

use super::edit::{Change, NewPlaylist, depth, depth_max, restore};
use super::items::{After, ITEMS_MAX, NewItem, insert, make_room, positions};
use super::{PLAYLIST_BY_ORIGIN, Playlist, PlaylistKind, Refused, Stop, add, has_room, read_playlist, save};
use crate::store::job::Durability::Full;
use crate::store::statement::statements;
use crate::store::tx::Tx;
use crate::store::value::params;
use crate::store::{Store, StoreError};
use crate::types::{HostId, ItemId, PlaylistId, TrackId, UnixMs, UserId};

/// What becomes of a playlist that an earlier import made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays as its owner has it now, but gets the pieces that have not come yet.
    Keep,
    /// It gets the items that it never had.
    Add,
    /// It becomes what is imported.
    Replace,
}

#[derive(Clone, Debug)]
pub struct Imported {
    pub origin: String,
    /// For when there is none of this origin.
    pub new_id: PlaylistId,
    pub kind: PlaylistKind,
    pub name: String,
    pub parent_origin: Option<String>,
    pub description: Option<String>,
    /// JSON.
    pub rules: Option<String>,
    pub host: Option<HostId>,
    pub items: Vec<ImportedItem>,
    /// These go on with what an earlier piece began.
    pub is_rest: bool,
    /// Items follow in another piece.
    pub more: bool,
}

#[derive(Clone, Debug)]
pub struct ImportedItem {
    pub host: HostId,
    pub track: TrackId,
    /// How often the track stood in the list before.
    pub nth: u32,
    pub title: String,
    pub artist: Option<String>,
    pub album: Option<String>,
    pub duration_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Made,
    Updated,
    Unchanged,
    Refused(&'static str),
}

/// What became of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub origin: String,
    pub id: Option<PlaylistId>,
    pub outcome: Outcome,
    pub items_added: i64,
}

statements! {
    ITEM_IDS = "SELECT id FROM playlist_items WHERE playlist_id = $1 AND removed_at_ms IS NULL ORDER BY position LIMIT $2";
    REMOVE_ALL_ITEMS = "UPDATE playlist_items SET removed_at_ms = $2 WHERE playlist_id = $1 AND removed_at_ms IS NULL";
    REVIVE_ITEM = "UPDATE playlist_items SET position = $3, title = $4, artist = $5, album = $6, duration_ms = $7, removed_at_ms = NULL
        WHERE playlist_id = $1 AND id = $2 AND removed_at_ms IS NOT NULL";
}

impl Store {
    /// Takes playlists over, in this order; all or none of them are saved. The same import again changes nothing.
    pub async fn import_playlists(
        &self,
        owner: UserId,
        existing: Existing,
        imported: Vec<Imported>,
        now: UnixMs,
    ) -> Result<Vec<Taken>, StoreError> {
        self.transact(Full, move |tx| imported.iter().map(|one| take(tx, owner, existing, one, now)).collect()).await
    }
}

fn take(tx: &mut Tx<'_>, owner: UserId, existing: Existing, one: &Imported, now: UnixMs) -> Result<Taken, StoreError> {
    let origin = one.origin.clone();
    let found = tx.maybe(&PLAYLIST_BY_ORIGIN, params![owner, origin], read_playlist)?;
    let id = found.as_ref().map(|there| there.id);
    let taken = match found {
        None => make(tx, owner, one, now),
        Some(there) if there.kind != one.kind => Err(Refused::Wrong("it was of another kind when it was imported before").into()),
        Some(there) => again(tx, there, existing, one, now),
    };
    match taken {
        Ok((id, outcome, items_added)) => Ok(Taken { origin, id: Some(id), outcome, items_added }),
        Err(Stop::Refused(Refused::Full(why) | Refused::Wrong(why))) => {
            Ok(Taken { origin, id, outcome: Outcome::Refused(why), items_added: 0 })
        }
        Err(Stop::Refused(_)) => Ok(Taken { origin, id, outcome: Outcome::Refused("it cannot be imported"), items_added: 0 }),
        Err(Stop::Failed(error)) => Err(error),
    }
}

type Done = (PlaylistId, Outcome, i64);

fn make(tx: &mut Tx<'_>, owner: UserId, one: &Imported, now: UnixMs) -> Result<Done, Stop> {
    if !has_room(tx, owner)? {
        return Err(Refused::Full("there are as many playlists as there can be").into());
    }
    let new = NewPlaylist {
        id: one.new_id,
        kind: one.kind,
        parent: parent(tx, owner, one)?,
        name: one.name.clone(),
        description: one.description.clone(),
        rules: one.rules.clone(),
        host: one.host,
        origin: Some(one.origin.clone()),
    };
    let mut playlist = add(tx, owner, &new, one.more, now)?;
    let added = append(tx, &mut playlist, one, now)?;
    if added > 0 {
        playlist.items_version += 1;
        save(tx, &mut playlist, now)?;
    }
    Ok((playlist.id, Outcome::Made, added))
}

/// The folder of an origin; the top when there is none, or it is too deep.
fn parent(tx: &mut Tx<'_>, owner: UserId, one: &Imported) -> Result<Option<PlaylistId>, StoreError> {
    let Some(origin) = &one.parent_origin else { return Ok(None) };
    let Some(folder) = tx.maybe(&PLAYLIST_BY_ORIGIN, params![owner, origin], read_playlist)? else { return Ok(None) };
    let depth = depth(tx, owner, folder.id)?;
    Ok(depth.filter(|depth| *depth <= depth_max(one.kind)).map(|_| folder.id))
}

fn again(tx: &mut Tx<'_>, there: Playlist, existing: Existing, one: &Imported, now: UnixMs) -> Result<Done, Stop> {
    // What was added there nobody would see.
    if existing == Existing::Add && there.deleted_at.is_some() {
        return Err(Refused::Wrong("it is in the trash: restore it first, or have it replaced").into());
    }
    let mut playlist = there.clone();
    let added = match existing {
        Existing::Replace => replace(tx, &mut playlist, one, now)?,
        Existing::Add => append(tx, &mut playlist, one, now)?,
        Existing::Keep if there.is_importing => append(tx, &mut playlist, one, now)?,
        Existing::Keep => return Ok((there.id, Outcome::Unchanged, 0)),
    };
    playlist.is_importing = one.more;
    if added > 0 && playlist.items_version == there.items_version {
        playlist.items_version += 1;
    }
    if playlist == there {
        return Ok((there.id, Outcome::Unchanged, 0));
    }
    save(tx, &mut playlist, now)?;
    Ok((playlist.id, Outcome::Updated, added))
}

/// Makes it what is imported. The first piece takes out what is there, and may bring it back at its new place.
fn replace(tx: &mut Tx<'_>, playlist: &mut Playlist, one: &Imported, now: UnixMs) -> Result<i64, Stop> {
    if playlist.deleted_at.is_some() {
        restore(tx, playlist)?;
    }
    // A folder that its owner moved stays there: it could be put into itself.
    let is_folder = playlist.kind == PlaylistKind::Folder;
    let parent = if is_folder { None } else { Some(parent(tx, playlist.owner, one)?) };
    let change = Change {
        name: Some(one.name.clone()),
        parent,
        description: Some(one.description.clone()),
        rules: Some(one.rules.clone()),
        host: Some(one.host),
    };
    let changed = change.apply(playlist);
    if changed != *playlist {
        *playlist = changed;
        playlist.version += 1;
    }
    if playlist.kind != PlaylistKind::List {
        return Ok(0);
    }
    let items = new_items(playlist.id, &one.items);
    if one.is_rest {
        if playlist.items + i64::try_from(items.len()).unwrap_or(i64::MAX) > ITEMS_MAX {
            return Err(Refused::Full("the list is as long as it can be").into());
        }
    } else {
        if !one.more && is_just(tx, playlist.id, &items)? {
            return Ok(0);
        }
        playlist.removed_items += i64::try_from(tx.execute(&REMOVE_ALL_ITEMS, params![playlist.id, now])?).unwrap_or(0);
        (playlist.items, playlist.duration_ms) = (0, 0);
        playlist.items_version += 1;
    }
    make_room(tx, playlist, &[])?;
    let positions = positions(tx, playlist.id, After::All, items.len())?;
    revive(tx, playlist, &items, &positions)?;
    Ok(insert(tx, playlist, &items, &positions, now)?)
}

/// Whether the list has these items and no others, in this order.
fn is_just(tx: &mut Tx<'_>, list: PlaylistId, items: &[NewItem]) -> Result<bool, StoreError> {
    let most = i64::try_from(items.len()).unwrap_or(i64::MAX).saturating_add(1);
    let there = tx.all(&ITEM_IDS, params![list, most], |row| row.get::<ItemId>("id"))?;
    Ok(there.iter().eq(items.iter().map(|item| &item.id)))
}

/// Takes those of the items that were removed back into the list.
fn revive(tx: &mut Tx<'_>, list: &mut Playlist, items: &[NewItem], positions: &[String]) -> Result<(), StoreError> {
    for (item, position) in items.iter().zip(positions) {
        let NewItem { id, title, artist, album, duration_ms, .. } = item;
        if tx.execute(&REVIVE_ITEM, params![list.id, id, position, title, artist, album, duration_ms])? > 0 {
            list.items += 1;
            list.removed_items = (list.removed_items - 1).max(0);
            list.duration_ms += duration_ms.unwrap_or(0);
        }
    }
    Ok(())
}

fn append(tx: &mut Tx<'_>, playlist: &mut Playlist, one: &Imported, now: UnixMs) -> Result<i64, Stop> {
    if playlist.kind != PlaylistKind::List {
        return Ok(0);
    }
    let items = new_items(playlist.id, &one.items);
    make_room(tx, playlist, &items)?;
    let positions = positions(tx, playlist.id, After::All, items.len())?;
    Ok(insert(tx, playlist, &items, &positions, now)?)
}

fn new_items(list: PlaylistId, items: &[ImportedItem]) -> Vec<NewItem> {
    let made = items.iter().map(|item| NewItem {
        id: item_id(list, item),
        host: item.host,
        track: item.track,
        title: item.title.clone(),
        artist: item.artist.clone(),
        album: item.album.clone(),
        duration_ms: item.duration_ms,
    });
    made.collect()
}

/// The same item of the same list gets the same id each time (a UUIDv8, RFC 9562, section 5.8).
fn item_id(list: PlaylistId, item: &ImportedItem) -> ItemId {
    let mut digest = Sha256::new();
    digest.update(b"iroam imported item");
    for id in [list.0, item.host.0, item.track.0] {
        digest.update(id.as_bytes());
    }
    digest.update(item.nth.to_be_bytes());
    let digest: [u8; 32] = digest.finalize().into();
    ItemId(uuid::Builder::from_custom_bytes(std::array::from_fn(|at| digest[at])).into_uuid())
}
