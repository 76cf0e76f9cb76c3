//! In which colours a source is encoded, and how that is said.

use gstreamer_video as gst_video;
use mp4_atom::Colr;

/// Video range always: what every screen takes. The matrix of the source is kept where a browser knows it, so that nothing is lost by turning
/// colours into others and back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// ITU-R BT.601, 525 lines.
    Bt601,
    /// ITU-R BT.709.
    Bt709,
}

/// RGB, and what does not say, is taken for BT.601 up to so many lines, as everywhere.
const BT601_LINES_MAX: u32 = 576;

impl Colours {
    pub fn of(info: &gst_video::VideoInfo) -> Self {
        use gst_video::VideoColorMatrix as Matrix;
        match info.colorimetry().matrix() {
            Matrix::Bt601 | Matrix::Fcc => Self::Bt601,
            Matrix::Bt709 | Matrix::Bt2020 | Matrix::Smpte240m => Self::Bt709,
            _ if info.height() <= BT601_LINES_MAX => Self::Bt601,
            _ => Self::Bt709,
        }
    }

    /// GStreamer's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bt601 => "bt601",
            Self::Bt709 => "bt709",
        }
    }

    /// For the sample entry, by the numbers of ISO/IEC 23091-2.
    pub fn colr(self) -> Colr {
        let number = match self {
            Self::Bt601 => 6,
            Self::Bt709 => 1,
        };
        Colr::Nclx { colour_primaries: number, transfer_characteristics: number, matrix_coefficients: number, full_range_flag: false }
    }
}

/// Of a source that is not RGB, which has no other range.
pub fn is_full_range(info: &gst_video::VideoInfo) -> bool {
    !info.is_rgb() && info.colorimetry().range() == gst_video::VideoColorRange::Range0_255
}
