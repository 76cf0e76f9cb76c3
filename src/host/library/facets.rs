//! What a column of the browser lists.

use super::row::unsigned;
use super::{Library, LibraryError};
use crate::protocol::{Facet, FacetValue, Facets};
use crate::types::AlbumId;

/// A page of values, how many there are, and how many tracks were selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FacetList {
    pub total: u64,
    pub tracks: u64,
    pub values: Vec<FacetValue>,
}

impl Library {
    pub fn facets(&self, facets: &Facets) -> Result<FacetList, LibraryError> {
        let sql = match facets.of {
            Facet::Genre => {
                "SELECT name, count(*) AS tracks, NULL AS id, NULL AS artist FROM track_genre JOIN genre ON n = genre GROUP BY n ORDER BY fold(name)"
            }
            Facet::Album => {
                "SELECT album.title AS name, count(*) AS tracks, album.id AS id, album.artist AS artist FROM track JOIN album ON album.n = album GROUP BY album.n ORDER BY fold(album.artist), fold(name)"
            }
            Facet::Artist => {
                "SELECT name, count(*) AS tracks, NULL AS id, NULL AS artist FROM credit JOIN artist ON n = credit.artist WHERE role = 0 GROUP BY n ORDER BY fold(name)"
            }
            Facet::AlbumArtist => {
                "SELECT name, count(*) AS tracks, NULL AS id, NULL AS artist FROM credit JOIN artist ON n = credit.artist WHERE role = 1 GROUP BY n ORDER BY fold(name)"
            }
            Facet::Composer => {
                "SELECT name, count(*) AS tracks, NULL AS id, NULL AS artist FROM credit JOIN artist ON n = credit.artist WHERE role = 2 GROUP BY n ORDER BY fold(name)"
            }
        };
        self.shared.readers.read(|index| {
            let mut statement = index.prepare_cached(sql)?;
            let values: Result<Vec<_>, _> = statement
                .query_map([], |row| {
                    let album = row.get::<_, Option<[u8; 16]>>("id")?.map(AlbumId);
                    Ok(FacetValue {
                        name: row.get("name")?,
                        tracks: unsigned(row, "tracks")?,
                        album,
                        artist: row.get("artist")?,
                        ..FacetValue::default()
                    })
                })?
                .collect();
            let values = values?;
            let total = values.len() as u64;
            let page = values.into_iter().skip(facets.offset as usize).take(facets.limit.into()).collect();
            Ok(FacetList { total, tracks: 0, values: page })
        })
    }
}
