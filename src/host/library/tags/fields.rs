//! What a file's tags say, gathered from whatever format says it.

use std::collections::BTreeMap;

use super::encoding;
use super::key::Key;
use crate::types::showable;

/// Values of one key that are kept.
const VALUES_MAX: usize = 64;
/// Bytes of a value that are kept; texts are shown on one line of [`showable::CHARS_MAX`] characters.
const VALUE_BYTES_MAX: usize = 4 * showable::CHARS_MAX;
/// The same for lyrics.
pub const LYRICS_BYTES_MAX: usize = 1024 * 1024;
/// Lyrics of one file: a translation or two.
const LYRICS_MAX: usize = 8;

/// All that was read, untrusted, bounded in number and length whatever the tags hold.
#[derive(Debug, Default)]
pub struct Fields {
    values: BTreeMap<Key, Vec<Value>>,
    picture: Option<Picture>,
    has_lyrics: bool,
    /// `None`: nobody wants them.
    lyrics: Option<Vec<Lyrics>>,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) text: String,
    /// Its characters are bytes of an encoding that nothing names.
    pub(super) is_raw: bool,
}

#[derive(Debug)]
struct Picture {
    is_front: bool,
    data: Vec<u8>,
}

/// Lyrics as a tag has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lyrics {
    pub(super) words: Words,
    /// As the tag names it.
    pub(super) language: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// Plain, or with LRC's stamps.
    Text(String),
    /// Milliseconds and what is sung then.
    Timed(Vec<(u64, String)>),
}

impl Fields {
    /// That keeps lyrics too.
    pub(super) fn with_lyrics() -> Self {
        Self { lyrics: Some(Vec::new()), ..Self::default() }
    }

    /// As empty, for what counts after these.
    pub(super) fn beside(&self) -> Self {
        if self.lyrics.is_some() { Self::with_lyrics() } else { Self::default() }
    }

    /// One more text, or several with zeros between them.
    pub(super) fn push(&mut self, key: Key, text: &str) {
        self.push_all(key, text, false);
    }

    /// The same, whose characters are bytes.
    pub(super) fn push_raw(&mut self, key: Key, text: &str) {
        self.push_all(key, text, true);
    }

    fn push_all(&mut self, key: Key, text: &str, is_raw: bool) {
        if key.is_lyrics() {
            return self.push_lyrics(None, || Words::Text(cut(text, LYRICS_BYTES_MAX).replace('\0', "\n")), !text.trim().is_empty());
        }
        let values = self.values.entry(key).or_default();
        let room = VALUES_MAX.saturating_sub(values.len());
        let parts = text.split('\0').filter(|part| !part.trim().is_empty());
        values.extend(parts.take(room).map(|part| Value { text: cut(part, VALUE_BYTES_MAX).to_owned(), is_raw }));
        if values.is_empty() {
            self.values.remove(&key);
        }
    }

    /// Lyrics, made only when somebody wants them.
    pub(super) fn push_lyrics(&mut self, language: Option<String>, words: impl FnOnce() -> Words, is_any: bool) {
        self.has_lyrics |= is_any;
        if let Some(lyrics) = &mut self.lyrics
            && lyrics.len() < LYRICS_MAX
            && is_any
        {
            lyrics.push(Lyrics { words: words(), language });
        }
    }

    /// The first front cover is kept, or else the first picture.
    pub(super) fn push_picture(&mut self, is_front: bool, data: impl FnOnce() -> Vec<u8>) {
        let is_better = self.picture.as_ref().is_none_or(|kept| is_front && !kept.is_front);
        if is_better {
            self.picture = Some(Picture { is_front, data: data() });
        }
    }

    /// Takes from `others` what is not said here.
    pub(super) fn fill(&mut self, mut others: Self) {
        for (key, values) in std::mem::take(&mut others.values) {
            self.values.entry(key).or_insert(values);
        }
        self.append(others);
    }

    /// Takes all of `others`, after what is said here.
    pub(super) fn append(&mut self, others: Self) {
        for (key, values) in others.values {
            let known = self.values.entry(key).or_default();
            let room = VALUES_MAX.saturating_sub(known.len());
            known.extend(values.into_iter().take(room));
        }
        self.picture = self.picture.take().or(others.picture);
        self.has_lyrics |= others.has_lyrics;
        if let (Some(lyrics), Some(more)) = (&mut self.lyrics, others.lyrics) {
            lyrics.extend(more);
            lyrics.truncate(LYRICS_MAX);
        }
    }

    /// Gives every raw text the encoding that all of them together speak for.
    pub(super) fn decode(&mut self) {
        let mut raw: Vec<&mut Value> = self.values.values_mut().flatten().filter(|value| value.is_raw).collect();
        encoding::decode(&mut raw);
    }

    pub(super) fn has(&self, key: Key) -> bool {
        self.values.contains_key(&key)
    }

    /// A key's values as they are.
    pub(super) fn raw(&self, key: Key) -> impl Iterator<Item = &str> {
        self.values.get(&key).into_iter().flatten().map(|value| value.text.trim())
    }

    /// A key's values that can be shown, each once.
    pub(super) fn texts(&self, key: Key) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        for text in self.raw(key).filter_map(showable::line) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }

    /// The first value that can be shown.
    pub(super) fn text(&self, key: Key) -> Option<String> {
        self.raw(key).find_map(showable::line)
    }

    pub(super) fn has_lyrics(&self) -> bool {
        self.has_lyrics
    }

    pub(super) fn take_lyrics(&mut self) -> Vec<Lyrics> {
        self.lyrics.take().unwrap_or_default()
    }

    pub(super) fn take_picture(&mut self) -> Option<Vec<u8>> {
        self.picture.take().map(|picture| picture.data)
    }
}

/// The beginning of a text, at most so many bytes.
pub(super) fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_bounded_and_parted_at_zeros() {
        let mut fields = Fields::default();
        fields.push(Key::Artist, "Ada\0\0Bob\0");
        fields.push(Key::Artist, "Ada");
        assert_eq!(fields.texts(Key::Artist), ["Ada", "Bob"]);
        for _ in 0..100_000 {
            fields.push(Key::Genre, "Jazz\0Blues\0Rock");
        }
        assert_eq!(fields.raw(Key::Genre).count(), VALUES_MAX);
        fields.push(Key::Title, &"é".repeat(5_000_000));
        assert_eq!(fields.raw(Key::Title).map(str::len).sum::<usize>(), VALUE_BYTES_MAX);
        fields.push(Key::Album, "\0 \0");
        assert!(!fields.has(Key::Album));
    }

    #[test]
    fn what_is_said_first_counts() {
        let (mut fields, mut others) = (Fields::default(), Fields::default());
        fields.push(Key::Title, "One");
        others.push(Key::Title, "Two");
        others.push(Key::Album, "Sea");
        fields.push_picture(false, || vec![1]);
        fields.push_picture(true, || vec![2]);
        fields.push_picture(true, || vec![3]);
        fields.fill(others);
        assert_eq!((fields.text(Key::Title).as_deref(), fields.text(Key::Album).as_deref()), (Some("One"), Some("Sea")));
        assert_eq!(fields.take_picture(), Some(vec![2]));
    }
}
