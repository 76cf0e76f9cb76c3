//! Playlists on their way to the server, which takes them in pieces of bounded length.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::course::Course;
use super::matching::{Outcome, Shelf};
use super::model::{Content, ForeignPlaylist, Imported};
use super::report::{ListOutcome, PlaylistReport};
use crate::host::pairing::{ApiError, Pairing, Server};
use crate::protocol::Rules;
use crate::types::TrackId;

/// The server takes 1 MiB, 1,000 playlists and 5,000 items at once; some room is left for what is around them.
const BYTES_MAX: usize = 900 * 1024;
const PLAYLISTS_MAX: usize = 1_000;
const ITEMS_MAX: usize = 5_000;

/// What to do with a playlist that was imported before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    Keep,
    /// Append what was never in it.
    #[default]
    Add,
    Replace,
}

#[derive(Debug, Serialize)]
struct Request<'a> {
    existing: Existing,
    playlists: Vec<Piece<'a>>,
}

#[derive(Debug, Serialize)]
struct Piece<'a> {
    origin: &'a str,
    kind: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_origin: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<&'a Rules>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    items: Vec<Item<'a>>,
    /// Items of the pieces before this one.
    #[serde(skip_serializing_if = "is_first_piece")]
    from: usize,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    more: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Item<'a> {
    track_id: TrackId,
    #[serde(skip_serializing_if = "is_first")]
    nth: u32,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    artist: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    album: Option<&'a str>,
    duration_ms: u64,
}

fn is_first(nth: &u32) -> bool {
    *nth == 0
}

fn is_first_piece(from: &usize) -> bool {
    *from == 0
}

impl Item<'_> {
    /// So many bytes of JSON, with what parts it from the next.
    fn bytes(&self) -> usize {
        1 + serde_json::to_string(self).map_or(0, |json| json.len())
    }
}

#[derive(Debug, Deserialize)]
struct Answer {
    playlists: Vec<Answered>,
}

#[derive(Debug, Deserialize)]
struct Answered {
    origin: String,
    outcome: ServerOutcome,
    #[serde(default)]
    detail: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ServerOutcome {
    Made,
    Updated,
    Unchanged,
    Refused,
}

/// The server, and whose host asks.
pub(super) struct Door<'a> {
    pub(super) server: &'a Server,
    pub(super) pairing: &'a Pairing,
}

/// What would be sent, and how it is reported when nothing is.
pub(super) fn reports(found: &Imported, outcomes: &[Outcome]) -> Vec<PlaylistReport> {
    found.playlists.iter().map(|list| report(list, outcomes)).collect()
}

fn report(list: &ForeignPlaylist, outcomes: &[Outcome]) -> PlaylistReport {
    let tracks = list.content.tracks();
    let here = tracks.iter().filter(|track| matches!(outcomes[**track as usize], Outcome::Matched { .. })).count();
    let (kind, missing, reason) = match &list.content {
        Content::Folder => ("folder", 0, None),
        Content::Tracks(_) => ("list", tracks.len() - here, None),
        // What it holds is found anew.
        Content::Smart { .. } => ("smart", 0, None),
        Content::Frozen { reason, .. } => ("list", tracks.len() - here, Some(reason.clone())),
    };
    let is_nothing = matches!(&list.content, Content::Frozen { tracks, .. } if tracks.is_empty());
    let outcome = if is_nothing { ListOutcome::LeftOut } else { ListOutcome::Tried };
    PlaylistReport { name: list.name.clone(), kind, outcome, tracks: here, missing, reason, oddities: list.oddities.clone() }
}

/// Sends the playlists, and writes into `reports` what came of each. When it is to stop, those that were begun are sent to their ends.
pub(super) fn send(
    door: &Door<'_>,
    (existing, course): (Existing, &Course),
    found: &Imported,
    (outcomes, shelf): (&[Outcome], &Shelf),
    reports: &mut [PlaylistReport],
) -> Result<(), ApiError> {
    let mut batch = Batch { door, existing, pieces: Vec::new(), items: 0, bytes: 0, answered: HashMap::new() };
    let own = if found.playlists.iter().any(|list| list.origin.starts_with(OWN)) { own_ids(door)? } else { HashSet::new() };
    let is_here = |list: &ForeignPlaylist| list.origin.strip_prefix(OWN).is_some_and(|id| own.contains(id));
    for (list, report) in found.playlists.iter().zip(&*reports) {
        if course.is_stopped() {
            break;
        }
        course.done(1);
        if report.outcome == ListOutcome::Tried && !is_here(list) {
            let parent = list.parent.map(|at| found.playlists[at].origin.as_str());
            batch.add(list, parent, &items(list, outcomes, shelf))?;
        }
    }
    batch.flush()?;
    let answered = batch.answered;
    for (list, report) in found.playlists.iter().zip(reports) {
        if is_here(list) {
            report.outcome = ListOutcome::Unchanged;
        } else if let Some((outcome, detail)) = answered.get(&list.origin) {
            report.outcome = *outcome;
            report.reason = detail.clone().filter(|_| *outcome == ListOutcome::Refused).or(report.reason.take());
        } else if report.outcome == ListOutcome::Tried {
            report.outcome = if course.is_stopped() { ListOutcome::NotSent } else { ListOutcome::Refused };
        }
    }
    Ok(())
}

