//! How the tracks that are there are coded, counted.

use std::collections::HashMap;

use super::row::unsigned;
use super::{Library, LibraryError};

/// Tracks by the codecs of their sound and pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codecs {
    by_name: HashMap<String, u64>,
    pub with_sound: u64,
    pub with_pictures: u64,
}

impl Codecs {
    /// Tracks with sound or pictures so coded.
    pub fn named(&self, codec: &str) -> u64 {
        self.by_name.get(codec).copied().unwrap_or(0)
    }
}

impl Library {
    pub fn codecs(&self) -> Result<Codecs, LibraryError> {
        self.shared.readers.read(|index| {
            let mut statement = index.prepare(
                "SELECT source ->> '$.audio.codec' AS sound, source ->> '$.video.codec' AS pictures, count(*) AS tracks
                 FROM track WHERE state = 'present' GROUP BY sound, pictures",
            )?;
            let mut rows = statement.query([])?;
            let mut codecs = Codecs::default();
            while let Some(row) = rows.next()? {
                let tracks = unsigned(row, "tracks")?;
                let (sound, pictures): (Option<String>, Option<String>) = (row.get("sound")?, row.get("pictures")?);
                codecs.with_sound += if sound.is_some() { tracks } else { 0 };
                codecs.with_pictures += if pictures.is_some() { tracks } else { 0 };
                for codec in [sound, pictures].into_iter().flatten() {
                    *codecs.by_name.entry(codec).or_default() += tracks;
                }
            }
            Ok(codecs)
        })
    }
}
