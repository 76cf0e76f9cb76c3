//! One import, from files to index and server.

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::{Context, bail};

use super::course::Course;
use super::matching::{Mapping, Outcome, Shelf, matched};
use super::model::{Format, Imported, Made};
use super::place::Place;
use super::report::{FileReport, Report};
use super::sending::{self, Door, Existing};
use super::{ImportError, read_from};
use crate::host::data_dir::{DataError, claim_made};
use crate::host::library::{Brought, Library};
use crate::host::pairing::{Pairing, Server};
use crate::types::{Clock, SystemClock, TrackId, UserId};

/// What `iroam host import` is told.
#[derive(Clone, Debug)]
pub struct ImportConfig {
    pub files: Vec<PathBuf>,
    /// The media folders.
    pub media: Vec<PathBuf>,
    /// The host's own folder. The host may run meanwhile.
    pub data: PathBuf,
    /// Folders of the other library, and where they are now.
    pub moved: Vec<(Place, Place)>,
    pub existing: Existing,
    /// Only say what would come of it.
    pub dry_run: bool,
}

/// The paired server, and whom this host belongs to.
struct Home {
    server: Server,
    pairing: Pairing,
    owner: UserId,
}

/// Why a file is not taken whose turn did not come, or did not end.
const STOPPED: &str = "it was stopped, and nothing of this file is kept";

/// Reads the files, finds their tracks in the index, and keeps what they say. What cannot be taken of one file is in the report, and the
/// others are taken all the same. Ctrl-C stops it between two things that are kept whole; the report says which were.
pub fn import(config: &ImportConfig) -> anyhow::Result<Report> {
    let home = if config.dry_run { None } else { Some(home(&config.data)?) };
    let library = open(&config.data)?;
    let course = Course::begin().context("cannot listen for signals")?;
    let mapping = Mapping { media: config.media.clone(), moved: config.moved.clone() };
    course.say("looking at the library");
    let shelf = Shelf::new(library.candidates()?, mapping);
    if shelf.is_empty() {
        bail!("the library is empty: let the host scan its folders first, or run `iroam host scan`");
    }
    let mut report = Report { dry_run: config.dry_run, ..Report::default() };
    for path in &config.files {
        let mut told = FileReport { file: path.display().to_string(), ..FileReport::default() };
        let found = course.reading(path).map_err(ImportError::Read).and_then(|input| read_from(input, path));
        match found {
            _ if course.is_stopped() => told.error = Some(STOPPED.to_owned()),
            Ok(found) => take(&found, &shelf, (&library, home.as_ref()), (config.existing, &course), &mut told)?,
            Err(ImportError::Read(error)) => told.error = Some(format!("it cannot be read: {error}")),
            Err(error) => told.error = Some(error.to_string()),
        }
        report.files.push(told);
    }
    report.stopped = course.is_stopped();
    course.end();
    Ok(report)
}

/// The index of a host that has one; a new one would only be empty. What is damaged or of an earlier version is mended before, unless a
/// host is running: it has its files open, and goes on writing to what is laid aside.
pub(super) fn open(data: &std::path::Path) -> anyhow::Result<Library> {
    if !data.join("library.db").exists() {
        bail!("there is no library in {}: say with --data where the host keeps its own, or run `iroam host scan`", data.display());
    }
    match claim_made(data) {
        Ok(_lock) => drop(Library::open(data)?),
        Err(DataError::InUse(_)) => {}
        Err(error) => return Err(error.into()),
    }
    // A host may be started meanwhile.
    Ok(Library::open_beside(data)?)
}

fn home(data: &std::path::Path) -> anyhow::Result<Home> {
    let pairing = Pairing::load_any(data)?
        .context("this host is not paired yet: start it with `iroam host`, add it to your account, and import then")?;
    let server = Server::new(&pairing.server)?;
    let owner = server.owner(&pairing)?;
    Ok(Home { server, pairing, owner })
}

fn take(
    found: &Imported,
    shelf: &Shelf,
    (library, home): (&Library, Option<&Home>),
    (existing, course): (Existing, &Course),
    told: &mut FileReport,
) -> anyhow::Result<()> {
    course.say(format!("finding {} tracks", found.tracks.len()));
    let outcomes = matched(&found.tracks, shelf);
    told.format = Some(found.format);
    told.count(&found.tracks, &outcomes);
    told.playlists = sending::reports(found, &outcomes);
    let Some(home) = home else { return Ok(()) };
    if course.is_stopped() {
        told.error = Some(STOPPED.to_owned());
        return Ok(());
    }
    course.say("keeping stars, counts and dates");
    let brought = brought(found, &outcomes, shelf);
    library.bring(home.owner, &brought, SystemClock.now())?;
    let door = Door { server: &home.server, pairing: &home.pairing };
    course.count("sending playlists", found.playlists.len());
    // Stars and counts are kept by now, and importing again is safe.
    sending::send(&door, (existing, course), found, (&outcomes, shelf), &mut told.playlists)
        .context("the playlists were not all sent: import again")
}

/// What is kept of each track; what several foreign ones say of one is put together.
fn brought(found: &Imported, outcomes: &[Outcome], shelf: &Shelf) -> Vec<Brought> {
    let mut made: HashMap<u32, Made> = HashMap::new();
    for (track, outcome) in found.tracks.iter().zip(outcomes) {
        if let Outcome::Matched { track: known, .. } = outcome
            && !track.made.is_empty()
        {
            let entry = made.entry(*known).or_default();
            *entry = entry.and(track.made);
        }
    }
    // Whoever knows our ids has our counts.
    let is_own = found.format == Format::Iroam || found.tracks.iter().any(|track| track.id.is_some());
    let mut brought: Vec<Brought> = made.into_iter().map(|(track, made)| of(made, shelf.track(track).id, is_own)).collect();
    brought.sort_unstable_by_key(|one| one.track);
    brought
}

fn of(made: Made, track: TrackId, is_own: bool) -> Brought {
    Brought {
        track,
        plays: made.plays,
        skips: made.skips,
        last_played_ms: made.last_played.map(|at| at.0),
        last_skipped_ms: made.last_skipped.map(|at| at.0),
        rating: made.rating,
        loved: made.loved == Some(true),
        added_ms: made.added.map(|at| at.0),
        is_own,
    }
}
