//! A report in words.

use std::fmt::{self, Display, Formatter};

use super::{FileReport, ListOutcome, NotMatched, PlaylistReport, Report};
use crate::host::import::matching::Way;
use crate::host::import::model::Oddity;
use crate::types::showable;

/// Tracks and playlists that are named for people; the JSON has all.
const TOLD: usize = 20;

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            file.fmt(f)?;
        }
        if self.stopped {
            writeln!(f, "It was stopped: what is told above is kept, and nothing else. Import again to go on; nothing comes twice.")?;
        }
        if self.dry_run {
            writeln!(f, "Nothing was changed: this was only tried.")?;
        }
        Ok(())
    }
}

impl Display for FileReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", shown(&self.file))?;
        if let Some(error) = &self.error {
            return writeln!(f, "  not imported: {error}");
        }
        let found: usize = self.matched.values().sum();
        writeln!(f, "  {found} of {} tracks found", self.tracks)?;
        for (way, count) in &self.matched {
            writeln!(f, "    {count} {}", words(*way))?;
        }
        writeln!(f, "  {} with stars, {} loved, {} with counts of plays or skips", self.stars, self.loved, self.counted)?;
        self.tell_not_matched(f)?;
        self.tell_playlists(f)?;
        self.tell_counts(f)
    }
}

impl FileReport {
    fn tell_not_matched(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.not_matched.is_empty() {
            return Ok(());
        }
        writeln!(f, "  not found ({}):", self.not_matched.len())?;
        for track in self.not_matched.iter().take(TOLD) {
            writeln!(f, "    {track}")?;
        }
        more(f, self.not_matched.len())
    }

    fn tell_playlists(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.playlists.is_empty() {
            return Ok(());
        }
        let count = |outcome| self.playlists.iter().filter(|list| list.outcome == outcome).count();
        writeln!(
            f,
            "  {} playlists: {} made, {} updated, {} as they were, {} left out, {} refused",
            self.playlists.len(),
            count(ListOutcome::Made),
            count(ListOutcome::Updated),
            count(ListOutcome::Unchanged),
            count(ListOutcome::LeftOut),
            count(ListOutcome::Refused)
        )?;
        let told: Vec<_> = self.playlists.iter().filter(|list| list.is_odd()).collect();
        for list in told.iter().take(TOLD) {
            writeln!(f, "    {list}")?;
        }
        more(f, told.len())
    }

    /// One line with the count of each kind of loss.
    fn tell_counts(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let tracks = |is_it: fn(&NotMatched) -> bool| self.not_matched.iter().filter(|track| is_it(track)).count();
        let lists = |is_it: fn(&PlaylistReport) -> bool| self.playlists.iter().filter(|list| is_it(list)).count();
        let oddities = || self.playlists.iter().flat_map(|list| &list.oddities);
        let unknown = oddities().map(|oddity| if let Oddity::UnknownTracks { count } = oddity { *count } else { 0 }).sum();
        let kinds = [
            (tracks(|track| !track.ambiguous && track.address.is_none()), "track not found", "tracks not found"),
            (tracks(|track| track.ambiguous), "track that could be several", "tracks that could be several"),
            (tracks(|track| !track.ambiguous && track.address.is_some()), "address of the net", "addresses of the net"),
            (unknown, "item that names no track", "items that name no track"),
            (lists(|list| list.outcome == ListOutcome::Refused), "playlist refused", "playlists refused"),
            (lists(|list| list.outcome == ListOutcome::NotSent), "playlist not sent", "playlists not sent"),
            (lists(|list| list.outcome == ListOutcome::LeftOut), "playlist left out", "playlists left out"),
            (lists(PlaylistReport::is_frozen), "smart playlist kept as a plain list", "smart playlists kept as plain lists"),
            (oddities().filter(|oddity| oddity.is_of_place()).count(), "playlist not in its folder", "playlists not in their folder"),
        ];
        let told: Vec<String> = kinds
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        if told.is_empty() { Ok(()) } else { writeln!(f, "  not as it was: {}", told.join(", ")) }
    }
}

impl PlaylistReport {
    fn is_frozen(&self) -> bool {
        self.reason.is_some() && !matches!(self.outcome, ListOutcome::Refused | ListOutcome::LeftOut | ListOutcome::NotSent)
    }
}

impl Display for NotMatched {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = [&self.artist, &self.title].into_iter().flatten().map(|text| shown(text)).collect::<Vec<_>>().join(" - ");
        let why = if self.ambiguous { " (several could be meant)" } else { "" };
        let place = match (&self.path, &self.address) {
            (Some(path), _) => Some(shown(path)),
            (None, Some(address)) => Some(format!("an address of the net, left out: {}", shown(address))),
            (None, None) => None,
        };
        match (place, name.is_empty()) {
            (Some(place), true) => write!(f, "{place}{why}"),
            (Some(place), false) => write!(f, "{name}{why}: {place}"),
            (None, true) => write!(f, "a track without name or place{why}"),
            (None, false) => write!(f, "{name}{why}"),
        }
    }
}

impl Display for PlaylistReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} tracks", shown(&self.name), self.tracks)?;
        if self.missing > 0 {
            write!(f, ", {} not found", self.missing)?;
        }
        for oddity in &self.oddities {
            match oddity {
                Oddity::UnknownTracks { count: 1 } => write!(f, "; 1 item names no track of the file")?,
                Oddity::UnknownTracks { count } => write!(f, "; {count} items name no track of the file")?,
                Oddity::UnknownFolder => write!(f, "; the folder it was in is not in the file: it is at the top")?,
                Oddity::FolderInItself => write!(f, "; it was within itself: it is at the top")?,
            }
        }
        let why = match self.outcome {
            ListOutcome::Refused => "refused",
            ListOutcome::NotSent => "not sent, and its rules are not understood",
            ListOutcome::LeftOut => "left out, its rules are not understood and nothing of it is told",
            _ => "kept as a plain list, its rules are not understood",
        };
        match &self.reason {
            Some(reason) => write!(f, "; {why}: {}", shown(reason)),
            None => Ok(()),
        }
    }
}

fn more(f: &mut Formatter<'_>, count: usize) -> fmt::Result {
    if count > TOLD { writeln!(f, "    and {} more (--report FILE has all of them)", count - TOLD) } else { Ok(()) }
}

/// What a file says must not steer the terminal.
fn shown(text: &str) -> String {
    showable::line(text).unwrap_or_default()
}

fn words(way: Way) -> &'static str {
    match way {
        Way::Id => "by their ids",
        Way::Path => "where their files are",
        Way::Moved => "by their paths below another folder",
        Way::Ending => "by the ends of their paths",
        Way::Album => "by artist, album, title and length",
        Way::Song => "by artist, title and length",
    }
}
