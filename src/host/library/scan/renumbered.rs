//! Disks that have another number than the index notes, as they may after a restart.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::super::identity::witnesses;
use super::super::{Library, LibraryError};

/// What a walker has learned of them.
pub(super) struct Renumbered<'a> {
    library: &'a Library,
    told: RefCell<HashMap<(PathBuf, u64, u64), bool>>,
}

impl<'a> Renumbered<'a> {
    pub(super) fn new(library: &'a Library) -> Self {
        Self { library, told: RefCell::default() }
    }

    /// Whether `device` is what was noted as `noted`: other files of that are there now. Only those of the media folder that is walked are
    /// looked at, because it answers.
    pub(super) fn is(&self, root: &Path, noted: u64, device: u64) -> Result<bool, LibraryError> {
        let asked = (root.to_owned(), noted, device);
        if let Some(told) = self.told.borrow().get(&asked) {
            return Ok(*told);
        }
        let files = self.library.shared.readers.read(|index| witnesses(index, noted, root))?;
        let is_it = files.iter().any(|file| fs::symlink_metadata(file).is_ok_and(|found| found.dev() == device));
        self.told.borrow_mut().insert(asked, is_it);
        Ok(is_it)
    }
}
