//! Whose an album is when no tag says so: its tracks' artist when they agree, else various artists'.
//!
//! Decided after a scan, over all tracks of the albums that it wrote, and only for these: a track by itself does not know its neighbours.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

/// Whose an album of many is.
pub(super) const VARIOUS: &str = "Various Artists";

/// How a guest is named after who made a song, in lower case.
const GUESTS: [&str; 10] = [" feat.", " feat ", " ft.", " ft ", " featuring ", " (feat", " [feat", " (ft", " [ft", " (with "];

/// `lead(name)` in SQL: a name without its guests; NULL stays NULL.
pub(super) fn teach(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection
        .create_scalar_function("lead_name", 1, flags, |context| Ok(context.get_raw(0).as_str_or_null()?.map(|name| lead(name).to_owned())))
}

/// Settles the albums that were written since the last time.
pub(super) fn settle(index: &Connection) -> rusqlite::Result<()> {
    let is_any: bool = index.query_row("SELECT EXISTS (SELECT 1 FROM album WHERE told = 0)", [], |row| row.get(0))?;
    if !is_any {
        return Ok(());
    }
    // The first artist of each track; `max` of the names that are one gives the same whatever the order of rows.
    index.execute(
        "UPDATE album SET artist = decided.artist FROM (
             SELECT track.album AS album, CASE
                 WHEN count(DISTINCT fold(artist.name)) = 1 THEN max(artist.name)
                 WHEN count(DISTINCT fold(lead_name(artist.name))) = 1 THEN max(lead_name(artist.name))
                 ELSE ? END AS artist
             FROM track
             JOIN credit ON credit.track = track.n AND credit.role = 0 AND credit.place = 0
             JOIN artist ON artist.n = credit.artist
             WHERE track.album IN (SELECT n FROM album WHERE told = 0)
             GROUP BY track.album
         ) AS decided WHERE decided.album = album.n",
        [VARIOUS],
    )?;
    index.execute("UPDATE album SET told = 2 WHERE told = 0", [])?;
    Ok(())
}

fn lead(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    let end = GUESTS.iter().filter_map(|guest| lower.find(guest)).filter(|end| *end > 0).min();
    name[..end.unwrap_or(name.len())].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_are_not_who_made_it() {
        for (name, expected) in [
            ("Ada feat. Bob", "Ada"),
            ("Ada Ft. Bob", "Ada"),
            ("Ada (feat. Bob)", "Ada"),
            ("Ada & Bob", "Ada & Bob"),
            ("feat. Bob", "feat. Bob"),
            ("İ feat. Bob", "İ"),
            ("Leftfield", "Leftfield"),
        ] {
            assert_eq!(lead(name), expected);
        }
    }
}
