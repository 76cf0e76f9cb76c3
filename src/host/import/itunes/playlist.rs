//! One playlist of iTunes, as it is written.

use crate::host::import::error::ImportError;
use crate::host::import::model::ENTRIES_MAX;
use crate::host::import::plist::{Plist, Scalar};
use crate::types::showable;

/// Kinds below this are parts of the library that iTunes lists beside the playlists (4 Music, 10 Podcasts, 26 Genius, ...).
/// Those from it on are smart playlists that it made for a beginning, and that people keep and change.
const KINDS_OF_PEOPLES: i64 = 200;
/// Longest persistent id kept; iTunes writes 16 hexadecimal digits.
const ID_BYTES_MAX: usize = 64;

#[derive(Default)]
pub(super) struct Raw {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) parent: Option<String>,
    pub(super) folder: bool,
    pub(super) info: Option<Vec<u8>>,
    pub(super) criteria: Option<Vec<u8>>,
    /// Numbers of tracks.
    pub(super) entries: Vec<i64>,
    pub(super) master: bool,
    pub(super) hidden: bool,
    pub(super) kind: Option<i64>,
}

impl Raw {
    pub(super) fn is_peoples(&self) -> bool {
        !self.master && !self.hidden && !self.id.is_empty() && self.kind.is_none_or(|kind| kind >= KINDS_OF_PEOPLES)
    }
}

/// Reads the dictionary that was entered. `entries` counts those of all playlists.
pub(super) fn read(plist: &mut Plist<'_>, entries: &mut usize) -> Result<Raw, ImportError> {
    let mut raw = Raw::default();
    while let Some(key) = plist.key()? {
        if key == "Playlist Items" {
            plist.dicts(|plist| {
                *entries += 1;
                if *entries > ENTRIES_MAX {
                    return Err(ImportError::TooMuch("more tracks in playlists than can be"));
                }
                while let Some(key) = plist.key()? {
                    let value = plist.scalar()?;
                    if key == "Track ID" {
                        raw.entries.extend(value.integer());
                    }
                }
                Ok(())
            })?;
        } else {
            let value = plist.scalar()?;
            take(&mut raw, &key, value);
        }
    }
    Ok(raw)
}

fn take(raw: &mut Raw, key: &str, value: Scalar) {
    match (key, value) {
        ("Name", Scalar::Text(name)) => raw.name = showable::line(&name).unwrap_or_else(|| "Untitled".to_owned()),
        ("Playlist Persistent ID", Scalar::Text(id)) if id.len() <= ID_BYTES_MAX => raw.id = id,
        ("Parent Persistent ID", Scalar::Text(id)) => raw.parent = Some(id),
        ("Folder", value) => raw.folder = value.is_true(),
        ("Master", value) => raw.master = value.is_true(),
        ("Visible", value) => raw.hidden = value == Scalar::Flag(false),
        ("Distinguished Kind", Scalar::Integer(kind)) => raw.kind = Some(kind),
        ("Smart Info", Scalar::Data(info)) => raw.info = Some(info),
        ("Smart Criteria", Scalar::Data(criteria)) => raw.criteria = Some(criteria),
        // Whatever it is, it is no list that somebody made by hand.
        ("Smart Criteria", _) => raw.criteria = Some(Vec::new()),
        _ => {}
    }
}
