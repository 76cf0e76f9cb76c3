//! What a folder lies on: how many may read from it at once, and whether changes in it are told of.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Where a folder lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host) struct Device {
    /// `st_dev`.
    pub(in crate::host) number: u64,
    /// Heads would jump between two readers, or a network share suffer from them.
    pub(in crate::host) is_slow: bool,
    /// Others may change files there without this machine's knowledge.
    pub(in crate::host) is_remote: bool,
}

/// `None` when the folder is not there. Blocks for as long as a dead share does.
pub(in crate::host) fn of(folder: &Path) -> Option<Device> {
    Some(numbered(fs::metadata(folder).ok()?.dev()))
}

/// That with this `st_dev`; asks the system, and not the device.
pub(super) fn numbered(number: u64) -> Device {
    let is_remote = fs::read_to_string("/proc/self/mountinfo").is_ok_and(|mounts| is_remote(&mounts, number));
    Device { number, is_remote, is_slow: is_remote || is_rotational(number) }
}

/// By the mounts as in proc(5): `36 35 98:0 /root /point options… - type source options`.
fn is_remote(mounts: &str, device: u64) -> bool {
    let wanted = numbers(device);
    mounts.lines().any(|line| {
        let is_it = line.split(' ').nth(2) == Some(wanted.as_str());
        let kind = line.split_once(" - ").and_then(|(_, rest)| rest.split(' ').next()).unwrap_or_default();
        is_it && is_network(kind)
    })
}

fn is_network(kind: &str) -> bool {
    const NAMES: [&str; 11] = ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "afs", "lustre", "glusterfs", "davfs"];
    // A disk by FUSE is `fuseblk`.
    NAMES.contains(&kind) || kind == "fuse" || kind.starts_with("fuse.")
}

/// A disk that says nothing has no heads; a partition says what its disk does.
fn is_rotational(device: u64) -> bool {
    let at = format!("/sys/dev/block/{}", numbers(device));
    ["queue/rotational", "../queue/rotational"]
        .iter()
        .find_map(|name| fs::read_to_string(Path::new(&at).join(name)).ok())
        .is_some_and(|text| text.trim() == "1")
}

fn numbers(device: u64) -> String {
    format!("{}:{}", libc::major(device), libc::minor(device))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_from_disks() {
        let mounts = "24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
                      30 24 0:45 / /mnt/nas rw - nfs4 nas:/music rw\n\
                      31 24 0:46 / /mnt/usb rw - fuseblk /dev/sdb1 rw\n\
                      32 24 0:47 / /mnt/far rw - fuse.sshfs far: rw\n";
        let at = |major, minor| is_remote(mounts, libc::makedev(major, minor));
        assert_eq!([at(8, 1), at(0, 45), at(0, 46), at(0, 47), at(9, 9)], [false, true, false, true, false]);
    }

    #[test]
    fn a_folder_that_is_not_there_lies_nowhere() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(of(folder.path()).is_some());
        assert_eq!(of(&folder.path().join("none")), None);
    }
}
