//! Files made by ffmpeg, an engine in a temp dir, and numbers to compare sound by.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use bytes::Bytes;
use iroam::host::media::{Encoding, Engine, EngineConfig, MediaError, Source, Wanted};
use iroam::protocol::{MediaKind, Rendition, Timeline};
use iroam::types::{SessionId, TrackId, UnixMs};

/// Tones with no common period and a slow sweep, other ones in each channel: no stretch looks like another, so a lag shows.
pub const SWEEP: &str = concat!(
    "aevalsrc='0.15*sin(2*PI*443*t)+0.15*sin(2*PI*1009*t)+0.1*sin(2*PI*(1500*t+61*t*t))",
    "|0.15*sin(2*PI*587*t)+0.15*sin(2*PI*1777*t)+0.1*sin(2*PI*(600*t+83*t*t))':s=44100,atrim=end_sample=498333"
);

pub struct Bench {
    pub dir: tempfile::TempDir,
    pub engine: Engine,
}

pub fn bench() -> Bench {
    bench_with(1 << 30, Duration::from_secs(20))
}

pub fn bench_with(cache_bytes_max: u64, request_timeout: Duration) -> Bench {
    let dir = tempfile::tempdir().expect("a temp dir");
    let engine = engine_in(dir.path(), cache_bytes_max, request_timeout);
    Bench { dir, engine }
}

pub fn engine_in(dir: &Path, cache_bytes_max: u64, request_timeout: Duration) -> Engine {
    engine_of(Path::new(env!("CARGO_BIN_EXE_iroam")), dir, cache_bytes_max, request_timeout)
}

/// An engine whose workers are another program.
pub fn engine_of(worker_exe: &Path, dir: &Path, cache_bytes_max: u64, request_timeout: Duration) -> Engine {
    Engine::start(EngineConfig {
        cache_dir: dir.join("cache"),
        cache_bytes_max,
        worker_exe: worker_exe.to_owned(),
        registry_path: dir.join("registry.bin"),
        request_timeout,
    })
    .expect("the engine starts")
}

pub fn session(number: u8) -> SessionId {
    SessionId::new(UnixMs(1), [number; 10])
}

/// A source as the scanner would describe it. Every call is another track.
pub fn source(path: &Path, kind: MediaKind) -> Source {
    static NEXT: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(1);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let (size, mtime_ms) =
        std::fs::metadata(path).map_or((0, 0), |metadata| (metadata.len(), metadata.mtime() * 1000 + metadata.mtime_nsec() / 1_000_000));
    Source { track: TrackId::new(UnixMs(number), [7; 10]), path: path.to_owned(), kind, mtime_ms, size }
}

