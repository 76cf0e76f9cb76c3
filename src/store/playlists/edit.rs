//! Making, changing, deleting and restoring playlists as a whole.

use std::collections::{HashMap, HashSet};

use super::{DEPTH_MAX, FOLDERS, PLAYLIST, Playlist, PlaylistKind, Refused, Stop, add, has_room, own, read_playlist, save, settled};
use crate::store::job::Durability::Full;
use crate::store::tx::Tx;
use crate::store::value::params;
use crate::store::{Store, StoreError};
use crate::types::{HostId, PlaylistId, UnixMs, UserId};

#[derive(Clone, Debug)]
pub struct NewPlaylist {
    pub id: PlaylistId,
    pub kind: PlaylistKind,
    pub parent: Option<PlaylistId>,
    pub name: String,
    pub description: Option<String>,
    /// JSON.
    pub rules: Option<String>,
    pub host: Option<HostId>,
    pub origin: Option<String>,
}

/// What is to be otherwise; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub name: Option<String>,
    pub parent: Option<Option<PlaylistId>>,
    pub description: Option<Option<String>>,
    pub rules: Option<Option<String>>,
    pub host: Option<Option<HostId>>,
}

impl Change {
    pub(super) fn apply(&self, playlist: &Playlist) -> Playlist {
        let mut changed = playlist.clone();
        if let Some(name) = &self.name {
            changed.name.clone_from(name);
        }
        if let Some(parent) = self.parent {
            changed.parent = parent;
        }
        if let Some(description) = &self.description {
            changed.description.clone_from(description);
        }
        if let Some(rules) = &self.rules {
            changed.rules.clone_from(rules);
        }
        if let Some(host) = self.host {
            changed.host = host;
        }
        changed
    }
}

/// How many folders lie above something in this one, itself among them; `None` when one of them is not there.
pub(super) fn depth(tx: &mut Tx<'_>, owner: UserId, folder: PlaylistId) -> Result<Option<usize>, StoreError> {
    let (mut above, mut depth) = (Some(folder), 0);
    while let Some(id) = above {
        let found = tx.maybe(&PLAYLIST, params![id], read_playlist)?;
        let is_there = |one: &Playlist| one.owner == owner && one.kind == PlaylistKind::Folder && one.deleted_at.is_none();
        let Some(found) = found.filter(is_there) else { return Ok(None) };
        above = found.parent;
        depth += 1;
        if depth > DEPTH_MAX {
            break;
        }
    }
    Ok(Some(depth))
}

/// How deep a folder may lie to hold such a one.
pub(super) fn depth_max(kind: PlaylistKind) -> usize {
    if kind == PlaylistKind::Folder { DEPTH_MAX - 1 } else { DEPTH_MAX }
}

fn check_new_place(tx: &mut Tx<'_>, owner: UserId, kind: PlaylistKind, parent: PlaylistId) -> Result<(), Stop> {
    match depth(tx, owner, parent)? {
        None => Err(Refused::Wrong("the folder to put it into is not there").into()),
        Some(depth) if depth > depth_max(kind) => Err(Refused::Full("folders are nested as deeply as they can be").into()),
        Some(_) => Ok(()),
    }
}

/// Whether a folder may go into another: not into itself, and with all that is in it not too deep.
fn check_moved_folder(tx: &mut Tx<'_>, owner: UserId, moved: PlaylistId, into: PlaylistId) -> Result<(), Stop> {
    let folders =
        tx.all(&FOLDERS, params![owner], |row| Ok((row.get::<PlaylistId>("id")?, row.get::<Option<PlaylistId>>("parent_id")?)))?;
    let parents: HashMap<_, _> = folders.iter().copied().collect();
    let mut above = HashSet::new();
    let mut next = Some(into);
    while let Some(id) = next {
        if !above.insert(id) {
            break;
        }
        next = parents.get(&id).copied().flatten();
    }
    if above.contains(&moved) {
        return Err(Refused::Wrong("a folder cannot be put into itself").into());
    }
    if above.len() + height(&folders, moved) > DEPTH_MAX {
        return Err(Refused::Full("folders are nested as deeply as they can be").into());
    }
    Ok(())
}

