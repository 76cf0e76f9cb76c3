//! A small library as a list, and the same as an index.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, params};
use tempfile::TempDir;
use uuid::Uuid;

use crate::host::library::catalogue::{By, Catalogue, View};
use crate::host::library::db::open_for_writing;
use crate::host::library::described::{AlbumTag, Described, MoreTags};
use crate::host::library::identity::{Fingerprint, mark_duplicates};
use crate::host::library::keep::{Keeper, Kept};
use crate::host::library::row::Stamp;
use crate::host::library::texts::Texts;
use crate::protocol::rules::Rules;
use crate::protocol::{MediaKind, SourceAudio, SourceMedia, SourceVideo};
use crate::types::{ArtId, TrackId, UnixMs, UserId};

pub const LISTENER: UserId = UserId(Uuid::from_u128(1));
const SOMEBODY_ELSE: UserId = UserId(Uuid::from_u128(2));

#[derive(Clone, Debug)]
pub struct Song {
    pub state: &'static str,
    pub is_video: bool,
    pub title: String,
    pub sort_title: Option<String>,
    pub artists: Vec<String>,
    pub album_artists: Vec<String>,
    pub composers: Vec<String>,
    pub genres: Vec<String>,
    pub album: Option<String>,
    pub comment: Option<String>,
    pub grouping: Option<String>,
    pub work: Option<String>,
    pub movement: Option<String>,
    pub folder: String,
    pub file: String,
    pub codec: &'static str,
    pub year: Option<i32>,
    pub track_no: Option<u32>,
    pub disc_no: Option<u32>,
    pub bpm: Option<u32>,
    pub duration_ms: u64,
    pub size: u64,
    pub kbps: (Option<u32>, Option<u32>),
    pub rate: u32,
    pub is_lossless: bool,
    pub is_compilation: bool,
    pub has_lyrics: bool,
    pub has_art: bool,
    pub fingerprint: Option<u8>,
    pub added: i64,
    pub modified: i64,
    pub rating: Option<u8>,
    // What the listener made of it.
    pub own_rating: Option<u8>,
    pub plays: u32,
    pub skips: u32,
    pub last_played: Option<i64>,
    pub last_skipped: Option<i64>,
    pub own_added: Option<i64>,
    pub loved: bool,
}

impl Song {
    pub fn called(title: &str) -> Self {
        Self {
            state: "present",
            is_video: false,
            title: title.to_owned(),
            sort_title: None,
            artists: Vec::new(),
            album_artists: Vec::new(),
            composers: Vec::new(),
            genres: Vec::new(),
            album: None,
            comment: None,
            grouping: None,
            work: None,
            movement: None,
            folder: "/music".to_owned(),
            file: "song.flac".to_owned(),
            codec: "FLAC",
            year: None,
            track_no: None,
            disc_no: None,
            bpm: None,
            duration_ms: 200_000,
            size: 5_000_000,
            kbps: (None, None),
            rate: 44_100,
            is_lossless: true,
            is_compilation: false,
            has_lyrics: false,
            has_art: false,
            fingerprint: None,
            added: 1_000,
            modified: 1_000,
            rating: None,
            own_rating: None,
            plays: 0,
            skips: 0,
            last_played: None,
            last_skipped: None,
            own_added: None,
            loved: false,
        }
    }

    fn described(&self) -> Described {
        let audio = SourceAudio { kbps: self.kbps.0, rate: self.rate, lossless: self.is_lossless, ..SourceAudio::default() };
        let video = self.is_video.then(|| SourceVideo { kbps: self.kbps.1, ..SourceVideo::default() });
        Described {
            kind: if self.is_video { MediaKind::Video } else { MediaKind::Audio },
            title: self.title.clone(),
            artists: self.artists.clone(),
            album: self.album.as_ref().map(|title| AlbumTag::new(&[title], title.clone(), None)),
            album_artists: self.album_artists.clone(),
            composers: self.composers.clone(),
            genres: self.genres.clone(),
            track_no: self.track_no,
            disc_no: self.disc_no,
            year: self.year,
            bpm: self.bpm,
            rating: self.rating,
            compilation: self.is_compilation,
            has_lyrics: self.has_lyrics,
            duration_ms: self.duration_ms,
            codec: self.codec.to_owned(),
            source: SourceMedia { audio: Some(audio), video },
            more: MoreTags {
                sort_title: self.sort_title.clone(),
                comment: self.comment.clone(),
                grouping: self.grouping.clone(),
                work: self.work.clone(),
                movement: self.movement.clone(),
                ..MoreTags::default()
            },
        }
    }
}

