//! Media folders that are met under other names: a folder may be mounted at several places, and belongs to the media folder that its
//! owner named, with whom that one is shared.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::folders;
use super::listing::{Place, real};

pub(super) struct Names {
    /// Where the media folders are that answer.
    places: Vec<Place>,
    /// Where a part of a media folder is mounted within one.
    mounted: Vec<PathBuf>,
}

impl Names {
    pub(super) fn of(roots: &[PathBuf]) -> Self {
        let there: Vec<_> = roots.iter().filter(|root| folders::is_readable(root)).map(|root| (root.clone(), real(root))).collect();
        let mounts = fs::read("/proc/self/mountinfo").map(|text| parsed(&text)).unwrap_or_default();
        Self { places: there.iter().filter_map(|(root, _)| Place::of(root).ok()).collect(), mounted: mounted(&mounts, &there) }
    }

    /// Whether `folder`, which lies in a media folder, is another one or a part of one, mounted here as well.
    pub(super) fn is_other(&self, folder: &Path, place: Place) -> bool {
        self.places.contains(&place) || self.mounted.iter().any(|mounted| mounted == folder)
    }
}

/// A line of proc(5)'s mountinfo.
#[derive(Debug, PartialEq, Eq)]
struct Mount {
    device: String,
    /// The folder of its file system that is mounted.
    root: PathBuf,
    point: PathBuf,
}

/// Where a folder is whatever is mounted where: a device, and a path on it.
type Location<'a> = (&'a str, PathBuf);

fn parsed(mountinfo: &[u8]) -> Vec<Mount> {
    let mount = |line: &[u8]| {
        let mut fields = line.split(|byte| *byte == b' ').skip(2);
        let device = String::from_utf8(fields.next()?.to_vec()).ok()?;
        Some(Mount { device, root: unescaped(fields.next()?), point: unescaped(fields.next()?) })
    };
    mountinfo.split(|byte| *byte == b'\n').filter_map(mount).collect()
}

/// Spaces and the like are `\040`.
fn unescaped(mut field: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(field.len());
    while let Some((first, rest)) = field.split_first() {
        let code = rest.get(..3).filter(|_| *first == b'\\').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 8).ok()) {
            Some(byte) => {
                bytes.push(byte);
                field = &rest[3..];
            }
            None => {
                bytes.push(*first);
                field = rest;
            }
        }
    }
    OsString::from_vec(bytes).into()
}

/// `without`: what is mounted at this very place is not looked at.
fn location<'a>(mounts: &'a [Mount], folder: &Path, without: Option<&Path>) -> Option<Location<'a>> {
    let around = mounts.iter().filter(|mount| folder.starts_with(&mount.point) && without != Some(&mount.point));
    // Of several at one place the last one hides the others.
    let mount = around.max_by_key(|mount| mount.point.components().count())?;
    let below = folder.strip_prefix(&mount.point).ok()?;
    Some((&mount.device, mount.root.join(below)))
}

/// `roots`: media folders by name, and where each really is.
fn mounted(mounts: &[Mount], roots: &[(PathBuf, PathBuf)]) -> Vec<PathBuf> {
    let places: Vec<Location<'_>> = roots.iter().filter_map(|(_, real)| location(mounts, real, None)).collect();
    let is_part = |(device, path): &Location<'_>| places.iter().any(|(other, root)| device == other && path.starts_with(root));
    let mut found = Vec::new();
    for Mount { point, .. } in mounts {
        let Some(place) = location(mounts, point, None) else { continue };
        // What is mounted where it lies anyway, to protect it from writes say, has no other name.
        let is_elsewhere = location(mounts, point, Some(point)).is_none_or(|beneath| beneath != place);
        if !is_elsewhere || !is_part(&place) || roots.iter().any(|(_, real)| real == point) {
            continue;
        }
        let named = roots.iter().filter_map(|(name, real)| point.strip_prefix(real).ok().map(|below| name.join(below)));
        found.extend(named);
    }
    found
}

#[cfg(test)]
mod tests {
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
        let roots = [root("/music", "/srv/music"), root("/home/me/diary", "/home/me/diary"), root("/srv/disk/films", "/srv/disk/films")];
        assert_eq!(mounted(&mounts, &roots), ["/music/my tapes", "/music/films"].map(PathBuf::from));
    }
}
