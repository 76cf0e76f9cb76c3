//! Folders that are met under other names: one may be mounted at several places, and belongs to the folder that its owner named, with whom
//! that one is shared. Where each was is remembered: it is the same folder while its own name leads nowhere.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::super::row::{path_bytes, path_of};
use super::folders;
use super::listing::{Place, is_hidden, real};
use super::mounts::{Location, Mount, location, mounts};

/// A folder of which its owner says something, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    name: PathBuf,
    real: PathBuf,
    /// It is walked as what it is.
    is_root: bool,
    held: Held,
    /// Nothing is in it: perhaps a place for a disk that is not there.
    is_empty: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    place: Place,
    location: Option<Location>,
}

/// Whose another name a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Other {
    /// Of one that is there.
    Present,
    /// Of one that is away, as far as can be told.
    Away,
}

pub(super) struct Names {
    mounts: Vec<Mount>,
    there: Vec<Named>,
    /// What the index remembers of those that are away.
    away: Vec<Held>,
    /// Where a part of a named folder is mounted within a media folder.
    mounted: HashMap<PathBuf, Other>,
    /// What the index does not have yet.
    news: Vec<(PathBuf, Held)>,
}

impl Names {
    /// `roots`: the media folders; `apart`: others of which something is said; all absolute.
    pub(super) fn of(roots: &[PathBuf], apart: &[PathBuf], index: &Connection) -> rusqlite::Result<Self> {
        let mounts = mounts();
        let mut remembered = remembered(index)?;
        let (mut there, mut away, mut news, mut own) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (name, is_root) in roots.iter().map(|root| (root, true)).chain(apart.iter().map(|folder| (folder, false))) {
            let known = remembered.remove(name);
            let found = Named::find(name, is_root, &mounts);
            own.push(found.as_ref().map_or_else(|| name.clone(), |named| named.real.clone()));
            let is_known = |named: &Named| known.as_ref() == Some(&named.held);
            match &found {
                Some(named) if !named.is_empty && !is_known(named) => news.push((name.clone(), named.held.clone())),
                Some(named) if is_known(named) || !named.is_empty => {}
                _ => away.extend(known),
            }
            there.extend(found);
        }
        let walked: Vec<_> = there.iter().filter(|named| named.is_root).map(|named| (named.name.clone(), named.real.clone())).collect();
        let locations = |held: &mut dyn Iterator<Item = &Held>| held.filter_map(|held| held.location.clone()).collect::<Vec<_>>();
        let parts = |held: &mut dyn Iterator<Item = &Held>| self::mounted(&mounts, &locations(held), &walked, &own);
        let mut mounted: HashMap<_, _> = parts(&mut away.iter()).into_iter().map(|folder| (folder, Other::Away)).collect();
        mounted.extend(parts(&mut there.iter().map(|named| &named.held)).into_iter().map(|folder| (folder, Other::Present)));
        Ok(Self { mounts, there, away, mounted, news })
    }

    /// Whether `folder`, which lies in a media folder, is another one that has a name of its own, or a part of one, mounted here as well.
    pub(super) fn other(&self, folder: &Path, place: Place) -> Option<Other> {
        let is_other = |named: &Named| named.held.place == place && (named.is_root || named.real != real(folder));
        if self.there.iter().any(is_other) {
            return Some(Other::Present);
        }
        let is_away = |held: &Held| held.place == place && self.is_elsewhere(folder, held);
        self.mounted.get(folder).copied().or_else(|| self.away.iter().any(is_away).then_some(Other::Away))
    }

    /// A number alone is not enough: the next folder that is made may get that of one that was deleted.
    fn is_elsewhere(&self, folder: &Path, held: &Held) -> bool {
        let real = real(folder);
        self.mounts.iter().any(|mount| mount.point == real) || location(&self.mounts, &real, None) == held.location
    }

    pub(super) fn is_news(&self) -> bool {
        !self.news.is_empty()
    }

