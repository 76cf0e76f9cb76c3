//! The codecs that are known by name: GStreamer's media type, a name for people, and the Debian package that decodes it.

use std::borrow::Cow;

use gstreamer as gst;

const BASE: &str = "gstreamer1.0-plugins-base";
const GOOD: &str = "gstreamer1.0-plugins-good";
const BAD: &str = "gstreamer1.0-plugins-bad";
const LIBAV: &str = "gstreamer1.0-libav";

pub struct Known {
    /// As a caps string; its first part is the media type.
    pub caps: &'static str,
    pub name: &'static str,
    /// Every sample is kept.
    pub is_lossless: bool,
    pub package: &'static str,
}

const fn lossy(caps: &'static str, name: &'static str, package: &'static str) -> Known {
    Known { caps, name, is_lossless: false, package }
}

const fn lossless(caps: &'static str, name: &'static str, package: &'static str) -> Known {
    Known { caps, name, is_lossless: true, package }
}

/// The first line that a stream's caps fit is the one.
pub const CODECS: [Known; 61] = [
    lossy("audio/AMR", "AMR", LIBAV),
    lossy("audio/AMR-WB", "AMR", LIBAV),
    lossy("audio/mpeg, mpegversion=(int)1, layer=(int)1", "MP1", GOOD),
    lossy("audio/mpeg, mpegversion=(int)1, layer=(int)2", "MP2", GOOD),
    lossy("audio/mpeg, mpegversion=(int)1", "MP3", GOOD),
    lossy("audio/mpeg, mpegversion=(int){2, 4}", "AAC", LIBAV),
    lossy("audio/x-ac3", "AC-3", LIBAV),
    lossy("audio/x-adpcm", "ADPCM", LIBAV),
    lossless("audio/x-alac", "ALAC", LIBAV),
    lossy("audio/x-alaw", "G.711", GOOD),
    lossy("audio/x-dsd", "DSD", LIBAV),
    lossy("audio/x-dts", "DTS", LIBAV),
    lossy("audio/x-eac3", "E-AC-3", LIBAV),
    lossless("audio/x-ffmpeg-parsed-ape", "APE", LIBAV),
    lossless("audio/x-ffmpeg-parsed-tta", "TTA", LIBAV),
    lossless("audio/x-flac", "FLAC", GOOD),
    lossless("audio/x-monkeys-audio", "APE", LIBAV),
    lossy("audio/x-mulaw", "G.711", GOOD),
    lossy("audio/x-musepack", "Musepack", BAD),
    lossy("audio/x-nellymoser", "Nellymoser", LIBAV),
    lossy("audio/x-opus", "Opus", BASE),
    lossless("audio/x-private1-lpcm", "PCM", BAD),
    lossy("audio/x-speex", "Speex", GOOD),
    lossless("audio/x-true-hd", "TrueHD", LIBAV),
    lossless("audio/x-tta", "TTA", LIBAV),
    lossy("audio/x-vorbis", "Vorbis", BASE),
    lossless("audio/x-wavpack", "WavPack", GOOD),
    lossless("audio/x-wma, wmaversion=(int)4", "WMA Lossless", LIBAV),
    lossy("audio/x-wma", "WMA", LIBAV),
    lossy("image/jpeg", "Motion JPEG", GOOD),
    lossy("video/mpeg, mpegversion=(int)1", "MPEG-1", LIBAV),
    lossy("video/mpeg, mpegversion=(int)2", "MPEG-2", LIBAV),
    lossy("video/mpeg, mpegversion=(int)4", "MPEG-4", LIBAV),
    lossy("video/x-3ivx", "3ivx", LIBAV),
    lossy("video/x-av1", "AV1", BAD),
    lossy("video/x-cinepak", "Cinepak", LIBAV),
    lossy("video/x-dirac", "Dirac", BAD),
    lossy("video/x-divx, divxversion=(int)3", "DivX 3", LIBAV),
    lossy("video/x-divx", "DivX", LIBAV),
    lossy("video/x-dnxhd", "DNxHD", LIBAV),
    lossy("video/x-dv, systemstream=(boolean)false", "DV", GOOD),
    lossy("video/x-ffv", "FFV1", LIBAV),
    lossy("video/x-flash-screen", "Flash Screen", LIBAV),
    lossy("video/x-flash-video", "Sorenson H.263", LIBAV),
    lossy("video/x-h263", "H.263", LIBAV),
    lossy("video/x-h264", "H.264", LIBAV),
    lossy("video/x-h265", "HEVC", LIBAV),
    lossy("video/x-huffyuv", "HuffYUV", LIBAV),
    lossy("video/x-indeo", "Indeo", LIBAV),
    lossy("video/x-msmpeg", "MS MPEG-4", LIBAV),
    lossy("video/x-prores", "ProRes", LIBAV),
    lossy("video/x-svq", "Sorenson Video", LIBAV),
    lossy("video/x-theora", "Theora", BASE),
    lossy("video/x-vp6", "VP6", LIBAV),
    lossy("video/x-vp6-flash", "VP6", LIBAV),
    lossy("video/x-vp8", "VP8", GOOD),
    lossy("video/x-vp9", "VP9", GOOD),
    lossy("video/x-wmv, wmvversion=(int)3, format=(string)WVC1", "VC-1", LIBAV),
    lossy("video/x-wmv", "WMV", LIBAV),
    lossy("video/x-xvid", "Xvid", LIBAV),
    lossy("image/x-jpc", "JPEG 2000", LIBAV),
];

