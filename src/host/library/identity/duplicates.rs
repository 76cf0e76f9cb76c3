//! Songs that are there more than once: with the same sound, or by name and length.

use std::collections::HashMap;

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::super::fold::fold;

/// Two files of one song differ by so much at most.
const SLACK_MS: i64 = 2_000;

/// Stands for who plays what, regardless of case and accents: the column `song`. A track of nobody is no song by name.
pub(in super::super) fn song(artists: &[String], title: &str) -> Option<i64> {
    let (artist, title) = (fold(&artists.join("; ")), fold(title));
    if artist.is_empty() || title.is_empty() {
        return None;
    }
    let digest: [u8; 32] = Sha256::new_with_prefix(artist).chain_update([0]).chain_update(title).finalize().into();
    Some(i64::from_be_bytes(*digest.first_chunk().expect("32 bytes hold 8")))
}

/// The numbers of all tracks that are there and there again, in ascending order. Exact ones share `fingerprint`; probable ones share
/// `song` and are about equally long.
pub(in super::super) fn duplicates(index: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut found = Vec::new();
    let mut statement = index.prepare_cached("SELECT n, fingerprint FROM track WHERE state = 'present' AND fingerprint NOT NULL")?;
    let mut rows = statement.query([])?;
    let mut first: HashMap<[u8; 16], (i64, bool)> = HashMap::new();
    while let Some(row) = rows.next()? {
        let (n, fingerprint): (i64, [u8; 16]) = (row.get(0)?, row.get(1)?);
        match first.get_mut(&fingerprint) {
            None => drop(first.insert(fingerprint, (n, false))),
            Some((other, is_told)) => {
                if !std::mem::replace(is_told, true) {
                    found.push(*other);
                }
                found.push(n);
            }
        }
    }
    drop(first);
    found.extend(by_name(index)?);
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn by_name(index: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut statement = index.prepare_cached("SELECT song, duration_ms, n FROM track WHERE state = 'present' AND song NOT NULL")?;
    let songs: rusqlite::Result<Vec<(i64, i64, i64)>> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect();
    let mut songs = songs?;
    songs.sort_unstable();
    let pairs = songs.windows(2).filter(|pair| pair[0].0 == pair[1].0 && pair[1].1 - pair[0].1 <= SLACK_MS);
    Ok(pairs.flat_map(|pair| [pair[0].2, pair[1].2]).collect())
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
}
