//! The index, laid out so that a foreign track is found in it.

use std::collections::HashMap;
use std::path::PathBuf;

use super::Way;
use super::keyed::Keyed;
use super::ways;
use crate::host::import::model::ForeignTrack;
use crate::host::import::place::Place;
use crate::host::library::{Candidate, fold};
use crate::types::TrackId;

/// Where things are, as the person who imports knows.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// The media folders.
    pub media: Vec<PathBuf>,
    /// Folders of the foreign library, and where they are now.
    pub moved: Vec<(Place, Place)>,
}

/// Tracks of the index, with their keys.
pub struct Shelf {
    pub(super) tracks: Vec<Candidate>,
    pub(super) mapping: Mapping,
    ids: HashMap<TrackId, u32>,
    paths: Keyed,
    /// Paths below their media folder.
    below: Keyed,
    /// The last folder and the name.
    endings: Keyed,
    names: Keyed,
    album_titles: Keyed,
    artist_titles: Keyed,
}

impl Shelf {
    pub fn new(mut tracks: Vec<Candidate>, mapping: Mapping) -> Self {
        // Names may have a backslash here. Elsewhere it parts them, so there it is one on both sides.
        tracks.iter_mut().filter(|track| track.path.contains('\\')).for_each(|track| track.path = track.path.replace('\\', "/"));
        let numbered = || (0..).zip(&tracks);
        let by = |key: fn(&Candidate) -> String| Keyed::new(numbered().map(|(n, track)| (key(track), n)));
        Self {
            ids: numbered().map(|(n, track)| (track.id, n)).collect(),
            paths: by(|track| fold(&track.path)),
            below: Keyed::new(numbered().filter_map(|(n, track)| Some((fold(below(&track.path, &mapping.media)?), n)))),
            endings: by(|track| ending(&fold(&track.path), 2).to_owned()),
            names: by(|track| ending(&fold(&track.path), 1).to_owned()),
            album_titles: by(|track| pair(&track.title, track.album.as_deref().unwrap_or_default())),
            artist_titles: Keyed::new(
                numbered().flat_map(|(n, track)| ways::artists_of(track).into_iter().map(move |artist| (pair(&track.title, &artist), n))),
            ),
            tracks,
            mapping,
        }
    }

    pub fn track(&self, at: u32) -> &Candidate {
        &self.tracks[at as usize]
    }

    pub fn len(&self) -> usize {
        self.tracks.len()
    }

    pub fn is_empty(&self) -> bool {
        self.tracks.is_empty()
    }

    /// What a way finds. `common` is the foreign library's own folder, folded.
    pub(super) fn find(&self, track: &ForeignTrack, way: Way, common: &[String]) -> Vec<u32> {
        let found = match way {
            Way::Id => track.id.and_then(|id| self.ids.get(&id).copied()).into_iter().collect(),
            Way::Path => self.at_path(track),
            Way::Moved => self.below(track, common),
            Way::Ending => self.ending(track),
            Way::Album => self.album(track),
            Way::Song => self.song(track),
        };
        self.present_first(found)
    }

    /// Those whose file is there, when there are any.
    fn present_first(&self, found: Vec<u32>) -> Vec<u32> {
        let present: Vec<u32> = found.iter().copied().filter(|n| self.track(*n).present).collect();
        if present.is_empty() { found } else { present }
    }

    fn at_path(&self, track: &ForeignTrack) -> Vec<u32> {
        let Some(place) = &track.place else { return Vec::new() };
        let path = self.moved(place);
        let folded = fold(&path);
        let found: Vec<u32> = self.paths.of(&folded).filter(|n| fold(&self.track(*n).path) == folded).collect();
        ways::exact(self, &path, found)
    }

    /// Where a place is said to be now.
    fn moved(&self, place: &Place) -> String {
        let folded = |place: &Place| place.parts().map(fold).collect::<Vec<_>>();
        for (old, new) in &self.mapping.moved {
            let (parts, start) = (folded(place), folded(old));
            if parts.starts_with(&start) {
                let rest: Vec<&str> = place.parts().skip(start.len()).collect();
                return format!("{}/{}", new.as_str(), rest.join("/"));
            }
        }
        place.as_str().to_owned()
    }

    fn below(&self, track: &ForeignTrack, common: &[String]) -> Vec<u32> {
        let Some(place) = &track.place else { return Vec::new() };
        let parts: Vec<String> = place.parts().map(fold).collect();
        if common.is_empty() || !parts.starts_with(common) || parts.len() == common.len() {
            return Vec::new();
        }
        let rest = parts[common.len()..].join("/");
        // A name alone says little: then the length must be the same.
        let is_name = parts.len() == common.len() + 1;
        let is_it = |n: &u32| {
            let candidate = self.track(*n);
            let path = below(&candidate.path, &self.mapping.media).map(fold);
            path.as_deref() == Some(&rest) && (!is_name || ways::same_length(track, candidate))
        };
        let found = self.below.of(&rest).filter(is_it).collect();
        ways::exact(self, place.as_str(), found)
    }

    fn ending(&self, track: &ForeignTrack) -> Vec<u32> {
        let Some(place) = &track.place else { return Vec::new() };
        let path = fold(place.as_str());
        let two = self.endings.of(ending(&path, 2)).filter(|n| ways::agrees(track, self.track(*n)));
        let longest = ways::longest_ending(self, &path, two, 2);
        if !longest.is_empty() {
            return ways::exact(self, place.as_str(), longest);
        }
        let one = self.names.of(ending(&path, 1)).filter(|n| ways::same_length(track, self.track(*n)));
        ways::longest_ending(self, &path, one, 1)
    }

    fn album(&self, track: &ForeignTrack) -> Vec<u32> {
        let (Some(title), Some(album)) = (&track.title, &track.album) else { return Vec::new() };
        let is_it = |n: &u32| ways::is_album_track(track, self.track(*n));
        self.album_titles.of(&pair(title, album)).filter(is_it).collect()
    }

    fn song(&self, track: &ForeignTrack) -> Vec<u32> {
        let (Some(title), Some(artist)) = (&track.title, &track.artist) else { return Vec::new() };
        let is_it = |n: &u32| ways::is_song(track, self.track(*n));
        self.artist_titles.of(&pair(title, artist)).filter(is_it).collect()
    }
}

fn pair(title: &str, other: &str) -> String {
    format!("{}\0{}", fold(title), fold(other))
}

/// The path below the innermost media folder that it is in.
fn below<'a>(path: &'a str, media: &[PathBuf]) -> Option<&'a str> {
    let rest = |folder: &PathBuf| path.strip_prefix(folder.to_string_lossy().trim_end_matches('/'))?.strip_prefix('/');
    media.iter().filter_map(rest).min_by_key(|rest| rest.len())
}

/// The last `parts` parts of a path.
pub(super) fn ending(path: &str, parts: usize) -> &str {
    path.rmatch_indices('/').nth(parts - 1).map_or(path, |(at, _)| &path[at + 1..])
}

/// The folder that all places are below, in folded parts.
pub(super) fn common_folder<'a>(places: impl Iterator<Item = &'a Place>) -> Vec<String> {
    let mut common: Option<Vec<String>> = None;
    for place in places {
        let mut folder: Vec<String> = place.parts().map(fold).collect();
        folder.pop();
        common = Some(match common {
            None => folder,
            Some(common) => common.into_iter().zip(folder).take_while(|(a, b)| a == b).map(|(a, _)| a).collect(),
        });
    }
    common.unwrap_or_default()
}
