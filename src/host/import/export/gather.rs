//! What there is to export.

use std::collections::HashMap;
use std::path::Path;

use crate::host::import::fetching::{self, Kept};
use crate::host::import::own::{Document, OwnPlaylist, OwnTrack, VERSION};
use crate::host::import::run::open;
use crate::host::import::sending::{Door, OWN};
use crate::host::library::{Brought, Candidate};
use crate::host::pairing::{Pairing, Server};
use crate::types::{TrackId, UnixMs};

pub(super) struct Gathered {
    pub(super) document: Document,
    pub(super) not_paired: bool,
}

pub(super) fn gather(data: &Path) -> anyhow::Result<Gathered> {
    let library = open(data)?;
    let candidates = library.candidates()?;
    let Some(pairing) = Pairing::load_any(data)? else {
        let tracks = candidates.into_iter().map(|track| own_track(track, None)).collect();
        return Ok(Gathered { document: Document { iroam_export: VERSION, tracks, playlists: Vec::new() }, not_paired: true });
    };
    let server = Server::new(&pairing.server)?;
    let owner = server.owner(&pairing)?;
    let mut made: HashMap<TrackId, Brought> = library.made_by(owner)?.into_iter().map(|one| (one.track, one)).collect();
    let places: HashMap<TrackId, u32> = (0..).zip(&candidates).map(|(at, track)| (track.id, at)).collect();
    let tracks = candidates.into_iter().map(|track| own_track_made(track, &mut made)).collect();
    let mut document = Document { iroam_export: VERSION, tracks, playlists: Vec::new() };
    add_playlists(&mut document, &Door { server: &server, pairing: &pairing }, &places)?;
    Ok(Gathered { document, not_paired: false })
}

fn own_track_made(track: Candidate, made: &mut HashMap<TrackId, Brought>) -> OwnTrack {
    let made = made.remove(&track.id);
    own_track(track, made)
}

fn own_track(track: Candidate, made: Option<Brought>) -> OwnTrack {
    let at = |ms: Option<i64>| ms.map(UnixMs);
    let own = OwnTrack {
        id: Some(track.id),
        path: Some(track.path),
        title: Some(track.title),
        artist: track.artist,
        album_artist: track.album_artist,
        album: track.album,
        track_no: track.track_no,
        disc_no: track.disc_no,
        duration_ms: Some(track.duration_ms),
        added_ms: Some(UnixMs(track.added_ms)),
        ..OwnTrack::default()
    };
    let Some(made) = made else { return own };
    OwnTrack {
        rating: made.rating.filter(|rating| *rating > 0),
        loved: made.loved.then_some(true),
        plays: made.plays,
        skips: made.skips,
        last_played_ms: at(made.last_played_ms),
        last_skipped_ms: at(made.last_skipped_ms),
        added_ms: at(made.added_ms).or(own.added_ms),
        ..own
    }
}

/// The owner's playlists, parents before children, without what is in the trash.
fn add_playlists(document: &mut Document, door: &Door<'_>, places: &HashMap<TrackId, u32>) -> anyhow::Result<()> {
    let mut pending: Vec<Kept> =
        fetching::playlists(door)?.into_iter().filter(|list| list.deleted_at.as_ref().is_none_or(|at| at.is_null())).collect();
    let mut placed: HashMap<String, usize> = HashMap::new();
    loop {
        let before = pending.len();
        let mut later = Vec::new();
        for list in pending {
            let parent = match &list.parent {
                None => None,
                Some(parent) => match placed.get(parent) {
                    Some(at) => Some(*at),
                    None => {
                        later.push(list);
                        continue;
                    }
                },
            };
            placed.insert(list.id.clone(), document.playlists.len());
            let own = own_playlist(document, door, places, list, parent)?;
            document.playlists.push(own);
        }
        // What is left hangs on something that was deleted.
        if later.is_empty() || later.len() == before {
            return Ok(());
        }
        pending = later;
    }
}

fn own_playlist(
    document: &mut Document,
    door: &Door<'_>,
    places: &HashMap<TrackId, u32>,
    list: Kept,
    parent: Option<usize>,
) -> anyhow::Result<OwnPlaylist> {
    let mut tracks = Vec::new();
    let items = if list.kind == "list" { fetching::items(door, &list)? } else { Vec::new() };
    for item in items {
        let here = places.get(&item.track_id).filter(|_| item.host_id == door.pairing.host_id).copied();
        tracks.push(here.unwrap_or_else(|| {
            // Of another host, or purged here: what it is called is all that is known.
            document.tracks.push(OwnTrack {
                title: Some(item.title),
                artist: item.artist,
                album: item.album,
                duration_ms: item.duration_ms,
                ..OwnTrack::default()
            });
            document.tracks.len() as u32 - 1
        }));
    }
    let origin = list.origin.unwrap_or_else(|| format!("{OWN}{}", list.id));
    Ok(OwnPlaylist { origin, name: list.name, parent, folder: list.kind == "folder", rules: list.rules, tracks })
}
