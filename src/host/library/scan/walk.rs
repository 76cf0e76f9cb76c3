//! Which files below a folder are worth reading. Nothing is opened here.

use std::fs::{FileType, Metadata};
use std::path::Path;

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

/// Whether the name is that of a video; `None` when it is none of a media file.
pub(super) fn is_video(path: &Path) -> Option<bool> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let among = |names: &[&str]| names.contains(&extension.as_str());
    if among(&VIDEO) { Some(true) } else { among(&AUDIO).then_some(false) }
}

pub(super) fn is_unsupported(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| UNSUPPORTED.contains(&extension.as_str()))
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
