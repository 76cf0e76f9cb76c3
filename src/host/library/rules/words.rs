//! Comparisons of texts as SQL functions: regardless of case and accents, and with every character meaning itself.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

use crate::host::library::fold::fold;

/// Adds `text_is`, `text_has`, `text_begins` and `text_ends`, each of a text and a folded one.
pub(in crate::host::library) fn teach(index: &Connection) -> rusqlite::Result<()> {
    type Compare = fn(&str, &str) -> bool;
    let comparisons: [(&str, Compare); 4] = [
        ("text_is", |text, sought| text == sought),
        ("text_has", |text, sought| text.contains(sought)),
        ("text_begins", |text, sought| text.starts_with(sought)),
        ("text_ends", |text, sought| text.ends_with(sought)),
    ];
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    for (name, holds) in comparisons {
        index.create_scalar_function(name, 2, flags, move |given| Ok(holds(&folded(given), given.get_raw(1).as_str()?)))?;
    }
    Ok(())
}

/// NULL is an empty text; bytes are a name of the file system.
fn folded(given: &Context<'_>) -> String {
    match given.get_raw(0) {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => fold(&String::from_utf8_lossy(bytes)),
        _ => String::new(),
    }
}
