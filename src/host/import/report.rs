//! What came of an import, for people and as JSON.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use super::matching::{Outcome, Way};
use super::model::{ForeignTrack, Format};
use crate::types::showable;

/// Tracks and playlists that are named for people; the JSON has all.
const TOLD: usize = 20;

/// Of all files of one command.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub dry_run: bool,
    pub files: Vec<FileReport>,
}

#[derive(Debug, Default, Serialize)]
pub struct FileReport {
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Why nothing of it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    pub tracks: usize,
    /// How many were found in which way.
    pub matched: BTreeMap<Way, usize>,
    pub stars: usize,
    pub loved: usize,
    /// Tracks with a count of plays or skips.
    pub counted: usize,
    pub not_matched: Vec<NotMatched>,
    pub playlists: Vec<PlaylistReport>,
}

#[derive(Debug, Serialize)]
pub struct NotMatched {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Several tracks here could be meant; otherwise none.
    pub ambiguous: bool,
}

#[derive(Debug, Serialize)]
pub struct PlaylistReport {
    pub name: String,
    pub kind: &'static str,
    pub outcome: ListOutcome,
    /// Tracks of it that are in the library, and that are not.
    pub tracks: usize,
    pub missing: usize,
    /// Why its rules were not kept, or it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListOutcome {
    /// Nothing was sent: only tried.
    Tried,
    Made,
    Updated,
    Unchanged,
    /// There was nothing to keep.
    LeftOut,
    Refused,
}

impl Report {
    /// Whether everything arrived as it was.
    pub fn is_whole(&self) -> bool {
        let list = |list: &PlaylistReport| list.reason.is_none() && list.missing == 0 && list.outcome != ListOutcome::Refused;
        self.files.iter().all(|file| file.error.is_none() && file.not_matched.is_empty() && file.playlists.iter().all(list))
    }

    /// Whether no file could be taken.
    pub fn is_failure(&self) -> bool {
        !self.files.is_empty() && self.files.iter().all(|file| file.error.is_some())
    }
}

impl FileReport {
    /// Counts how tracks were found, and names those that were not.
    pub(super) fn count(&mut self, tracks: &[ForeignTrack], outcomes: &[Outcome]) {
        self.tracks = tracks.len();
        for (track, outcome) in tracks.iter().zip(outcomes) {
            match outcome {
                Outcome::Matched { way, .. } => {
                    *self.matched.entry(*way).or_default() += 1;
                    self.stars += usize::from(track.made.rating.is_some());
                    self.loved += usize::from(track.made.loved == Some(true));
                    self.counted += usize::from(track.made.plays > 0 || track.made.skips > 0);
                }
                Outcome::Ambiguous | Outcome::Missing => self.not_matched.push(NotMatched {
                    artist: track.artist.clone(),
                    title: track.title.clone(),
                    path: track.place.as_ref().map(|place| place.as_str().to_owned()),
                    ambiguous: *outcome == Outcome::Ambiguous,
                }),
            }
        }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            file.fmt(f)?;
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
        self.tell_playlists(f)
    }
}

impl FileReport {
    fn tell_not_matched(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.not_matched.is_empty() {
            return Ok(());
        }
        writeln!(f, "  not found ({}):", self.not_matched.len())?;
        for track in self.not_matched.iter().take(TOLD) {
            let name = [&track.artist, &track.title].into_iter().flatten().map(|text| shown(text)).collect::<Vec<_>>().join(" - ");
            let why = if track.ambiguous { " (several could be meant)" } else { "" };
            match (&track.path, name.is_empty()) {
                (Some(path), true) => writeln!(f, "    {}{why}", shown(path))?,
                (Some(path), false) => writeln!(f, "    {name}{why}: {}", shown(path))?,
                (None, _) => writeln!(f, "    {name}{why}")?,
            }
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
        let told: Vec<_> = self.playlists.iter().filter(|list| list.reason.is_some() || list.missing > 0).collect();
        for list in told.iter().take(TOLD) {
            write!(f, "    {}: {} tracks", shown(&list.name), list.tracks)?;
            if list.missing > 0 {
                write!(f, ", {} not found", list.missing)?;
            }
            match &list.reason {
                Some(reason) if list.outcome == ListOutcome::Refused => writeln!(f, "; refused: {}", shown(reason))?,
                Some(reason) => writeln!(f, "; kept as a plain list, its rules are not understood: {}", shown(reason))?,
                None => writeln!(f)?,
            }
        }
        more(f, told.len())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        let track = NotMatched { artist: None, title: Some("\u{1b}[2Jx\n\u{202e}y".to_owned()), path: None, ambiguous: true };
        let file = FileReport { file: "a\u{7}.xml".to_owned(), not_matched: vec![track], ..FileReport::default() };
        let text = Report { dry_run: true, files: vec![file] }.to_string();
        assert!(text.contains("    [2Jx y (several could be meant)\n"), "{text}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n') && !text.contains('\u{202e}'));
    }
}
