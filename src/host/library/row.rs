//! What is read from the index.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rusqlite::Row;
use uuid::Uuid;

use crate::host::media::offers;
use crate::protocol::{Listened, MediaKind, SourceMedia, TrackFile, TrackRow};
use crate::types::{AlbumId, ArtId, TrackId, UnixMs};

/// Which file, and which version of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) mtime_ms: i64,
    pub(super) size: u64,
    pub(super) inode: u64,
}

impl Stamp {
    pub(super) fn of_file(metadata: &Metadata) -> Self {
        let mtime_ms = metadata.mtime().saturating_mul(1000).saturating_add(metadata.mtime_nsec() / 1_000_000);
        Self { mtime_ms, size: metadata.len(), inode: metadata.ino() }
    }

    pub(super) fn of_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { mtime_ms: row.get("mtime_ms")?, size: unsigned(row, "size")?, inode: unsigned(row, "inode")? })
    }
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

/// The file of a row that has `folder_path` and `name`.
pub(super) fn file_path(row: &Row<'_>) -> rusqlite::Result<PathBuf> {
    Ok(path_of(row.get_ref("folder_path")?.as_blob()?).join(path_of(row.get_ref("name")?.as_blob()?)))
}

/// The file of a row of the view `track_row`, for people.
pub(super) fn track_file(row: &Row<'_>) -> rusqlite::Result<TrackFile> {
    let text = |column: &str| Ok::<_, rusqlite::Error>(String::from_utf8_lossy(row.get_ref(column)?.as_blob()?).into_owned());
    let is_missing = row.get_ref("state")?.as_str()? == "missing";
    Ok(TrackFile {
        folder: text("folder_path")?,
        name: text("name")?,
        size: unsigned(row, "size")?,
        missing_since_ms: is_missing.then(|| row.get("state_at_ms")).transpose()?,
    })
}

/// SQLite's integers are signed.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

pub(super) fn track_id(row: &Row<'_>) -> rusqlite::Result<TrackId> {
    Ok(TrackId(Uuid::from_bytes(row.get::<_, [u8; 16]>("id")?)))
}

pub(super) fn source_of(row: &Row<'_>) -> rusqlite::Result<SourceMedia> {
    Ok(serde_json::from_slice(row.get_ref("source")?.as_bytes()?).unwrap_or_default())
}

/// A row of the view `track_row`, as the song grid shows it; loudness and what a listener made of it are the caller's to fill in.
pub(super) fn track_row(row: &Row<'_>) -> rusqlite::Result<TrackRow> {
    let kind = kind_of(row.get_ref("kind")?.as_str()?);
    let source = source_of(row)?;
    let (renditions, sound) = offers(kind, &source);
    Ok(TrackRow {
        id: track_id(row)?,
        kind,
        title: row.get("title")?,
        artist: row.get("artist")?,
        album: row.get("album_title")?,
        album_artist: row.get("album_artist")?,
        album_id: row.get::<_, Option<[u8; 16]>>("album_id")?.map(AlbumId),
        composer: row.get("composer")?,
        track_no: row.get("track_no")?,
        disc_no: row.get("disc_no")?,
        year: row.get("year")?,
        genre: row.get("genre")?,
        bpm: row.get("bpm")?,
        compilation: row.get("compilation")?,
        has_lyrics: row.get("has_lyrics")?,
        missing: row.get_ref("state")?.as_str()? != "present",
        duplicate: row.get("duplicate")?,
        group: None,
        file: None,
        listened: Listened { rating: row.get("rating")?, ..Listened::default() },
        duration_ms: unsigned(row, "duration_ms")?,
        codec: row.get("codec")?,
        art: row.get::<_, Option<String>>("art_id")?.and_then(|id| ArtId::try_from(id).ok()),
        added_at: UnixMs(row.get("added_at_ms")?).to_rfc3339(),
        source,
        loudness: None,
        renditions,
        sound,
    })
}
