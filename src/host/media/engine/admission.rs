//! How much video the machine can encode at once, and who may.
//!
//! By the encoder's measured speed: a further session is refused before those that play would stall.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::host::media::error::MediaError;
use crate::host::media::job::Trial;
use crate::protocol::Rendition;
use crate::types::SessionId;

/// A session that has asked for no encoded picture for so long counts no more.
const COUNTS_FOR: Duration = Duration::from_secs(20);
/// Decoding, scaling and everybody's sound take their part of what the trial had to itself.
const SHARE_PERCENT: u64 = 70;
/// Pictures a second of a video whose rate is not known here.
const RATE: u64 = 30;

#[derive(Default)]
pub struct Admission {
    /// Each session's last rendition, and when it asked for it.
    active: HashMap<SessionId, (Rendition, Instant)>,
}

impl Admission {
    /// Lets a session have its pictures encoded. The first always may, and so may one that asks for no more than it already has: slow is better
    /// than nothing. `trial`: the encoder, when one works.
    ///
    /// # Errors
    /// `TooMuchVideo` when the machine cannot.
    pub fn admit(&mut self, session: SessionId, rendition: Rendition, trial: Option<&Trial>, now: Instant) -> Result<(), MediaError> {
        self.active.retain(|_, (_, asked)| now.duration_since(*asked) < COUNTS_FOR);
        let has = self.active.get(&session).map_or(0, |(has, _)| pixels(*has));
        let others: u64 = self.active.iter().filter(|(id, _)| **id != session).map(|(_, (rendition, _))| pixels(*rendition)).sum();
        let room = trial.map_or(0, |trial| trial.pixels_per_second / 100 * SHARE_PERCENT);
        if others > 0 && pixels(rendition) > has && others + pixels(rendition) > room {
            return Err(MediaError::TooMuchVideo);
        }
        self.active.insert(session, (rendition, now));
        Ok(())
    }

    /// A session that was let in asks again for what needs no encoding: it plays on, and still counts.
    pub fn refresh(&mut self, session: SessionId, now: Instant) {
        if let Some((_, asked)) = self.active.get_mut(&session) {
            *asked = now;
        }
    }
}

/// Pixels that a second of wide-screen video has.
fn pixels(rendition: Rendition) -> u64 {
    let lines = u64::from(rendition.lines_max().unwrap_or(0));
    lines * (lines * 16 / 9) * RATE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::UnixMs;
    use proptest::prelude::*;

    fn session(number: u8) -> SessionId {
        SessionId::new(UnixMs(1), [number; 10])
    }

    fn able(rendition: Rendition, times: u64) -> Trial {
        Trial { pixels_per_second: pixels(rendition) * times * 100 / SHARE_PERCENT + 100, ..Trial::default() }
    }

    #[test]
    fn refuses_one_more_than_the_machine_can_until_another_rests() {
        let (mut admission, start) = (Admission::default(), Instant::now());
        let trial = able(Rendition::H264P720, 2);
        let mut ask =
            |number, rendition, after| admission.admit(session(number), rendition, Some(&trial), start + Duration::from_secs(after));
        assert_eq!(ask(1, Rendition::H264P720, 0), Ok(()));
        assert_eq!(ask(2, Rendition::H264P720, 1), Ok(()));
        assert_eq!(ask(3, Rendition::H264P240, 2), Err(MediaError::TooMuchVideo));
        assert_eq!(ask(2, Rendition::H264P1080, 3), Err(MediaError::TooMuchVideo), "nor may one that plays take what the other needs");
        assert_eq!(ask(2, Rendition::H264P480, 4), Ok(()), "it goes on with less");
        assert_eq!(ask(3, Rendition::H264P240, 5), Ok(()));
        assert_eq!(ask(4, Rendition::H264P720, 23), Ok(()), "the first has not asked for 23 s");
    }

    #[test]
    fn a_slow_machine_encodes_for_one_session() {
        let (mut admission, now) = (Admission::default(), Instant::now());
        let slow = Trial { pixels_per_second: 1, ..Trial::default() };
        for trial in [None, Some(&slow)] {
            assert_eq!(admission.admit(session(1), Rendition::H264P1080, trial, now), Ok(()));
            assert_eq!(admission.admit(session(2), Rendition::H264P240, trial, now), Err(MediaError::TooMuchVideo));
        }
        assert_eq!(admission.admit(session(2), Rendition::H264P240, None, now + COUNTS_FOR), Ok(()));
    }

    #[test]
    fn who_plays_from_the_cache_keeps_what_he_has() {
        let (mut admission, start) = (Admission::default(), Instant::now());
        let trial = able(Rendition::H264P720, 1);
        assert_eq!(admission.admit(session(1), Rendition::H264P720, Some(&trial), start), Ok(()));
        admission.refresh(session(1), start + COUNTS_FOR / 2);
        admission.refresh(session(2), start + COUNTS_FOR / 2);
        let later = start + COUNTS_FOR + COUNTS_FOR / 4;
        assert_eq!(admission.admit(session(2), Rendition::H264P720, Some(&trial), later), Err(MediaError::TooMuchVideo));
        assert_eq!(admission.admit(session(1), Rendition::H264P720, Some(&trial), later), Ok(()));
    }

    proptest! {
        /// Whoever was let in is never refused what he has, whatever others ask.
        #[test]
        fn who_plays_goes_on(asks in prop::collection::vec((0u8..5, 0usize..5, 0u64..5), 1..60), speed in 0u64..300_000_000) {
            let trial = Trial { pixels_per_second: speed, ..Trial::default() };
            let (mut admission, mut now) = (Admission::default(), Instant::now());
            for (number, rung, pause) in asks {
                now += Duration::from_secs(pause);
                if admission.admit(session(number), Rendition::LADDER[rung], Some(&trial), now).is_ok() {
                    prop_assert!(admission.admit(session(number), Rendition::LADDER[rung], Some(&trial), now + COUNTS_FOR / 2).is_ok());
                }
            }
        }
    }
}
