//! Which files below a folder are worth reading. Nothing is opened here.

use std::fs::{FileType, Metadata};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::super::row::Stamp;

/// Names with one of these at their end are looked at, in lower case.
const AUDIO: [&str; 28] = [
    "mp3", "flac", "ogg", "oga", "opus", "m4a", "m4b", "aac", "wav", "aiff", "aif", "aifc", "mp2", "mpc", "ape", "wv", "wma", "mka",
    "weba", "dsf", "dff", "tta", "ac3", "eac3", "dts", "spx", "au", "amr",
];
const VIDEO: [&str; 21] = [
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "ts", "m2ts", "mts", "vob", "wmv", "asf", "flv", "f4v", "ogv", "ogm", "3gp",
    "3g2", "divx",
];

/// Names of media that cannot be played yet: their owner is told so, rather than left to wonder.
const UNSUPPORTED: [&str; 8] = ["rm", "rmvb", "ra", "iso", "mxf", "shn", "caf", "w64"];

/// Deeper folders are not looked into: no library needs them, a loop of mounts would.
const DEPTH_MAX: usize = 64;

pub(super) enum Entry {
    File {
        path: PathBuf,
        stamp: Stamp,
    },
    Skip {
        path: PathBuf,
        reason: String,
    },
    /// A folder that cannot be read: what is known below it stays.
    Away {
        path: PathBuf,
        reason: String,
    },
}

/// Whether the name is that of a video; `None` when it is none of a media file.
pub(super) fn is_video(path: &Path) -> Option<bool> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let among = |names: &[&str]| names.contains(&extension.as_str());
    if among(&VIDEO) { Some(true) } else { among(&AUDIO).then_some(false) }
}

fn is_unsupported(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| UNSUPPORTED.contains(&extension.as_str()))
}

/// The entries below `folder`, a folder's files together, in the order of their names.
pub(super) fn entries(folder: &Path) -> impl Iterator<Item = Entry> {
    let real_folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    WalkDir::new(folder)
        .max_depth(DEPTH_MAX)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry))
        .filter_map(move |entry| match entry {
            Ok(entry) => look_at(&entry, &real_folder),
            Err(error) => Some(unreadable(&error)),
        })
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().first() == Some(&b'.')
}

fn look_at(entry: &DirEntry, real_folder: &Path) -> Option<Entry> {
    let path = entry.path();
    let kind = entry.file_type();
    if kind.is_dir() {
        return None;
    }
    if kind.is_symlink() {
        return leads_outside(path, real_folder).then(|| skip(path, "it is a link to outside of the media folder"));
    }
    if is_video(path).is_none() {
        return is_unsupported(path).then(|| skip(path, "this format is not supported yet"));
    }
    if !kind.is_file() {
        return Some(skip(path, format!("it is {}, not a file", special(kind))));
    }
    match entry.metadata() {
        Ok(metadata) if metadata.len() == 0 => Some(skip(path, "the file is empty")),
        Ok(metadata) => Some(Entry::File { path: path.to_owned(), stamp: stamp(&metadata) }),
        Err(error) => Some(skip(path, format!("it cannot be read: {}", cause(error.io_error())))),
    }
}

/// Links are never followed. One that stays inside leads to what is listed by itself; another one is worth a word.
fn leads_outside(link: &Path, real_folder: &Path) -> bool {
    !link.canonicalize().is_ok_and(|target| target.starts_with(real_folder))
}

pub(super) fn stamp(metadata: &Metadata) -> Stamp {
    Stamp::of_file(metadata)
}

pub(super) fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        kind if kind.is_fifo() => "a named pipe",
        kind if kind.is_socket() => "a socket",
        kind if kind.is_dir() => "a folder",
        _ => "a device",
    }
}

fn skip(path: &Path, reason: impl Into<String>) -> Entry {
    Entry::Skip { path: path.to_owned(), reason: reason.into() }
}

fn unreadable(error: &walkdir::Error) -> Entry {
    let path = error.path().unwrap_or_else(|| Path::new("")).to_owned();
    let reason = format!("it cannot be read: {}", cause(error.io_error()));
    Entry::Away { path, reason }
}

fn cause(error: Option<&std::io::Error>) -> String {
    error.map_or_else(|| "it does not end".to_owned(), |error| error.kind().to_string())
}