/// How an export names the playlists that were made here, before their ids.
pub(crate) const OWN: &str = "iroam:";

/// Ids of the playlists that the server has, deleted ones too: they are not made anew by an export of themselves.
fn own_ids(door: &Door<'_>) -> Result<HashSet<String>, ApiError> {
    Ok(super::fetching::playlists(door)?.into_iter().map(|list| list.id).collect())
}

fn items<'a>(list: &ForeignPlaylist, outcomes: &[Outcome], shelf: &'a Shelf) -> Vec<Item<'a>> {
    if matches!(list.content, Content::Smart { .. }) {
        return Vec::new();
    }
    let mut times: HashMap<u32, u32> = HashMap::new();
    let mut items = Vec::new();
    for track in list.content.tracks() {
        let Outcome::Matched { track, .. } = outcomes[*track as usize] else { continue };
        let nth = times.entry(track).or_default();
        let known = shelf.track(track);
        items.push(Item {
            track_id: known.id,
            nth: *nth,
            title: &known.title,
            artist: known.artist.as_deref(),
            album: known.album.as_deref(),
            duration_ms: known.duration_ms,
        });
        *nth += 1;
    }
    items
}

struct Batch<'a> {
    door: &'a Door<'a>,
    existing: Existing,
    pieces: Vec<Piece<'a>>,
    items: usize,
    bytes: usize,
    answered: HashMap<String, (ListOutcome, Option<String>)>,
}

impl<'a> Batch<'a> {
    fn add(&mut self, list: &'a ForeignPlaylist, parent: Option<&'a str>, items: &[Item<'a>]) -> Result<(), ApiError> {
        let (kind, rules) = match &list.content {
            Content::Folder => ("folder", None),
            Content::Smart { rules, .. } => ("smart", Some(rules)),
            Content::Tracks(_) | Content::Frozen { .. } => ("list", None),
        };
        // A character takes six bytes when it is escaped.
        let head = 1_000
            + 6 * (list.name.len() + list.origin.len())
            + rules.map_or(0, |rules| serde_json::to_string(rules).map_or(0, |json| json.len()));
        let mut rest = items;
        loop {
            if self.pieces.len() == PLAYLISTS_MAX
                || self.bytes + head + rest.first().map_or(0, Item::bytes) > BYTES_MAX
                || self.items == ITEMS_MAX
            {
                self.flush()?;
            }
            let mut bytes = self.bytes + head;
            let fits = rest.iter().take(ITEMS_MAX - self.items).take_while(|item| {
                bytes += item.bytes();
                bytes <= BYTES_MAX
            });
            let (now, later) = rest.split_at(fits.count());
            let from = items.len() - rest.len();
            self.bytes += head + now.iter().map(Item::bytes).sum::<usize>();
            self.items += now.len();
            let (origin, name, more) = (list.origin.as_str(), list.name.as_str(), !later.is_empty());
            self.pieces.push(Piece { origin, kind, name, parent_origin: parent, rules, items: now.to_vec(), from, more });
            rest = later;
            if rest.is_empty() {
                return Ok(());
            }
        }
    }

    fn flush(&mut self) -> Result<(), ApiError> {
        let playlists = std::mem::take(&mut self.pieces);
        (self.items, self.bytes) = (0, 0);
        if playlists.is_empty() {
            return Ok(());
        }
        let request = Request { existing: self.existing, playlists };
        let answer: Answer = self.door.server.put(self.door.pairing, "/api/v1/host/playlists/import", &request)?;
        for Answered { origin, outcome, detail } in answer.playlists {
            let outcome = match outcome {
                ServerOutcome::Made => ListOutcome::Made,
                ServerOutcome::Updated => ListOutcome::Updated,
                ServerOutcome::Unchanged => ListOutcome::Unchanged,
                ServerOutcome::Refused => ListOutcome::Refused,
            };
            let known = self.answered.entry(origin).or_insert((outcome, None));
            // Of several pieces the first says whether it is new, and any whether it is whole.
            if outcome == ListOutcome::Refused || known.0 == ListOutcome::Unchanged {
                *known = (outcome, detail);
            }
        }
        Ok(())
    }
}
