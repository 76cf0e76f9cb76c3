//! What sessions cost at rest, and whether many tracks leave anything behind.

use std::time::Duration;

use iroam::protocol::{MediaKind, Rendition};

use super::kit::{Result, Stage, files, kib, row, track, wanted};

const SESSIONS: u8 = 8;
/// Longer than the engine keeps a worker that has nothing to do.
const REST: Duration = Duration::from_secs(20);
const TRACKS: usize = 1_000;

pub async fn idle(stage: &Stage) -> Result<()> {
    tokio::time::sleep(REST).await;
    let held = || stage.workers().iter().map(|pid| kib(*pid, "smaps_rollup", "Pss:")).sum::<u64>();
    let before = held();
    let song = track(&stage.song, MediaKind::Audio)?;
    for session in 100..100 + SESSIONS {
        stage.engine.segment(wanted(session, &song, Rendition::Opus160), u32::from(session), Some(Duration::ZERO)).await?.whole().await?;
    }
    let playing = (stage.workers().len(), held());
    tokio::time::sleep(REST).await;
    let mib = |kib: u64| kib as f64 / 1024.0 / f64::from(SESSIONS);
    let note = format!("of {SESSIONS}, after {} s; PSS of their workers", REST.as_secs());
    row("memory of a session at rest", mib(held().saturating_sub(before)), "MiB", Some(20.0), &note);
    row(
        "memory of a session that plays",
        mib(playing.1.saturating_sub(before)),
        "MiB",
        None,
        &format!("{} workers with those in reserve", playing.0),
    );
    row("memory of the workers in reserve", before as f64 / 1024.0, "MiB", None, "for all sessions together");
    Ok(())
}

pub async fn tracks(stage: &Stage) -> Result<()> {
    let count = std::env::var("IROAM_BENCH_TRACKS").ok().and_then(|text| text.parse().ok()).unwrap_or(TRACKS);
    let all = || stage.workers().into_iter().chain([std::process::id()]).collect::<Vec<u32>>();
    let memory = || all().iter().map(|pid| kib(*pid, "status", "VmRSS:")).sum::<u64>();
    let opened = || all().iter().map(|pid| files(*pid)).sum::<usize>();
    let mut before = (0, 0);
    for number in 0..count {
        let song = track(if number % 2 == 0 { &stage.song } else { &stage.mp3 }, MediaKind::Audio)?;
        stage.engine.init(wanted(200, &song, Rendition::Opus160)).await?;
        stage.engine.segment(wanted(200, &song, Rendition::Opus160), 0, Some(Duration::ZERO)).await?.whole().await?;
        if number == count / 5 {
            before = (memory(), opened());
        }
    }
    let grown = (memory() as f64 - before.0 as f64) / 1024.0;
    row(&format!("{count} tracks in one session: memory grown"), grown, "MiB", Some(0.0), "RSS of host and workers, since a fifth of them");
    row(&format!("{count} tracks in one session: files grown"), opened() as f64 - before.1 as f64, "", Some(0.0), "open descriptors");
    Ok(())
}
