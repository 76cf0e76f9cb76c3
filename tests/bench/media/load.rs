//! Eight songs and a film at once, each player keeping ten seconds ahead, by the clock on the wall.

use std::time::{Duration, Instant};

use iroam::host::media::{Engine, Source};
use iroam::protocol::{MediaKind, Rendition};

use super::kit::{Result, Stage, row, track, wanted};

const SONGS: u8 = 8;
const PLAYS_FOR: Duration = Duration::from_secs(40);
const AHEAD: Duration = Duration::from_secs(10);

/// What a player went through.
#[derive(Default)]
struct Played {
    stalls: u32,
    stalled: Duration,
}

pub async fn measure(stage: &Stage) -> Result<()> {
    let mut players = Vec::new();
    for number in 0..SONGS {
        let song = track(&stage.song, MediaKind::Audio)?;
        players.push(tokio::spawn(play(stage.engine.clone(), song, 10 + number, Rendition::Opus160)));
    }
    let film = track(&stage.film, MediaKind::Video)?;
    let film = tokio::spawn(play(stage.engine.clone(), film, 50, Rendition::H264P720));
    let mut sound = Played::default();
    for player in players {
        let played = player.await??;
        sound.stalls += played.stalls;
        sound.stalled = sound.stalled.max(played.stalled);
    }
    let film = film.await??;
    let note = |played: &Played| format!("longest stood still for {} ms", played.stalled.as_millis());
    row("eight songs encoded beside a film: stalls of songs", f64::from(sound.stalls), "", Some(0.0), &note(&sound));
    row("eight songs encoded beside a film: stalls of the film", f64::from(film.stalls), "", Some(0.0), &note(&film));
    Ok(())
}

async fn play(engine: Engine, source: Source, session: u8, rendition: Rendition) -> Result<Played> {
    let wants = || wanted(session, &source, rendition);
    let (timeline, _) = engine.init(wants()).await?;
    let (mut played, began) = (Played::default(), Instant::now());
    // When what has come will have been played.
    let mut end: Option<Instant> = None;
    for index in 0..timeline.segment_count() {
        if began.elapsed() > PLAYS_FOR {
            break;
        }
        let ahead = end.map_or(Duration::ZERO, |end| end.saturating_duration_since(Instant::now()));
        tokio::time::sleep(ahead.saturating_sub(AHEAD)).await;
        engine.segment(wants(), index, Some(ahead.min(AHEAD))).await?.whole().await?;
        let now = Instant::now();
        if let Some(late) = end.map(|end| now.saturating_duration_since(end)).filter(|late| !late.is_zero()) {
            played.stalls += 1;
            played.stalled = played.stalled.max(late);
        }
        let (_, length) = timeline.segment(index).ok_or("within the count")?;
        end = Some(end.map_or(now, |end| end.max(now)) + Duration::from_secs_f64(length as f64 / f64::from(timeline.timescale)));
    }
    Ok(played)
}
