//! Pages of the library, selected and sorted.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use super::analysis::fill_loudness;
use super::catalogue::{Catalogue, Selected, Wanted};
use super::row::track_row;
use super::search::search;
use super::{Library, LibraryError};
use crate::protocol::{Browse, Selection, TrackRow};
use crate::types::UserId;

/// A page, and what all that was selected comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub total: u64,
    pub duration_ms: u64,
    pub bytes: u64,
    pub tracks: Vec<TrackRow>,
}

impl Library {
    /// The rows of the page asked for, as they are for a listener.
    pub fn browse(&self, listener: UserId, browse: &Browse) -> Result<Page, LibraryError> {
        let catalogue = self.catalogue()?;
        let selected = self.select(&catalogue, listener, &browse.selection)?;
        let wanted = Wanted { selection: browse.selection.clone(), sort: browse.sort, descending: browse.descending };
        let sorted = catalogue.sorted(&selected, &wanted);
        let (offset, limit) = (browse.offset as usize, usize::from(browse.limit));
        let page = sorted.get(offset..sorted.len().min(offset + limit)).unwrap_or_default();
        let tracks = self.shared.readers.read(|index| rows(index, &catalogue, page))?;
        Ok(Page { total: selected.tracks as u64, duration_ms: selected.duration_ms, bytes: selected.bytes, tracks })
    }

    pub(super) fn select(&self, catalogue: &Catalogue, _listener: UserId, selection: &Selection) -> Result<Arc<Selected>, LibraryError> {
        catalogue.select(selection, || {
            let mut found = Vec::new();
            if let Some(text) = &selection.search
                && let Some(numbers) = self.shared.readers.read(|index| search(index, text))?
            {
                found.push(catalogue.positions(&numbers));
            }
            if selection.rules.is_some() {
                return Err(LibraryError::Refused("This host does not know smart playlists."));
            }
            Ok(found)
        })
    }
}

/// Rows of the tracks at these positions; one that has been thrown away meanwhile is left out.
fn rows(index: &Connection, catalogue: &Catalogue, positions: &[u32]) -> rusqlite::Result<Vec<TrackRow>> {
    // One transaction, so that the rows fit together.
    let snapshot = index.unchecked_transaction()?;
    let mut statement = snapshot.prepare_cached("SELECT * FROM track_row WHERE n = ?")?;
    let mut rows = Vec::with_capacity(positions.len());
    for position in positions {
        let row = statement.query_row([catalogue.n(*position)], track_row).optional()?;
        rows.extend(row);
    }
    fill_loudness(&snapshot, &mut rows)?;
    Ok(rows)
}
