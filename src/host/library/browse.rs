//! Pages of the library, selected and sorted.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use super::analysis::fill_loudness;
use super::catalogue::{Asked, By, Catalogue, Narrowed, Selected, View, Wanted};
use super::row::{track_file, track_row};
use super::{Library, LibraryError};
use crate::protocol::{Browse, Only, Selection, SortKey, TrackRow};
use crate::types::{Clock, SystemClock, UnixMs, UserId};

const MINUTE_MS: i64 = 60_000;

/// A page, and what all that was selected comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub total: u64,
    pub duration_ms: u64,
    pub bytes: u64,
    pub tracks: Vec<TrackRow>,
    /// What was searched for instead of words that no track has.
    pub corrected: Option<String>,
}

impl Library {
    /// The rows of the page asked for, as they are for a listener.
    pub fn browse(&self, listener: UserId, browse: &Browse) -> Result<Page, LibraryError> {
        let catalogue = self.catalogue()?;
        let asked = self.asked(listener, browse.selection.clone())?;
        let selected = self.select(&catalogue, &asked)?;
        let is_own = matches!(browse.sort, SortKey::Plays | SortKey::LastPlayed | SortKey::Rating | SortKey::Added);
        let by = if is_own { Some(self.by(listener, false)?) } else { None };
        let wanted = Wanted { asked, sort: browse.sort, descending: browse.descending, by };
        let readers = &self.shared.readers;
        let (offset, limit) = (browse.offset as usize, usize::from(browse.limit));
        let is_together = browse.together && browse.selection.only == Some(Only::Duplicates);
        let asked_for = if is_together { 0..usize::MAX } else { offset..offset + limit };
        let sorted = catalogue.page(&selected, &wanted, asked_for, |by| readers.read(|index| catalogue.listened(index, by)))?;
        let (page, groups) = if is_together {
            let together = readers.read(|index| catalogue.together(index, &sorted))?;
            let page = sorted.len().min(offset)..sorted.len().min(offset + limit);
            (together.positions[page.clone()].to_vec(), together.groups[page].to_vec())
        } else {
            (sorted, Vec::new())
        };
        // Where files are is nobody's business but the owner's.
        let with_files = browse.files && self.shared.sight == 0;
        let tracks = readers.read(|index| rows(index, &catalogue, &page, &groups, with_files))?;
        let corrected = selected.corrected.clone();
        Ok(Page { total: selected.tracks as u64, duration_ms: selected.duration_ms, bytes: selected.bytes, tracks, corrected })
    }

    pub(super) fn select(&self, catalogue: &View, asked: &Asked) -> Result<Arc<Selected>, LibraryError> {
        catalogue.select(asked, || {
            self.shared.readers.read(|index| {
                let mut narrowed = Narrowed::default();
                if let Some(text) = &asked.selection.search {
                    let found = catalogue.search(index, text, &asked.selection)?;
                    narrowed.to.extend(found.bits);
                    narrowed.corrected = found.corrected;
                }
                if let (Some(only @ (Only::Loved | Only::Unfinished)), Some(by)) = (asked.selection.only, &asked.by) {
                    narrowed.to.push(catalogue.own(&*catalogue.listened(index, &By { minute: 0, ..by.clone() })?, only));
                }
                if let (Some(rules), Some(by)) = (&asked.selection.rules, &asked.by) {
                    narrowed.to.push(catalogue.ruled(index, rules, by, UnixMs(by.minute * MINUTE_MS))?);
                }
                Ok(narrowed)
            })
        })
    }

    /// Rules are those of a listener, and of a moment: "in the last three days" is another answer tomorrow.
    pub(super) fn asked(&self, listener: UserId, selection: Selection) -> Result<Asked, LibraryError> {
        let is_own = selection.rules.is_some() || matches!(selection.only, Some(Only::Loved | Only::Unfinished));
        let by = if is_own { Some(self.by(listener, selection.rules.is_some())?) } else { None };
        Ok(Asked { selection, by })
    }

    fn by(&self, listener: UserId, is_timely: bool) -> Result<By, LibraryError> {
        let minute = if is_timely { SystemClock.now().0 / MINUTE_MS } else { 0 };
        Ok(By { listener, version: self.listened_version()?, minute })
    }
}

/// Rows of the tracks at these positions, with their groups where there are some; one that has been thrown away meanwhile is left out.
fn rows(index: &Connection, catalogue: &Catalogue, positions: &[u32], groups: &[u32], with_files: bool) -> rusqlite::Result<Vec<TrackRow>> {
    // One transaction, so that the rows fit together.
    let snapshot = index.unchecked_transaction()?;
    let mut statement = snapshot.prepare_cached("SELECT * FROM track_row WHERE n = ?")?;
    let mut rows = Vec::with_capacity(positions.len());
    for (at, position) in positions.iter().enumerate() {
        let row = statement.query_row([catalogue.n(*position)], |row| {
            let file = with_files.then(|| track_file(row)).transpose()?;
            Ok(TrackRow { group: groups.get(at).copied(), file, ..track_row(row)? })
        });
        rows.extend(row.optional()?);
    }
    fill_loudness(&snapshot, &mut rows)?;
    Ok(rows)
}
