//! Writing tracks to the index.

use std::collections::HashMap;
use std::hash::Hash;
use std::path::Path;

use rusqlite::{CachedStatement, Connection, ToSql, named_params, params};

use super::described::{AlbumTag, Described, MoreTags};
use super::identity::Fingerprint;
use super::row::{Stamp, integer, kind_name, path_bytes};
use super::texts::Texts;
use crate::types::{AlbumId, ArtId, TrackId, UnixMs};

/// Remembered numbers of one table: a scan meets the same artists again and again.
const REMEMBERED: usize = 20_000;

/// A track to write.
pub(super) struct Kept<'a> {
    pub(super) id: TrackId,
    pub(super) path: &'a Path,
    pub(super) stamp: Stamp,
    pub(super) fingerprint: Option<Fingerprint>,
    pub(super) file: &'a Described,
    pub(super) texts: &'a Texts,
    pub(super) art: Option<&'a ArtId>,
}

/// Writes tracks, and what they share, over one connection.
pub(super) struct Keeper<'a> {
    index: &'a Connection,
    folders: HashMap<Vec<u8>, i64>,
    artists: HashMap<(String, Option<String>), i64>,
    genres: HashMap<String, i64>,
    albums: HashMap<AlbumId, WrittenAlbum>,
    pictures: HashMap<ArtId, i64>,
    /// No track has a higher number.
    last: i64,
    /// What tracks are found by, to be written together: FTS5 writes what it has, as small as it is, whenever another table's statement
    /// could be undone by itself.
    words: Vec<(i64, String)>,
}

/// An album as its last track has it: `sort_title` and `sort_artist` too.
struct WrittenAlbum {
    n: i64,
    tag: AlbumTag,
    sort: [Option<String>; 2],
}

#[derive(Clone, Copy)]
enum Role {
    Artist = 0,
    AlbumArtist = 1,
    Composer = 2,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(index: &'a Connection) -> Self {
        Self {
            index,
            folders: HashMap::new(),
            artists: HashMap::new(),
            genres: HashMap::new(),
            albums: HashMap::new(),
            pictures: HashMap::new(),
            // None is taken for new.
            last: i64::MAX,
            words: Vec::new(),
        }
    }

    /// To be called in a transaction before its first track: a new one needs no look for what it had.
    pub(super) fn begin(&mut self) -> rusqlite::Result<()> {
        self.last = self.index.prepare_cached("SELECT ifnull(max(n), 0) FROM track")?.query_row([], |row| row.get(0))?;
        Ok(())
    }

    /// To be called at a transaction's end.
    pub(super) fn finish(&mut self) -> rusqlite::Result<()> {
        let mut statement = self.index.prepare_cached("INSERT OR REPLACE INTO words (rowid, line) VALUES (?, ?)")?;
        self.words.drain(..).try_for_each(|(n, words)| statement.execute(params![n, words]).map(drop))
    }

    /// Writes a file that is there; an id that is known keeps its number and when it was added.
    pub(super) fn keep(&mut self, kept: &Kept<'_>, now: UnixMs) -> rusqlite::Result<i64> {
        let (file, texts) = (kept.file, kept.texts);
        let folder = self.folder(kept.path.parent().map(path_bytes).unwrap_or_default())?;
        let name = kept.path.file_name().map(|name| name.as_encoded_bytes()).unwrap_or_default();
        let album = file.album.as_ref().map(|album| self.album(album, &file.more)).transpose()?;
        let art = kept.art.map(|art| self.picture(art)).transpose()?;
        let n = self.index.prepare_cached(include_str!("keep.sql"))?.query_row(
            named_params! {
                ":id": kept.id.0.as_bytes(), ":folder": folder, ":name": name, ":now": now.0,
                ":mtime_ms": kept.stamp.mtime_ms, ":size": integer(kept.stamp.size), ":inode": integer(kept.stamp.inode),
                ":fingerprint": kept.fingerprint.map(|it| it.0), ":song": texts.song, ":kind": kind_name(file.kind), ":title": file.title, ":sort_title": file.more.sort_title,
                ":album": album, ":artist": texts.artist, ":album_artist": texts.album_artist,
                ":composer": texts.composer, ":genre": texts.genre, ":track_no": file.track_no, ":disc_no": file.disc_no,
                ":year": file.year, ":bpm": file.bpm, ":rating": file.rating, ":compilation": file.compilation,
                ":has_lyrics": file.has_lyrics, ":duration_ms": integer(file.duration_ms), ":codec": file.codec,
                ":kbps": kbps(file, kept.stamp.size).map(integer),
                ":source": texts.source, ":more": texts.more, ":art": art,
            },
            |row| row.get(0),
        )?;
        if n > self.last {
            self.last = n;
        } else {
            self.forget_shared(n)?;
        }
        self.credits(n, file)?;
        self.genres(n, file)?;
        self.words.push((n, texts.words.clone()));
        Ok(n)
    }

