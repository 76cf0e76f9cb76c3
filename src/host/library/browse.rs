//! Pages of the library, sorted and searched.

use rusqlite::{Connection, ToSql, params_from_iter};

use super::analysis::fill_loudness;
use super::row::{kind_name, track_row};
use super::{Library, LibraryError};
use crate::protocol::{Browse, SortKey, TrackRow};

/// Words of a search beyond these are not looked at.
const WORDS_MAX: usize = 16;

impl Library {
    /// How many tracks match, and the rows of the page asked for.
    pub fn browse(&self, browse: &Browse) -> Result<(u64, Vec<TrackRow>), LibraryError> {
        let (filter, mut values) = filter(browse);
        self.shared.readers.read(|index| {
            // One transaction, so that the total is of the same library as the page.
            let snapshot = index.unchecked_transaction()?;
            let total: i64 = snapshot
                .prepare_cached(&format!("SELECT count(*) FROM track WHERE {filter}"))?
                .query_row(params_from_iter(&values), |row| row.get(0))?;
            values.push(Box::new(browse.limit));
            values.push(Box::new(browse.offset));
            let mut rows = page(&snapshot, &filter, browse, &values)?;
            fill_loudness(&snapshot, &mut rows)?;
            Ok((u64::try_from(total).unwrap_or(0), rows))
        })
    }
}

fn page(index: &Connection, filter: &str, browse: &Browse, values: &[Box<dyn ToSql>]) -> rusqlite::Result<Vec<TrackRow>> {
    let order = order(browse.sort, browse.descending);
    // Only texts written in this file are put together: what the player sends is bound.
    let sql = format!("SELECT * FROM track WHERE {filter} ORDER BY {order} LIMIT ? OFFSET ?");
    let mut statement = index.prepare_cached(&sql)?;
    statement.query_map(params_from_iter(values), track_row)?.collect()
}

fn filter(browse: &Browse) -> (String, Vec<Box<dyn ToSql>>) {
    let mut filter = "state = 'present'".to_owned();
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    if let Some(kind) = browse.kind {
        filter.push_str(" AND kind = ?");
        values.push(Box::new(kind_name(kind)));
    }
    for word in browse.search.as_deref().unwrap_or_default().split_whitespace().take(WORDS_MAX) {
        filter.push_str(r" AND search LIKE ? ESCAPE '\'");
        values.push(Box::new(format!("%{}%", escape(&word.to_lowercase()))));
    }
    (filter, values)
}

/// A word means itself: `%` and `_` are no wildcards.
fn escape(word: &str) -> String {
    word.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

fn order(sort: SortKey, descending: bool) -> String {
    let columns: &[&str] = match sort {
        SortKey::Title => &["sort_title", "id"],
        SortKey::Artist => &["sort_artist", "sort_album", "disc_no", "track_no", "sort_title", "id"],
        SortKey::Album => &["sort_album_artist", "sort_album", "disc_no", "track_no", "sort_title", "id"],
        SortKey::Duration => &["duration_ms", "sort_title", "id"],
        SortKey::Added => &["added_at_ms", "sort_title", "id"],
    };
    // All columns turn round together, so that an index serves both ways.
    let direction = if descending { " DESC" } else { "" };
    columns.iter().map(|column| format!("{column}{direction}")).collect::<Vec<_>>().join(", ")
}
