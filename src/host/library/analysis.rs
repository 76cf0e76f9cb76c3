//! What was heard in each track, and what has not been listened to yet. Beside the scan this alone writes, and never while one runs.

use std::collections::HashMap;
use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, named_params};

use super::row::{file_path, kind_of, track_id, unsigned};
use super::{Library, LibraryError, db};
use crate::host::media::Heard;
use crate::protocol::{Loudness, MediaKind, TrackRow};
use crate::types::{AlbumId, TrackId};

/// Where every track is brought to, hundredths of LUFS (ReplayGain 2.0).
const TARGET_CDB: i32 = -1_800;

/// A track that is there, has sound, and has not been listened to as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unheard {
    pub track: TrackId,
    pub path: PathBuf,
    pub kind: MediaKind,
    pub mtime_ms: i64,
    pub size: u64,
    added_at_ms: i64,
}

/// What an analysis gave: what was heard and the waveform, or why nothing could be.
pub type Outcome<'a> = Result<(Heard, &'a [u8]), &'a str>;

/// What a row of the analysis is worth only together with.
const IS_VALID: &str = "analysis.track = track.n AND analysis.mtime_ms = track.mtime_ms AND analysis.size = track.size";
const HAS_SOUND: &str = "track.state = 'present' AND (track.kind = 'audio' OR track.source ->> '$.audio' NOT NULL)";

impl Library {
    /// The next track to listen to, newest first, `after` the last one; `None` when there is none left.
    pub fn unheard(&self, after: Option<&Unheard>) -> Result<Option<Unheard>, LibraryError> {
        let (time, id) = after.map_or((i64::MAX, [0xff; 16]), |last| (last.added_at_ms, *last.track.0.as_bytes()));
        self.shared.readers.read(|index| {
            let sql = format!(
                "SELECT track.* FROM track_row AS track WHERE {HAS_SOUND} AND (added_at_ms, id) < (:time, :id)
                 AND NOT EXISTS (SELECT 1 FROM analysis WHERE {IS_VALID}) ORDER BY added_at_ms DESC, id DESC LIMIT 1"
            );
            let mut statement = index.prepare_cached(&sql)?;
            let found = statement.query_row(named_params! { ":time": time, ":id": id }, |row| {
                Ok(Unheard {
                    track: track_id(row)?,
                    path: file_path(row)?,
                    kind: kind_of(&row.get::<_, String>("kind")?),
                    mtime_ms: row.get("mtime_ms")?,
                    size: unsigned(row, "size")?,
                    added_at_ms: row.get("added_at_ms")?,
                })
            });
            found.optional()
        })
    }

    /// Keeps what was heard; a track that could not be heard is not tried again until its file changes.
    pub fn note_heard(&self, track: &Unheard, outcome: Outcome<'_>) -> Result<(), LibraryError> {
        let (heard, waveform, error) = match outcome {
            Ok((heard, waveform)) => (heard, Some(waveform), None),
            Err(error) => (Heard::default(), None, Some(error)),
        };
        let index = db::open_for_writing(&self.index())?;
        // Players are not told: a library is listened to for days, and whoever plays a track asks for its row.
        self.shared.changes.own_index();
        index.execute(
            "INSERT OR REPLACE INTO analysis (track, mtime_ms, size, loudness_cdb, true_peak_cdb, gated_ms, waveform, error)
             SELECT n, :mtime_ms, :size, :loudness_cdb, :true_peak_cdb, :gated_ms, :waveform, :error FROM track WHERE id = :track",
            named_params! {
                ":track": track.track.0.as_bytes(),
                ":mtime_ms": track.mtime_ms,
                ":size": i64::try_from(track.size).unwrap_or(i64::MAX),
                ":loudness_cdb": heard.loudness_cdb,
                ":true_peak_cdb": error.is_none().then_some(heard.true_peak_cdb),
                ":gated_ms": i64::try_from(heard.gated_ms).unwrap_or(i64::MAX),
                ":waveform": waveform,
                ":error": error,
            },
        )?;
        Ok(())
    }