    /// What a track that was there before shares with others.
    fn forget_shared(&self, track: i64) -> rusqlite::Result<()> {
        for sql in ["DELETE FROM credit WHERE track = ?", "DELETE FROM track_genre WHERE track = ?"] {
            self.index.prepare_cached(sql)?.execute([track])?;
        }
        Ok(())
    }

    fn credits(&mut self, track: i64, file: &Described) -> rusqlite::Result<()> {
        let more = &file.more;
        for (role, names, sort) in [
            (Role::Artist, &file.artists, &more.sort_artist),
            (Role::AlbumArtist, &file.album_artists, &more.sort_album_artist),
            (Role::Composer, &file.composers, &more.sort_composer),
        ] {
            // A tag says how all of them together sort.
            let sort = sort.as_ref().filter(|_| names.len() == 1);
            for (place, name) in (0_u32..).zip(names) {
                let artist = self.artist(name, sort)?;
                let mut statement = self.index.prepare_cached("INSERT INTO credit (track, role, place, artist) VALUES (?, ?, ?, ?)")?;
                statement.execute(params![track, role as i64, place, artist])?;
            }
        }
        Ok(())
    }

    fn genres(&mut self, track: i64, file: &Described) -> rusqlite::Result<()> {
        for (place, name) in (0_u32..).zip(&file.genres) {
            let sql = "INSERT INTO genre (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING n";
            let genre = remembered(&mut self.genres, name.clone(), || number(self.index.prepare_cached(sql)?, &[name]))?;
            self.index
                .prepare_cached("INSERT INTO track_genre (track, place, genre) VALUES (?, ?, ?)")?
                .execute(params![track, place, genre])?;
        }
        Ok(())
    }

    pub(super) fn folder(&mut self, path: &[u8]) -> rusqlite::Result<i64> {
        let sql = "INSERT INTO folder (path) VALUES (?) ON CONFLICT (path) DO UPDATE SET path = excluded.path RETURNING n";
        remembered(&mut self.folders, path.to_owned(), || number(self.index.prepare_cached(sql)?, &[&path]))
    }

    fn artist(&mut self, name: &str, sort: Option<&String>) -> rusqlite::Result<i64> {
        let sql = "INSERT INTO artist (name, sort) VALUES (?, ?)
                   ON CONFLICT (name) DO UPDATE SET sort = coalesce(excluded.sort, artist.sort) RETURNING n";
        remembered(&mut self.artists, (name.to_owned(), sort.cloned()), || number(self.index.prepare_cached(sql)?, &[&name, &sort]))
    }

    fn picture(&mut self, art: &ArtId) -> rusqlite::Result<i64> {
        remembered(&mut self.pictures, art.clone(), || picture(self.index, art))
    }

