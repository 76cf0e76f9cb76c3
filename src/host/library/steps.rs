//! From version 2 of the index to version 3: paths are parted, and what many tracks share has tables of its own.

use rusqlite::{Connection, params};

use super::row::path_of;
use super::words::line;

/// Ids, when tracks were added and what was heard in them stay; the rest the next scan reads again.
pub(super) fn bring(index: &Connection) -> rusqlite::Result<()> {
    index.execute_batch(include_str!("0003_catalogue.sql"))?;
    let mut before = index.prepare("SELECT * FROM track_before ORDER BY rowid")?;
    let mut rows = before.query([])?;
    let mut folder =
        index.prepare("INSERT INTO folder (path) VALUES (?) ON CONFLICT (path) DO UPDATE SET path = excluded.path RETURNING n")?;
    let mut track = index.prepare(
        "INSERT INTO track (id, folder, name, state, state_at_ms, mtime_ms, size, inode, kind, title, artist, album_artist, genre, track_no,
         disc_no, year, compilation, has_lyrics, duration_ms, codec, source, added_at_ms)
         SELECT id, :folder, :name, state, added_at_ms, -1, size, 0, kind, title, artist, album_artist, genre, track_no,
         disc_no, year, 0, 0, duration_ms, codec, source, added_at_ms FROM track_before WHERE id = :id",
    )?;
    let mut words = index.prepare("INSERT INTO words (rowid, line) VALUES (?, ?)")?;
    while let Some(row) = rows.next()? {
        let (id, path): (Vec<u8>, Vec<u8>) = (row.get("id")?, row.get("path")?);
        let path = path_of(&path);
        let above = path.parent().map(super::row::path_bytes).unwrap_or_default();
        let n: i64 = folder.query_row([above], |row| row.get(0))?;
        let name = path.file_name().map(|name| name.as_encoded_bytes()).unwrap_or_default();
        track.execute(params![n, name, id])?;
        let mut texts = vec![String::from_utf8_lossy(name).into_owned()];
        for column in ["title", "artist", "album", "album_artist", "genre"] {
            texts.extend(row.get::<_, Option<String>>(column)?);
        }
        words.execute(params![index.last_insert_rowid(), line(texts.iter().map(String::as_str))])?;
    }
    drop(rows);
    drop((before, folder, track, words));
    // The analysis is worth something only for the file's time, which the next scan writes again.
    index.execute_batch(
        "INSERT INTO analysis SELECT track.n, a.mtime_ms, a.size, loudness_cdb, true_peak_cdb, gated_ms, waveform, error
         FROM analysis_before AS a JOIN track ON track.id = a.track;
         DROP TABLE analysis_before;
         DROP TABLE track_before;",
    )
}
