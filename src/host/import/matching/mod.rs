//! Which track of the index each foreign one is: by its id, its path, or what its tags say. The surest way is tried for all of them first, and
//! what is taken is taken: two foreign tracks become one only when they are the same song.

mod keyed;
mod shelf;
mod ways;

use std::collections::HashMap;

use serde::Serialize;

use super::model::ForeignTrack;
use crate::host::library::fold;
pub use shelf::{Mapping, Shelf};

/// Lengths that differ by no more are the same, ms: programs round, and estimate.
const LENGTH_MS: u64 = 2_000;

/// How a track was found, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By its id, from an export of this library.
    Id,
    /// Its file is where it is said to be.
    Path,
    /// The same path below another folder.
    Moved,
    /// The ends of both paths are the same.
    Ending,
    /// By artist, album, title, number and length.
    Album,
    /// By artist, title and length.
    Song,
}

impl Way {
    const ALL: [Self; 6] = [Self::Id, Self::Path, Self::Moved, Self::Ending, Self::Album, Self::Song];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A place in the shelf.
    Matched {
        track: u32,
        way: Way,
    },
    /// Several could be meant.
    Ambiguous,
    Missing,
}

/// What one way says of one foreign track.
pub(super) enum Pick {
    None,
    One(u32),
    Many,
}

/// An outcome for each of `tracks`.
pub fn matched(tracks: &[ForeignTrack], shelf: &Shelf) -> Vec<Outcome> {
    let leaders = leaders(tracks);
    let mut round = Round {
        tracks,
        shelf,
        leaders: (0..tracks.len() as u32).filter(|at| leaders[*at as usize] == *at).collect(),
        outcomes: vec![Outcome::Missing; tracks.len()],
        claimed: HashMap::new(),
    };
    let common = shelf::common_folder(round.leaders.iter().filter_map(|at| tracks[*at as usize].place.as_ref()));
    for way in Way::ALL {
        round.try_all(way, &common);
    }
    leaders.iter().map(|leader| round.outcomes[*leader as usize]).collect()
}

/// For each track the first that is the same: of the same file, or without one, of the same words.
fn leaders(tracks: &[ForeignTrack]) -> Vec<u32> {
    let mut first: HashMap<String, u32> = HashMap::new();
    let known_by = |track: &ForeignTrack| match (&track.id, &track.place) {
        (Some(id), _) => Some(format!("i{id}")),
        (None, Some(place)) => Some(format!("p{}", fold(place.as_str()))),
        (None, None) => Some(format!("t{}", words(track)?)),
    };
    let leader = |(at, track)| known_by(track).map_or(at, |key| *first.entry(key).or_insert(at));
    (0..).zip(tracks).map(leader).collect()
}

/// Everything that tags say of a track, as one text; `None` without title and artist.
fn words(track: &ForeignTrack) -> Option<String> {
    let (title, artist) = (fold(track.title.as_ref()?), fold(track.artist.as_ref()?));
    let album = track.album.as_deref().map(fold).unwrap_or_default();
    Some(format!("{title}\0{artist}\0{album}\0{:?}\0{:?}", track.disc_no, track.track_no))
}

/// Whether two foreign tracks are one song, so that one track may stand for both.
fn same_song(a: &ForeignTrack, b: &ForeignTrack) -> bool {
    let lengths = a.duration_ms.zip(b.duration_ms).is_some_and(|(a, b)| a.abs_diff(b) <= LENGTH_MS);
    lengths && words(a).is_some_and(|words_of_a| Some(words_of_a) == words(b))
}

struct Round<'a> {
    tracks: &'a [ForeignTrack],
    shelf: &'a Shelf,
    leaders: Vec<u32>,
    outcomes: Vec<Outcome>,
    /// Which foreign track has taken a track of the shelf.
    claimed: HashMap<u32, u32>,
}

impl Round<'_> {
    fn try_all(&mut self, way: Way, common: &[String]) {
        let mut wanted: HashMap<u32, Vec<u32>> = HashMap::new();
        for at in self.leaders.clone() {
            if matches!(self.outcomes[at as usize], Outcome::Matched { .. }) {
                continue;
            }
            match self.pick(at, way, common) {
                Pick::None => {}
                Pick::One(track) => wanted.entry(track).or_default().push(at),
                Pick::Many => self.outcomes[at as usize] = Outcome::Ambiguous,
            }
        }
        for (track, by) in wanted {
            let first = self.claimed.get(&track).copied().unwrap_or(by[0]);
            let are_same = by.iter().all(|at| *at == first || same_song(&self.tracks[*at as usize], &self.tracks[first as usize]));
            for at in by {
                self.outcomes[at as usize] = if are_same { Outcome::Matched { track, way } } else { Outcome::Ambiguous };
            }
            if are_same {
                self.claimed.insert(track, first);
            }
        }
    }

    /// The one that this way finds among what is free, or else among what the same song has.
    fn pick(&self, at: u32, way: Way, common: &[String]) -> Pick {
        let track = &self.tracks[at as usize];
        let found = self.shelf.find(track, way, common);
        let free: Vec<u32> = found.iter().copied().filter(|track| !self.claimed.contains_key(track)).collect();
        let one = |of: &[u32]| match of {
            [] => Pick::None,
            [one] => Pick::One(*one),
            _ => Pick::Many,
        };
        if !free.is_empty() {
            return one(&free);
        }
        let is_same = |other: &u32| self.claimed.get(other).is_some_and(|by| same_song(&self.tracks[*by as usize], track));
        one(&found.into_iter().filter(is_same).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests;