    fn album(&mut self, album: &AlbumTag, more: &MoreTags) -> rusqlite::Result<i64> {
        let sort = [&more.sort_album, &more.sort_album_artist];
        if let Some(written) = self.albums.get(&album.id).filter(|written| written.tag == *album && written.sort.each_ref() == sort) {
            return Ok(written.n);
        }
        let sql = "INSERT INTO album (id, title, sort_title, artist, told, sort_artist) VALUES (?, ?, ?, ?, ?, ?)
                   ON CONFLICT (id) DO UPDATE SET title = excluded.title, sort_title = coalesce(excluded.sort_title, album.sort_title),
                   artist = excluded.artist, told = excluded.told, sort_artist = coalesce(excluded.sort_artist, album.sort_artist) RETURNING n";
        let statement = self.index.prepare_cached(sql)?;
        let n = number(statement, &[&album.id.0, &album.title, &sort[0], &album.artist, &album.told, &sort[1]])?;
        if self.albums.len() >= REMEMBERED {
            self.albums.clear();
        }
        self.albums.insert(album.id, WrittenAlbum { n, tag: album.clone(), sort: sort.map(Clone::clone) });
        Ok(n)
    }
}

/// As the file's headers say, or else its size and length.
fn kbps(file: &Described, size: u64) -> Option<u64> {
    let parts = [file.source.audio.as_ref().and_then(|audio| audio.kbps), file.source.video.as_ref().and_then(|video| video.kbps)];
    let said: u64 = parts.into_iter().flatten().map(u64::from).sum();
    if said > 0 { Some(said) } else { (file.duration_ms > 0).then(|| size.saturating_mul(8) / file.duration_ms) }
}

/// The number of a kept picture.
pub(super) fn picture(index: &Connection, art: &ArtId) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO picture (id) VALUES (?) ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING n";
    number(index.prepare_cached(sql)?, &[&art.as_str()])
}

/// Throws away what no track shares any more.
pub(super) fn tidy(index: &Connection) -> rusqlite::Result<()> {
    index.execute_batch(
        "DELETE FROM album WHERE n NOT IN (SELECT album FROM track WHERE album NOT NULL);
         DELETE FROM artist WHERE n NOT IN (SELECT artist FROM credit);
         DELETE FROM genre WHERE n NOT IN (SELECT genre FROM track_genre);
         DELETE FROM folder WHERE n NOT IN (SELECT folder FROM track UNION ALL SELECT folder FROM refused);",
    )
}

fn number(mut statement: CachedStatement<'_>, values: &[&dyn ToSql]) -> rusqlite::Result<i64> {
    statement.query_row(values, |row| row.get(0))
}

fn remembered<K: Eq + Hash>(known: &mut HashMap<K, i64>, key: K, find: impl FnOnce() -> rusqlite::Result<i64>) -> rusqlite::Result<i64> {
    if let Some(n) = known.get(&key) {
        return Ok(*n);
    }
    if known.len() >= REMEMBERED {
        known.clear();
    }
    let n = find()?;
    known.insert(key, n);
    Ok(n)
}

#[cfg(test)]
mod tests {
    use super::super::{Library, Made, db};
    use super::*;

    #[test]
    fn what_a_track_is_known_by_stays_when_it_could_not_be_told_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::open(folder.path()).expect("opens");
        let made = Made::plain(1);
        let (id, path, file) = (made.id, made.path.clone(), made.file.clone());
        library.keep_made([made]).expect("written");
        let index = db::open_for_writing(&library.index()).expect("opens");
        let fingerprint = || index.query_row("SELECT fingerprint FROM track", [], |row| row.get::<_, Option<[u8; 16]>>(0)).expect("read");
        let texts = Texts::of(&file, path.file_name().expect("a name"));
        let before = fingerprint();
        for told in [None, Some(Fingerprint([7; 16]))] {
            let stamp = Stamp { mtime_ms: 9, size: 9, inode: 9 };
            let kept = Kept { id, path: &path, stamp, fingerprint: told, file: &file, texts: &texts, art: None };
            Keeper::new(&index).keep(&kept, UnixMs(9)).expect("kept");
            assert_eq!(fingerprint(), told.map(|told| told.0).or(before));
        }
    }
}
