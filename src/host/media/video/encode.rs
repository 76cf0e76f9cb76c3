//! A fresh encoder for each segment: what it gives depends only on the pictures it is fed.

use std::collections::VecDeque;

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;
use mp4_atom::{Atom, Avcc};

use super::colour::Colours;
use super::encoders::{Aim, Kind};
use super::nal::slices;
use super::range;
use super::shape::Size;
use super::source::{Picture, STEP};
use crate::host::media::audio::pipeline::{Running, bus_error, chain, element};
use crate::host::media::error::MediaError;

/// Pictures on their way through the encoder: more than any needs to begin, and few enough for memory.
const UNDER_WAY_MAX: u64 = 8;

/// How pictures are to come out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    pub kind: &'static Kind,
    pub aim: Aim,
    pub colours: Colours,
    /// The source's numbers are of full range.
    pub full_range: bool,
    /// The source's pictures are turned so.
    pub turn: Option<gst_video::VideoOrientationMethod>,
}

/// A coded frame: slices with four-byte lengths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coded {
    pub data: Vec<u8>,
    pub idr: bool,
}

pub struct Encoder {
    running: Running,
    input: gst_app::AppSrc,
    output: gst_app::AppSink,
    target: Target,
    pushed: u64,
    pulled: u64,
    avcc: Option<Avcc>,
    ready: VecDeque<Coded>,
}

impl Encoder {
    pub fn start(target: Target) -> Result<Self, MediaError> {
        let input = gst_app::AppSrc::builder().format(gst::Format::Time).max_bytes(0).build();
        let output = gst_app::AppSink::builder().sync(false).build();
        let scale = element("videoconvertscale")?;
        scale.set_property("add-borders", false);
        scale.set_property_from_str("method", "catrom");
        let (scaled, turned) = (element("capsfilter")?, element("capsfilter")?);
        scaled.set_property("caps", target.raw_caps(target.size_before_turn()));
        turned.set_property("caps", target.raw_caps(target.aim.size));
        let flip = element("videoflip")?;
        if let Some(turn) = target.turn {
            flip.set_property("video-direction", turn);
        }
        if target.full_range {
            range::narrow_at(&turned.static_pad("src").expect("a filter has a source pad"));
        }
        // Scaling and encoding are on threads of their own.
        let queue = element("queue")?;
        queue.set_property("max-size-buffers", 2u32);
        let (encoder, parse, wanted) = (target.kind.build(&target.aim)?, element("h264parse")?, element("capsfilter")?);
        let coded = gst::Caps::builder("video/x-h264").field("stream-format", "avc").field("alignment", "au").build();
        wanted.set_property("caps", coded);
        let (first, last) = (input.upcast_ref(), output.upcast_ref());
        let running = Running(chain(&[first, &scale, &scaled, &flip, &turned, &queue, &encoder, &parse, &wanted, last])?);
        running.0.set_state(gst::State::Playing).map_err(MediaError::internal)?;
        Ok(Self { running, input, output, target, pushed: 0, pulled: 0, avcc: None, ready: VecDeque::new() })
    }

    /// Feeds the next picture, and takes what is ready meanwhile.
    pub fn push(&mut self, picture: &Picture) -> Result<(), MediaError> {
        let info = gst_video::VideoInfo::from_caps(&picture.caps).map_err(MediaError::internal)?;
        let caps = self.target.input_caps(&info)?;
        if self.input.caps().as_ref() != Some(&caps) {
            self.input.set_caps(Some(&caps));
        }
        let mut buffer = picture.buffer.copy();
        let at = |number| gst::ClockTime::from_nseconds(u64::try_from(self.target.aim.rate.time_ns(number)).unwrap_or(0));
        let (from, to) = (at(self.pushed), at(self.pushed + 1));
        let stamped = buffer.get_mut().expect("a copy has one owner");
        stamped.set_pts(from);
        stamped.set_dts(None);
        stamped.set_duration(to.saturating_sub(from));
        stamped.unset_flags(gst::BufferFlags::all());
        self.input.push_buffer(buffer).map_err(|_| self.failure())?;
        self.pushed += 1;
        while self.pushed - self.pulled > UNDER_WAY_MAX {
            self.take(STEP)?;
        }
        while self.pushed > self.pulled && self.take(gst::ClockTime::ZERO)? {}
        Ok(())
    }

