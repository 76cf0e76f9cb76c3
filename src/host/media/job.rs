//! What parent and worker say to each other over the worker's stdin and stdout.
//!
//! A job is `frame(Job JSON)`; its answer is `frame(Answer JSON)` and then the bytes that the answer announces.
//! One job at a time: the answer comes before the next job is sent.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::error::MediaError;
use crate::protocol::{Rendition, Timeline};

/// Longest job frame, bytes: a path and little else.
pub const JOB_BYTES_MAX: usize = 64 * 1024;
/// Longest answer frame, bytes: the timeline of a long film.
pub const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// Longest init or media segment, bytes.
pub const BODY_BYTES_MAX: usize = 96 * 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Base64 of the path's bytes: a Unix path need not be UTF-8.
    path: String,
    /// Bytes of the file when it was scanned.
    pub size: u64,
    pub rendition: Rendition,
    pub piece: Piece,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    Init,
    Segment(u32),
}

impl Job {
    pub fn new(path: &Path, size: u64, rendition: Rendition, piece: Piece) -> Self {
        Self { path: STANDARD.encode(path.as_os_str().as_bytes()), size, rendition, piece }
    }

    /// `None` when the text is not base64, which no parent of ours sends.
    pub fn path(&self) -> Option<PathBuf> {
        STANDARD.decode(&self.path).ok().map(|bytes| PathBuf::from(OsString::from_vec(bytes)))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Made {
        /// Bytes that follow.
        length: usize,
        /// Of an init.
        timeline: Option<Timeline>,
    },
    Failed(MediaError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_a_path_that_is_not_utf8() {
        let path = PathBuf::from(OsString::from_vec(vec![b'/', 0xff, b'"', b'\n']));
        let job = Job::new(&path, 3, Rendition::Flac, Piece::Segment(7));
        let wire = serde_json::to_vec(&job).expect("serialises");
        let back: Job = serde_json::from_slice(&wire).expect("parses");
        assert_eq!((back.path(), back.piece), (Some(path), Piece::Segment(7)));
    }
}
