//! The words that tracks have, and which of them one that none has is most like.

use std::cmp::Reverse;

use rusqlite::Connection;
use strsim::osa_distance;

use super::names::Texts;

/// Shorter words are not corrected: too many others are as like.
const LETTERS_MIN: usize = 4;
/// From so many letters on two of them may be wrong.
const LETTERS_FOR_TWO: usize = 8;
/// Letters of a beginning whose tracks are counted.
const BEGINNING_MAX: usize = 6;

#[derive(Default)]
pub(super) struct Vocabulary {
    words: Texts,
    /// Which letters each has: a bit each, several letters to a bit. Most words are told from another without looking at them.
    letters: Vec<u32>,
    /// How many tracks have it.
    tracks: Vec<u32>,
}

impl Vocabulary {
    /// All words of the index, and which beginnings at least `frequent` tracks have, of these the `most` most frequent ones.
    pub(super) fn read(index: &Connection, frequent: u64, most: usize) -> rusqlite::Result<(Self, Vec<String>)> {
        let mut statement = index.prepare("SELECT term, doc FROM vocabulary")?;
        let mut rows = statement.query([])?;
        let (mut vocabulary, mut beginnings) = (Self::default(), Beginnings { frequent, ..Beginnings::default() });
        while let Some(row) = rows.next()? {
            let (word, tracks) = (row.get_ref(0)?.as_str()?, row.get::<_, u32>(1)?);
            vocabulary.push(word, tracks);
            beginnings.count(word, tracks.into());
        }
        vocabulary.words.shrink();
        vocabulary.letters.shrink_to_fit();
        vocabulary.tracks.shrink_to_fit();
        Ok((vocabulary, beginnings.most(most)))
    }

    fn push(&mut self, word: &str, tracks: u32) {
        let is_word = word.chars().all(char::is_alphabetic) && word.chars().nth(LETTERS_MIN - 2).is_some();
        if is_word {
            self.words.push(word.as_bytes());
            self.letters.push(letters(word));
            self.tracks.push(tracks);
        }
    }

    /// The word, or beginning of one, that differs from `word` by no more letters than can be a slip; of several the one most like it,
    /// then the one that most tracks have: `seen` says how many do, of a word and how many have it in all. A word of none is no word.
    pub(super) fn nearest<E>(&self, word: &str, mut seen: impl FnMut(&str, u32) -> Result<u32, E>) -> Result<Option<String>, E> {
        let length = word.chars().count();
        if length < LETTERS_MIN || word.chars().any(|c| !c.is_alphabetic()) {
            return Ok(None);
        }
        let wrong_max = if length < LETTERS_FOR_TWO { 1 } else { 2 };
        let wanted = letters(word);
        let likely = (0..self.words.len()).filter(|at| (wanted & !self.letters[*at]).count_ones() <= wrong_max);
        let near = likely.filter_map(|at| {
            let (wrong, beginning) = like(word, length, self.words.text(at))?;
            (wrong <= wrong_max as usize).then_some((wrong, at, beginning))
        });
        let mut near: Vec<_> = near.collect();
        near.sort_unstable();
        for alike in near.chunk_by_mut(|a, b| a.0 == b.0) {
            let mut best = None;
            // The commonest first: none has more tracks that are seen than tracks.
            alike.sort_by_key(|(_, at, _)| Reverse(self.tracks[*at]));
            for (_, at, beginning) in alike {
                if best.is_some_and(|(tracks, _)| tracks > self.tracks[*at]) {
                    break;
                }
                let tracks = seen(self.words.text(*at), self.tracks[*at])?;
                best = best.max((tracks > 0).then_some((tracks, Reverse(*beginning))));
            }
            if let Some((_, Reverse(beginning))) = best {
                return Ok(Some(beginning.to_owned()));
            }
        }
        Ok(None)
    }
}