    /// No picture follows; the last frames come out.
    pub fn finish(&mut self) -> Result<(), MediaError> {
        self.input.end_of_stream().map_err(MediaError::internal)?;
        while self.pulled < self.pushed {
            if !self.take(STEP)? {
                return Err(self.failure());
            }
        }
        Ok(())
    }

    /// A coded frame that is ready, in order.
    pub fn pop(&mut self) -> Option<Coded> {
        self.ready.pop_front()
    }

    pub fn ready(&self) -> usize {
        self.ready.len()
    }

    /// Parameter sets; known when the first frame has come out.
    pub fn avcc(&self) -> Option<&Avcc> {
        self.avcc.as_ref()
    }

    fn take(&mut self, wait: gst::ClockTime) -> Result<bool, MediaError> {
        let Some(sample) = self.output.try_pull_sample(wait) else {
            return if wait.is_zero() && !self.output.is_eos() { Ok(false) } else { Err(self.failure()) };
        };
        let broken = || MediaError::internal("an encoder gave a broken frame");
        if self.avcc.is_none() {
            let data = sample.caps().and_then(|caps| caps.structure(0)).and_then(|caps| caps.get::<gst::Buffer>("codec_data").ok());
            let map = data.as_ref().and_then(|data| data.map_readable().ok()).ok_or_else(broken)?;
            self.avcc = Some(Avcc::decode_body(&mut map.as_slice()).map_err(|_| broken())?);
        }
        let map = sample.buffer().and_then(|buffer| buffer.map_readable().ok()).ok_or_else(broken)?;
        let (data, idr) = slices(&map).ok_or_else(broken)?;
        self.pulled += 1;
        self.ready.push_back(Coded { data, idr });
        Ok(true)
    }

    fn failure(&self) -> MediaError {
        match bus_error(&self.running.0) {
            Some(missing @ MediaError::MissingPlugin(_)) => missing,
            _ => MediaError::internal("the encoder of pictures failed"),
        }
    }
}

impl Target {
    /// The source's caps at the grid's rate: what is said of its own rate, and of fields that are already one picture, is over.
    fn input_caps(&self, info: &gst_video::VideoInfo) -> Result<gst::Caps, MediaError> {
        let side = |number: u32| i32::try_from(number).map_err(MediaError::internal);
        let rate = gst::Fraction::new(side(self.aim.rate.num)?, side(self.aim.rate.den)?);
        let mut caps = info.to_caps().map_err(MediaError::internal)?;
        let structure = caps.make_mut().structure_mut(0).ok_or_else(|| MediaError::internal("a picture without caps"))?;
        structure.set("framerate", rate);
        structure.set("interlace-mode", "progressive");
        structure.remove_field("field-order");
        if self.full_range {
            structure.set("colorimetry", self.colours.name());
        }
        Ok(caps)
    }

    fn size_before_turn(&self) -> Size {
        use gst_video::VideoOrientationMethod as Turn;
        match self.turn {
            Some(Turn::_90r | Turn::_90l | Turn::UlLr | Turn::UrLl) => self.aim.size.turned(),
            _ => self.aim.size,
        }
    }

    fn raw_caps(&self, size: Size) -> gst::Caps {
        let side = |pixels: u32| i32::try_from(pixels).expect("fits a rung");
        gst::Caps::builder("video/x-raw")
            .field("format", self.kind.format)
            .field("width", side(size.width))
            .field("height", side(size.height))
            .field("pixel-aspect-ratio", gst::Fraction::new(1, 1))
            .field("interlace-mode", "progressive")
            .field("colorimetry", self.colours.name())
            // Said in the stream, and so the same for every source.
            .field("chroma-site", "mpeg2")
            .build()
    }
}
