//! What a file is and says: by its tags where that is enough, by a look into it where it is not.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::super::described::Described;
use super::super::tags::{self, Tagged};
use super::walk;
use crate::host::media::{MediaError, Prober, check_facts};
use crate::protocol::SourceMedia;

/// Reads a media file of `size` bytes in the media folder `root`, or says in a few words why not.
pub(super) fn read(path: &Path, root: &Path, size: u64, prober: &mut Prober) -> Result<Tagged, String> {
    let file = open(path)?;
    if !tags::is_tagged(path) {
        return look(path, root, size, file, prober).map_err(|error| error.to_string()).and_then(checked);
    }
    match careful(|| tags::song(path, Some(root), file)) {
        Ok(song) => checked(song),
        // Pictures in a file that is named like a song, say.
        Err(reason) => match look(path, root, size, open(path)?, prober) {
            Ok(found) => checked(found),
            Err(error @ MediaError::MissingPlugin(_)) => Err(error.to_string()),
            Err(_) => Err(reason),
        },
    }
}

/// By its headers or by GStreamer; tags are welcome but not needed.
fn look(path: &Path, root: &Path, size: u64, file: File, prober: &mut Prober) -> Result<Tagged, MediaError> {
    let probed = prober.probe(path, size)?;
    let fields = careful(|| Ok(tags::tags_of(path, &file))).unwrap_or_default();
    Ok(tags::tagged(path, Some(root), probed, fields))
}

fn checked(read: Tagged) -> Result<Tagged, String> {
    let Described { source: SourceMedia { audio, video }, duration_ms, .. } = &read.described;
    check_facts(*duration_ms, audio.as_ref(), video.as_ref())?;
    Ok(read)
}

/// A parser that panics over a hostile file costs that file only.
fn careful<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("its tags are damaged".to_owned()))
}

/// Opens without waiting for anybody: a file that became a pipe or a device since it was listed is refused, not read.
fn open(path: &Path) -> Result<File, String> {
    let flags = libc::O_NONBLOCK | libc::O_NOFOLLOW;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|e| format!("it cannot be opened: {}", e.kind()))?;
    let kind = file.metadata().map_err(|e| format!("it cannot be read: {}", e.kind()))?.file_type();
    if kind.is_file() { Ok(file) } else { Err(format!("it is {}, not a file", walk::special(kind))) }
}