/// The track's id: numbers go up from 1.
fn id_of(n: i64) -> TrackId {
    // Ids that do not sort as numbers do.
    TrackId(Uuid::from_u128(u128::from(n.cast_unsigned().reverse_bits()) << 64 | 7))
}

/// The index of a list of songs, numbered from 1.
pub struct Shelf {
    pub index: Connection,
    view: OnceCell<View>,
    _folder: TempDir,
}

impl Shelf {
    pub fn of(songs: &[Song]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut index = open_for_writing(&folder.path().join("library.db")).expect("an index");
        index.pragma_update(None, "synchronous", "OFF").expect("a setting");
        let heard = folder.path().join("listeners.db");
        let listeners = Connection::open(&heard).expect("opens");
        listeners.execute_batch(include_str!("../../listeners/0001_first.sql")).expect("made");
        drop(listeners);
        index.execute("ATTACH ? AS heard", [heard.to_str().expect("a plain path")]).expect("attached");
        let change = index.transaction().expect("begun");
        for (n, song) in (1..).zip(songs) {
            put(&change, n, song);
        }
        mark_duplicates(&change).expect("marked");
        change.commit().expect("saved");
        Self { index, view: OnceCell::new(), _folder: folder }
    }

    /// The numbers of those that rules let through, in ascending order.
    pub fn ruled(&self, rules: &Rules, now: i64) -> Vec<i64> {
        let view = self.view.get_or_init(|| {
            let catalogue = Catalogue::build(&self.index, &[]).expect("made");
            View::of(Arc::new(catalogue), 0).expect("the first sees everything")
        });
        let by = By { listener: LISTENER, version: (0, 0), minute: 0 };
        let fits = view.ruled(&self.index, rules, &by, UnixMs(now)).expect("evaluated");
        fits.iter().map(|position| view.n(position as u32)).collect()
    }
}

fn put(index: &Connection, n: i64, song: &Song) {
    let path = Path::new(&song.folder).join(n.to_string()).join(&song.file);
    let file = song.described();
    let art = song.has_art.then(|| ArtId::try_from("ab".repeat(32)).expect("an id"));
    let kept = Kept {
        id: id_of(n),
        path: &path,
        stamp: Stamp { mtime_ms: song.modified, size: song.size, inode: 1 },
        fingerprint: song.fingerprint.map(|byte| Fingerprint([byte; 16])),
        file: &file,
        texts: &Texts::of(&file, path.file_name().expect("a name")),
        art: art.as_ref(),
    };
    let mut keeper = Keeper::new(index);
    assert_eq!(keeper.keep(&kept, UnixMs(song.added)).expect("kept"), n);
    keeper.finish().expect("written");
    index.execute("UPDATE track SET state = ? WHERE n = ?", params![song.state, n]).expect("changed");
    let sql =
        "INSERT INTO heard.listened (listener, track, plays, skips, last_played_ms, last_skipped_ms, rating, loved, added_ms, updated_ms)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)";
    let mut heard = index.prepare_cached(sql).expect("prepared");
    let Song { plays, skips, last_played, last_skipped, own_rating, loved, own_added, .. } = song;
    // Of most tracks nothing is noted at all.
    if (*plays, *skips, *loved) != (0, 0, false)
        || [last_played, last_skipped, own_added].iter().any(|at| at.is_some())
        || own_rating.is_some()
    {
        let id = id_of(n).0;
        let values = params![LISTENER.0.as_bytes(), id.as_bytes(), plays, skips, last_played, last_skipped, own_rating, loved, own_added];
        heard.execute(values).expect("noted");
    }
    if n % 2 == 0 {
        let (id, at) = (id_of(n).0, 1_i64 << 50);
        heard.execute(params![SOMEBODY_ELSE.0.as_bytes(), id.as_bytes(), 99, 99, at, at, 100, true, at]).expect("noted");
    }
}
