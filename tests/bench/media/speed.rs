//! Encoding a whole song, beside ffmpeg doing the same on one core in the same run.

use std::process::Command;
use std::time::{Duration, Instant};

use iroam::protocol::{MediaKind, Rendition};

use super::kit::{Result, Stage, row, text, track, wanted};

const SONG_S: f64 = 300.0;

pub async fn measure(stage: &Stage) -> Result<()> {
    for (rendition, what, coder, target) in [
        (Rendition::Opus160, "Opus 160", ["-c:a", "libopus", "-b:a", "160k"], 40.0),
        (Rendition::Aac256, "AAC 256", ["-c:a", "aac", "-b:a", "256k"], 40.0),
    ] {
        let source = track(&stage.song, MediaKind::Audio)?;
        let (timeline, _) = stage.engine.init(wanted(1, &source, rendition)).await?;
        let began = Instant::now();
        for index in 0..timeline.segment_count() {
            stage.engine.segment(wanted(1, &source, rendition), index, Some(Duration::ZERO)).await?.whole().await?;
        }
        let ours = SONG_S / began.elapsed().as_secs_f64();
        let began = Instant::now();
        let args = ["-nostdin", "-v", "error", "-threads", "1", "-i", text(&stage.song)?];
        let done = Command::new("ffmpeg").args(args).args(coder).args(["-threads", "1", "-f", "null", "-"]).status()?;
        if !done.success() {
            return Err("ffmpeg failed".into());
        }
        let ffmpeg = SONG_S / began.elapsed().as_secs_f64();
        row(
            &format!("FLAC to {what}, one listener"),
            ours,
            "x",
            Some(target),
            "times as fast as it plays; a worker encodes one segment at a time",
        );
        row(
            &format!("FLAC to {what}, beside ffmpeg"),
            ours / ffmpeg,
            "x",
            None,
            "both on one core; ours seeks and warms up for each segment",
        );
    }
    Ok(())
}
