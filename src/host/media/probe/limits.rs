//! Which facts are believed. A header may say anything; what no player, encoder or person has a use for is refused with its reason.

use crate::protocol::{SourceAudio, SourceVideo};

/// Pixels of a side: what video codecs of today define (AV1 level 6, HEVC level 6.2).
const SIDE_MAX: u32 = 16_384;
/// Pixels in all, 8192 x 8192: a picture of more is some 100 MB to decode.
const PIXELS_MAX: u64 = 1 << 26;
/// Pictures in a thousand seconds: cameras for slow motion end here.
const FRAMES_PER_1000_S_MAX: u32 = 1_000_000;
/// The most of any layout for listening (22.2 of ITU-R BS.2051).
const CHANNELS_MAX: u8 = 24;
/// Hz: DSD 512, of which each bit is a sample.
const RATE_MAX: u32 = 24_576_000;
const MONTH_MS: u64 = 31 * 86_400_000;

/// `Err` says in a few words why a file with these facts is not taken.
pub fn check(duration_ms: u64, audio: Option<&SourceAudio>, video: Option<&SourceVideo>) -> Result<(), String> {
    if audio.is_none() && video.is_none() {
        return Err("it holds neither sound nor moving pictures".to_owned());
    }
    video.map_or(Ok(()), check_video)?;
    audio.map_or(Ok(()), check_audio)?;
    if duration_ms > MONTH_MS {
        return Err("it claims to last for more than a month".to_owned());
    }
    Ok(())
}

fn check_video(video: &SourceVideo) -> Result<(), String> {
    let SourceVideo { width, height, frames_per_1000_s, .. } = video;
    let pixels = u64::from(*width) * u64::from(*height);
    if *width > SIDE_MAX || *height > SIDE_MAX || pixels > PIXELS_MAX {
        return Err(format!("its pictures claim {width} x {height} pixels, which is too much to play"));
    }
    if *frames_per_1000_s > FRAMES_PER_1000_S_MAX {
        return Err(format!("it claims {} pictures a second, which is too many to play", frames_per_1000_s / 1000));
    }
    Ok(())
}

fn check_audio(audio: &SourceAudio) -> Result<(), String> {
    let SourceAudio { rate, channels, .. } = audio;
    if *channels > CHANNELS_MAX {
        return Err(format!("its sound claims {channels} channels, which is too many to play"));
    }
    if *rate > RATE_MAX {
        return Err(format!("its sound claims {rate} samples a second, which is too many to play"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film(width: u32, height: u32, frames_per_1000_s: u32) -> Result<(), String> {
        check(1, None, Some(&SourceVideo { width, height, frames_per_1000_s, ..SourceVideo::default() }))
    }

    fn song(duration_ms: u64, rate: u32, channels: u8) -> Result<(), String> {
        check(duration_ms, Some(&SourceAudio { rate, channels, ..SourceAudio::default() }), None)
    }

    #[test]
    fn believes_what_can_be_and_refuses_the_absurd_with_its_reason() {
        // What is not known is 0, and believed.
        for good in [film(7680, 4320, 60_000), film(0, 0, 0), song(1, 768_000, 24), song(0, 0, 0), song(1, 22_579_200, 2)] {
            assert_eq!(good, Ok(()));
        }
        for (bad, reason) in [
            (film(100_000, 100_000, 25_000), "100000 x 100000"),
            (film(16_000, 16_000, 25_000), "16000 x 16000"),
            (film(u32::MAX, u32::MAX, 0), "pixels"),
            (film(640, 480, u32::MAX), "pictures a second"),
            (song(1, 44_100, 255), "255 channels"),
            (song(1, u32::MAX, 2), "samples a second"),
            (song(u64::MAX, 44_100, 2), "a month"),
            (check(1, None, None), "neither"),
        ] {
            assert!(bad.as_ref().is_err_and(|said| said.contains(reason)), "{bad:?}");
        }
    }
}