    /// How many tracks have been listened to, of how many with sound.
    pub fn heard(&self) -> Result<(u64, u64), LibraryError> {
        self.shared.readers.read(|index| {
            let sql = format!(
                "SELECT count(analysis.track) AS heard, count(*) AS tracks FROM track LEFT JOIN analysis ON {IS_VALID} WHERE {HAS_SOUND}"
            );
            index.query_row(&sql, [], |row| Ok((unsigned(row, "heard")?, unsigned(row, "tracks")?)))
        })
    }

    /// A byte for each equally long part of a track; `None` when it has not been listened to.
    pub fn waveform(&self, track: TrackId) -> Result<Option<Vec<u8>>, LibraryError> {
        self.shared.readers.read(|index| {
            let sql = format!("SELECT waveform FROM analysis JOIN track ON {IS_VALID} WHERE track.id = ?");
            let found = index.prepare_cached(&sql)?.query_row([track.0.as_bytes()], |row| row.get(0)).optional()?;
            Ok(found.flatten())
        })
    }
}

/// Fills in how loud the tracks of a page and their albums are.
pub(super) fn fill_loudness(index: &Connection, rows: &mut [TrackRow]) -> rusqlite::Result<()> {
    let sql =
        format!("SELECT loudness_cdb, true_peak_cdb FROM analysis JOIN track ON {IS_VALID} WHERE track.id = ? AND loudness_cdb NOT NULL");
    let mut statement = index.prepare_cached(&sql)?;
    let mut albums: HashMap<AlbumId, Option<i32>> = HashMap::new();
    for row in rows {
        let found = statement.query_row([row.id.0.as_bytes()], |row| Ok((row.get::<_, i32>(0)?, row.get::<_, i32>(1)?))).optional()?;
        let Some((loudness_cdb, true_peak_cdb)) = found else { continue };
        let album_gain_cdb = match row.album_id {
            Some(album) => match albums.get(&album) {
                Some(known) => *known,
                None => {
                    let gain = album_gain(index, album)?;
                    albums.insert(album, gain);
                    gain
                }
            },
            None => None,
        };
        row.loudness = Some(Loudness { track_gain_cdb: TARGET_CDB.saturating_sub(loudness_cdb), album_gain_cdb, true_peak_cdb });
    }
    Ok(())
}

fn album_gain(index: &Connection, album: AlbumId) -> rusqlite::Result<Option<i32>> {
    let sql = format!(
        "SELECT loudness_cdb, gated_ms FROM track JOIN analysis ON {IS_VALID}
         WHERE track.state = 'present' AND track.album = (SELECT n FROM album WHERE id = ?) AND loudness_cdb NOT NULL"
    );
    let mut statement = index.prepare_cached(&sql)?;
    let tracks: Result<Vec<(i32, i64)>, _> = statement.query_map([album.0], |row| Ok((row.get(0)?, row.get(1)?)))?.collect();
    Ok(mean(&tracks?).map(|loudness| TARGET_CDB.saturating_sub(loudness)))
}

/// The loudness of tracks together: the mean of their energies, each weighed by its sound above the gate.
fn mean(tracks: &[(i32, i64)]) -> Option<i32> {
    let energy = |(loudness, gated): &(i32, i64)| 10f64.powf(f64::from(*loudness) / 1000.0) * (*gated as f64);
    let weight: f64 = tracks.iter().map(|(_, gated)| *gated as f64).sum();
    let mean = tracks.iter().map(energy).sum::<f64>() / weight;
    (weight > 0.0).then(|| (mean.log10() * 1000.0).round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_album_is_as_loud_as_its_tracks_one_after_another() {
        assert_eq!(mean(&[(-1_800, 60_000)]), Some(-1_800));
        assert_eq!(mean(&[(-2_000, 60_000), (-2_000, 5_000)]), Some(-2_000));
        // A second as loud as -10 LUFS among nine of silence above the gate: a tenth of its energy.
        assert_eq!(mean(&[(-1_000, 1_000), (-7_000, 9_000)]), Some(-2_000));
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[(-1_000, 0)]), None);
    }
}
