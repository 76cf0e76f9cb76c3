//! All that is known of one track's file.

use rusqlite::{Connection, OptionalExtension};

use super::row::unsigned;
use super::{Library, LibraryError};
use crate::protocol::{MoreTags, TrackInfo};
use crate::types::{TrackId, UnixMs};

impl Library {
    /// A track's file and tags; `None` for an id that is not in the library.
    pub fn info(&self, track: TrackId) -> Result<Option<TrackInfo>, LibraryError> {
        self.shared.readers.read(|index| {
            let mut statement =
                index.prepare_cached("SELECT n, name, size, mtime_ms, added_at_ms, more FROM track WHERE id = ? AND state <> 'purged'")?;
            let found = statement.query_row([track.0.as_bytes()], |row| {
                let more = row.get_ref("more")?.as_str_or_null()?.and_then(|more| serde_json::from_str::<MoreTags>(more).ok());
                let info = TrackInfo {
                    name: String::from_utf8_lossy(row.get_ref("name")?.as_blob()?).into_owned(),
                    size: unsigned(row, "size")?,
                    modified_at: UnixMs(row.get("mtime_ms")?).to_rfc3339(),
                    added_at: UnixMs(row.get("added_at_ms")?).to_rfc3339(),
                    tags: more.unwrap_or_default(),
                    ..TrackInfo::default()
                };
                Ok((row.get::<_, i64>("n")?, info))
            });
            let Some((n, info)) = found.optional()? else { return Ok(None) };
            let [artists, album_artists, composers] = [credits(index, n, 0)?, credits(index, n, 1)?, credits(index, n, 2)?];
            Ok(Some(TrackInfo { artists, album_artists, composers, genres: genres(index, n)?, ..info }))
        })
    }
}

fn credits(index: &Connection, track: i64, role: u8) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT artist.name FROM credit JOIN artist ON artist.n = credit.artist WHERE track = ? AND role = ? ORDER BY place";
    index.prepare_cached(sql)?.query_map((track, role), |row| row.get(0))?.collect()
}

fn genres(index: &Connection, track: i64) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT genre.name FROM track_genre JOIN genre ON genre.n = track_genre.genre WHERE track = ? ORDER BY place";
    index.prepare_cached(sql)?.query_map([track], |row| row.get(0))?.collect()
}
