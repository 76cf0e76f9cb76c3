//! Makes a catalogue from the index: one pass over each of its tables.

use std::sync::OnceLock;

use rusqlite::{Connection, Row};

use super::super::Totals;
use super::super::sight::Sight;
use super::albums::Albums;
use super::key::push_sort_key;
use super::names::{Names, Texts, Written};
use super::order::Orders;
use super::search::Search;
use super::values::{Filling, NONE, Values};
use super::view::{Folders, Seen};
use super::{Catalogue, NO_YEAR, flag};

/// Bytes of a title's key, for most.
const TITLE_BYTES: usize = 20;

/// Which value the row of a number is; numbers are dense.
struct ByNumber(Vec<u32>);

impl ByNumber {
    fn new(numbers: &[u32], values: impl Fn(usize) -> u32) -> Self {
        let mut by_number = vec![NONE; numbers.last().map_or(0, |last| *last as usize + 1)];
        numbers.iter().enumerate().for_each(|(at, number)| by_number[*number as usize] = values(at));
        Self(by_number)
    }

    fn get(&self, number: u32) -> u32 {
        self.0.get(number as usize).copied().unwrap_or(NONE)
    }
}

impl Catalogue {
    /// Reads all within one transaction, so that it is of one version of the index. `sights`: of askers who do not see everything.
    pub(in crate::host::library) fn build(index: &Connection, sights: &[Sight]) -> rusqlite::Result<Self> {
        let index = index.unchecked_transaction()?;
        let (people, person) = names(&index, "SELECT n, name, sort FROM artist ORDER BY n")?;
        let (genre_names, genre) = names(&index, "SELECT n, name, NULL FROM genre ORDER BY n")?;
        let (albums, album) = albums(&index)?;
        let mut catalogue = Self::empty(people, genre_names, albums);
        let folders = Folders::read(&index, sights)?;
        catalogue.read_tracks(&index, &album, &folders)?;
        catalogue.read_twins(&index, &folders)?;
        catalogue.sum();
        catalogue.read_genres(&index, &genre)?;
        catalogue.read_credits(&index, &person)?;
        Ok(catalogue)
    }

    fn empty(people: Names, genre_names: Names, albums: Albums) -> Self {
        Self {
            n: Vec::new(),
            flags: Vec::new(),
            album: Vec::new(),
            artists: Values::default(),
            album_artists: Values::default(),
            composers: Values::default(),
            genres: Values::default(),
            title: Vec::new(),
            place: Vec::new(),
            year: Vec::new(),
            duration_ms: Vec::new(),
            added_ms: Vec::new(),
            bpm: Vec::new(),
            kbps: Vec::new(),
            size: Vec::new(),
            rating: Vec::new(),
            people,
            genre_names,
            albums,
            orders: Orders::default(),
            search: Search::default(),
            ready: OnceLock::new(),
            seen: Vec::new(),
        }
    }

    fn read_tracks(&mut self, index: &Connection, album: &ByNumber, folders: &Folders) -> rusqlite::Result<()> {
        let count: u32 = index.query_row("SELECT count(*) FROM track", [], |row| row.get(0))?;
        let count = count as usize;
        self.reserve(count);
        self.seen = folders.each(count, self.albums.len());
        let mut titles = Texts::with_capacity(count, count * TITLE_BYTES);
        let mut statement = index.prepare(
            "SELECT n, kind, state, ifnull(sort_title, title) AS title, album, disc_no, track_no, year, duration_ms, added_at_ms, bpm, kbps, size,
             rating, art, duplicate, folder FROM track ORDER BY n",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            self.read_track(row, album, folders)?;
            let title = row.get_ref("title")?.as_str()?;
            titles.push_with(|bytes| push_sort_key(title, bytes));
        }
        self.title = titles.ranks();
        Ok(())
    }

    fn read_twins(&mut self, index: &Connection, folders: &Folders) -> rusqlite::Result<()> {
        for (sight, twins) in (1..).zip(folders.twins(index)?) {
            self.seen[sight].duplicates = self.positions(&twins);
        }
        Ok(())
    }

