//! The playlists of iTunes in their folders.

use std::collections::{HashMap, HashSet};

use super::criteria::{NotUnderstood, rules};
use super::playlist::Raw;
use crate::host::import::model::{Content, ForeignPlaylist, Oddity};

/// The playlists that people made, in the file's order with parents before children. One whose folder is not there, or is below itself,
/// is at the top. `numbers` are the places of tracks by their numbers.
pub(super) fn tree(raw: Vec<Raw>, numbers: &HashMap<i64, u32>) -> Vec<ForeignPlaylist> {
    let raw: Vec<Raw> = raw.into_iter().filter(Raw::is_peoples).collect();
    let mut folders = HashMap::new();
    for (at, one) in raw.iter().enumerate().filter(|(_, one)| one.folder) {
        folders.entry(one.id.as_str()).or_insert(at);
    }
    let mut above: Vec<Option<usize>> = raw.iter().map(|one| folders.get(one.parent.as_deref()?).copied()).collect();
    let lost: Vec<bool> = raw.iter().zip(&above).map(|(one, above)| one.parent.is_some() && above.is_none()).collect();
    let looped = cut_loops(&mut above);
    let order = parents_first(&above);
    let mut raw: Vec<Option<Raw>> = raw.into_iter().map(Some).collect();
    let mut places = vec![0; raw.len()];
    let mut playlists = Vec::with_capacity(raw.len());
    for at in order {
        let one = raw[at].take().expect("each comes once in the order");
        let mut list = one.into_playlist(above[at].map(|above| places[above]), numbers);
        let odd = [(lost[at], Oddity::UnknownFolder), (looped.contains(&at), Oddity::FolderInItself)];
        list.oddities.splice(0..0, odd.into_iter().filter(|(is_odd, _)| *is_odd).map(|(_, oddity)| oddity));
        places[at] = playlists.len();
        playlists.push(list);
    }
    playlists
}

/// Puts one of each ring of folders at the top; which ones.
fn cut_loops(above: &mut [Option<usize>]) -> HashSet<usize> {
    // By which walk upwards each was seen first, so that nothing is walked over twice.
    let mut seen_by = vec![None; above.len()];
    let mut cut = HashSet::new();
    for start in 0..above.len() {
        let mut next = Some(start);
        while let Some(at) = next {
            if seen_by[at] == Some(start) {
                above[at] = None;
                cut.insert(at);
            }
            if seen_by[at].is_some() {
                break;
            }
            seen_by[at] = Some(start);
            next = above[at];
        }
    }
    cut
}

/// Each after what is above it, and before what comes after it there.
fn parents_first(above: &[Option<usize>]) -> Vec<usize> {
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); above.len()];
    let mut open = Vec::new();
    for (at, above) in above.iter().enumerate().rev() {
        match above {
            Some(above) => below[*above].push(at),
            None => open.push(at),
        }
    }
    let mut order = Vec::with_capacity(above.len());
    while let Some(at) = open.pop() {
        order.push(at);
        open.append(&mut below[at]);
    }
    order
}

impl Raw {
    fn into_playlist(self, parent: Option<usize>, numbers: &HashMap<i64, u32>) -> ForeignPlaylist {
        let tracks: Vec<u32> = self.entries.iter().filter_map(|number| numbers.get(number).copied()).collect();
        let unknown = self.entries.len() - tracks.len();
        let content = match (self.folder, &self.criteria) {
            (true, _) => Content::Folder,
            (false, None) => Content::Tracks(tracks),
            (false, Some(criteria)) => match rules(self.info.as_deref().unwrap_or_default(), criteria) {
                Ok(rules) => Content::Smart { rules, tracks },
                Err(NotUnderstood(reason)) => Content::Frozen { tracks, reason },
            },
        };
        // What is in a folder is in its playlists, and what is in a smart one is found anew.
        let is_list = matches!(content, Content::Tracks(_) | Content::Frozen { .. });
        let oddities = if is_list && unknown > 0 { vec![Oddity::UnknownTracks { count: unknown }] } else { Vec::new() };
        let name = if self.name.is_empty() { "Untitled".to_owned() } else { self.name };
        ForeignPlaylist { origin: format!("itunes:{}", self.id), name, parent, content, oddities }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_any_depth_is_walked_once() {
        const DEPTH: usize = 100_000;
        let folder = |id: usize, parent: usize| Raw {
            name: id.to_string(),
            id: id.to_string(),
            parent: Some(parent.to_string()),
            folder: true,
            ..Raw::default()
        };
        // Children first: nothing but the last can be placed at once. Then the same as a ring.
        for top in [DEPTH, 0] {
            let chain = (0..DEPTH).map(|id| folder(id, if id + 1 == DEPTH { top } else { id + 1 })).collect();
            let found = tree(chain, &HashMap::new());
            assert_eq!(found.len(), DEPTH);
            assert!(found.iter().enumerate().all(|(at, list)| list.parent == at.checked_sub(1)));
        }
    }

    #[test]
    fn what_hangs_on_a_ring_stays_below_it() {
        let one = |id: &str, parent: &str, folder| Raw {
            id: id.to_owned(),
            parent: (!parent.is_empty()).then(|| parent.to_owned()),
            folder,
            ..Raw::default()
        };
        let found = tree(vec![one("x", "a", false), one("a", "b", true), one("b", "a", true), one("c", "c", true)], &HashMap::new());
        let short: Vec<_> = found.iter().map(|list| (list.origin.as_str(), list.parent, !list.oddities.is_empty())).collect();
        assert_eq!(short, [("itunes:a", None, true), ("itunes:x", Some(0), false), ("itunes:b", Some(0), false), ("itunes:c", None, true)]);
        assert!(found.iter().all(|list| list.name == "Untitled"));
    }
}