    /// To be done before anything is found by these names.
    pub(super) fn remember(&self, index: &Connection) -> rusqlite::Result<()> {
        let sql = "INSERT INTO media_folder (path, device, inode, mount, below) VALUES (?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE
                   SET device = excluded.device, inode = excluded.inode, mount = excluded.mount, below = excluded.below";
        for (name, Held { place, location }) in &self.news {
            let (mount, below) = location.as_ref().map(|Location { device, path }| (device, path_bytes(path))).unzip();
            index.execute(sql, params![path_bytes(name), place.device.cast_signed(), place.inode.cast_signed(), mount, below])?;
        }
        Ok(())
    }
}

impl Named {
    fn find(name: &Path, is_root: bool, mounts: &[Mount]) -> Option<Self> {
        if !folders::is_readable(name) {
            return None;
        }
        let real = real(name);
        let held = Held { place: Place::of(name).ok()?, location: location(mounts, &real, None) };
        let is_empty = fs::read_dir(name).ok()?.all(|entry| entry.is_ok_and(|entry| is_hidden(&entry)));
        Some(Self { name: name.to_owned(), real, is_root, held, is_empty })
    }
}

/// Where named folders were when they were last there.
fn remembered(index: &Connection) -> rusqlite::Result<HashMap<PathBuf, Held>> {
    let mut statement = index.prepare("SELECT path, device, inode, mount, below FROM media_folder WHERE device NOT NULL")?;
    let rows = statement.query_map([], |row| {
        let place = Place { device: row.get::<_, i64>("device")?.cast_unsigned(), inode: row.get::<_, i64>("inode")?.cast_unsigned() };
        let (mount, below) = (row.get::<_, Option<String>>("mount")?, row.get::<_, Option<Vec<u8>>>("below")?);
        let location = mount.zip(below).map(|(device, below)| Location { device, path: path_of(&below).to_owned() });
        Ok((path_of(row.get_ref("path")?.as_blob()?).to_owned(), Held { place, location }))
    })?;
    rows.collect()
}

/// Where what lies in one of `held` is mounted within `roots`, media folders by name and where each really is; not in its `own` place.
fn mounted(mounts: &[Mount], held: &[Location], roots: &[(PathBuf, PathBuf)], own: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for Mount { point, .. } in mounts {
        let Some(place) = location(mounts, point, None) else { continue };
        // What is mounted where it lies anyway, to protect it from writes say, has no other name.
        let is_elsewhere = location(mounts, point, Some(point)).is_none_or(|beneath| beneath != place);
        if !is_elsewhere || !held.iter().any(|held| place.is_within(held)) || own.contains(point) {
            continue;
        }
        let named = roots.iter().filter_map(|(name, real)| point.strip_prefix(real).ok().map(|below| name.join(below)));
        found.extend(named);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::mounts::parsed;
    use super::*;

    #[test]
    fn parts_of_media_folders_are_known_where_they_are_mounted_again() {
        let mounts = parsed(
            b"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n\
              2 1 8:17 / /srv/disk rw - ext4 /dev/sdb1 rw\n\
              3 1 8:1 /home/me/diary/tapes /srv/music/my\\040tapes rw - ext4 /dev/sda1 rw\n\
              4 1 8:1 /srv/music/album /srv/music/album ro - ext4 /dev/sda1 rw\n\
              5 1 8:17 /video /srv/music/video rw - ext4 /dev/sdb1 rw\n\
              6 1 8:17 /films/new /srv/music/films rw - ext4 /dev/sdb1 rw\n\
              7 1 8:33 / /srv/music/stick rw - vfat /dev/sdc1 rw\n",
        );
        let root = |name: &str, real: &str| (PathBuf::from(name), PathBuf::from(real));
        let roots = [root("/music", "/srv/music")];
        let own = ["/srv/music", "/home/me/diary", "/srv/disk/films"].map(PathBuf::from);
        let held: Vec<_> = own.iter().filter_map(|folder| location(&mounts, folder, None)).collect();
        let parts = |held: &[Location]| mounted(&mounts, held, &roots, &own);
        assert_eq!(parts(&held), ["/music/my tapes", "/music/films"].map(PathBuf::from));
        // By its own name, and by another one.
        let stick = [Location { device: "8:33".to_owned(), path: "/".into() }];
        assert_eq!(parts(&stick), [PathBuf::from("/music/stick")]);
        assert_eq!(mounted(&mounts, &stick, &roots, &["/srv/music/stick".into()]), [PathBuf::new(); 0]);
    }
}
