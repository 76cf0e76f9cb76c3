//! Comparisons of texts as SQL functions: regardless of case and accents, and with every character meaning itself.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

use crate::host::library::fold::fold;

/// Adds `text_is`, `text_has`, `text_begins` and `text_ends`, each of a text and a folded one, and `shuffled`, of a track's id and a
/// number: where the track stands in that order.
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
    index.create_scalar_function("shuffled", 2, flags, |given| Ok(shuffled(given.get_raw(0).as_blob()?, given.get(1)?)))
}

/// NULL is an empty text; bytes are a name of the file system.
fn folded(given: &Context<'_>) -> String {
    match given.get_raw(0) {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => fold(&String::from_utf8_lossy(bytes)),
        _ => String::new(),
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014) over the id's words.
fn shuffled(id: &[u8], seed: i64) -> i64 {
    let mut state = seed.cast_unsigned();
    for word in id.chunks(8) {
        let mut bytes = [0; 8];
        bytes[..word.len()].copy_from_slice(word);
        state = mixed(state ^ u64::from_be_bytes(bytes));
    }
    state.cast_signed()
}

fn mixed(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}
