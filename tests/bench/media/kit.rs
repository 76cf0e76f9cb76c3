//! An engine, files for it, and what its processes hold.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use iroam::host::media::{Encoding, Engine, EngineConfig, Source, Wanted};
use iroam::protocol::{MediaKind, Rendition};
use iroam::types::{SessionId, TrackId, UnixMs};

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub struct Stage {
    pub dir: tempfile::TempDir,
    pub engine: Engine,
    /// Five minutes of two tones and noise.
    pub song: PathBuf,
    pub mp3: PathBuf,
    /// A minute of 720 lines, 25 pictures a second.
    pub film: PathBuf,
}

impl Stage {
    pub fn new() -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let (song, mp3, film) = (dir.path().join("song.flac"), dir.path().join("song.mp3"), dir.path().join("film.mkv"));
        let sound = "aevalsrc='0.2*sin(2*PI*443*t)+0.1*random(0)|0.2*sin(2*PI*587*t)+0.1*random(1)':s=44100:d=300";
        ffmpeg(&["-f", "lavfi", "-i", sound, "-c:a", "flac"], &song)?;
        ffmpeg(&["-i", text(&song)?, "-c:a", "libmp3lame", "-b:a", "192k"], &mp3)?;
        let picture = "testsrc2=size=1280x720:rate=25:duration=60";
        ffmpeg(&["-f", "lavfi", "-i", picture, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50"], &film)?;
        let worker = std::env::var_os("IROAM_BIN").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_iroam")), PathBuf::from);
        let engine = Engine::start(EngineConfig {
            cache_dir: dir.path().join("cache"),
            cache_bytes_max: 1 << 30,
            worker_exe: worker,
            registry_path: dir.path().join("registry.bin"),
            request_timeout: Duration::from_secs(30),
        })?;
        engine.try_encoder();
        Ok(Self { dir, engine, song, mp3, film })
    }

    /// A copy of a file, so that no worker has it open.
    pub fn copy(&self, file: &Path, name: &str) -> Result<PathBuf> {
        let copy = self.dir.path().join(name);
        std::fs::copy(file, &copy)?;
        Ok(copy)
    }

    /// Processes of this engine's workers.
    pub fn workers(&self) -> Vec<u32> {
        let wanted = format!("GST_REGISTRY={}\0", self.dir.path().join("registry.bin").display());
        let environment = |pid: u32| std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let uses = |pid: &u32| String::from_utf8_lossy(&environment(*pid)).contains(&wanted);
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(uses).collect()
    }
}

/// A track of its own, which nothing is cached of.
pub fn track(path: &Path, kind: MediaKind) -> Result<Source> {
    static NEXT: AtomicI64 = AtomicI64::new(1);
    let metadata = std::fs::metadata(path)?;
    let mtime_ms = metadata.mtime() * 1000 + metadata.mtime_nsec() / 1_000_000;
    let track = TrackId::new(UnixMs(NEXT.fetch_add(1, Ordering::Relaxed)), [7; 10]);
    Ok(Source { track, path: path.to_owned(), kind, mtime_ms, size: metadata.len() })
}

pub fn wanted(session: u8, source: &Source, rendition: Rendition) -> Wanted {
    Wanted { session: SessionId::new(UnixMs(1), [session; 10]), source: source.clone(), encoding: Encoding { stream: 0, rendition } }
}

pub fn ffmpeg(args: &[&str], out: &Path) -> Result<()> {
    let done = Command::new("ffmpeg").args(["-nostdin", "-v", "error", "-y"]).args(args).arg(out).status()?;
    if done.success() { Ok(()) } else { Err("ffmpeg failed".into()) }
}

pub fn text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| "a path that is not text".into())
}

/// A number of a process' own file in `/proc`, KiB.
pub fn kib(pid: u32, file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

pub fn files(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

pub fn row(what: &str, value: f64, unit: &str, target: Option<f64>, note: &str) {
    println!("{}", serde_json::json!({ "what": what, "value": value, "unit": unit, "target": target, "note": note }));
}
