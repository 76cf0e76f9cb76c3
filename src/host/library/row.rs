//! What is kept of a file, and how it is written to and read from the index.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rusqlite::{Connection, Row, named_params};
use uuid::Uuid;

use crate::protocol::{MediaKind, Rendition, SourceMedia, TrackRow};
use crate::types::{ArtId, TrackId, UnixMs};

/// Sorts after every text.
const LAST: &str = "\u{10FFFF}";

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) kind: MediaKind,
    pub(super) title: String,
    pub(super) artist: Option<String>,
    pub(super) album: Option<String>,
    pub(super) album_artist: Option<String>,
    pub(super) track_no: Option<u32>,
    pub(super) disc_no: Option<u32>,
    pub(super) year: Option<i32>,
    pub(super) genre: Option<String>,
    pub(super) duration_ms: u64,
    pub(super) codec: String,
    pub(super) source: SourceMedia,
    pub(super) renditions: Vec<Rendition>,
    pub(super) sound: Vec<Rendition>,
}

/// Which file, and which version of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub(super) mtime_ms: i64,
    pub(super) size: u64,
}

pub(super) fn kind_name(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
    }
}

pub(super) fn kind_of(name: &str) -> MediaKind {
    if name == "video" { MediaKind::Video } else { MediaKind::Audio }
}

pub(super) fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

pub(super) fn path_of(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

fn join(renditions: &[Rendition]) -> String {
    renditions.iter().map(|rendition| rendition.name()).collect::<Vec<_>>().join(",")
}

pub(super) fn split(names: &str) -> Vec<Rendition> {
    names.split(',').filter_map(|name| Rendition::ALL.into_iter().find(|known| known.name() == name)).collect()
}

/// Text as it is compared: case folded, unknown last.
fn sort_key(text: Option<&str>) -> String {
    text.map_or_else(|| LAST.to_owned(), str::to_lowercase)
}

fn search_text(file: &Described) -> String {
    let fields = [Some(&file.title), file.artist.as_ref(), file.album.as_ref(), file.album_artist.as_ref()];
    fields.into_iter().flatten().map(|text| text.to_lowercase()).collect::<Vec<_>>().join("\n")
}

/// Writes a file that is there; an id that is known keeps its `added_at_ms`.
pub(super) fn upsert(
    index: &Connection,
    id: TrackId,
    path: &Path,
    stamp: Stamp,
    file: &Described,
    art: Option<&ArtId>,
    now: UnixMs,
) -> rusqlite::Result<()> {
    let album_artist = file.album_artist.as_deref().or(file.artist.as_deref());
    let mut statement = index.prepare_cached(include_str!("upsert.sql"))?;
    statement.execute(named_params! {
        ":id": id.0.as_bytes(),
        ":path": path_bytes(path),
        ":mtime_ms": stamp.mtime_ms,
        ":size": integer(stamp.size),
        ":kind": kind_name(file.kind),
        ":title": file.title,
        ":artist": file.artist,
        ":album": file.album,
        ":album_artist": file.album_artist,
        ":track_no": file.track_no,
        ":disc_no": file.disc_no,
        ":year": file.year,
        ":genre": file.genre,
        ":duration_ms": integer(file.duration_ms),
        ":codec": file.codec,
        ":source": serde_json::to_string(&file.source).expect("plain numbers and texts serialise"),
        ":art": art.map(ArtId::as_str),
        ":renditions": join(&file.renditions),
        ":sound": join(&file.sound),
        ":added_at_ms": now.0,
        ":sort_title": sort_key(Some(&file.title)),
        ":sort_artist": sort_key(file.artist.as_deref()),
        ":sort_album": sort_key(file.album.as_deref()),
        ":sort_album_artist": sort_key(album_artist),
        ":search": search_text(file),
    })?;
    Ok(())
}

/// SQLite's integers are signed.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

pub(super) fn track_id(row: &Row<'_>) -> rusqlite::Result<TrackId> {
    Ok(TrackId(Uuid::from_bytes(row.get::<_, [u8; 16]>("id")?)))
}

/// A row of the song grid.
pub(super) fn track_row(row: &Row<'_>) -> rusqlite::Result<TrackRow> {
    Ok(TrackRow {
        id: track_id(row)?,
        kind: kind_of(&row.get::<_, String>("kind")?),
        title: row.get("title")?,
        artist: row.get("artist")?,
        album: row.get("album")?,
        album_artist: row.get("album_artist")?,
        track_no: row.get("track_no")?,
        disc_no: row.get("disc_no")?,
        year: row.get("year")?,
        genre: row.get("genre")?,
        duration_ms: unsigned(row, "duration_ms")?,
        codec: row.get("codec")?,
        art: row.get::<_, Option<String>>("art")?.and_then(|id| ArtId::try_from(id).ok()),
        added_at: UnixMs(row.get("added_at_ms")?).to_rfc3339(),
        source: serde_json::from_str(&row.get::<_, String>("source")?).unwrap_or_default(),
        loudness: None,
        renditions: split(&row.get::<_, String>("renditions")?),
        sound: split(&row.get::<_, String>("sound")?),
    })
}
