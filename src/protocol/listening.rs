//! What a player tells of its listener: what was heard, stars, where to go on from.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::{ErrorBody, ErrorCode};
use super::limits::{MARKED_TRACKS_MAX, PLAY_REPORTS_MAX};
use crate::types::TrackId;

/// A track that was left, or played to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlayReport {
    pub track: TrackId,
    /// Names this report: one that is sent again counts once.
    pub event: Uuid,
    /// When it was left, Unix milliseconds by the player's clock.
    pub at_ms: i64,
    /// How much of it was heard, pauses and what was jumped over left out.
    pub heard_ms: u64,
    /// How long it is.
    pub of_ms: u64,
    /// Whether it played to its end.
    pub ended: bool,
}

/// What is forgotten of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forget {
    /// How often and when it was last played.
    Plays,
    Skips,
    /// The listener's own stars: those of the file show again.
    Rating,
    Resume,
}

pub(super) fn check_reports(reports: &[PlayReport]) -> Result<(), ErrorBody> {
    if (1..=PLAY_REPORTS_MAX).contains(&reports.len()) { Ok(()) } else { Err(bad(format!("1 to {PLAY_REPORTS_MAX} reports at once"))) }
}

pub(super) fn check_marked(tracks: &[TrackId]) -> Result<(), ErrorBody> {
    if (1..=MARKED_TRACKS_MAX).contains(&tracks.len()) { Ok(()) } else { Err(bad(format!("1 to {MARKED_TRACKS_MAX} tracks at once"))) }
}

pub(super) fn check_rating(rating: u8) -> Result<(), ErrorBody> {
    if rating <= 100 { Ok(()) } else { Err(bad("a rating is 0 to 100, 20 for each star".to_owned())) }
}

fn bad(detail: String) -> ErrorBody {
    ErrorBody::new(ErrorCode::BadRequest, detail)
}
