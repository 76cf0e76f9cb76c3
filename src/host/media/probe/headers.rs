//! What a file's headers say of streams that nothing here decodes: taken apart, and not decoded.

use std::path::Path;

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_audio as gst_audio;

use crate::host::media::audio::{Running, element};
use crate::host::media::error::MediaError;
use crate::host::media::job::Probed;
use crate::host::media::plugins;
use crate::protocol::{SourceAudio, SourceMedia, SourceVideo};

/// A stream that brings nothing at the beginning is not waited for longer.
const WAIT: gst::ClockTime = gst::ClockTime::from_seconds(2);

/// `None` when not even the container can be taken apart.
pub fn read(path: &Path) -> Result<Option<Probed>, MediaError> {
    let (source, parse) = (element("filesrc")?, element("parsebin")?);
    source.set_property("location", path);
    let running = Running(gst::Pipeline::new());
    running.0.add_many([&source, &parse]).map_err(MediaError::internal)?;
    source.link(&parse).map_err(MediaError::internal)?;
    let pipeline = running.0.downgrade();
    parse.connect_pad_added(move |_, pad| {
        if let Some(pipeline) = pipeline.upgrade() {
            swallow(&pipeline, pad);
        }
    });
    // An error may be that of one stream; what is known of the others counts.
    let _ = running.0.set_state(gst::State::Paused);
    let bus = running.0.bus().expect("a pipeline has a bus");
    bus.timed_pop_filtered(WAIT, &[gst::MessageType::AsyncDone, gst::MessageType::Error]);
    let streams: Vec<gst::Caps> = parse.src_pads().iter().filter_map(|pad| pad.current_caps()).filter(plugins::is_codec).collect();
    let duration_ms = running.0.query_duration::<gst::ClockTime>().map_or(0, gst::ClockTime::mseconds);
    let source = SourceMedia { audio: streams.iter().find_map(audio), video: streams.iter().find_map(video) };
    Ok((source != SourceMedia::default()).then(|| Probed { duration_ms, source, ..Probed::default() }))
}

/// Takes what a stream brings, and throws it away.
fn swallow(pipeline: &gst::Pipeline, pad: &gst::Pad) {
    let Ok(sink) = gst::ElementFactory::make("fakesink").property("sync", false).build() else { return };
    if pipeline.add(&sink).is_ok()
        && let Some(input) = sink.static_pad("sink")
    {
        let _ = sink.sync_state_with_parent();
        let _ = pad.link(&input);
    }
}

fn audio(caps: &gst::Caps) -> Option<SourceAudio> {
    let fields = caps.structure(0).filter(|fields| fields.name().starts_with("audio/"))?;
    let number = |name: &str| fields.get::<i32>(name).ok().and_then(|number| u32::try_from(number).ok());
    let codec = plugins::named(Some(caps));
    let raw_bits = gst_audio::AudioInfo::from_caps(caps).ok().map(|info| info.depth());
    let bits = raw_bits.or(number("depth")).and_then(|bits| u8::try_from(bits).ok());
    Some(SourceAudio {
        codec: codec.name.into_owned(),
        mime: None,
        kbps: number("bitrate").map(|bits| bits.div_ceil(1000)).filter(|kbps| *kbps > 0),
        rate: number("rate").unwrap_or(0),
        channels: number("channels").and_then(|channels| u8::try_from(channels).ok()).unwrap_or(0),
        bits: bits.filter(|bits| codec.is_lossless && *bits > 0),
        lossless: codec.is_lossless,
    })
}

fn video(caps: &gst::Caps) -> Option<SourceVideo> {
    let fields = caps.structure(0).filter(|fields| fields.name().starts_with("video/"))?;
    let number = |name: &str| fields.get::<i32>(name).ok().and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
    let fraction = |name: &str| fields.get::<gst::Fraction>(name).ok();
    Some(SourceVideo {
        codec: plugins::named(Some(caps)).name.into_owned(),
        mime: None,
        width: super::square(number("width"), fraction("pixel-aspect-ratio")),
        height: number("height"),
        frames_per_1000_s: fraction("framerate").map_or(0, super::per_1000_s),
        kbps: None,
    })
}
