//! Libraries of any size without a file behind them: what the benchmarks measure.

use std::path::PathBuf;

use super::described::Described;
use super::identity::{Fingerprint, mark_duplicates};
use super::keep::{Keeper, Kept};
use super::row::Stamp;
use super::texts::Texts;
use super::{Library, LibraryError, db};
use crate::types::{TrackId, UnixMs};

/// Tracks a transaction.
const BATCH: usize = 2_000;

/// A file that nobody looked at.
pub struct Made {
    pub id: TrackId,
    pub path: PathBuf,
    /// Bytes.
    pub size: u64,
    pub fingerprint: [u8; 16],
    pub added: UnixMs,
    pub file: Described,
}

impl Library {
    /// Writes tracks as a scan does, without looking at their files.
    pub fn keep_made(&self, tracks: impl IntoIterator<Item = Made>) -> Result<(), LibraryError> {
        let index = db::open_for_writing(&self.index())?;
        let mut keeper = Keeper::new(&index);
        index.execute_batch("BEGIN")?;
        keeper.begin()?;
        for (at, made) in tracks.into_iter().enumerate() {
            if at % BATCH == BATCH - 1 {
                keeper.finish()?;
                index.execute_batch("COMMIT; BEGIN")?;
                keeper.begin()?;
            }
            let stamp = Stamp { mtime_ms: made.added.0, size: made.size, inode: at as u64 };
            let kept = Kept {
                id: made.id,
                path: &made.path,
                stamp,
                fingerprint: Some(Fingerprint(made.fingerprint)),
                file: &made.file,
                texts: &Texts::of(&made.file, made.path.file_name().unwrap_or_default()),
                art: None,
            };
            keeper.keep(&kept, made.added)?;
        }
        keeper.finish()?;
        mark_duplicates(&index)?;
        Ok(index.execute_batch("COMMIT")?)
    }
}

#[cfg(test)]
impl Made {
    /// One of many that differ in their number alone.
    pub(super) fn plain(n: u32) -> Self {
        use crate::protocol::{MediaKind, SourceMedia};
        let file = Described {
            kind: MediaKind::Audio,
            title: format!("Song {n}"),
            artists: Vec::new(),
            album: None,
            album_artists: Vec::new(),
            composers: Vec::new(),
            genres: Vec::new(),
            track_no: None,
            disc_no: None,
            year: None,
            bpm: None,
            rating: None,
            compilation: false,
            has_lyrics: false,
            duration_ms: 1_000,
            codec: "FLAC".to_owned(),
            source: SourceMedia { audio: None, video: None },
            more: super::MoreTags::default(),
        };
        let mut fingerprint = [0; 16];
        fingerprint[..4].copy_from_slice(&n.to_le_bytes());
        let path = PathBuf::from(format!("/m/{n}.flac"));
        Self { id: TrackId(uuid::Uuid::from_u128(n.into())), path, size: 1, fingerprint, added: UnixMs(1), file }
    }
}
