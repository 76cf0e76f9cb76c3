//! What the tests of the host share: media files that ffmpeg makes, with tags of any kind.
#![allow(dead_code)]

pub mod player;
pub mod server;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

use iroam::host::library::{Library, ScanSummary};
use iroam::host::media::{Prober, WorkerConfig};
use iroam::protocol::{Browse, Selection, SortKey, TrackRow};
use iroam::types::{SystemClock, UserId};

/// Who asks in these tests.
pub const LISTENER: UserId = UserId(uuid::Uuid::from_u128(1));

/// A folder of media and one for data, gone when it is dropped.
pub struct Home {
    _folder: tempfile::TempDir,
    pub media: PathBuf,
    pub data: PathBuf,
}

impl Home {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (media, data) = (folder.path().join("media"), folder.path().join("data"));
        fs::create_dir(&media).expect("made");
        fs::create_dir(&data).expect("made");
        Self { _folder: folder, media, data }
    }

    pub fn library(&self) -> Library {
        Library::open(&self.data).expect("opens")
    }

    pub fn scan(&self) -> ScanSummary {
        scan(&self.library(), std::slice::from_ref(&self.media))
    }

    /// A second of sound with these tags.
    pub fn song(&self, name: impl AsRef<Path>, tags: &[(&str, &str)]) -> PathBuf {
        let path = self.media.join(name);
        fs::create_dir_all(path.parent().expect("below media")).expect("made");
        ffmpeg(&["-f", "lavfi", "-i", "sine=440:duration=1"], tags, &path);
        path
    }

    /// A second of H.264 with or without sound.
    pub fn film(&self, name: &str, codec: &str, with_sound: bool) -> PathBuf {
        let path = self.media.join(name);
        let mut input = vec!["-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=1"];
        if with_sound {
            input.extend(["-f", "lavfi", "-i", "sine=440:duration=1", "-c:a", "aac"]);
        }
        input.extend(["-c:v", codec, "-pix_fmt", "yuv420p"]);
        ffmpeg(&input, &[], &path);
        path
    }
}

/// All tests share a registry of plugins, so that it is made once.
pub fn prober() -> Prober {
    Prober::new(WorkerConfig {
        exe: env!("CARGO_BIN_EXE_iroam").into(),
        registry: Path::new(env!("CARGO_TARGET_TMPDIR")).join("probe.registry"),
    })
}

pub fn scan(library: &Library, media: &[PathBuf]) -> ScanSummary {
    library.scan(media, &mut prober(), &SystemClock, &AtomicBool::new(false)).expect("scans")
}

pub fn ffmpeg(input: &[&str], tags: &[(&str, &str)], path: &Path) {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y"]).args(input);
    for (key, value) in tags {
        command.arg("-metadata").arg(format!("{key}={value}"));
    }
    let done = command.arg(path).output().expect("ffmpeg must be installed");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

pub fn everything(sort: SortKey) -> Browse {
    Browse { selection: Selection::default(), sort, descending: false, files: false, together: false, offset: 0, limit: 500 }
}

pub fn rows(library: &Library, browse: &Browse) -> Vec<TrackRow> {
    library.browse(LISTENER, browse).expect("answers").tracks
}

pub fn titles(library: &Library, browse: &Browse) -> Vec<String> {
    rows(library, browse).into_iter().map(|row| row.title).collect()
}

pub fn reason<'a>(summary: &'a ScanSummary, name: &str) -> &'a str {
    let found = summary.skipped.iter().find(|skipped| Path::new(&skipped.path).file_name() == Some(OsStr::new(name)));
    &found.unwrap_or_else(|| panic!("{name} was not skipped: {:?}", summary.skipped)).reason
}
