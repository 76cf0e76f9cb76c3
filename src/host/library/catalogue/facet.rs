//! Which values the selected tracks have, and how many have each.

use super::View;
use super::names::Names;
use super::select::Selected;
use super::values::Values;
use crate::protocol::{Facet, FacetValue, Facets};
use crate::types::AlbumId;

/// A page of values, and how many there are.
#[derive(Debug, Default)]
pub(in crate::host::library) struct Counted {
    pub(in crate::host::library) total: u64,
    /// Selected tracks without any.
    pub(in crate::host::library) without: u64,
    pub(in crate::host::library) values: Vec<FacetValue>,
    /// The numbers of their pictures; 0: none. As many as values, or nothing.
    pub(in crate::host::library) pictures: Vec<u32>,
}

impl View {
    pub(in crate::host::library) fn count(&self, selected: &Selected, facets: &Facets) -> Counted {
        match facets.of {
            Facet::Genre => named(&self.genres, &self.genre_names, selected, facets),
            Facet::Artist => named(&self.artists, &self.people, selected, facets),
            Facet::AlbumArtist => named(&self.album_artists, &self.people, selected, facets),
            Facet::Composer => named(&self.composers, &self.people, selected, facets),
            Facet::Album => self.count_albums(selected, facets),
        }
    }

    fn count_albums(&self, selected: &Selected, facets: &Facets) -> Counted {
        // One more for the tracks of no album, which is not listed: there is no id to select it by.
        let mut each = vec![0_u32; self.albums.len() + 1];
        let none = self.albums.len();
        for position in selected.bits.iter() {
            each[(self.album[position] as usize).min(none)] += 1;
        }
        let (albums, facts) = (&self.albums, &self.seen().albums);
        let listed = || albums.sorted(facts, facets.order).iter().copied().filter(|album| each[*album as usize] > 0);
        let mut counted = Counted { total: listed().count() as u64, without: each[none].into(), ..Counted::default() };
        for album in listed().skip(facets.offset as usize).take(facets.limit.into()) {
            let at = album as usize;
            counted.values.push(FacetValue {
                name: albums.titles.text(at).to_owned(),
                tracks: each[at].into(),
                album: Some(AlbumId(albums.ids[at])),
                artist: albums.artist(album).map(str::to_owned),
                year: facts.years[at].map(i32::from),
                art: None,
            });
            counted.pictures.push(facts.pictures[at]);
        }
        counted
    }
}

fn named(values: &Values, names: &Names, selected: &Selected, facets: &Facets) -> Counted {
    let (each, without) = values.count(&selected.bits);
    let listed = || {
        let known = names.sorted().iter().map(|value| (Some(*value), each[*value as usize]));
        known.chain([(None, without)]).filter(|(_, tracks)| *tracks > 0)
    };
    let page = listed().skip(facets.offset as usize).take(facets.limit.into());
    let values = page.map(|(value, tracks)| FacetValue {
        name: value.map(|value| names.name(value).to_owned()).unwrap_or_default(),
        tracks: tracks.into(),
        ..FacetValue::default()
    });
    Counted { total: listed().count() as u64, without: without.into(), values: values.collect(), pictures: Vec::new() }
}