/// A codec's name for people, and whether it keeps every sample.
pub struct Named {
    pub name: Cow<'static, str>,
    pub is_lossless: bool,
}

/// Whether a codec goes by this name here.
pub fn is_name(name: &str) -> bool {
    ["PCM", "Uncompressed"].contains(&name) || CODECS.iter().any(|known| known.name == name)
}

/// Whether this is how a stream is coded, rather than a container.
pub fn is_codec(caps: &gst::Caps) -> bool {
    let is_raw = caps.structure(0).is_some_and(|structure| structure.name().ends_with("/x-raw"));
    is_raw || known(caps).is_some()
}

/// A codec that has no line above goes by the last part of its media type.
pub fn named(caps: Option<&gst::Caps>) -> Named {
    let Some(media_type) = caps.and_then(|caps| caps.structure(0)).map(|structure| structure.name()) else {
        return Named { name: "unknown".into(), is_lossless: false };
    };
    match media_type.as_str() {
        "audio/x-raw" | "audio/x-au" | "audio/x-wav" | "audio/x-aiff" => return Named { name: "PCM".into(), is_lossless: true },
        "video/x-raw" => return Named { name: "Uncompressed".into(), is_lossless: true },
        _ => {}
    }
    match caps.and_then(|caps| known(caps)) {
        Some(known) => Named { name: known.name.into(), is_lossless: known.is_lossless },
        None => Named { name: last_part(media_type).to_owned().into(), is_lossless: false },
    }
}

fn known(caps: &gst::CapsRef) -> Option<&'static Known> {
    CODECS.iter().find(|known| known.caps().is_some_and(|line| line.can_intersect(caps)))
}

impl Known {
    /// `None` before GStreamer was started.
    pub fn caps(&self) -> Option<gst::Caps> {
        self.caps.parse().ok()
    }

    pub fn media_type(&self) -> &'static str {
        self.caps.split(',').next().unwrap_or(self.caps)
    }

    /// Whether anything that is installed decodes it.
    pub fn is_decoded(&self, decoders: &gst::glib::List<gst::ElementFactory>) -> bool {
        let Some(caps) = self.caps() else { return false };
        decoders.iter().any(|decoder| decoder.can_sink_any_caps(&caps))
    }
}

fn last_part(media_type: &str) -> &str {
    let name = media_type.rsplit('/').next().unwrap_or(media_type);
    name.strip_prefix("x-").unwrap_or(name)
}
