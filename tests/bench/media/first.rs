//! How long a listener waits: for the first segment of a file that no worker has open, and for one far away.

use std::path::Path;
use std::time::{Duration, Instant};

use iroam::host::media::{Engine, Segment, Source};
use iroam::protocol::{MediaKind, Rendition};

use super::kit::{Result, Stage, median, row, track, wanted};

const TIMES: u32 = 15;
/// Until what is made ahead is done.
const REST: Duration = Duration::from_millis(400);

pub async fn measure(stage: &Stage) -> Result<()> {
    kind(stage, "audio passed through", &stage.mp3, MediaKind::Audio, Rendition::AudioCopy, 15.0).await?;
    kind(stage, "audio encoded", &stage.song, MediaKind::Audio, Rendition::Opus160, 60.0).await?;
    kind(stage, "720 lines encoded, first chunk", &stage.film, MediaKind::Video, Rendition::H264P720, 500.0).await
}

async fn kind(stage: &Stage, what: &str, file: &Path, kind: MediaKind, rendition: Rendition, target: f64) -> Result<()> {
    let engine = &stage.engine;
    // The session's worker is warm: it has played something else.
    let before = track(file, kind)?;
    engine.init(wanted(1, &before, rendition)).await?;
    first_bytes(engine, &before, rendition, 0).await?;
    let (mut firsts, mut seeks) = (Vec::new(), Vec::new());
    for number in 0..TIMES {
        let copy = stage.copy(file, "copy")?;
        let source = track(&copy, kind)?;
        tokio::time::sleep(REST).await;
        let began = Instant::now();
        let (timeline, _) = engine.init(wanted(1, &source, rendition)).await?;
        first_bytes(engine, &source, rendition, 0).await?;
        firsts.push(began.elapsed().as_secs_f64() * 1000.0);
        tokio::time::sleep(REST).await;
        let far = 2 + (number * 7919) % (timeline.segment_count().saturating_sub(3)).max(1);
        let began = Instant::now();
        first_bytes(engine, &source, rendition, far).await?;
        seeks.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    row(&format!("first segment, {what}"), median(firsts), "ms", Some(target), "init and segment 0, worker warm, file not open yet");
    row(&format!("seek, {what}"), median(seeks), "ms", Some(target), "any other segment");
    Ok(())
}

async fn first_bytes(engine: &Engine, source: &Source, rendition: Rendition, index: u32) -> Result<()> {
    match engine.segment(wanted(1, source, rendition), index, Some(Duration::ZERO)).await? {
        Segment::Whole(_) => {}
        Segment::Chunks { mut chunks, .. } => {
            chunks.recv().await.ok_or("a segment without chunks")??;
        }
    }
    Ok(())
}
