//! Which tracks a selection lets through.

use std::sync::Arc;

use super::bits::Bits;
use super::names::Names;
use super::values::Values;
use super::{Catalogue, flag};
use crate::protocol::{Facet, MediaKind, Only, Selection};
use crate::types::AlbumId;

/// The selected tracks, and what they come to.
#[derive(Debug)]
pub(in crate::host::library) struct Selected {
    pub(super) bits: Bits,
    pub(in crate::host::library) tracks: usize,
    pub(in crate::host::library) duration_ms: u64,
    pub(in crate::host::library) bytes: u64,
}

impl Catalogue {
    /// What `selection` lets through. `found` are the tracks that its search and its rules let through, when it has any.
    pub(in crate::host::library) fn select<E>(
        &self,
        selection: &Selection,
        found: impl FnOnce() -> Result<Vec<Bits>, E>,
    ) -> Result<Arc<Selected>, E> {
        self.selected.get(selection, || {
            let mut bits = self.named(selection.kind, selection.only);
            for found in found()? {
                bits.keep(&found);
            }
            self.keep_values(selection, &mut bits);
            let mut selected = Selected { tracks: bits.count(), duration_ms: 0, bytes: 0, bits };
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

    /// What vanished is in a part of its own; what lies on a disk that is away is nowhere.
    fn named(&self, kind: Option<MediaKind>, only: Option<Only>) -> Bits {
        let mut looked_at = flag::PRESENT | flag::MISSING;
        let mut wanted = flag::PRESENT;
        match only {
            Some(Only::Missing) => wanted = flag::MISSING,
            Some(Only::Duplicates) => {
                looked_at |= flag::DUPLICATE;
                wanted |= flag::DUPLICATE;
            }
            Some(Only::Loved | Only::Unfinished) | None => {}
        }
        if let Some(kind) = kind {
            looked_at |= flag::VIDEO;
            wanted |= if kind == MediaKind::Video { flag::VIDEO } else { 0 };
        }
        if matches!(only, Some(Only::Loved | Only::Unfinished)) {
            return Bits::none(self.len());
        }
        Bits::of(self.len(), |position| self.flags[position] & looked_at == wanted)
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
