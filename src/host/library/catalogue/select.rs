//! Which tracks a selection lets through.

use std::sync::Arc;

use super::bits::Bits;
use super::names::Names;
use super::values::Values;
use super::{View, flag};
use crate::host::library::rules::asks_for_missing;
use crate::protocol::{Facet, MediaKind, Only, Selection};
use crate::types::{AlbumId, UserId};

/// The selected tracks, and what they come to.
#[derive(Debug)]
pub(in crate::host::library) struct Selected {
    pub(super) bits: Bits,
    pub(in crate::host::library) tracks: usize,
    pub(in crate::host::library) duration_ms: u64,
    pub(in crate::host::library) bytes: u64,
    /// What was searched for instead of words that no track has.
    pub(in crate::host::library) corrected: Option<String>,
}

/// The tracks that a selection's search, its rules, and what is the listener's own let through.
#[derive(Debug, Default)]
pub(in crate::host::library) struct Narrowed {
    pub(in crate::host::library) to: Vec<Bits>,
    pub(in crate::host::library) corrected: Option<String>,
}

/// A selection, and what its answer hangs on beside the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::host::library) struct Asked {
    pub(in crate::host::library) selection: Selection,
    pub(in crate::host::library) by: Option<By>,
}

/// Of a file: how often it was replaced, and SQLite's `data_version`, which says nothing about another file.
pub(in crate::host::library) type Version = (u64, i64);

/// Who asks, and when, where the answer is not the same for everybody and always.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::host::library) struct By {
    pub(in crate::host::library) listener: UserId,
    /// Of what listeners made.
    pub(in crate::host::library) version: Version,
    /// Since the beginning of 1970; 0 where the time makes no difference.
    pub(in crate::host::library) minute: i64,
}

impl View {
    /// What a selection lets through. `narrowed` says what neither the columns nor the flags tell.
    pub(in crate::host::library) fn select<E>(
        &self,
        asked: &Asked,
        narrowed: impl FnOnce() -> Result<Narrowed, E>,
    ) -> Result<Arc<Selected>, E> {
        let selection = &asked.selection;
        self.seen().selected.get(asked, || {
            let mut bits = self.named(selection);
            let narrowed = narrowed()?;
            narrowed.to.iter().for_each(|found| bits.keep(found));
            self.keep_values(selection, &mut bits);
            let mut selected = Selected { tracks: bits.count(), duration_ms: 0, bytes: 0, corrected: narrowed.corrected, bits };
            for position in selected.bits.iter() {
                selected.duration_ms += u64::from(self.duration_ms[position]);
                selected.bytes = selected.bytes.saturating_add(self.size[position]);
            }
            Ok((selected, 0))
        })
    }

    fn keep_values(&self, selection: &Selection, bits: &mut Bits) {
        let columns: [(&[String], &Values, &Names); 4] = [
            (&selection.genres, &self.genres, &self.genre_names),
            (&selection.artists, &self.artists, &self.people),
            (&selection.album_artists, &self.album_artists, &self.people),
            (&selection.composers, &self.composers, &self.people),
        ];
        for (wanted, values, names) in columns {
            if !wanted.is_empty() {
                let known: Vec<u32> = wanted.iter().filter(|name| !name.is_empty()).filter_map(|name| names.find(name)).collect();
                bits.keep(&values.having(&known, wanted.iter().any(String::is_empty)));
            }
        }
        if !selection.albums.is_empty() {
            bits.keep(&self.of_albums(&selection.albums));
        }
    }

    fn of_albums(&self, wanted: &[AlbumId]) -> Bits {
        let mut fits = vec![false; self.albums.len()];
        wanted.iter().filter_map(|id| self.albums.find(*id)).for_each(|album| fits[album as usize] = true);
        Bits::of(self.len(), |position| fits.get(self.album[position] as usize).copied().unwrap_or(false))
    }

    /// What vanished is in a part of its own, but for rules that ask for it; what lies on a disk that is away is nowhere.
    pub(super) fn in_part(&self, selection: &Selection) -> Bits {
        self.there(match selection.only {
            Some(Only::Missing) => flag::MISSING,
            _ if selection.rules.as_ref().is_some_and(asks_for_missing) => flag::PRESENT | flag::MISSING,
            _ => flag::PRESENT,
        })
    }

    fn named(&self, selection: &Selection) -> Bits {
        let mut bits = self.in_part(selection);
        if let Some(kind) = selection.kind {
            bits.keep(&self.of_kind(kind));
        }
        if selection.only == Some(Only::Duplicates) {
            bits.keep(&self.seen().duplicates);
        }
        bits
    }

    fn of_kind(&self, kind: MediaKind) -> Bits {
        let wanted = if kind == MediaKind::Video { flag::VIDEO } else { 0 };
        Bits::of(self.len(), |position| self.flags[position] & flag::VIDEO == wanted)
    }
}

/// A column lists its values among what all the others let through, so that a second one can be chosen beside the first.
pub(in crate::host::library) fn beside(of: Facet, selection: &Selection) -> Selection {
    let mut selection = selection.clone();
    match of {
        Facet::Genre => selection.genres.clear(),
        Facet::Artist => selection.artists.clear(),
        Facet::AlbumArtist => selection.album_artists.clear(),
        Facet::Composer => selection.composers.clear(),
        Facet::Album => selection.albums.clear(),
    }
    selection
}
