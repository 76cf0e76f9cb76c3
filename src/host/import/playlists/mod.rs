//! Playlists as files: M3U, PLS and XSPF.

pub(super) mod m3u;
pub(super) mod pls;
pub(super) mod xspf;

use sha2::{Digest, Sha256};

use super::error::ImportError;
use super::model::{Content, ForeignPlaylist, ForeignTrack, Format, Imported, TRACKS_MAX};
use crate::types::showable;

/// Where a playlist's file is, and what it is called.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file's folder, where relative paths begin.
    pub folder: Option<&'a std::path::Path>,
    /// Its name without the ending.
    pub name: &'a str,
}

/// Titles that are written as one text: `Artist - Title`.
fn titled(track: &mut ForeignTrack, text: &str) {
    let (artist, title) = match text.split_once(" - ") {
        Some((artist, title)) => (showable::line(artist), title),
        None => (None, text),
    };
    track.title = showable::line(title);
    track.artist = artist.or(track.artist.take());
}

/// A list of one playlist, with all its tracks in order.
fn list(format: Format, source: Source<'_>, title: Option<String>, tracks: Vec<ForeignTrack>) -> Result<Imported, ImportError> {
    if tracks.len() > TRACKS_MAX {
        return Err(ImportError::TooMuch("more tracks than can be"));
    }
    let name = title.or_else(|| showable::line(source.name)).unwrap_or_else(|| "Untitled".to_owned());
    let content = Content::Tracks((0..tracks.len() as u32).collect());
    let playlist = ForeignPlaylist { origin: origin(source), name, parent: None, content, oddities: Vec::new() };
    Ok(Imported { format, tracks, playlists: vec![playlist] })
}

/// The same for the same file: imported again, it is the same playlist with what is in it now.
fn origin(source: Source<'_>) -> String {
    let mut digest = Sha256::new();
    digest.update(source.folder.map(|folder| folder.as_os_str().as_encoded_bytes()).unwrap_or_default());
    digest.update([0]);
    digest.update(source.name);
    let digest: [u8; 32] = digest.finalize().into();
    let short: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("file:{short}")
}
