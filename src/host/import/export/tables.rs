//! Tables: all tracks, and each playlist.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::Writer;
use super::gather::Gathered;
use super::names::paths;
use crate::host::import::own::OwnTrack;
use crate::types::UnixMs;

/// As an import knows them.
const COLUMNS: [&str; 16] = [
    "iroam id",
    "path",
    "title",
    "artist",
    "album artist",
    "album",
    "track no",
    "disc no",
    "duration ms",
    "rating percent",
    "loved",
    "plays",
    "skips",
    "last played",
    "last skipped",
    "added",
];

impl Writer {
    pub(super) fn tables(&mut self, gathered: &Gathered) -> anyhow::Result<()> {
        let document = &gathered.document;
        // Those after the library's own have no id: they are only in playlists.
        let own = || document.tracks.iter().filter(|track| track.id.is_some());
        self.file(Path::new("tracks.csv"), |out| table(out, own()))?;
        self.done.tracks = own().count();
        for (list, path) in document.playlists.iter().zip(paths(&document.playlists)) {
            if list.folder || list.rules.is_some() {
                continue;
            }
            let tracks = list.tracks.iter().filter_map(|at| document.tracks.get(*at as usize));
            let path = PathBuf::from("playlists").join(path.with_added_extension("csv"));
            self.file(&path, |out| table(out, tracks))?;
            self.done.playlists += 1;
        }
        Ok(())
    }
}

fn table<'a>(out: impl Write, tracks: impl Iterator<Item = &'a OwnTrack>) -> anyhow::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(COLUMNS)?;
    for track in tracks {
        table.write_record(record(track))?;
    }
    Ok(table.flush()?)
}

fn record(track: &OwnTrack) -> [String; 16] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let date = |at: Option<UnixMs>| at.map(UnixMs::to_rfc3339).unwrap_or_default();
    let count = |count: u32| number((count > 0).then_some(u64::from(count)));
    [
        track.id.map(|id| id.to_string()).unwrap_or_default(),
        text(&track.path),
        text(&track.title),
        text(&track.artist),
        text(&track.album_artist),
        text(&track.album),
        number(track.track_no.map(u64::from)),
        number(track.disc_no.map(u64::from)),
        number(track.duration_ms),
        number(track.rating.map(u64::from)),
        track.loved.map(|loved| loved.to_string()).unwrap_or_default(),
        count(track.plays),
        count(track.skips),
        date(track.last_played_ms),
        date(track.last_skipped_ms),
        date(track.added_ms),
    ]
}
