//! Which renditions a file can be played in.

use super::video;
use crate::protocol::{MediaKind, Rendition, SourceAudio, SourceMedia, SourceVideo};

/// FLAC carries integers of up to 24 bits through every browser; wider (or floating-point) samples would not survive.
const FLAC_BITS_MAX: u8 = 24;

/// `(renditions, sound)` of a library item, each best first; `sound` is a video's sound and empty for audio.
pub fn offers(kind: MediaKind, source: &SourceMedia) -> (Vec<Rendition>, Vec<Rendition>) {
    let sound = source.audio.as_ref().map(sounds).unwrap_or_default();
    match kind {
        MediaKind::Audio => (sound, Vec::new()),
        MediaKind::Video => (source.video.as_ref().map(pictures).unwrap_or_default(), sound),
    }
}

/// What loses nothing first, then what was encoded once, then what is encoded twice.
fn sounds(source: &SourceAudio) -> Vec<Rendition> {
    let exact = source.lossless && source.bits.is_none_or(|bits| bits <= FLAC_BITS_MAX);
    let mut offered = Vec::new();
    offered.extend(exact.then_some(Rendition::Flac));
    offered.extend((source.mime.is_some() && !source.lossless).then_some(Rendition::AudioCopy));
    offered.extend([Rendition::Opus160, Rendition::Aac256, Rendition::Opus96, Rendition::Aac128]);
    offered
}

/// The pictures as they are, then smaller and smaller. The largest encoded size is the first that holds the source.
fn pictures(source: &SourceVideo) -> Vec<Rendition> {
    let mut offered: Vec<Rendition> = Vec::new();
    // A size that is not known may be any.
    let is_known = source.width > 0 && source.height > 0;
    for rung in Rendition::LADDER {
        offered.push(rung);
        if is_known && video::holds(rung, source.width, source.height) {
            break;
        }
    }
    offered.extend(source.mime.is_some().then_some(Rendition::VideoCopy));
    offered.reverse();
    offered
}

#[cfg(test)]
mod tests {
    use super::*;
    use Rendition::*;

    fn audio(lossless: bool, bits: Option<u8>, mime: Option<&str>) -> SourceMedia {
        let audio = SourceAudio { lossless, bits, mime: mime.map(str::to_owned), ..SourceAudio::default() };
        SourceMedia { audio: Some(audio), video: None }
    }

    #[test]
    fn offers_flac_only_where_it_is_exact() {
        let lossy = vec![Opus160, Aac256, Opus96, Aac128];
        assert_eq!(offers(MediaKind::Audio, &audio(true, Some(24), None)).0, [vec![Flac], lossy.clone()].concat());
        assert_eq!(offers(MediaKind::Audio, &audio(true, Some(32), None)).0, lossy);
        assert_eq!(offers(MediaKind::Audio, &audio(false, None, Some("audio/mpeg"))).0, [vec![AudioCopy], lossy].concat());
    }

    #[test]
    fn offers_no_larger_picture_than_the_source() {
        let of = |height, mime: Option<&str>| {
            let video = SourceVideo { width: height / 3 * 4, height, mime: mime.map(str::to_owned), ..SourceVideo::default() };
            offers(MediaKind::Video, &SourceMedia { audio: None, video: Some(video) })
        };
        assert_eq!(of(480, Some("video/mp4")), (vec![VideoCopy, H264P480, H264P360, H264P240], vec![]));
        assert_eq!(of(0, None).0.len(), Rendition::LADDER.len(), "of any size, for all that is known");
        assert_eq!(of(200, None).0, [H264P240]);
        // The rung above: the picture keeps its 576 lines there.
        assert_eq!(of(576, None).0, [H264P720, H264P480, H264P360, H264P240]);
        assert_eq!(of(2160, None).0, [H264P1080, H264P720, H264P480, H264P360, H264P240]);
    }
}
