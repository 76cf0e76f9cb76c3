//! Which renditions a file can be played in.

use crate::protocol::{MediaKind, Rendition};

/// How a file's sound is coded, as the scanner's tag reader tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudioCodec {
    Flac,
    /// Uncompressed, in WAV or AIFF.
    Pcm,
    Alac,
    /// MP3, AAC, Vorbis, Opus and whatever else loses information.
    Lossy,
}

/// What the scanner knows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbedFile {
    pub kind: MediaKind,
    /// `None` when the file has no sound.
    pub audio: Option<AudioCodec>,
    /// Bits of an integer sample, where the codec keeps them; `None` when unknown.
    pub bits: Option<u8>,
    /// The pictures are H.264 in MP4.
    pub h264_in_mp4: bool,
}

/// FLAC carries integers of up to 24 bits through every browser; wider (or floating-point) samples would not survive.
const FLAC_BITS_MAX: u8 = 24;

/// `(renditions, sound)` of a library item, each best first; `sound` is a video's sound and empty for audio.
pub fn offers(file: &ProbedFile) -> (Vec<Rendition>, Vec<Rendition>) {
    let lossy = vec![Rendition::Opus160, Rendition::Aac256];
    match (file.kind, file.audio) {
        (MediaKind::Audio, None) => (Vec::new(), Vec::new()),
        (MediaKind::Audio, Some(codec)) => {
            let exact = codec != AudioCodec::Lossy && file.bits.is_none_or(|bits| bits <= FLAC_BITS_MAX);
            (if exact { [vec![Rendition::Flac], lossy].concat() } else { lossy }, Vec::new())
        }
        (MediaKind::Video, audio) => {
            let pictures = if file.h264_in_mp4 { vec![Rendition::H264] } else { Vec::new() };
            (pictures, if audio.is_some() { lossy } else { Vec::new() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Rendition::{Aac256, Flac, H264, Opus160};

    fn audio(codec: AudioCodec, bits: Option<u8>) -> ProbedFile {
        ProbedFile { kind: MediaKind::Audio, audio: Some(codec), bits, h264_in_mp4: false }
    }

    #[test]
    fn offers_flac_only_where_it_is_exact() {
        assert_eq!(offers(&audio(AudioCodec::Flac, Some(24))).0, [Flac, Opus160, Aac256]);
        assert_eq!(offers(&audio(AudioCodec::Pcm, Some(32))).0, [Opus160, Aac256]);
        assert_eq!(offers(&audio(AudioCodec::Lossy, None)).0, [Opus160, Aac256]);
    }

    #[test]
    fn offers_a_videos_pictures_and_sound_apart() {
        let video = ProbedFile { kind: MediaKind::Video, audio: Some(AudioCodec::Lossy), bits: None, h264_in_mp4: true };
        assert_eq!(offers(&video), (vec![H264], vec![Opus160, Aac256]));
        assert_eq!(offers(&ProbedFile { audio: None, ..video }), (vec![H264], vec![]));
    }
}