/// How many folders lie below one another from this one, itself among them.
fn height(folders: &[(PlaylistId, Option<PlaylistId>)], top: PlaylistId) -> usize {
    let mut children: HashMap<PlaylistId, Vec<PlaylistId>> = HashMap::new();
    for (id, parent) in folders {
        if let Some(parent) = parent {
            children.entry(*parent).or_default().push(*id);
        }
    }
    let (mut level, mut height) = (vec![top], 0);
    while !level.is_empty() && height <= DEPTH_MAX + 1 {
        level = level.iter().filter_map(|id| children.get(id)).flatten().copied().collect();
        height += 1;
    }
    height
}

impl Store {
    /// Makes a playlist, and whether it was not there already: what has this id stays as it is.
    pub async fn create_playlist(
        &self,
        owner: UserId,
        new: NewPlaylist,
        now: UnixMs,
    ) -> Result<Result<(Playlist, bool), Refused>, StoreError> {
        self.transact(Full, move |tx| settled(create(tx, owner, &new, now))).await
    }

    /// Changes a playlist that is still of this `version`.
    pub async fn change_playlist(
        &self,
        owner: UserId,
        id: PlaylistId,
        version: i64,
        change: Change,
        now: UnixMs,
    ) -> Result<Result<Playlist, Refused>, StoreError> {
        self.transact(Full, move |tx| settled(alter(tx, owner, id, version, &change, now))).await
    }

    /// Puts a playlist into the trash.
    pub async fn delete_playlist(&self, owner: UserId, id: PlaylistId, now: UnixMs) -> Result<Result<Playlist, Refused>, StoreError> {
        self.transact(Full, move |tx| {
            settled((|| {
                let mut playlist = own(tx, owner, id)?;
                if playlist.deleted_at.is_none() {
                    playlist.deleted_at = Some(now);
                    playlist.version += 1;
                    save(tx, &mut playlist, now)?;
                }
                Ok(playlist)
            })())
        })
        .await
    }

    /// Takes a playlist out of the trash: to where it was, or to the top when that is not there any more.
    pub async fn restore_playlist(&self, owner: UserId, id: PlaylistId, now: UnixMs) -> Result<Result<Playlist, Refused>, StoreError> {
        self.transact(Full, move |tx| {
            settled((|| {
                let mut playlist = own(tx, owner, id)?;
                if playlist.deleted_at.is_some() {
                    restore(tx, &mut playlist)?;
                    save(tx, &mut playlist, now)?;
                }
                Ok(playlist)
            })())
        })
        .await
    }
}

/// Not saved yet.
pub(super) fn restore(tx: &mut Tx<'_>, playlist: &mut Playlist) -> Result<(), StoreError> {
    playlist.deleted_at = None;
    playlist.version += 1;
    if let Some(parent) = playlist.parent
        && depth(tx, playlist.owner, parent)?.is_none()
    {
        playlist.parent = None;
    }
    Ok(())
}

fn create(tx: &mut Tx<'_>, owner: UserId, new: &NewPlaylist, now: UnixMs) -> Result<(Playlist, bool), Stop> {
    match tx.maybe(&PLAYLIST, params![new.id], read_playlist)? {
        Some(there) if there.owner == owner => return Ok((there, false)),
        Some(_) => return Err(Refused::NotOwn.into()),
        None => {}
    }
    if let Some(parent) = new.parent {
        check_new_place(tx, owner, new.kind, parent)?;
    }
    if !has_room(tx, owner)? {
        return Err(Refused::Full("there are as many playlists as there can be").into());
    }
    Ok((add(tx, owner, new, false, now)?, true))
}

fn alter(tx: &mut Tx<'_>, owner: UserId, id: PlaylistId, version: i64, change: &Change, now: UnixMs) -> Result<Playlist, Stop> {
    let before = own(tx, owner, id)?;
    if before.version != version || before.deleted_at.is_some() {
        return Err(Refused::Changed(Box::new(before)).into());
    }
    if before.kind != PlaylistKind::Smart && change.rules.is_some() {
        return Err(Refused::Wrong("only a smart playlist has rules").into());
    }
    let mut playlist = change.apply(&before);
    if playlist.kind == PlaylistKind::Smart && playlist.rules.is_none() {
        return Err(Refused::Wrong("a smart playlist needs its rules").into());
    }
    if playlist == before {
        return Ok(before);
    }
    if let Some(parent) = playlist.parent.filter(|parent| before.parent != Some(*parent)) {
        check_new_place(tx, owner, playlist.kind, parent)?;
        if playlist.kind == PlaylistKind::Folder {
            check_moved_folder(tx, owner, id, parent)?;
        }
    }
    playlist.version += 1;
    save(tx, &mut playlist, now)?;
    Ok(playlist)
}