    /// Over the tracks that are there, for each kind of asker.
    fn sum(&mut self) {
        let mut seen = std::mem::take(&mut self.seen);
        seen.iter_mut().for_each(|seen| seen.totals = self.totals(seen));
        self.seen = seen;
    }

    fn totals(&self, seen: &Seen) -> Totals {
        let mut totals = Totals::default();
        let is_there = |position: &usize| self.flags[*position] & flag::PRESENT != 0 && seen.sees(*position);
        for position in (0..self.n.len()).filter(is_there) {
            let is_video = self.flags[position] & flag::VIDEO != 0;
            totals.videos += u64::from(is_video);
            totals.tracks += u64::from(!is_video);
            totals.duration_ms += u64::from(self.duration_ms[position]);
            totals.bytes = totals.bytes.saturating_add(self.size[position]);
        }
        totals
    }

    fn reserve(&mut self, tracks: usize) {
        self.n.reserve_exact(tracks);
        self.flags.reserve_exact(tracks);
        self.album.reserve_exact(tracks);
        self.place.reserve_exact(tracks);
        self.year.reserve_exact(tracks);
        self.duration_ms.reserve_exact(tracks);
        self.added_ms.reserve_exact(tracks);
        self.bpm.reserve_exact(tracks);
        self.kbps.reserve_exact(tracks);
        self.size.reserve_exact(tracks);
        self.rating.reserve_exact(tracks);
    }

    fn read_track(&mut self, row: &Row<'_>, by_number: &ByNumber, folders: &Folders) -> rusqlite::Result<()> {
        let year: Option<i64> = row.get("year")?;
        let year = year.map_or(NO_YEAR, |year| year.clamp((NO_YEAR + 1).into(), i16::MAX.into()) as i16);
        let added_ms = row.get::<_, i64>("added_at_ms")?.max(0) as u64;
        let position = self.n.len();
        let album = row.get::<_, Option<u32>>("album")?.map_or(NONE, |album| by_number.get(album));
        self.n.push(row.get("n")?);
        self.flags.push(flags(row)?);
        self.album.push(album);
        self.place.push(place(row.get("disc_no")?, row.get("track_no")?));
        self.year.push(year);
        self.duration_ms.push(within(row.get("duration_ms")?));
        self.added_ms.push(added_ms);
        self.bpm.push(row.get::<_, Option<i64>>("bpm")?.unwrap_or(0).clamp(0, u16::MAX.into()) as u16);
        self.kbps.push(within(row.get::<_, Option<i64>>("kbps")?.unwrap_or(0)));
        self.size.push(row.get::<_, i64>("size")?.max(0) as u64);
        self.rating.push(row.get::<_, Option<i64>>("rating")?.unwrap_or(0).clamp(0, 100) as u8);
        if row.get("duplicate")? {
            self.seen[0].duplicates.insert(position);
        }
        folders.note(&mut self.seen, row.get("folder")?, position);
        if album != NONE {
            let (art, added_s) = (row.get::<_, Option<u32>>("art")?.unwrap_or(0), within((added_ms / 1000).cast_signed()));
            let is_there = self.flags[position] & flag::PRESENT != 0;
            for seen in self.seen.iter_mut().filter(|seen| seen.sees(position)) {
                seen.albums.learn(album, is_there, (year, added_s, art));
            }
        }
        Ok(())
    }

    fn read_genres(&mut self, index: &Connection, genre: &ByNumber) -> rusqlite::Result<()> {
        let filling = [Filling::new(self.n.len(), self.genre_names.len())];
        let sql = "SELECT track, 0, genre FROM track_genre ORDER BY track, place";
        let [genres] = self.fill(index, sql, filling, genre)?;
        self.genres = genres.done(&self.genre_names);
        Ok(())
    }

