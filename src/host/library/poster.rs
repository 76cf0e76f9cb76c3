//! Pictures of videos that bring none: made of the videos themselves, after the scan.

use std::path::PathBuf;

use rusqlite::{OptionalExtension, TransactionBehavior, params};

use super::keep::picture;
use super::row::{file_path, integer, track_id, unsigned};
use super::{Library, LibraryError, art, db};
use crate::types::{ArtId, TrackId};

/// A video without a picture, as the last scan found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bare {
    pub track: TrackId,
    pub path: PathBuf,
    pub mtime_ms: i64,
    pub size: u64,
}

impl Bare {
    /// What came of it is kept under this among the art's sources: once for each state of the file.
    fn source(&self) -> [u8; 32] {
        art::digest(format!("poster {} {} {}", self.track, self.mtime_ms, self.size).as_bytes())
    }
}

impl Library {
    /// Videos that have no picture, and of which none was tried to be made.
    pub fn bare_videos(&self) -> Result<Vec<Bare>, LibraryError> {
        self.shared.readers.read(|index| {
            let mut videos = index.prepare_cached(
                "SELECT id, folder_path, name, mtime_ms, size FROM track_row WHERE kind = 'video' AND art IS NULL AND state = 'present'",
            )?;
            let found = videos.query_map([], |row| {
                Ok(Bare { track: track_id(row)?, path: file_path(row)?, mtime_ms: row.get("mtime_ms")?, size: unsigned(row, "size")? })
            })?;
            let mut failed = index.prepare_cached("SELECT 1 FROM art WHERE source = ? AND id IS NULL")?;
            let mut bare = Vec::new();
            for video in found {
                let video = video?;
                if !failed.exists([video.source()])? {
                    bare.push(video);
                }
            }
            Ok(bare)
        })
    }

    /// The picture that was made of this very state of a video before, shown again; false when there is none.
    pub fn reuse_poster(&self, video: &Bare) -> Result<bool, LibraryError> {
        let known: Option<Option<String>> = self.shared.readers.read(|index| {
            index.prepare_cached("SELECT id FROM art WHERE source = ?")?.query_row([video.source()], |row| row.get(0)).optional()
        })?;
        let known = known.flatten().and_then(|id| ArtId::try_from(id).ok()).filter(|id| art::file(&self.art_dir(), id).exists());
        if let Some(id) = &known {
            self.show_poster(video, Some(id))?;
        }
        Ok(known.is_some())
    }

    /// Keeps a video's poster, a JPEG; `None` notes that none can be made of it.
    pub fn keep_poster(&self, video: &Bare, jpeg: Option<&[u8]>) -> Result<(), LibraryError> {
        let id = match jpeg {
            Some(jpeg) => art::keep(&self.art_dir(), jpeg)?,
            None => None,
        };
        self.show_poster(video, id.as_ref())
    }

    fn show_poster(&self, video: &Bare, id: Option<&ArtId>) -> Result<(), LibraryError> {
        let mut index = db::open_for_writing(&self.index())?;
        let change = index.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // A scan throws pictures away that nobody uses, which this one was until now.
        if id.is_some_and(|id| !art::file(&self.art_dir(), id).exists()) {
            return Ok(());
        }
        let source = video.source();
        change.execute(
            "INSERT INTO art (source, id) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET id = excluded.id",
            params![source, id.map(ArtId::as_str)],
        )?;
        // A scan may have found a cover since, or another file.
        let sql = "UPDATE track SET art = ? WHERE id = ? AND art IS NULL AND mtime_ms = ? AND size = ?";
        let picture = id.map(|id| picture(&change, id)).transpose()?;
        change.execute(sql, params![picture, video.track.0.as_bytes(), video.mtime_ms, integer(video.size)])?;
        self.shared.changes.own_index();
        change.commit()?;
        if id.is_some() {
            self.shared.changes.of_tracks(&[video.track], &[]);
        }
        Ok(())
    }
}
