//! What parent and worker say to each other over the worker's stdin and stdout.
//!
//! An order is `frame(Order JSON)`; most are jobs. A job's answer is a row of `frame(Answer JSON)`, each followed by the bytes that it announces: any number of
//! [`Answer::Chunk`], then one [`Answer::Made`] or [`Answer::Failed`]. One job at a time: the answer ends before the next job is sent. Before
//! all that the worker says [`Answer::Ready`], once.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::error::MediaError;
use crate::protocol::{Details, PreviewHead, Rendition, SourceMedia, Timeline};

/// Longest order, bytes: a path and little else.
pub const ORDER_BYTES_MAX: usize = 64 * 1024;
/// Longest answer frame, bytes: the timeline of a long film.
pub const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// Longest init or media segment, bytes.
pub const BODY_BYTES_MAX: usize = 96 * 1024 * 1024;

/// What the parent tells a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    Do {
        /// Counts the worker's jobs.
        number: u64,
        lane: Lane,
        /// The file's time when it was scanned; `None` when it does not matter.
        mtime_ms: Option<i64>,
        job: Job,
    },
    /// Nobody wants the job of this number any more: it may fail at its next chunk. Nothing happens when it is over.
    Stop { number: u64 },
}

/// What a worker is for: it never works for another lane than its first, and is limited by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Sound that is listened to: nothing comes before it.
    Sound,
    /// Pictures that are watched.
    Picture,
    /// Subtitles, chapters: what is good to have beside.
    Extra,
    /// Pictures to seek by: a minute's work that nothing else is to wait for.
    Preview,
    /// What nobody waits for: runs when nothing else does.
    Background,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Base64 of the path's bytes: a Unix path need not be UTF-8.
    path: String,
    /// Bytes of the file when it was scanned.
    pub size: u64,
    /// Name of the encoder of pictures, as a [`Trial`] told it; `None` for a job that encodes none. What is made with
    /// it depends on it, so it belongs to the cache key of every `h264_*` init and segment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_encoder: Option<String>,
    pub task: Task,
}

/// What to make of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Body: the init segment. Head: its timeline.
    Init(Encoding),
    /// Chunks: the media segment, whole `moof` and `mdat` pairs each (or whole MP3 frames); end to end they are its bytes.
    Segment { encoding: Encoding, index: u32 },
    /// Head: [`Probed`].
    Probe,
    /// What is not installed; the file does not matter. Head: `Lacks`.
    Inspect,
    /// Head: [`Details`].
    Details,
    /// Body: WebVTT.
    Subtitle { id: String },
    /// Body: a JPEG that stands for the video.
    Poster,
    /// Body: a JPEG. Head: how pictures lie on it.
    Preview,
    /// Body: the waveform. Head: [`Heard`].
    Analyse,
    /// Of no file: whether the encoder of pictures of this name works here, and how fast. Head: [`Trial`]. `MissingPlugin` when it is not
    /// installed.
    Trial { encoder: String },
}

/// One stream of a file in one rendition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Encoding {
    /// Which of the file's sounds, or pictures, counted from 0.
    pub stream: u8,
    pub rendition: Rendition,
}

impl Job {
    pub fn new(path: &Path, size: u64, task: Task) -> Self {
        Self { path: STANDARD.encode(path.as_os_str().as_bytes()), size, video_encoder: None, task }
    }

    /// Asks for [`Task::Trial`].
    pub fn trial(encoder: &str) -> Self {
        Self::new(Path::new(""), 0, Task::Trial { encoder: encoder.to_owned() })
    }

    /// `None` when the text is not base64, which no parent of ours sends.
    pub fn path(&self) -> Option<PathBuf> {
        STANDARD.decode(&self.path).ok().map(|bytes| PathBuf::from(OsString::from_vec(bytes)))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The worker has started.
    Ready,
    /// A piece of a segment, sent on as soon as it is made.
    Chunk {
        /// Bytes that follow.
        length: usize,
        /// How many chunks the segment has.
        of: u32,
    },
    /// The end of the answer.
    Made {
        /// Bytes that follow; 0 after chunks.
        length: usize,
        head: Head,
    },
    Failed(MediaError),
}

/// What is said of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Head {
    #[default]
    None,
    Timeline(Timeline),
    Probed(Box<Probed>),
    Lacks(Vec<Lack>),
    Details(Details),
    Preview(PreviewHead),
    Heard(Heard),
    Trial(Trial),
}

/// What a file turned out to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probed {
    pub duration_ms: u64,
    /// A video has `video`; pictures that are a cover are none.
    pub source: SourceMedia,
    /// Untrusted texts, not made fit to be shown.
    pub tags: Tags,
}

/// What a file says of the work in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tags {
    pub title: Option<String>,
    pub artist: Option<String>,
    pub album: Option<String>,
    pub album_artist: Option<String>,
    pub genre: Option<String>,
    /// Begins with the year.
    pub date: Option<String>,
    /// From 1.
    pub track_no: Option<u32>,
    pub disc_no: Option<u32>,
    /// All else, by the names that the container has; several of one name are several values.
    #[serde(default)]
    pub others: Vec<(String, String)>,
}

/// Something that cannot be played or made until a package is installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lack {
    /// For people; a codec by the name that tracks have.
    pub what: String,
    /// Debian package.
    pub package: String,
    pub wanted_by: WantedBy,
}

/// Which tracks something is missed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WantedBy {
    /// Those coded so.
    Codec,
    /// All with sound.
    Sound,
    /// All with pictures.
    Pictures,
}

impl Lack {
    pub fn new(what: &str, package: &str, wanted_by: WantedBy) -> Self {
        Self { what: what.to_owned(), package: package.to_owned(), wanted_by }
    }
}

/// What an analysis heard (EBU R 128). In hundredths of LU or dB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Integrated loudness, LUFS; `None` for silence.
    pub loudness_cdb: Option<i32>,
    /// Relative to full scale.
    pub true_peak_cdb: i32,
    /// Milliseconds of sound above the gate, by which an album weighs its tracks.
    pub gated_ms: u64,
}

/// An encoder of pictures that has proven itself by encoding a few.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// GStreamer's name of it, e.g. `x264enc`.
    pub encoder: String,
    /// It is a graphics card's.
    pub hardware: bool,
    /// Pixels encoded in a second, when nothing else runs: width times height times frames.
    pub pixels_per_second: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_a_path_that_is_not_utf8() {
        let path = PathBuf::from(OsString::from_vec(vec![b'/', 0xff, b'"', b'\n']));
        let encoding = Encoding { stream: 0, rendition: Rendition::Flac };
        let job = Job::new(&path, 3, Task::Segment { encoding, index: 7 });
        let wire = serde_json::to_vec(&job).expect("serialises");
        let back: Job = serde_json::from_slice(&wire).expect("parses");
        assert_eq!((back.path(), back.task), (Some(path), job.task));
    }
}