/// Runs ffmpeg quietly; it must find nothing to complain about.
pub fn ffmpeg(args: &[&str]) -> Output {
    let output = Command::new("ffmpeg").args(["-nostdin", "-v", "error", "-y"]).args(args).output().expect("ffmpeg is installed");
    assert!(output.status.success() && output.stderr.is_empty(), "ffmpeg {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// A sound file of the sweep, coded by these ffmpeg options.
pub fn sweep_file(dir: &Path, name: &str, options: &[&str]) -> PathBuf {
    let path = dir.join(name);
    let target = path.to_str().expect("UTF-8").to_owned();
    ffmpeg(&[&["-f", "lavfi", "-i", SWEEP], options, &[target.as_str()]].concat());
    path
}

/// Longest that a bad file may take: less than the engine's own limit a request.
pub const BOUND: Duration = Duration::from_secs(15);

pub fn mp3(dir: &Path) -> PathBuf {
    sweep_file(dir, "good.mp3", &["-c:a", "libmp3lame", "-b:a", "128k"])
}

pub struct Whole {
    pub timeline: Timeline,
    pub init: Bytes,
    pub segments: Vec<Bytes>,
}

impl Whole {
    /// Init and segments end to end, as a file.
    pub fn write(&self, path: &Path) {
        let mut bytes = self.init.to_vec();
        self.segments.iter().for_each(|segment| bytes.extend_from_slice(segment));
        std::fs::write(path, bytes).expect("written");
    }
}

/// Init and every segment, asked for in an order.
pub async fn fetch(engine: &Engine, source: &Source, rendition: Rendition, reverse: bool) -> Whole {
    let (timeline, init) = init(engine, session(1), source, rendition).await.expect("an init");
    let count = timeline.segment_count();
    let mut segments = vec![Bytes::new(); count as usize];
    let order: Vec<u32> = if reverse { (0..count).rev().collect() } else { (0..count).collect() };
    for index in order {
        segments[index as usize] = segment(engine, session(1), source, rendition, index).await.expect("a segment");
    }
    Whole { timeline, init, segments }
}

fn channels(path: &str) -> u32 {
    let args = ["-v", "error", "-select_streams", "a:0", "-show_entries", "stream=channels", "-of", "csv=p=0", path];
    let out = Command::new("ffprobe").args(args).output().expect("ffprobe is installed").stdout;
    // A transport stream tells it twice.
    String::from_utf8_lossy(&out).split_whitespace().next().and_then(|count| count.parse().ok()).expect("a number of channels")
}

/// Interleaved stereo by ffmpeg, at a rate.
pub fn decode(path: &Path, rate: u32) -> Vec<f32> {
    let (path, rate) = (path.to_str().expect("UTF-8"), rate.to_string());
    // The first channel twice for a mono file; ffmpeg's own upmix would be 3 dB softer than the source.
    let stereo = "pan=stereo|c0=c0|c1=c1";
    let upmix = if channels(path) == 1 { "pan=stereo|c0=c0|c1=c0" } else { stereo };
    let out = ffmpeg(&["-i", path, "-map", "0:a:0", "-af", upmix, "-ar", &rate, "-f", "f32le", "-"]).stdout;
    out.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).collect()
}

/// Signal to difference in dB when `other` is moved by `lag` samples, over one window of frames.
pub fn likeness(reference: &[f32], other: &[f32], from: usize, frames: usize, lag: isize) -> f64 {
    let (mut signal, mut noise) = (1e-12f64, 1e-12f64);
    for frame in from..from + frames {
        let Some(moved) = frame.checked_add_signed(lag) else { continue };
        for channel in 0..2 {
            let (Some(a), Some(b)) = (reference.get(frame * 2 + channel), other.get(moved * 2 + channel)) else { continue };
            signal += f64::from(*a).powi(2);
            noise += (f64::from(*a) - f64::from(*b)).powi(2);
        }
    }
    10.0 * (signal / noise).log10()
}

/// The lag, within 60 samples, at which the two are most alike around a frame.
pub fn best_lag(reference: &[f32], other: &[f32], from: usize) -> isize {
    let score = |lag: &isize| likeness(reference, other, from, 600, *lag);
    (-60..=60).max_by(|a, b| score(a).total_cmp(&score(b))).expect("not empty")
}

/// Interleaved samples as 32-bit integers, by ffmpeg.
pub fn integers(path: &Path) -> Vec<u8> {
    ffmpeg(&["-i", path.to_str().expect("UTF-8"), "-map", "0:a:0", "-f", "s32le", "-c:a", "pcm_s32le", "-"]).stdout
}

pub fn wanted(session: SessionId, source: &Source, rendition: Rendition) -> Wanted {
    Wanted { session, source: source.clone(), encoding: Encoding { stream: 0, rendition } }
}

pub async fn init(engine: &Engine, session: SessionId, source: &Source, rendition: Rendition) -> Result<(Timeline, Bytes), MediaError> {
    engine.init(wanted(session, source, rendition)).await
}

/// All of a segment, as somebody waits for it.
pub async fn segment(engine: &Engine, session: SessionId, source: &Source, rendition: Rendition, index: u32) -> Result<Bytes, MediaError> {
    engine.segment(wanted(session, source, rendition), index, Some(Duration::ZERO)).await?.whole().await
}

/// A worker program of the test's own: a shell script in front of the real one.
pub fn wrapped(dir: &Path, script: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = dir.join("worker.sh");
    let exe = env!("CARGO_BIN_EXE_iroam");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\nexec '{exe}' \"$@\"\n")).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("made executable");
    path
}
