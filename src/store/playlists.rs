//! Playlists: folders, lists of items, and smart ones.
//!
//! A user's playlists have one counter, and each remembers where it stood at its own last change: who knows the playlists as of one
//! number is told of the later ones alone.

mod edit;
pub(super) mod import;
pub(super) mod items;
mod place;
pub(super) mod trash;

pub use edit::{Change, NewPlaylist};
pub use import::{Existing, Imported, ImportedItem, Outcome, Taken};
pub use items::{After, Item, ItemsPage, NewItem};

use super::row::Row;
use super::statement::statements;
use super::tx::Tx;
use super::value::params;
use super::{Store, StoreError};
use crate::types::{HostId, PlaylistId, UnixMs, UserId};

/// Of one user, with those in the trash.
const PLAYLISTS_MAX: i64 = 100_000;
/// Folders within folders.
const DEPTH_MAX: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaylistKind {
    Folder,
    List,
    Smart,
}

impl PlaylistKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::List => "list",
            Self::Smart => "smart",
        }
    }

    fn of(name: &str) -> Self {
        match name {
            "folder" => Self::Folder,
            "smart" => Self::Smart,
            _ => Self::List,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playlist {
    pub id: PlaylistId,
    pub owner: UserId,
    pub kind: PlaylistKind,
    pub parent: Option<PlaylistId>,
    pub name: String,
    pub description: Option<String>,
    /// JSON.
    pub rules: Option<String>,
    pub host: Option<HostId>,
    pub origin: Option<String>,
    is_importing: bool,
    pub items: i64,
    removed_items: i64,
    pub duration_ms: i64,
    pub version: i64,
    pub items_version: i64,
    pub changed: i64,
    pub created_at: UnixMs,
    pub updated_at: UnixMs,
    pub deleted_at: Option<UnixMs>,
}

/// Why a change was not made. Nothing was changed then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The user has none such.
    Unknown,
    /// It is not what the caller took it for any more.
    Changed(Box<Playlist>),
    /// What has this id is somebody else's.
    NotOwn,
    /// The item to put something behind is gone for good.
    NoSuchPlace,
    /// What nobody may ask for, in words.
    Wrong(&'static str),
    /// What there is no room for, in words.
    Full(&'static str),
}

/// What a change of playlists ends in when it does not succeed.
enum Stop {
    Refused(Refused),
    Failed(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// A refusal is an answer. It must come before any statement that changes something: the transaction is saved.
fn settled<T>(outcome: Result<T, Stop>) -> Result<Result<T, Refused>, StoreError> {
    match outcome {
        Ok(done) => Ok(Ok(done)),
        Err(Stop::Refused(refused)) => Ok(Err(refused)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// What changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Where the counter stands.
    pub version: i64,
    /// What was known before is worth nothing: these are the first of all.
    pub whole: bool,
    /// There are more of them.
    pub more: bool,
    pub playlists: Vec<Playlist>,
}

macro_rules! select_playlists {
    ($which:literal) => {
        concat!(
            "SELECT id, user_id, kind, parent_id, name, description, rules, host_id, origin, is_importing, items, removed_items, duration_ms,
                version, items_version, changed, created_at_ms, updated_at_ms, deleted_at_ms FROM playlists WHERE ",
            $which
        )
    };
}

statements! {
    PLAYLIST = select_playlists!("id = $1");
    PLAYLIST_BY_ORIGIN = select_playlists!("user_id = $1 AND origin = $2");
    PLAYLISTS_SINCE = select_playlists!("user_id = $1 AND changed > $2 ORDER BY changed LIMIT $3");
    FOLDERS = "SELECT id, parent_id FROM playlists WHERE user_id = $1 AND kind = 'folder'";
    ADD_PLAYLIST = "INSERT INTO playlists (id, user_id, kind, parent_id, name, description, rules, host_id, origin, is_importing, items,
            removed_items, duration_ms, version, items_version, changed, created_at_ms, updated_at_ms, deleted_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, 1, 0, $11, $12, $12, NULL)";
    SAVE_PLAYLIST = "UPDATE playlists SET parent_id = $2, name = $3, description = $4, rules = $5, host_id = $6, is_importing = $7, items = $8,
            removed_items = $9, duration_ms = $10, version = $11, items_version = $12, changed = $13, updated_at_ms = $14, deleted_at_ms = $15
        WHERE id = $1";
    PLAYLIST_TREE = "SELECT version, forgotten, playlists FROM playlist_trees WHERE user_id = $1";
    NEXT_CHANGE = "INSERT INTO playlist_trees (user_id, version, forgotten, playlists) VALUES ($1, 1, 0, 0)
        ON CONFLICT (user_id) DO UPDATE SET version = playlist_trees.version + 1 RETURNING version";
    COUNT_PLAYLIST = "UPDATE playlist_trees SET playlists = playlists + 1 WHERE user_id = $1";
}

fn read_playlist(row: &dyn Row) -> Result<Playlist, StoreError> {
    Ok(Playlist {
        id: row.get("id")?,
        owner: row.get("user_id")?,
        kind: PlaylistKind::of(&row.get::<String>("kind")?),
        parent: row.get("parent_id")?,
        name: row.get("name")?,
        description: row.get("description")?,
        rules: row.get("rules")?,
        host: row.get("host_id")?,
        origin: row.get("origin")?,
        is_importing: row.get::<i64>("is_importing")? != 0,
        items: row.get("items")?,
        removed_items: row.get("removed_items")?,
        duration_ms: row.get("duration_ms")?,
        version: row.get("version")?,
        items_version: row.get("items_version")?,
        changed: row.get("changed")?,
        created_at: row.get("created_at_ms")?,
        updated_at: row.get("updated_at_ms")?,
        deleted_at: row.get("deleted_at_ms")?,
    })
}

fn read_tree(row: &dyn Row) -> Result<(i64, i64, i64), StoreError> {
    Ok((row.get("version")?, row.get("forgotten")?, row.get("playlists")?))
}

/// The playlist, if it is this user's.
fn own(tx: &mut Tx<'_>, owner: UserId, id: PlaylistId) -> Result<Playlist, Stop> {
    let found = tx.maybe(&PLAYLIST, params![id], read_playlist)?;
    Ok(found.filter(|playlist| playlist.owner == owner).ok_or(Refused::Unknown)?)
}

/// Adds a playlist that the user does not have, in a place that was looked at.
fn add(tx: &mut Tx<'_>, owner: UserId, new: &NewPlaylist, is_importing: bool, now: UnixMs) -> Result<Playlist, StoreError> {
    let changed = tx.one(&NEXT_CHANGE, params![owner], |row| row.get::<i64>("version"))?;
    tx.execute(&COUNT_PLAYLIST, params![owner])?;
    let (kind, importing) = (new.kind.name(), i64::from(is_importing));
    let values =
        params![new.id, owner, kind, new.parent, new.name, new.description, new.rules, new.host, new.origin, importing, changed, now];
    tx.execute(&ADD_PLAYLIST, values)?;
    tx.one(&PLAYLIST, params![new.id], read_playlist)
}

/// Saves a playlist that was changed, as the user's last change.
fn save(tx: &mut Tx<'_>, playlist: &mut Playlist, now: UnixMs) -> Result<(), StoreError> {
    playlist.changed = tx.one(&NEXT_CHANGE, params![playlist.owner], |row| row.get("version"))?;
    playlist.updated_at = now;
    let Playlist { id, parent, name, description, rules, host, items, removed_items, duration_ms, version, items_version, .. } = &*playlist;
    let importing = i64::from(playlist.is_importing);
    let values = params![
        id,
        parent,
        name,
        description,
        rules,
        host,
        importing,
        items,
        removed_items,
        duration_ms,
        version,
        items_version,
        playlist.changed,
        playlist.updated_at,
        playlist.deleted_at
    ];
    tx.execute(&SAVE_PLAYLIST, values)?;
    Ok(())
}

fn has_room(tx: &mut Tx<'_>, owner: UserId) -> Result<bool, StoreError> {
    let tree = tx.maybe(&PLAYLIST_TREE, params![owner], read_tree)?;
    Ok(tree.is_none_or(|(_, _, playlists)| playlists < PLAYLISTS_MAX))
}

impl Store {
    pub async fn playlist(&self, owner: UserId, id: PlaylistId) -> Result<Option<Playlist>, StoreError> {
        let found = self.query(move |db| db.maybe(&PLAYLIST, params![id], read_playlist)).await?;
        Ok(found.filter(|playlist| playlist.owner == owner))
    }

    /// Where the user's counter stands.
    pub async fn playlists_version(&self, owner: UserId) -> Result<i64, StoreError> {
        let tree = self.query(move |db| db.maybe(&PLAYLIST_TREE, params![owner], read_tree)).await?;
        Ok(tree.map_or(0, |(version, _, _)| version))
    }

    /// The playlists that changed after `since`, in the order of their changes, those in the trash too. A caller in the midst of learning
    /// all of them is not sent back to the beginning.
    pub async fn playlists_since(&self, owner: UserId, since: i64, is_learning: bool, most: i64) -> Result<Changes, StoreError> {
        self.snapshot(move |tx| {
            let (version, forgotten, _) = tx.maybe(&PLAYLIST_TREE, params![owner], read_tree)?.unwrap_or_default();
            // A counter that stands lower than what is known is of another database.
            let whole = since == 0 || !is_learning && (since < forgotten || since > version);
            let since = if whole { 0 } else { since };
            let mut playlists = tx.all(&PLAYLISTS_SINCE, params![owner, since, most.saturating_add(1)], read_playlist)?;
            let more = i64::try_from(playlists.len()).unwrap_or(i64::MAX) > most;
            if more {
                playlists.pop();
            }
            Ok(Changes { version, whole, more, playlists })
        })
        .await
    }
}
