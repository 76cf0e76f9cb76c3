//! Songs that are there more than once: with the same sound, or by name and length.

use std::collections::BTreeMap;

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::super::fold::fold;

/// Two files of one song differ by so much at most.
pub(in super::super) const SLACK_MS: i64 = 2_000;

/// Stands for who plays what, regardless of case and accents: the column `song`. A track of nobody is no song by name.
pub(in super::super) fn song(artists: &[String], title: &str) -> Option<i64> {
    let (artist, title) = (fold(&artists.join("; ")), fold(title));
    if artist.is_empty() || title.is_empty() {
        return None;
    }
    let digest: [u8; 32] = Sha256::new_with_prefix(artist).chain_update([0]).chain_update(title).finalize().into();
    Some(i64::from_be_bytes(*digest.first_chunk().expect("32 bytes hold 8")))
}

/// Brings the column `duplicate` up to date.
pub(in super::super) fn mark_duplicates(index: &Connection) -> rusqlite::Result<()> {
    let found = known(index, "state = 'present'")?.several();
    let mut marked = index.prepare_cached("SELECT n FROM track WHERE duplicate ORDER BY n")?;
    let marked: Vec<i64> = marked.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut mark = index.prepare_cached("UPDATE track SET duplicate = ? WHERE n = ?")?;
    for (from, not_in, value) in [(&marked, &found, 0), (&found, &marked, 1)] {
        for n in from.iter().filter(|n| not_in.binary_search(n).is_err()) {
            mark.execute([value, *n])?;
        }
    }
    Ok(())
}

/// What is the same among the tracks that are marked: each with the lowest number of its group, both ascending.
pub(in super::super) fn duplicate_groups(index: &Connection) -> rusqlite::Result<BTreeMap<i64, i64>> {
    Ok(grouped(known(index, "duplicate AND state = 'present'")?.same()))
}

/// Tracks by what makes them the same: by half a fingerprint, and by song and length, with the tracks' numbers.
#[derive(Default)]
pub(in super::super) struct Twins {
    sounds: Vec<(i64, i64)>,
    songs: Vec<(i64, i64, i64)>,
}

impl Twins {
    pub(in super::super) fn add(&mut self, n: i64, fingerprint: Option<[u8; 16]>, song: Option<i64>, duration_ms: i64) {
        if let Some(fingerprint) = fingerprint {
            // Half of it: a million tracks take 16 MB here.
            self.sounds.push((i64::from_be_bytes(*fingerprint.first_chunk().expect("16 bytes hold 8")), n));
        }
        if let Some(song) = song {
            self.songs.push((song, duration_ms, n));
        }
    }

    /// The numbers of those that share a sound, or a song and about a length, in ascending order.
    pub(in super::super) fn several(self) -> Vec<i64> {
        let mut found: Vec<i64> = self.same().into_iter().flatten().collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Two and two that are the same; what is the same as a third is so by way of it.
    fn same(mut self) -> Vec<[i64; 2]> {
        self.sounds.sort_unstable();
        self.songs.sort_unstable();
        let exact = self.sounds.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| [pair[0].1, pair[1].1]);
        let is_probable = |pair: &&[(i64, i64, i64)]| pair[0].0 == pair[1].0 && pair[1].1 - pair[0].1 <= SLACK_MS;
        let probable = self.songs.windows(2).filter(is_probable).map(|pair| [pair[0].2, pair[1].2]);
        exact.chain(probable).collect()
    }
}

fn known(index: &Connection, which: &str) -> rusqlite::Result<Twins> {
    let mut twins = Twins::default();
    let mut statement = index.prepare_cached(&format!("SELECT n, fingerprint, song, duration_ms FROM track WHERE {which}"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        twins.add(row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    }
    Ok(twins)
}

fn grouped(pairs: Vec<[i64; 2]>) -> BTreeMap<i64, i64> {
    let mut above: BTreeMap<i64, i64> = BTreeMap::new();
    for pair in pairs {
        let [one, other] = pair.map(|n| top(&mut above, n));
        above.insert(one.max(other), one.min(other));
    }
    let all: Vec<i64> = above.keys().copied().collect();
    all.into_iter().map(|n| (n, top(&mut above, n))).collect()
}

/// The lowest number that `n` is known to be the same as. The way there is made shorter for who comes next.
fn top(above: &mut BTreeMap<i64, i64>, n: i64) -> i64 {
    let mut at = n;
    loop {
        let next = *above.entry(at).or_insert(at);
        if next == at {
            return at;
        }
        let after = *above.entry(next).or_insert(next);
        above.insert(at, after);
        at = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn songs_are_the_same_regardless_of_how_they_are_written() {
        let by = |artist: &str, title: &str| song(&[artist.to_owned()], title);
        assert_eq!(by("Björk", "Jóga"), by("BJORK", "joga "));
        assert_ne!(by("Björk", "Jóga"), by("Björ", "kJóga"));
        assert_eq!(by("", "Intro"), None);
        assert_eq!(song(&[], "Intro"), None);
    }

    #[test]
    fn equal_sound_or_a_song_of_about_the_same_length_is_there_twice() {
        let sounds = vec![(1, 10), (2, 11), (1, 12)];
        assert_eq!(Twins { sounds, songs: Vec::new() }.several(), [10, 12]);
        let songs = vec![(5, 60_000, 1), (5, 62_000, 2), (5, 64_001, 3), (6, 60_000, 4)];
        assert_eq!(Twins { sounds: vec![(9, 2), (9, 4)], songs }.several(), [1, 2, 4]);
    }
    #[test]
    fn what_is_the_same_as_a_third_is_of_one_group_whatever_is_told_first() {
        let pairs = [[8, 9], [3, 7], [1, 2], [2, 3], [9, 8]];
        for turn in 0..pairs.len() {
            let mut pairs = pairs.to_vec();
            pairs.rotate_left(turn);
            let found: Vec<_> = grouped(pairs).into_iter().collect();
            assert_eq!(found, [(1, 1), (2, 1), (3, 1), (7, 1), (8, 8), (9, 8)]);
        }
    }
}
