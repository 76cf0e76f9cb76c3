//! What is mounted where.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// A line of proc(5)'s mountinfo.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mount {
    device: String,
    /// The folder of its file system that is mounted.
    root: PathBuf,
    pub(super) point: PathBuf,
}

/// Where a folder is whatever is mounted where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Location {
    /// `major:minor`.
    pub(super) device: String,
    /// On the device.
    pub(super) path: PathBuf,
}

impl Location {
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.device == other.device && self.path.starts_with(&other.path)
    }
}

/// What this program sees mounted now.
pub(super) fn mounts() -> Vec<Mount> {
    fs::read("/proc/self/mountinfo").map(|text| parsed(&text)).unwrap_or_default()
}

pub(super) fn parsed(mountinfo: &[u8]) -> Vec<Mount> {
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
pub(super) fn location(mounts: &[Mount], folder: &Path, without: Option<&Path>) -> Option<Location> {
    let around = mounts.iter().filter(|mount| folder.starts_with(&mount.point) && without != Some(&mount.point));
    // Of several at one place the last one hides the others.
    let mount = around.max_by_key(|mount| mount.point.components().count())?;
    let below = folder.strip_prefix(&mount.point).ok()?;
    Some(Location { device: mount.device.clone(), path: mount.root.join(below) })
}
