//! The words that a track is found by. The index holds them as they are made here, so that a search splits its text in the same way.

use std::collections::HashSet;

use super::described::Described;
use super::fold::fold;

/// Letters of a word that are looked at.
const LETTERS_MAX: usize = 32;
/// Words of one track that are kept.
const WORDS_MAX: usize = 200;

/// All words of a track, each once, with spaces between.
pub(super) fn words_of(file: &Described, name: &str) -> String {
    let album = file.album.iter().flat_map(|album| [Some(&album.title), album.artist.as_ref()]).flatten();
    let lists = [&file.artists, &file.album_artists, &file.composers, &file.genres].into_iter().flatten();
    line([file.title.as_str(), name].into_iter().chain(album.map(String::as_str)).chain(lists.map(String::as_str)))
}

/// The words of several texts, each once, with spaces between.
pub(super) fn line<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let (mut seen, mut line) = (HashSet::new(), String::new());
    for word in texts.flat_map(|text| split(text, true)) {
        if seen.len() < WORDS_MAX && !seen.contains(&word) {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
            seen.insert(word);
        }
    }
    line
}

/// The words of a search: each begins a word of the tracks that are looked for.
pub(super) fn sought(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in split(text, false) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Runs of letters and digits. What has signs within is kept in one word too (`AC/DC` is found by `ac`, `dc` and `acdc`); what has nothing
/// but signs is a word (`!!!`). Scripts that put no spaces between words are split into letters and pairs of letters.
fn split(text: &str, to_keep: bool) -> Vec<String> {
    let mut words = Vec::new();
    for chunk in fold(text).split_whitespace() {
        let parts: Vec<&str> = chunk.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
        if parts.is_empty() {
            words.extend(Some(cut(chunk.chars().filter(|c| !c.is_control()))).filter(|signs| !signs.is_empty()));
        }
        for part in &parts {
            push_part(part, to_keep, &mut words);
        }
        if to_keep && parts.len() > 1 && !chunk.contains(is_dense) {
            words.push(cut(parts.iter().flat_map(|part| part.chars())));
        }
    }
    words
}

fn push_part(part: &str, to_keep: bool, words: &mut Vec<String>) {
    let letters: Vec<char> = part.chars().collect();
    for run in letters.chunk_by(|a, b| is_dense(*a) == is_dense(*b)) {
        if !is_dense(run[0]) {
            words.push(cut(run.iter().copied()));
            continue;
        }
        if to_keep || run.len() == 1 {
            words.extend(run.iter().map(char::to_string));
        }
        words.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
    }
}

fn cut(letters: impl Iterator<Item = char>) -> String {
    letters.take(LETTERS_MAX).collect()
}

/// Of a script without spaces: Thai, Lao, Burmese, Khmer, kana, Chinese characters.
fn is_dense(c: char) -> bool {
    matches!(u32::from(c), 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_split_as_people_type_them() {
        for (text, kept, looked_for) in [
            ("Sigur Rós", "sigur ros", "sigur ros"),
            ("AC/DC", "ac dc acdc", "ac dc"),
            ("R.E.M. - Don't", "r e m rem - don t dont", "r e m - don t"),
            ("100% Björk_", "100 bjork", "100 bjork"),
            ("!!!", "!!!", "!!!"),
            ("東京事変 live", "東 京 事 変 東京 京事 事変 live", "東京 京事 事変 live"),
            ("愛", "愛", "愛"),
            ("one One ONE", "one", "one"),
            (" \t ", "", ""),
        ] {
            assert_eq!(line([text].into_iter()), kept, "{text}");
            assert_eq!(sought(text).join(" "), looked_for, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_text_has_all_words_that_it_is_looked_for_by(text in ".{0,60}") {
            let line = line([text.as_str()].into_iter());
            let kept: Vec<&str> = line.split(' ').collect();
            for word in sought(&text) {
                prop_assert!(kept.iter().any(|kept| kept.starts_with(&word)), "{word} of {line}");
            }
        }
    }
}
