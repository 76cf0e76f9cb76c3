//! What a column of the browser lists.

use rusqlite::OptionalExtension;

use super::catalogue::beside;
use super::{Library, LibraryError};
use crate::protocol::{FacetValue, Facets};
use crate::types::{ArtId, UserId};

/// A page of values, how many there are, and how many tracks were selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FacetList {
    pub total: u64,
    pub tracks: u64,
    /// Those of them without a value.
    pub without: u64,
    pub values: Vec<FacetValue>,
}

impl Library {
    /// A page of a column's values among what the other columns, the search and all else select.
    pub fn facets(&self, listener: UserId, facets: &Facets) -> Result<FacetList, LibraryError> {
        let catalogue = self.catalogue()?;
        let asked = self.asked(listener, beside(facets.of, &facets.selection))?;
        let selected = self.select(&catalogue, &asked)?;
        let counted = catalogue.count(&selected, facets);
        let mut values = counted.values;
        self.shared.readers.read(|index| {
            let mut statement = index.prepare_cached("SELECT id FROM picture WHERE n = ?")?;
            for (value, picture) in values.iter_mut().zip(counted.pictures).filter(|(_, picture)| *picture > 0) {
                let id: Option<String> = statement.query_row([picture], |row| row.get(0)).optional()?;
                value.art = id.and_then(|id| ArtId::try_from(id).ok());
            }
            Ok(())
        })?;
        Ok(FacetList { total: counted.total, tracks: selected.tracks as u64, without: counted.without, values })
    }
}
