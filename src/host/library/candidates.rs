//! The whole library as other programs' tracks are matched to it.

use super::row::{file_path, track_id, unsigned};
use super::{Library, LibraryError};
use crate::types::TrackId;

/// A track, with what it can be known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub id: TrackId,
    /// Absolute; what is not UTF-8 in it is U+FFFD.
    pub path: String,
    pub title: String,
    pub artist: Option<String>,
    pub album_artist: Option<String>,
    pub album: Option<String>,
    pub track_no: Option<u32>,
    pub disc_no: Option<u32>,
    pub duration_ms: u64,
    pub present: bool,
    pub added_ms: i64,
}

impl Library {
    /// All tracks, also those that are missing, in the order of their paths.
    pub fn candidates(&self) -> Result<Vec<Candidate>, LibraryError> {
        self.shared.readers.read(|index| {
            let sql =
                "SELECT id, folder_path, name, title, artist, album_artist, album_title, track_no, disc_no, duration_ms, state, added_at_ms
                       FROM track_row ORDER BY folder_path, name";
            let mut statement = index.prepare(sql)?;
            let rows = statement.query_map([], |row| {
                Ok(Candidate {
                    id: track_id(row)?,
                    path: file_path(row)?.to_string_lossy().into_owned(),
                    title: row.get("title")?,
                    artist: row.get("artist")?,
                    album_artist: row.get("album_artist")?,
                    album: row.get("album_title")?,
                    track_no: row.get("track_no")?,
                    disc_no: row.get("disc_no")?,
                    duration_ms: unsigned(row, "duration_ms")?,
                    present: row.get_ref("state")?.as_str()? == "present",
                    added_ms: row.get("added_at_ms")?,
                })
            })?;
            rows.collect()
        })
    }
}
