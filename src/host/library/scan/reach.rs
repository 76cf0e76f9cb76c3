//! How files may be looked at that a scan does not come to by itself.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::super::identity::Reach;
use super::{device, folders};

/// Each media folder is asked once a scan, when somebody wants to look at a file in it; one that does not answer costs seconds.
pub(super) struct Reaches<'a> {
    roots: &'a [PathBuf],
    told: Vec<OnceCell<Reach>>,
    /// Of devices, by what the index notes of them: one may be mounted within a media folder.
    devices: RefCell<HashMap<u64, Reach>>,
    /// A place in no media folder did not answer.
    is_outside_silent: Cell<bool>,
}

impl<'a> Reaches<'a> {
    pub(super) fn new(roots: &'a [PathBuf]) -> Self {
        let told = vec![OnceCell::new(); roots.len()];
        Self { roots, told, devices: RefCell::default(), is_outside_silent: Cell::new(false) }
    }

    /// Of files in `folder`, which was noted on `device`.
    pub(super) fn of(&self, folder: &Path, device: Option<u64>) -> Reach {
        let around = self.roots.iter().enumerate().filter(|(_, root)| folder.starts_with(root));
        let Some((root, path)) = around.max_by_key(|(_, root)| root.components().count()) else { return self.outside(folder) };
        match self.told[root].get_or_init(|| ask(path)) {
            Reach::Near => device.map_or(Reach::Near, |device| self.within(folder, device)),
            other => *other,
        }
    }

    fn within(&self, folder: &Path, device: u64) -> Reach {
        let ask = || match device::numbered(device).is_slow {
            false => Reach::Near,
            true if folders::is_silent(folder) => Reach::Silent,
            true => Reach::Far,
        };
        *self.devices.borrow_mut().entry(device).or_insert_with(ask)
    }

    fn outside(&self, folder: &Path) -> Reach {
        let is_silent = self.is_outside_silent.get() || folders::is_silent(folder);
        self.is_outside_silent.set(is_silent);
        if is_silent { Reach::Silent } else { Reach::Far }
    }
}

fn ask(root: &Path) -> Reach {
    match folders::is_readable(root).then(|| device::of(root)).flatten() {
        Some(device) if device.is_slow => Reach::Far,
        Some(_) => Reach::Near,
        None => Reach::Silent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_folder_that_is_not_there_is_not_looked_into() {
        let folder = tempfile::tempdir().expect("a folder");
        let roots = [folder.path().join("there"), folder.path().join("away"), folder.path().join("there/inner")];
        std::fs::create_dir(&roots[0]).expect("made");
        let reaches = Reaches::new(&roots);
        assert_ne!(reaches.of(&roots[0].join("album"), None), Reach::Silent);
        assert_eq!(reaches.of(&roots[1].join("album"), None), Reach::Silent);
        assert_eq!(reaches.of(&roots[2].join("album"), None), Reach::Silent, "the innermost counts");
        assert_eq!(reaches.of(&folder.path().join("other"), None), Reach::Far);
    }
}
