//! Asking a library as players do.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use iroam::host::library::Library;
use iroam::protocol::rules::Rules;
use iroam::protocol::{Browse, Facet, FacetOrder, FacetPage, FacetValue, Facets, MediaKind, Only, Selection, SortKey};
use iroam::types::UserId;

use super::made::{Dice, genre, word};
use super::memory::mib;
use crate::{Result, row};

pub const LISTENER: UserId = UserId(uuid::Uuid::from_u128(1));
const SORTS: [SortKey; 14] = [
    SortKey::Title,
    SortKey::Artist,
    SortKey::Album,
    SortKey::Composer,
    SortKey::Genre,
    SortKey::Year,
    SortKey::Duration,
    SortKey::Added,
    SortKey::Bpm,
    SortKey::Kbps,
    SortKey::Size,
    SortKey::Plays,
    SortKey::LastPlayed,
    SortKey::Rating,
];
/// What is typed, letter by letter: single words, several, one that is spelt wrong.
const TYPED: usize = 60;

/// Smart playlists as people make them; `N` is another number each time, so that none is remembered.
const PLAYLISTS: [&str; 8] = [
    r#"{"match":"all","rules":[],"limit":{"count":N,"unit":"items","by":"most_played"}}"#,
    r#"{"match":"all","rules":[],"limit":{"count":N,"unit":"items","by":"random"}}"#,
    r#"{"match":"all","rules":[],"limit":{"count":N,"unit":"items","by":"most_recently_added"}}"#,
    r#"{"match":"all","rules":[],"limit":{"count":N,"unit":"items","by":"highest_rating"}}"#,
    r#"{"match":"all","rules":[],"limit":{"count":N,"unit":"minutes","by":"random"}}"#,
    r#"{"match":"all","rules":[{"field":"added","op":"greater","value":1740000000NNN}]}"#,
    r#"{"match":"all","rules":[{"field":"rating","op":"greater","value":60},{"field":"duration","op":"greater","value":60NNN}]}"#,
    r#"{"match":"all","rules":[{"field":"plays","op":"is","value":0},{"field":"year","op":"greater","value":1980}],"limit":{"count":N,"unit":"items","by":"random"}}"#,
];

struct Asker {
    library: Library,
    tracks: u32,
    dice: Dice,
}

pub fn measure(data: &Path, tracks: u32) -> Result<()> {
    let library = Library::open(data)?;
    // A household that sees nearly all of it, and a guest who sees little.
    let [household, guest] = [1, 9].map(|least| library.seen_by(Arc::new(move |path: &Path| path.as_os_str().len() % 10 >= least)));
    let began = Instant::now();
    library.refresh()?;
    row(tracks, "catalogue made, at start", began.elapsed().as_secs_f64(), "s", None, "then ready to answer");
    row(tracks, "memory of the process, catalogue made", mib("VmRSS"), "MiB", None, "");
    library.prepare()?;
    row(tracks, "all orders and search made ready", began.elapsed().as_secs_f64(), "s", None, "in the background");
    let mut asker = Asker { library, tracks, dice: Dice(7) };
    asker.pages("")?;
    asker.columns()?;
    asker.searches()?;
    asker.playlists()?;
    for (library, whose) in [(household, " of the household"), (guest, " of a guest")] {
        let whole = std::mem::replace(&mut asker.library, library);
        asker.pages(whose)?;
        asker.library = whole;
    }
    row(tracks, "memory of the process, all asked for", mib("VmRSS"), "MiB", None, "");
    asker.change(data)?;
    let target = if tracks >= 1_000_000 { 300.0 } else { 60.0 };
    row(tracks, "memory of the process, after a change", mib("VmRSS"), "MiB", Some(target), "");
    row(tracks, "memory of the process, at most", mib("VmHWM"), "MiB", Some(target), "two catalogues for a moment");
    Ok(())
}

impl Asker {
    /// Any page of any sort of any selection.
    fn pages(&mut self, whose: &str) -> Result<()> {
        let (mut cold, mut warm) = (Vec::new(), Vec::new());
        for _ in 0..300 {
            let (sort, selection) = (SORTS[self.dice.roll(14) as usize], self.selection()?);
            let mut browse =
                Browse { selection, sort, descending: self.dice.roll(2) == 0, files: false, together: false, offset: 0, limit: 50 };
            let began = Instant::now();
            let total = self.library.browse(LISTENER, &browse)?.total;
            cold.push(began.elapsed());
            for _ in 0..4 {
                browse.offset = self.dice.roll(total.max(1)) as u32;
                let began = Instant::now();
                self.library.browse(LISTENER, &browse)?;
                warm.push(began.elapsed());
            }
        }
        self.times(&format!("a page of 50 of a new sort and selection{whose}"), &mut cold, 10.0);
        self.times(&format!("a page of 50 at any offset, after that{whose}"), &mut warm, 10.0);
        Ok(())
    }

