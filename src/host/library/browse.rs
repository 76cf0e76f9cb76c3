//! Pages of the library, sorted and searched.

use rusqlite::{Connection, ToSql, params_from_iter};

use super::analysis::fill_loudness;
use super::fold::fold;
use super::row::{kind_name, track_row, unsigned};
use super::{Library, LibraryError};
use crate::protocol::{Browse, SortKey, TrackRow};

/// Words of a search beyond these are not looked at.
const WORDS_MAX: usize = 16;

/// A page, and what all that was selected comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub total: u64,
    pub duration_ms: u64,
    pub bytes: u64,
    pub tracks: Vec<TrackRow>,
}

impl Library {
    /// The rows of the page asked for.
    pub fn browse(&self, browse: &Browse) -> Result<Page, LibraryError> {
        let (filter, mut values) = filter(browse);
        self.shared.readers.read(|index| {
            // One transaction, so that the total is of the same library as the page.
            let snapshot = index.unchecked_transaction()?;
            let sums = format!(
                "SELECT count(*) AS total, ifnull(sum(duration_ms), 0) AS duration_ms, ifnull(sum(size), 0) AS bytes FROM track_row WHERE {filter}"
            );
            let page = snapshot.prepare_cached(&sums)?.query_row(params_from_iter(&values), |row| {
                let (total, duration_ms) = (unsigned(row, "total")?, unsigned(row, "duration_ms")?);
                Ok(Page { total, duration_ms, bytes: unsigned(row, "bytes")?, tracks: Vec::new() })
            })?;
            values.push(Box::new(browse.limit));
            values.push(Box::new(browse.offset));
            let mut tracks = page_rows(&snapshot, &filter, browse, &values)?;
            fill_loudness(&snapshot, &mut tracks)?;
            Ok(Page { tracks, ..page })
        })
    }
}

fn page_rows(index: &Connection, filter: &str, browse: &Browse, values: &[Box<dyn ToSql>]) -> rusqlite::Result<Vec<TrackRow>> {
    let order = order(browse.sort, browse.descending);
    // Only texts written in this file are put together: what the player sends is bound.
    let sql = format!("SELECT * FROM track_row WHERE {filter} ORDER BY {order} LIMIT ? OFFSET ?");
    let mut statement = index.prepare_cached(&sql)?;
    statement.query_map(params_from_iter(values), track_row)?.collect()
}

fn filter(browse: &Browse) -> (String, Vec<Box<dyn ToSql>>) {
    let mut filter = "state = 'present'".to_owned();
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    if let Some(kind) = browse.selection.kind {
        filter.push_str(" AND kind = ?");
        values.push(Box::new(kind_name(kind)));
    }
    for word in browse.selection.search.as_deref().unwrap_or_default().split_whitespace().take(WORDS_MAX) {
        filter.push_str(r" AND fold(title || ' ' || ifnull(artist, '') || ' ' || ifnull(album_title, '') || ' ' || ifnull(album_artist, '')) LIKE ? ESCAPE '\'");
        values.push(Box::new(format!("%{}%", escape(&fold(word)))));
    }
    (filter, values)
}

/// A word means itself: `%` and `_` are no wildcards.
fn escape(word: &str) -> String {
    word.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

fn order(sort: SortKey, descending: bool) -> String {
    const ALBUM: [&str; 6] = [
        "ifnull(fold(ifnull(album_artist, artist)), char(1114111))",
        "ifnull(fold(album_title), char(1114111))",
        "disc_no",
        "track_no",
        "fold(title)",
        "id",
    ];
    const ARTIST: [&str; 6] =
        ["ifnull(fold(artist), char(1114111))", "ifnull(fold(album_title), char(1114111))", "disc_no", "track_no", "fold(title)", "id"];
    let columns: &[&str] = match sort {
        SortKey::Artist => &ARTIST,
        SortKey::Album => &ALBUM,
        SortKey::Duration => &["duration_ms", "fold(title)", "id"],
        SortKey::Added => &["added_at_ms", "fold(title)", "id"],
        _ => &["fold(title)", "id"],
    };
    // All columns turn round together, so that an index serves both ways.
    let direction = if descending { " DESC" } else { "" };
    columns.iter().map(|column| format!("{column}{direction}")).collect::<Vec<_>>().join(", ")
}
