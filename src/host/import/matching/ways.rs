//! What must agree for two tracks to be one.

use unicode_normalization::UnicodeNormalization;

use super::LENGTH_MS;
use super::shelf::Shelf;
use crate::host::import::model::ForeignTrack;
use crate::host::library::{Candidate, fold};

/// Of several whose names differ by case or accents alone, the one that is written the same, if there is one.
pub(super) fn exact(shelf: &Shelf, path: &str, found: Vec<u32>) -> Vec<u32> {
    if found.len() < 2 {
        return found;
    }
    let name: String = name_of(path).nfc().collect();
    let written: Vec<u32> = found.iter().copied().filter(|n| name_of(&shelf.track(*n).path).nfc().eq(name.chars())).collect();
    if written.is_empty() { found } else { written }
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Those whose paths end in the most parts that `path` (folded) ends in, `least` or more.
pub(super) fn longest_ending(shelf: &Shelf, path: &str, found: impl Iterator<Item = u32>, least: usize) -> Vec<u32> {
    let mut longest = least;
    let mut best = Vec::new();
    for n in found {
        let other = fold(&shelf.track(n).path);
        let same = other.rsplit('/').zip(path.rsplit('/')).take_while(|(a, b)| a == b).count();
        if same > longest {
            longest = same;
            best.clear();
        }
        if same == longest {
            best.push(n);
        }
    }
    best
}

pub(super) fn same_length(track: &ForeignTrack, candidate: &Candidate) -> bool {
    track.duration_ms.is_some_and(|ms| ms.abs_diff(candidate.duration_ms) <= LENGTH_MS)
}

/// Whether nothing speaks against it: the length or the title is the same, or neither is told.
pub(super) fn agrees(track: &ForeignTrack, candidate: &Candidate) -> bool {
    let title = track.title.as_ref().map(|title| fold(title) == fold(&candidate.title));
    match (track.duration_ms, title) {
        (None, None) | (_, Some(true)) => true,
        (None, Some(false)) => false,
        (Some(_), _) => same_length(track, candidate),
    }
}

/// All names that a track can be listed under.
pub(super) fn artists_of(candidate: &Candidate) -> Vec<String> {
    let whole = [&candidate.artist, &candidate.album_artist].into_iter().flatten();
    let mut names: Vec<String> = whole.clone().map(|names| fold(names)).collect();
    names.extend(whole.flat_map(|names| names.split("; ")).map(fold));
    names.sort_unstable();
    names.dedup();
    names
}

/// Of the same title and album: also of an artist in common, of the same number, and as long, as far as both are told.
pub(super) fn is_album_track(track: &ForeignTrack, candidate: &Candidate) -> bool {
    let of_album =
        same_text(track.title.as_deref(), Some(&candidate.title)) && same_text(track.album.as_deref(), candidate.album.as_deref());
    let number = |a: Option<u32>, b: Option<u32>| a.zip(b).is_none_or(|(a, b)| a == 0 || b == 0 || a == b);
    let artists = artists_of(candidate);
    let names = [&track.artist, &track.album_artist];
    let artist = artists.is_empty()
        || names.iter().all(|name| name.is_none())
        || names.into_iter().flatten().any(|name| artists.contains(&fold(name)));
    let length = track.duration_ms.is_none() || same_length(track, candidate);
    of_album && artist && length && number(track.track_no, candidate.track_no) && number(track.disc_no, candidate.disc_no)
}

/// Of the same title and artist: as long; where no length is told, of no other album.
pub(super) fn is_song(track: &ForeignTrack, candidate: &Candidate) -> bool {
    let title = same_text(track.title.as_deref(), Some(&candidate.title));
    let artist = track.artist.as_ref().is_some_and(|artist| artists_of(candidate).contains(&fold(artist)));
    let rest = match track.duration_ms {
        Some(_) => same_length(track, candidate),
        None => track.album.is_none() || candidate.album.is_none(),
    };
    title && artist && rest
}

fn same_text(a: Option<&str>, b: Option<&str>) -> bool {
    a.zip(b).is_some_and(|(a, b)| fold(a) == fold(b))
}