    fn read_credits(&mut self, index: &Connection, person: &ByNumber) -> rusqlite::Result<()> {
        let filling = std::array::from_fn(|_| Filling::new(self.n.len(), self.people.len()));
        let sql = "SELECT track, role, artist FROM credit ORDER BY track, role, place";
        let [artists, mut album_artists, composers] = self.fill(index, sql, filling, person)?;
        // An album of nobody is whose its songs are.
        album_artists.fall_back(&artists);
        self.artists = artists.done(&self.people);
        self.album_artists = album_artists.done(&self.people);
        self.composers = composers.done(&self.people);
        Ok(())
    }

    /// Fills columns from rows of a track, which of the columns, and a value's number, in the order of tracks and columns.
    fn fill<const COLUMNS: usize>(
        &self,
        index: &Connection,
        sql: &str,
        mut columns: [Filling; COLUMNS],
        by_number: &ByNumber,
    ) -> rusqlite::Result<[Filling; COLUMNS]> {
        let mut statement = index.prepare(sql)?;
        let mut rows = statement.query([])?;
        let (mut at, mut last, mut members) = (0, (0, 0), Vec::new());
        let mut set = |(track, column): (u32, u8), members: &mut Vec<u32>| {
            at += self.n[at..].iter().take_while(|n| **n < track).count();
            if self.n.get(at) == Some(&track) && usize::from(column) < COLUMNS {
                columns[usize::from(column)].set(at, members);
            }
            members.clear();
        };
        while let Some(row) = rows.next()? {
            let (track, column, value) = (row.get(0)?, row.get::<_, u8>(1)?, by_number.get(row.get(2)?));
            if (track, column) != last {
                set(last, &mut members);
                last = (track, column);
            }
            if value != NONE {
                members.push(value);
            }
        }
        set(last, &mut members);
        Ok(columns)
    }
}

fn names(index: &Connection, sql: &str) -> rusqlite::Result<(Names, ByNumber)> {
    let mut statement = index.prepare(sql)?;
    let mut rows = statement.query([])?;
    let (mut numbers, mut written) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        numbers.push(row.get(0)?);
        written.push(Written { name: row.get(1)?, sort: row.get(2)? });
    }
    let (names, of) = Names::new(written);
    Ok((names, ByNumber::new(&numbers, |at| of[at])))
}

fn albums(index: &Connection) -> rusqlite::Result<(Albums, ByNumber)> {
    let mut statement = index.prepare("SELECT n, id, title, artist, sort_title, sort_artist FROM album ORDER BY n")?;
    let mut rows = statement.query([])?;
    let mut albums = Albums::default();
    let (mut numbers, mut title_keys, mut artist_keys) = (Vec::new(), Texts::default(), Texts::default());
    while let Some(row) = rows.next()? {
        let (title, artist) = (row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_str_or_null()?);
        numbers.push(row.get(0)?);
        albums.ids.push(row.get(1)?);
        albums.titles.push(title.as_bytes());
        albums.artists.push(artist.unwrap_or_default().as_bytes());
        let (sort_title, sort_artist) = (row.get_ref(4)?.as_str_or_null()?, row.get_ref(5)?.as_str_or_null()?);
        title_keys.push_with(|bytes| push_sort_key(sort_title.unwrap_or(title), bytes));
        artist_keys.push_with(|bytes| push_sort_key(sort_artist.or(artist).unwrap_or_default(), bytes));
    }
    albums.rank(&title_keys, &artist_keys);
    Ok((albums, ByNumber::new(&numbers, |at| at as u32)))
}

fn flags(row: &Row<'_>) -> rusqlite::Result<u8> {
    let kind = if row.get_ref("kind")?.as_str()? == "video" { flag::VIDEO } else { 0 };
    Ok(kind
        | match row.get_ref("state")?.as_str()? {
            "present" => flag::PRESENT,
            "missing" => flag::MISSING,
            _ => 0,
        })
}

/// Disc, then number. A disc that is not named is the first, a track without a number is after all that have one.
fn place(disc: Option<i64>, track: Option<i64>) -> u32 {
    let disc = disc.unwrap_or(1).clamp(0, 0xffff) as u32;
    let track = track.map_or(0xffff, |track| track.clamp(0, 0xfffe) as u32);
    disc << 16 | track
}

/// As far as the column reaches.
fn within(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}
