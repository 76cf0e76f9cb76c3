//! Which tracks the words of a search are in. The index finds a word's tracks in a time that grows with their number, so the beginnings
//! that very many tracks have ("a", "th", "the") are looked up beforehand; what was typed last is remembered, so that the next letter
//! costs one word.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use rusqlite::Connection;

use super::bits::Bits;
use super::vocabulary::Vocabulary;
use super::{Catalogue, Recent, View};
use crate::host::library::words::sought;
use crate::protocol::Selection;

/// Words of a search beyond these are not looked at.
const WORDS_MAX: usize = 16;
/// Words remembered.
const REMEMBERED: usize = 32;
/// Beginnings that so many words of tracks have are looked up beforehand: fewer take less than ten milliseconds.
const FREQUENT: u64 = 30_000;
/// At most so many, the most frequent first. Each takes a bit a track.
const FREQUENT_MAX: usize = 160;

pub(super) struct Search {
    remembered: Recent<String, Bits>,
    prepared: OnceLock<Prepared>,
}

/// What is made ready in the background.
struct Prepared {
    frequent: HashMap<String, Arc<Bits>>,
    vocabulary: Vocabulary,
}

/// What a search found.
pub(in crate::host::library) struct Found {
    /// `None`: there is nothing to look for, and all tracks have it.
    pub(in crate::host::library) bits: Option<Bits>,
    /// What was looked for instead of what is nowhere.
    pub(in crate::host::library) corrected: Option<String>,
}

impl Default for Search {
    fn default() -> Self {
        Self { remembered: Recent::new(REMEMBERED, usize::MAX), prepared: OnceLock::new() }
    }
}

impl View {
    /// Of the tracks that `selection` is among, those that have, for each word of `text`, a word that begins with it. Unless the selection
    /// is exact, a word that none of them has is taken for the one most like it.
    pub(in crate::host::library) fn search(&self, index: &Connection, text: &str, selection: &Selection) -> rusqlite::Result<Found> {
        let part = self.in_part(selection);
        let mut words = sought(text);
        words.truncate(WORDS_MAX);
        let mut is_corrected = false;
        let mut found: Option<Bits> = None;
        for word in &mut words {
            let mut bits = self.beginning_in(index, &part, word)?;
            if bits.is_empty()
                && !selection.exact
                && let Some(likely) = self.nearest(index, &part, word)?
            {
                bits = self.beginning_in(index, &part, &likely)?;
                *word = likely;
                is_corrected = true;
            }
            match &mut found {
                Some(found) => found.keep(&bits),
                None => found = Some(bits),
            }
        }
        Ok(Found { bits: found, corrected: is_corrected.then(|| words.join(" ")) })
    }

    fn beginning_in(&self, index: &Connection, part: &Bits, word: &str) -> rusqlite::Result<Bits> {
        let mut bits = Bits::clone(&*self.beginning(index, word)?);
        bits.keep(part);
        Ok(bits)
    }

    /// What it is most like of the words of tracks that may be found: the others, which the asker does not see or which are gone, are none,
    /// and have no part in the choice.
    fn nearest(&self, index: &Connection, part: &Bits, word: &str) -> rusqlite::Result<Option<String>> {
        let is_all = part.count() == self.len();
        self.prepared(index)?.vocabulary.nearest(word, |known, tracks| {
            if is_all {
                return Ok(tracks);
            }
            let mut bits = self.matching(index, &quoted(known))?;
            bits.keep(part);
            Ok(u32::try_from(bits.count()).unwrap_or(u32::MAX))
        })
    }
}

impl Catalogue {
    /// Looks up what takes long. Only the first who asks does it.
    pub(super) fn prepare_search(&self, index: &Connection) -> rusqlite::Result<()> {
        self.prepared(index).map(drop)
    }

    fn prepared(&self, index: &Connection) -> rusqlite::Result<&Prepared> {
        if let Some(prepared) = self.search.prepared.get() {
            return Ok(prepared);
        }
        let (vocabulary, beginnings) = Vocabulary::read(index, FREQUENT, FREQUENT_MAX)?;
        let mut frequent = HashMap::with_capacity(beginnings.len());
        for beginning in beginnings {
            let bits = self.look_up(index, &beginning)?;
            frequent.insert(beginning, Arc::new(bits));
        }
        Ok(self.search.prepared.get_or_init(|| Prepared { frequent, vocabulary }))
    }

    /// The tracks that have a word that begins so.
    fn beginning(&self, index: &Connection, word: &str) -> rusqlite::Result<Arc<Bits>> {
        if let Some(bits) = self.search.prepared.get().and_then(|prepared| prepared.frequent.get(word)) {
            return Ok(bits.clone());
        }
        self.search.remembered.get(&word.to_owned(), || Ok((self.look_up(index, word)?, 0)))
    }

    fn look_up(&self, index: &Connection, word: &str) -> rusqlite::Result<Bits> {
        self.matching(index, &format!("{} *", quoted(word)))
    }

    /// The tracks that a term of FTS5 finds.
    fn matching(&self, index: &Connection, term: &str) -> rusqlite::Result<Bits> {
        let mut statement = index.prepare_cached("SELECT rowid FROM words WHERE words MATCH ?")?;
        let mut rows = statement.query([term])?;
        let (mut bits, mut at) = (Bits::none(self.len()), 0);
        while let Some(row) = rows.next()? {
            let number = row.get(0)?;
            at = self.from(at, number);
            if self.n.get(at) == Some(&number) {
                bits.insert(at);
            }
        }
        Ok(bits)
    }
}

fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
}
