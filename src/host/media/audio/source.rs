//! From a file to the sound that is wanted of it: `decodebin`, one of its pads, and the first buffer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_audio as gst_audio;

use super::pipeline::{STEP, bus_error, message_error};
use crate::host::media::error::MediaError;

pub fn no_sound() -> MediaError {
    MediaError::unplayable("This file has no sound that the host can decode.")
}

/// Links a sound stream that decodes, counted from 0; says so on the bus when there is none.
pub fn link_sound(decode: &gst::Element, convert: &gst::Element, stream: u8) {
    let input = convert.static_pad("sink").expect("audioconvert has a sink pad");
    let seen = Arc::new(Mutex::new(0u32));
    let seen_now = Arc::clone(&seen);
    decode.connect_pad_added(move |_, pad| {
        let mut seen = seen_now.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == u32::from(stream) {
            let _ = pad.link(&input);
        }
        *seen += 1;
    });
    decode.connect_no_more_pads(move |decode| {
        if *seen.lock().unwrap_or_else(PoisonError::into_inner) <= u32::from(stream) {
            gst::element_error!(decode, gst::StreamError::WrongType, ["no sound"]);
        }
    });
}

/// Holds on to the first format that comes, whatever comes later: a row of songs in one Ogg, a broadcast with two programmes.
pub fn keep_first_format(convert: &gst::Element, filter: &gst::Element) {
    let filter = filter.clone();
    let known = AtomicBool::new(false);
    let input = convert.static_pad("sink").expect("audioconvert has a sink pad");
    input.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, probe| {
        if let Some(gst::EventView::Caps(event)) = probe.event().map(|event| event.view())
            && let Ok(info) = gst_audio::AudioInfo::from_caps(event.caps())
            && let Ok(mut caps) = info.to_caps()
            && !known.swap(true, Ordering::Relaxed)
        {
            caps.make_mut().set("layout", "interleaved");
            filter.set_property("caps", caps);
        }
        gst::PadProbeReturn::Ok
    });
}

pub fn wait_for_preroll(pipeline: &gst::Pipeline) -> Result<(), MediaError> {
    let bus = pipeline.bus().expect("a pipeline has a bus");
    if pipeline.set_state(gst::State::Paused).is_err() {
        return Err(bus_error(pipeline).unwrap_or(MediaError::Gone));
    }
    let mut missing = None;
    let kinds = [gst::MessageType::Error, gst::MessageType::Element, gst::MessageType::AsyncDone, gst::MessageType::Eos];
    while let Some(message) = bus.timed_pop_filtered(STEP, &kinds) {
        match message.view() {
            gst::MessageView::AsyncDone(_) => return Ok(()),
            gst::MessageView::Eos(_) => return Err(no_sound()),
            _ => match message_error(&message) {
                // Not yet fatal: another stream of the file may decode.
                Some(error @ MediaError::MissingPlugin(_)) => missing = Some(error),
                Some(error) => return Err(missing.unwrap_or(error)),
                None => {}
            },
        }
    }
    Err(MediaError::unplayable("This file takes too long to open."))
}
