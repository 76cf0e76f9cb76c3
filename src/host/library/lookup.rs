//! Single things: a track's file, a picture, the totals.

use std::path::{Path, PathBuf};

use rusqlite::OptionalExtension;

use super::analysis::fill_loudness;
use super::row::{file_path, kind_of, path_of, source_of, track_row, unsigned};
use super::{Library, LibraryError};
use crate::host::media::offers;
use crate::protocol::{ArtSize, MediaKind, Rendition, TrackRow};
use crate::types::{ArtId, TrackId};

/// Where a track's file is, as the last scan found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    pub kind: MediaKind,
    pub mtime_ms: i64,
    pub size: u64,
    /// All that may be asked for: pictures and sound.
    pub renditions: Vec<Rendition>,
    /// Whether the last scan found the file at all.
    pub present: bool,
    /// Its folder was not there.
    pub away: bool,
}

/// Sums over the tracks that are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub tracks: u64,
    pub videos: u64,
    pub duration_ms: u64,
    pub bytes: u64,
}

impl Library {
    /// The file behind a track; `None` for an id that is not in the library.
    pub fn find(&self, track: TrackId) -> Result<Option<Found>, LibraryError> {
        self.shared.readers.read(|index| {
            let mut statement = index.prepare_cached("SELECT * FROM track_row WHERE id = ?")?;
            let found = statement.query_row([track.0.as_bytes()], |row| {
                let kind = kind_of(row.get_ref("kind")?.as_str()?);
                let (mut renditions, sound) = offers(kind, &source_of(row)?);
                let state = row.get_ref("state")?.as_str()?;
                renditions.extend(sound);
                Ok(Found {
                    path: file_path(row)?,
                    kind,
                    mtime_ms: row.get("mtime_ms")?,
                    size: unsigned(row, "size")?,
                    renditions,
                    present: state == "present",
                    away: state == "offline",
                })
            });
            found.optional()
        })
    }

    /// Rows of these tracks, in this order; those that are not known are left out.
    pub fn tracks(&self, ids: &[TrackId]) -> Result<Vec<TrackRow>, LibraryError> {
        self.shared.readers.read(|index| {
            let mut statement = index.prepare_cached("SELECT * FROM track_row WHERE id = ? AND state <> 'purged'")?;
            let mut rows = Vec::with_capacity(ids.len());
            for id in ids {
                rows.extend(statement.query_row([id.0.as_bytes()], track_row).optional()?);
            }
            fill_loudness(index, &mut rows)?;
            Ok(rows)
        })
    }

    pub fn totals(&self) -> Result<Totals, LibraryError> {
        self.shared.readers.read(|index| {
            let sql = "SELECT count(*) FILTER (WHERE kind = 'audio') AS tracks, count(*) FILTER (WHERE kind = 'video') AS videos,
                       coalesce(sum(duration_ms), 0) AS duration_ms, coalesce(sum(size), 0) AS bytes FROM track WHERE state = 'present'";
            index.prepare_cached(sql)?.query_row([], |row| {
                Ok(Totals {
                    tracks: unsigned(row, "tracks")?,
                    videos: unsigned(row, "videos")?,
                    duration_ms: unsigned(row, "duration_ms")?,
                    bytes: unsigned(row, "bytes")?,
                })
            })
        })
    }

    /// A picture's bytes, a JPEG; `None` when there is no such picture.
    pub fn picture(&self, art: &ArtId) -> Result<Option<Vec<u8>>, LibraryError> {
        self.sized_picture(art, ArtSize::default())
    }

    /// As [`Library::picture`], no larger than `size`.
    pub fn sized_picture(&self, art: &ArtId, size: ArtSize) -> Result<Option<Vec<u8>>, LibraryError> {
        if self.shows(art)? { Ok(super::art::load(&self.art_dir(), art, size)?) } else { Ok(None) }
    }

    /// Whether any track is known below `folder`.
    pub(super) fn knows_any_below(&self, folder: &Path) -> Result<bool, LibraryError> {
        self.shared.readers.read(|index| {
            let mut statement = index.prepare("SELECT path FROM folder")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if path_of(row.get_ref("path")?.as_blob()?).starts_with(folder) {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }
}