    fn columns(&mut self) -> Result<()> {
        let mut times = Vec::new();
        for _ in 0..300 {
            let of = [Facet::Genre, Facet::Artist, Facet::AlbumArtist, Facet::Album, Facet::Composer][self.dice.roll(5) as usize];
            let order = [FacetOrder::Name, FacetOrder::Title, FacetOrder::Year, FacetOrder::Added][self.dice.roll(4) as usize];
            let facets = Facets { of, selection: self.selection()?, order, offset: 0, limit: 200 };
            let began = Instant::now();
            self.library.facets(LISTENER, &facets)?;
            times.push(began.elapsed());
        }
        self.times("a list of the column browser", &mut times, 30.0);
        Ok(())
    }

    /// As the column browser and the search make them.
    fn selection(&mut self) -> Result<Selection> {
        let mut selection = Selection::default();
        match self.dice.roll(8) {
            0 => {}
            1 => selection.kind = Some(MediaKind::Audio),
            2 => selection.genres = vec![genre(self.dice.zipf(400))],
            3 => selection.artists = self.names(Facet::Artist)?.into_iter().map(|value| value.name).collect(),
            4 => selection.albums = self.names(Facet::Album)?.into_iter().filter_map(|value| value.album).collect(),
            5 => selection.only = Some(Only::Duplicates),
            6 => {
                selection.kind = Some(MediaKind::Audio);
                selection.genres = (0..3).map(|_| genre(self.dice.zipf(400))).collect();
            }
            _ => selection.search = Some(word(self.dice.zipf(60_000))),
        }
        Ok(selection)
    }

    /// A few values of a column, wherever.
    fn names(&mut self, of: Facet) -> Result<Vec<FacetValue>> {
        let offset = self.dice.roll(u64::from(self.tracks) / 40) as u32;
        let facets = Facets { of, selection: Selection::default(), order: FacetOrder::Name, offset, limit: 3 };
        let page = FacetPage { values: self.library.facets(LISTENER, &facets)?.values };
        Ok(page.values)
    }

    /// Each letter asks for the first page and, as the player does, the genres.
    fn searches(&mut self) -> Result<()> {
        let mut times = Vec::new();
        for at in 0..TYPED {
            let mut text = word(self.dice.zipf(20_000));
            if at % 3 == 0 {
                text = format!("{text} {}", word(self.dice.zipf(20_000)));
            }
            if at % 10 == 9 {
                text = text.replacen(['a', 'e'], "x", 1);
            }
            for end in 1..=text.len() {
                let selection = Selection { search: Some(text[..end].to_owned()), ..Selection::default() };
                let browse =
                    Browse { selection, sort: SortKey::Artist, descending: false, files: false, together: false, offset: 0, limit: 50 };
                let began = Instant::now();
                self.library.browse(LISTENER, &browse)?;
                times.push(began.elapsed());
            }
        }
        self.times("a search as it is typed, a letter", &mut times, 30.0);
        Ok(())
    }

    /// The first page of smart playlists over the whole library.
    fn playlists(&mut self) -> Result<()> {
        let mut times = Vec::new();
        for at in 0..80 {
            let text = PLAYLISTS[at % PLAYLISTS.len()].replace("NNN", &format!("{:03}", 100 + at)).replace('N', &format!("{}", 25 + at));
            let rules: Rules = serde_json::from_str(&text)?;
            let selection = Selection { rules: Some(rules), ..Selection::default() };
            let browse = Browse { selection, sort: SortKey::Album, descending: false, files: false, together: false, offset: 0, limit: 50 };
            let began = Instant::now();
            self.library.browse(LISTENER, &browse)?;
            times.push(began.elapsed());
        }
        self.times("a smart playlist", &mut times, 100.0);
        Ok(())
    }

    /// A commit of somebody else, and the next catalogue.
    fn change(&self, data: &Path) -> Result<()> {
        let index = rusqlite::Connection::open(data.join("library.db"))?;
        index.execute("UPDATE track SET year = 1999 WHERE n = 1", [])?;
        let began = Instant::now();
        self.library.refresh()?;
        self.library.prepare()?;
        row(self.tracks, "catalogue made after a change", began.elapsed().as_secs_f64(), "s", None, "in the background, a tenth of a core");
        Ok(())
    }

    fn times(&self, what: &str, times: &mut [Duration], target: f64) {
        times.sort_unstable();
        let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
        row(
            self.tracks,
            &format!("{what}, p95"),
            at(95),
            "ms",
            Some(target),
            &format!("p50 {:.2}, p99 {:.1}, most {:.1} ms", at(50), at(99), at(100)),
        );
    }
}
