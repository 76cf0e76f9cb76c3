//! What is written of a file that has to be made of what it says first: by who reads it, as there are many of them, and one who writes.

use std::ffi::OsStr;

use super::described::{Described, MoreTags, joined};
use super::identity::song;
use super::words::words_of;

#[derive(Clone, Debug)]
pub(super) struct Texts {
    pub(super) artist: Option<String>,
    pub(super) album_artist: Option<String>,
    pub(super) composer: Option<String>,
    pub(super) genre: Option<String>,
    /// `SourceMedia` as JSON.
    pub(super) source: String,
    /// `MoreTags` as JSON.
    pub(super) more: Option<String>,
    pub(super) song: Option<i64>,
    /// What it is found by.
    pub(super) words: String,
}

impl Texts {
    /// `name`: the file's.
    pub(super) fn of(file: &Described, name: &OsStr) -> Self {
        let more = (file.more != MoreTags::default()).then(|| serde_json::to_string(&file.more));
        Self {
            artist: joined(&file.artists),
            album_artist: joined(&file.album_artists),
            composer: joined(&file.composers),
            genre: joined(&file.genres),
            source: serde_json::to_string(&file.source).expect("plain numbers and texts serialise"),
            more: more.map(|json| json.expect("plain texts and numbers serialise")),
            song: song(&file.artists, &file.title),
            words: words_of(file, &name.to_string_lossy()),
        }
    }
}
