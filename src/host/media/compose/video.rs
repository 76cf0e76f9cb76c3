//! A video whose every second has a colour and a tone of its own, so that eyes, ears and tests can tell where it is.

use std::f32::consts::TAU;
use std::path::Path;

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app::{AppSrc, AppSrcCallbacks};

use super::cover::Rgb;
use super::encode::aac_encoder;
use super::error::ComposeError;
use super::pipeline::{element, file_sink, link_chain, pcm_source, plain, run};
use super::synth::{BYTES_A_FRAME, Pcm};

/// Length in seconds.
pub const SECONDS: u16 = 24;
/// Second `n` has background `n % 8`, in sRGB.
pub const COLOURS_RGB: [Rgb; 8] =
    [[200, 40, 40], [40, 160, 60], [40, 70, 200], [220, 190, 40], [170, 60, 180], [40, 170, 180], [230, 120, 40], [110, 110, 120]];
/// Second `n` has tone `n % 8`: a pentatonic scale up and down.
pub const TONES_HZ: [f32; 8] = [261.63, 293.66, 329.63, 392.0, 440.0, 523.25, 440.0, 392.0];

const WIDTH: usize = 480;
const HEIGHT: usize = 270;
const FRAMES_A_SECOND: u16 = 25;
const RATE_HZ: u32 = 48_000;
const BALL_RADIUS: f32 = 28.0;

/// Writes the video to `path` as H.264 and AAC in MP4, without tags.
pub fn encode(path: &Path) -> Result<(), ComposeError> {
    let pipeline = gst::Pipeline::new();
    let sink = file_sink(path)?;
    let mux = plain("mp4mux")?;

    let picture = picture_source();
    let encoder = element("x264enc", |x264| {
        x264.property_from_str("speed-preset", "veryfast")
            .property("bitrate", 700u32)
            .property("key-int-max", u32::from(FRAMES_A_SECOND) * 2)
    })?;
    let parser = plain("h264parse")?;
    link_chain(&pipeline, &[picture.upcast_ref(), &encoder, &parser, &mux, &sink], path)?;

    let sound = pcm_source(&soundtrack());
    let (convert, encoder) = (plain("audioconvert")?, aac_encoder()?);
    link_chain(&pipeline, &[sound.upcast_ref(), &convert, &encoder, &mux], path)?;
    run(&pipeline, path)
}

/// Draws each frame when the encoder asks for it.
fn picture_source() -> AppSrc {
    let caps = gst::Caps::builder("video/x-raw")
        .field("format", "I420")
        .field("width", WIDTH as i32)
        .field("height", HEIGHT as i32)
        .field("framerate", gst::Fraction::new(FRAMES_A_SECOND.into(), 1))
        .field("pixel-aspect-ratio", gst::Fraction::new(1, 1))
        .field("colorimetry", "bt601")
        .build();
    let mut number = 0u16;
    let need_data = move |source: &AppSrc, _: u32| {
        if number == SECONDS * FRAMES_A_SECOND {
            let _ = source.end_of_stream();
            return;
        }
        let frame_ns = gst::ClockTime::SECOND / u64::from(FRAMES_A_SECOND);
        let mut buffer = gst::Buffer::from_mut_slice(draw(number));
        let stamped = buffer.get_mut().expect("a new buffer has one owner");
        stamped.set_pts(frame_ns * u64::from(number));
        stamped.set_duration(frame_ns);
        number += 1;
        // refused only when the pipeline has failed, which run() then tells
        let _ = source.push_buffer(buffer);
    };
    AppSrc::builder().caps(&caps).format(gst::Format::Time).callbacks(AppSrcCallbacks::builder().need_data(need_data).build()).build()
}

/// Frame `number` as I420: the second's colour, and a white ball that goes round once in four seconds.
fn draw(number: u16) -> Vec<u8> {
    let (luma, chroma) = (WIDTH * HEIGHT, WIDTH / 2 * HEIGHT.div_ceil(2));
    let [y, cb, cr] = ycbcr(COLOURS_RGB[usize::from(number / FRAMES_A_SECOND) % COLOURS_RGB.len()]);
    let mut frame = vec![y; luma + 2 * chroma];
    frame[luma..luma + chroma].fill(cb);
    frame[luma + chroma..].fill(cr);

    let angle = TAU * f32::from(number) / (4.0 * f32::from(FRAMES_A_SECOND));
    let (x, y) = (WIDTH as f32 / 2.0 + 170.0 * angle.sin(), HEIGHT as f32 / 2.0 - 90.0 * angle.cos());
    let white = ycbcr([255, 255, 255]);
    disc(&mut frame[..luma], WIDTH, (x, y), BALL_RADIUS, white[0]);
    disc(&mut frame[luma..luma + chroma], WIDTH / 2, (x / 2.0, y / 2.0), BALL_RADIUS / 2.0, white[1]);
    disc(&mut frame[luma + chroma..], WIDTH / 2, (x / 2.0, y / 2.0), BALL_RADIUS / 2.0, white[2]);
    frame
}

/// Fills a disc, which lies wholly within the plane, row by row.
fn disc(plane: &mut [u8], width: usize, (x, y): (f32, f32), radius: f32, value: u8) {
    for row in (y - radius).ceil() as usize..=(y + radius) as usize {
        let half = (radius * radius - (row as f32 - y).powi(2)).max(0.0).sqrt();
        plane[row * width + (x - half).ceil() as usize..=row * width + (x + half) as usize].fill(value);
    }
}

/// sRGB to 8-bit video range Y, Cb, Cr (ITU-R BT.601-7, section 2.5).
fn ycbcr(rgb: Rgb) -> [u8; 3] {
    let [r, g, b] = rgb.map(|channel| f32::from(channel) / 255.0);
    let y = 0.299 * r + 0.587 * g + 0.114 * b;
    [16.0 + 219.0 * y, 128.0 + 224.0 * (b - y) / 1.772, 128.0 + 224.0 * (r - y) / 1.402].map(|value| value.round() as u8)
}

/// The tone of each second, struck anew.
fn soundtrack() -> Pcm {
    let frames = usize::from(SECONDS) * RATE_HZ as usize;
    let mut bytes = Vec::with_capacity(frames * BYTES_A_FRAME);
    for second in 0..usize::from(SECONDS) {
        let step = TAU * TONES_HZ[second % TONES_HZ.len()] / RATE_HZ as f32;
        for frame in 0..RATE_HZ {
            let at = frame as f32;
            // in over 5 ms, out over the last 20 ms: no click where the tone changes
            let loudness = (at / 240.0).min((RATE_HZ as f32 - at) / 960.0).min(1.0) * (1.0 - 0.5 * at / RATE_HZ as f32);
            let sample = (at * step).sin() * loudness * 0.4 * f32::from(i16::MAX);
            let [low, high] = (sample.round() as i16).to_le_bytes();
            bytes.extend([low, high, low, high]);
        }
    }
    Pcm { rate_hz: RATE_HZ, bytes }
}
