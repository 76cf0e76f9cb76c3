//! The media folders as the owner gave them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Absolute, so that an index means the same whatever folder the host is started in; not resolved, so that it can be told
/// what lay in a folder that is away.
pub(super) fn absolute(media: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    media.iter().map(std::path::absolute).collect()
}

pub(super) fn is_readable(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok()
}
