//! Which tracks the words of a search are in.

use rusqlite::Connection;

use super::words::sought;

/// Words of a search beyond these are not looked at.
const WORDS_MAX: usize = 16;

/// The numbers of the tracks that have, for each word of `text`, a word that begins with it; ascending. `None`: there is nothing to look
/// for, and all tracks have it.
pub(super) fn search(index: &Connection, text: &str) -> rusqlite::Result<Option<Vec<u32>>> {
    let words = sought(text);
    if words.is_empty() {
        return Ok(None);
    }
    let terms: Vec<String> = words.iter().take(WORDS_MAX).map(|word| format!("\"{}\" *", word.replace('"', "\"\""))).collect();
    let mut statement = index.prepare_cached("SELECT rowid FROM words WHERE words MATCH ?")?;
    let found = statement.query_map([terms.join(" AND ")], |row| row.get(0))?;
    found.collect::<Result<_, _>>().map(Some)
}
