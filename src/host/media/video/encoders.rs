//! The encoders that are known, and how each is told what we want: an IDR first, no reordering, no delay, a bounded bitrate.

use gst::prelude::*;
use gstreamer as gst;

use super::rate::Rate;
use super::shape::Size;
use crate::host::media::audio::pipeline::element;
use crate::host::media::error::MediaError;

/// One that may be tried.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// GStreamer's name of it.
    pub name: &'static str,
    /// Layout of the pixels it takes.
    pub format: &'static str,
    pub hardware: bool,
}

const fn hardware(name: &'static str) -> Kind {
    Kind { name, format: "NV12", hardware: true }
}

const fn software(name: &'static str) -> Kind {
    Kind { name, format: "I420", hardware: false }
}

/// Best first. Never by rank: some that rank high start and encode nothing.
pub const KNOWN: [Kind; 6] = [
    hardware("nvh264enc"),
    hardware("vah264enc"),
    hardware("vaapih264enc"),
    hardware("qsvh264enc"),
    software("x264enc"),
    software("openh264enc"),
];

/// What an encoder is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim {
    pub size: Size,
    pub rate: Rate,
    /// Bits a second, in thousands, that it must not exceed, half a second of them ahead apart.
    pub kbps: u32,
    /// Slices that are encoded at once. Part of what is encoded, so it does not depend on the machine.
    pub threads: u32,
    pub preset: &'static str,
}

/// Lines of a rung: its bits a second (thousands) at up to 30 frames a second, slices, and x264's preset.
const LADDER: [(u32, u32, u32, &str); 5] = [
    (240, 400, 1, "veryfast"),
    (360, 800, 2, "veryfast"),
    (480, 1_400, 2, "veryfast"),
    (720, 3_000, 4, "veryfast"),
    // Two and a quarter times the pixels: a step faster, so that a small machine keeps up.
    (1_080, 5_500, 4, "superfast"),
];
/// A constant quality (x264's CRF) that the bitrate caps: dull stretches cost little, and each segment looks like its neighbours.
const QUALITY: &str = "23";
/// No segment is so long; only its first frame, and a cut, is a key frame.
const NO_MORE_KEY_FRAMES: &str = "1000";

impl Aim {
    pub fn new(lines: u32, size: Size, rate: Rate) -> Self {
        let row = LADDER.iter().find(|row| row.0 >= lines).unwrap_or(&LADDER[4]);
        let fast = rate.num > rate.den.saturating_mul(30);
        Self { size, rate, kbps: if fast { row.1 * 3 / 2 } else { row.1 }, threads: row.2, preset: row.3 }
    }
}

impl Kind {
    pub fn by_name(name: &str) -> Option<&'static Self> {
        KNOWN.iter().find(|kind| kind.name == name)
    }

    pub fn is_installed(&self) -> bool {
        gst::ElementFactory::find(self.name).is_some()
    }

    /// The encoder, told what it is to do.
    pub fn build(&self, aim: &Aim) -> Result<gst::Element, MediaError> {
        let encoder = element(self.name)?;
        let (kbps, bits, threads) = (aim.kbps.to_string(), (aim.kbps * 1_000).to_string(), aim.threads.to_string());
        let settings: &[(&str, &str)] = match self.name {
            "x264enc" => &[
                ("speed-preset", aim.preset),
                ("tune", "zerolatency"),
                ("threads", &threads),
                ("pass", "qual"),
                ("quantizer", QUALITY),
                ("bitrate", &kbps),
                ("vbv-buf-capacity", "500"),
                ("key-int-max", NO_MORE_KEY_FRAMES),
            ],
            "openh264enc" => &[
                ("usage-type", "camera"),
                ("complexity", "low"),
                ("rate-control", "bitrate"),
                ("bitrate", &bits),
                ("max-bitrate", &bits),
                ("gop-size", NO_MORE_KEY_FRAMES),
                ("multi-thread", &threads),
                ("slice-mode", "n-slices"),
                ("num-slices", &threads),
            ],
            "nvh264enc" => &[
                ("preset", "low-latency-hq"),
                ("zerolatency", "true"),
                ("rc-mode", "cbr"),
                ("bitrate", &kbps),
                ("gop-size", NO_MORE_KEY_FRAMES),
                ("bframes", "0"),
            ],
            "vah264enc" => &[("rate-control", "cbr"), ("bitrate", &kbps), ("key-int-max", NO_MORE_KEY_FRAMES), ("b-frames", "0")],
            "vaapih264enc" => &[("rate-control", "cbr"), ("bitrate", &kbps), ("keyframe-period", NO_MORE_KEY_FRAMES), ("max-bframes", "0")],
            _ => {
                &[("rate-control", "cbr"), ("bitrate", &kbps), ("gop-size", NO_MORE_KEY_FRAMES), ("b-frames", "0"), ("low-latency", "true")]
            }
        };
        settings.iter().for_each(|(name, value)| set(&encoder, name, value));
        Ok(encoder)
    }
}

/// Sets what this version of the encoder knows. One that cannot do without shows it in its trial.
fn set(encoder: &gst::Element, name: &str, text: &str) {
    if let Some(property) = encoder.find_property(name)
        && let Ok(value) = gst::glib::Value::deserialize_with_pspec(text, &property)
    {
        encoder.set_property_from_value(name, &value);
    }
}
