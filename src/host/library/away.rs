//! What lies in folders that are not there now.

use std::path::PathBuf;

use super::row::{path_of, unsigned};
use super::{Library, LibraryError};

/// Tracks that are kept until their folder is back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwayFolder {
    /// The highest folder that is not there; `None` while no scan of this start has come to it.
    pub path: Option<PathBuf>,
    pub tracks: u64,
    pub videos: u64,
}

impl Library {
    /// Each folder that is away with tracks, by its path.
    pub fn away(&self) -> Result<Vec<AwayFolder>, LibraryError> {
        let mut places = self.shared.scan.away();
        // The outermost first: what is within comes back with it.
        places.sort();
        let mut found: Vec<AwayFolder> = places.into_iter().map(|path| AwayFolder { path: Some(path), ..AwayFolder::default() }).collect();
        found.push(AwayFolder::default());
        self.shared.readers.read(|index| {
            // By the index of such tracks: usually there are none.
            let sql = "SELECT folder.path AS path, count(*) FILTER (WHERE track.kind = 'audio') AS tracks,
                       count(*) FILTER (WHERE track.kind = 'video') AS videos
                       FROM track JOIN folder ON folder.n = track.folder WHERE track.state = 'offline' GROUP BY track.folder";
            let mut statement = index.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let path = path_of(row.get_ref("path")?.as_blob()?);
                let holds = |folder: &&mut AwayFolder| folder.path.as_ref().is_none_or(|place| path.starts_with(place));
                if let Some(folder) = found.iter_mut().find(holds) {
                    folder.tracks += unsigned(row, "tracks")?;
                    folder.videos += unsigned(row, "videos")?;
                }
            }
            Ok(())
        })?;
        found.retain(|folder| folder.tracks + folder.videos > 0);
        Ok(found)
    }
}