/// How many letters tell `word` from the beginning of `known` that is most like it, and that beginning: of several the longest.
fn like<'a>(word: &str, length: usize, known: &'a str) -> Option<(usize, &'a str)> {
    let ends = known.char_indices().map(|(at, c)| at + c.len_utf8());
    let near = ends.enumerate().skip(length.saturating_sub(2)).take(3).map(|(_, end)| &known[..end]);
    near.map(|beginning| (osa_distance(word, beginning), beginning)).min_by_key(|(wrong, beginning)| (*wrong, Reverse(beginning.len())))
}

fn letters(word: &str) -> u32 {
    word.chars().fold(0, |letters, c| letters | 1 << (u32::from(c) % 32))
}

/// Counts beginnings of words that come in order.
#[derive(Default)]
struct Beginnings {
    frequent: u64,
    /// The beginnings of each length that the last word has, and their counts.
    open: Vec<(String, u64)>,
    found: Vec<(u64, String)>,
}

impl Beginnings {
    fn count(&mut self, word: &str, tracks: u64) {
        let ends: Vec<usize> = word.char_indices().map(|(at, c)| at + c.len_utf8()).take(BEGINNING_MAX).collect();
        let same = self.open.iter().zip(&ends).take_while(|((beginning, _), end)| *beginning == word[..**end]).count();
        self.close(same);
        for end in &ends[same..] {
            self.open.push((word[..*end].to_owned(), 0));
        }
        self.open.iter_mut().for_each(|(_, count)| *count += tracks);
    }

    fn close(&mut self, keep: usize) {
        let frequent = self.frequent;
        let closed = self.open.drain(keep..).filter(|(_, count)| *count >= frequent);
        self.found.extend(closed.map(|(beginning, count)| (count, beginning)));
    }

    fn most(mut self, most: usize) -> Vec<String> {
        self.close(0);
        self.found.sort_unstable_by(|a, b| b.cmp(a));
        self.found.into_iter().take(most).map(|(_, beginning)| beginning).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(words: &[(&str, u32)]) -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        words.iter().for_each(|(word, tracks)| vocabulary.push(word, *tracks));
        vocabulary
    }

    #[test]
    fn slips_are_corrected_to_the_likeliest_word() {
        let vocabulary = vocabulary(&[("beatles", 200), ("beetles", 3), ("beethoven", 50), ("björk", 9), ("the", 999), ("zeppelin", 40)]);
        for (typed, meant) in [
            ("baetles", Some("beatles")),
            ("beatlse", Some("beatles")),
            ("betthov", Some("beethov")),
            ("beatls", Some("beatles")),
            ("zepellin", Some("zeppelin")),
            ("beqqqq", None),
            ("teh", None),
            ("zapp4", None),
        ] {
            let nearest = vocabulary.nearest(typed, |_, tracks| Ok::<_, ()>(tracks)).expect("never fails");
            assert_eq!(nearest.as_deref(), meant, "{typed}");
        }
    }

    #[test]
    fn a_word_that_is_not_seen_is_no_word() {
        let vocabulary = vocabulary(&[("beatles", 200), ("beetles", 3), ("beadles", 50)]);
        let nearest = |hidden: &[&str]| {
            let seen = |word: &str, tracks| Ok::<_, ()>(if hidden.contains(&word) { 0 } else { tracks });
            vocabulary.nearest("beaatles", seen).expect("never fails")
        };
        assert_eq!(nearest(&[]).as_deref(), Some("beatles"));
        assert_eq!(nearest(&["beatles"]).as_deref(), Some("beadles"), "the likeliest of what is left");
        assert_eq!(nearest(&["beatles", "beadles", "beetles"]), None);
    }

    #[test]
    fn beginnings_of_many_words_are_counted_together() {
        let mut beginnings = Beginnings { frequent: 10, ..Beginnings::default() };
        for (word, tracks) in [("a", 3), ("ab", 4), ("abc", 5), ("b", 1), ("éa", 6), ("éb", 6)] {
            beginnings.count(word, tracks);
        }
        assert_eq!(beginnings.most(2), ["é", "a"]);
    }
}
