//! What counts as a play, what as a skip, and where a listener is to go on: one rule for all players.

use super::super::fold::fold;
use crate::protocol::{MediaKind, PlayReport};

/// So much heard of a long track is a play.
const PLAY_MS: u64 = 4 * 60 * 1000;
/// Whoever leaves earlier was looking for another track, and whoever leaves later has listened to it: as iTunes counts.
const SKIP_MS: std::ops::Range<u64> = 2_000..20_000;
/// Shorter tracks are begun anew.
const LONG_MS: u64 = 20 * 60 * 1000;
/// So little of the beginning is heard again.
const BEGINNING_MS: u64 = 10_000;
/// What is left at most of a track that is as good as finished.
const END_MS: u64 = 60_000;
/// Genres, folded, of what is spoken in parts.
const SPOKEN: [&str; 7] = ["audiobook", "audio book", "podcast", "spoken", "horbuch", "horspiel", "livre audio"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Neither = 0,
    Play = 1,
    Skip = 2,
}

/// `duration_ms` is the index's; 0 when it is not known, and the player's own holds.
pub(super) fn outcome(report: &PlayReport, duration_ms: u64) -> Outcome {
    let of_ms = if duration_ms > 0 { duration_ms } else { report.of_ms };
    let is_half = of_ms > 0 && report.heard_ms >= of_ms.div_ceil(2);
    if report.ended || is_half || report.heard_ms >= PLAY_MS {
        Outcome::Play
    } else if SKIP_MS.contains(&report.heard_ms) {
        Outcome::Skip
    } else {
        Outcome::Neither
    }
}

/// What of a track decides whether its place is kept.
#[derive(Clone, Debug)]
pub(super) struct Length {
    pub(super) kind: MediaKind,
    pub(super) duration_ms: u64,
    pub(super) genre: Option<String>,
}

/// The place to keep: `None` near both ends, and for what is begun anew each time.
pub(super) fn place(track: &Length, position_ms: u64) -> Option<u64> {
    let is_spoken = || track.genre.as_deref().map(fold).is_some_and(|genre| SPOKEN.iter().any(|word| genre.contains(word)));
    let keeps = track.kind == MediaKind::Video || track.duration_ms >= LONG_MS || is_spoken();
    // The last twentieth of a short one: a clip's end is less than a minute.
    let end = track.duration_ms.saturating_sub(END_MS.min(track.duration_ms / 20));
    (keeps && (BEGINNING_MS..end).contains(&position_ms)).then_some(position_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::TrackId;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn report(heard_ms: u64, of_ms: u64, ended: bool) -> PlayReport {
        PlayReport { track: TrackId(Uuid::nil()), event: Uuid::nil(), at_ms: 0, heard_ms, of_ms, ended }
    }

    #[test]
    fn half_four_minutes_or_the_end_is_a_play_and_a_few_seconds_are_a_skip() {
        const SONG: u64 = 200_000;
        for (heard, of, ended, expected) in [
            (0, SONG, true, Outcome::Play),
            (100_000, SONG, false, Outcome::Play),
            (99_999, SONG, false, Outcome::Neither),
            (20_000, SONG, false, Outcome::Neither),
            (19_999, SONG, false, Outcome::Skip),
            (2_000, SONG, false, Outcome::Skip),
            (1_999, SONG, false, Outcome::Neither),
            (0, SONG, false, Outcome::Neither),
            (240_000, 3_600_000, false, Outcome::Play),
            (239_999, 3_600_000, false, Outcome::Neither),
            // A jingle.
            (3_000, 6_000, false, Outcome::Play),
            (2_500, 6_000, false, Outcome::Skip),
        ] {
            assert_eq!(outcome(&report(heard, of, ended), of), expected, "{heard} of {of}, {ended}");
        }
        // The index knows better than the player; who knows nothing of the length takes no half of it.
        assert_eq!(outcome(&report(10_000, 1, false), SONG), Outcome::Skip);
        assert_eq!(outcome(&report(10_000, 12_000, false), 0), Outcome::Play);
        assert_eq!(outcome(&report(0, 0, false), 0), Outcome::Neither);
    }

    #[test]
    fn a_place_is_kept_in_long_tracks_films_and_books_but_not_near_their_ends() {
        let track =
            |kind, minutes: u64, genre: Option<&str>| Length { kind, duration_ms: minutes * 60_000, genre: genre.map(str::to_owned) };
        let (film, mix) = (track(MediaKind::Video, 90, None), track(MediaKind::Audio, 61, Some("House")));
        let (song, chapter) = (track(MediaKind::Audio, 4, Some("Pop")), track(MediaKind::Audio, 4, Some("Hörbuch")));
        for (track, position, kept) in [
            (&film, 10_000, true),
            (&film, 9_999, false),
            (&film, 89 * 60_000 - 1, true),
            (&film, 89 * 60_000, false),
            (&film, u64::MAX, false),
            (&mix, 1_800_000, true),
            (&song, 120_000, false),
            (&chapter, 120_000, true),
            (&chapter, 228_000, false),
        ] {
            assert_eq!(place(track, position), kept.then_some(position), "{track:?} {position}");
        }
    }

    proptest! {
        #[test]
        fn who_hears_more_never_counts_less(heard in 0u64..10_000_000, more in 0u64..10_000_000, of in 0u64..10_000_000) {
            let (before, after) = (outcome(&report(heard, of, false), of), outcome(&report(heard + more, of, false), of));
            prop_assert!(before != Outcome::Play || after == Outcome::Play);
        }
    }
}
