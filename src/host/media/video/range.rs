//! Full-range pictures (JPEG's, and those of some cameras) into video range.
//!
//! GStreamer 1.22's converter leaves the range as it is where matrix and layout stay the same, so it is done here, with the pixels' own numbers.

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_video as gst_video;
use gstreamer_video::prelude::VideoFrameExt;

/// Narrows every picture that goes through a pad, of planes of 8 bits: luma first, then chroma.
pub fn narrow_at(pad: &gst::Pad) {
    let (luma, chroma) = (table(16, 219, 0), table(128, 224, 128));
    pad.add_probe(gst::PadProbeType::BUFFER, move |pad, probe| {
        let info = pad.current_caps().and_then(|caps| gst_video::VideoInfo::from_caps(&caps).ok());
        let buffer = probe.buffer_mut().map(gst::Buffer::make_mut);
        if let (Some(info), Some(buffer)) = (info, buffer)
            && let Ok(mut frame) = gst_video::VideoFrameRef::from_buffer_ref_writable(buffer, &info)
        {
            for plane in 0..frame.n_planes() {
                let table = if plane == 0 { &luma } else { &chroma };
                if let Ok(bytes) = frame.plane_data_mut(plane) {
                    bytes.iter_mut().for_each(|byte| *byte = table[usize::from(*byte)]);
                }
            }
        }
        gst::PadProbeReturn::Ok
    });
}

/// From 256 steps to `steps + 1` around a zero that lies at `from` and comes to lie at `to` (ITU-R BT.709-6, section 4.6).
fn table(to: i32, steps: i32, from: i32) -> [u8; 256] {
    std::array::from_fn(|value| {
        let scaled = (i32::try_from(value).expect("a byte") - from) * steps;
        let rounded = (scaled * 2 + 255).div_euclid(510);
        u8::try_from((to + rounded).clamp(0, 255)).expect("clamped")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_white_and_gray_keep_their_meaning() {
        let (luma, chroma) = (table(16, 219, 0), table(128, 224, 128));
        assert_eq!((luma[0], luma[255], luma[128]), (16, 235, 126));
        assert_eq!((chroma[0], chroma[128], chroma[255]), (16, 128, 240));
    }
}
