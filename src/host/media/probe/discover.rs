//! What GStreamer's Discoverer makes of a file.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use gst::glib;
use gstreamer as gst;
use gstreamer_pbutils as pbutils;
use pbutils::prelude::*;
use pbutils::{DiscovererAudioInfo, DiscovererContainerInfo, DiscovererInfo, DiscovererResult, DiscovererVideoInfo};

use super::{headers, said};
use crate::host::media::error::MediaError;
use crate::host::media::job::{Probed, Tags};
use crate::host::media::plugins;
use crate::host::media::streams::language_tag;
use crate::protocol::{SourceAudio, SourceMedia, SourceVideo};

/// Less than the parent's patience, so that the error is the better one.
const LIMIT: gst::ClockTime = gst::ClockTime::from_seconds(4);

/// What was found out, and what went wrong.
type Told = (DiscovererInfo, Option<glib::Error>);

/// Facts of any file that GStreamer can open.
pub fn discover(path: &Path) -> Result<Probed, MediaError> {
    let (info, error) = ask(path)?;
    match info.result() {
        DiscovererResult::Ok => Ok(decoded(&info)),
        // Of what it cannot decode it says nothing.
        DiscovererResult::MissingPlugins => {
            let probed = headers::read(path)?.ok_or_else(|| missing(&info))?;
            Ok(Probed { tags: tags(&info), ..probed })
        }
        DiscovererResult::Timeout => Err(MediaError::TooLong),
        _ if error.is_some_and(|error| is_of_drive(&error)) => Err(MediaError::Gone),
        _ => Err(MediaError::unplayable("This file is damaged, or is not media that the host can decode.")),
    }
}

/// Every sound of a file that is neither MP4 nor Matroska, with its language (BCP 47) where it says one.
///
/// # Errors
/// `TooLong` when it takes too long; a damaged file has none.
pub fn sounds(path: &Path) -> Result<Vec<(SourceAudio, Option<String>)>, MediaError> {
    let (info, _) = ask(path)?;
    if info.result() == DiscovererResult::Timeout {
        return Err(MediaError::TooLong);
    }
    let said = |sound: &DiscovererAudioInfo| sound.language().and_then(|language| language_tag(&language));
    Ok(info.audio_streams().iter().map(|sound| (audio(sound), said(sound))).collect())
}

/// Whether it says nothing of what is in the file.
fn is_of_drive(error: &glib::Error) -> bool {
    use gst::ResourceError::{Busy, NotAuthorized, NotFound, OpenRead, Read};
    matches!(error.kind::<gst::ResourceError>(), Some(Busy | NotAuthorized | NotFound | OpenRead | Read))
}

fn decoded(info: &DiscovererInfo) -> Probed {
    let audio = info.audio_streams().first().map(audio);
    // A picture that stands still is a cover.
    let video = info.video_streams().iter().find(|video| !video.is_image()).map(video);
    let duration_ms = info.duration().map_or(0, gst::ClockTime::mseconds);
    Probed { duration_ms, source: SourceMedia { audio, video }, tags: tags(info) }
}

/// Those of the whole file; a song's may be those of its sound, which in a film would be the sound's own name.
fn tags(info: &DiscovererInfo) -> Tags {
    let is_film = info.video_streams().iter().any(|video| !video.is_image());
    let of_sound = info.audio_streams().first().filter(|_| !is_film).and_then(|sound| sound.tags());
    // A container has two lists: of itself, and what a stream in its place would have.
    let whole = info.stream_info();
    let of_file = whole.as_ref().and_then(|whole| whole.downcast_ref::<DiscovererContainerInfo>()).and_then(DiscovererContainerInfo::tags);
    let of_whole = whole.as_ref().and_then(|whole| whole.tags());
    let lists: Vec<gst::TagList> = of_file.into_iter().chain(of_whole).chain(of_sound).collect();
    said::tags(&lists)
}

fn missing(info: &DiscovererInfo) -> MediaError {
    let details = info.missing_elements_installer_details();
    plugins::missing(details.first().map_or("", |detail| detail.as_str()))
}

/// Runs the discoverer. Its plain call would say either what it found or what went wrong, and a missing decoder is both.
fn ask(path: &Path) -> Result<Told, MediaError> {
    let uri = glib::filename_to_uri(path, None).map_err(MediaError::internal)?;
    let context = glib::MainContext::new();
    let found: Arc<Mutex<Option<Told>>> = Arc::default();
    let told = Arc::clone(&found);
    let asked = context.with_thread_default(|| {
        let discoverer = pbutils::Discoverer::new(LIMIT)?;
        discoverer.connect_discovered(move |_, info, error| {
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some((info.clone(), error.cloned()));
        });
        let is_done = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let done = Arc::clone(&is_done);
        discoverer.connect_finished(move |_| done.store(true, std::sync::atomic::Ordering::Relaxed));
        discoverer.start();
        discoverer.discover_uri_async(&uri).map_err(|error| glib::Error::new(gst::CoreError::Failed, &error.message))?;
        while !is_done.load(std::sync::atomic::Ordering::Relaxed) {
            context.iteration(true);
        }
        discoverer.stop();
        Ok::<(), glib::Error>(())
    });
    asked.map_err(MediaError::internal)?.map_err(MediaError::internal)?;
    let told = found.lock().unwrap_or_else(PoisonError::into_inner).take();
    told.ok_or_else(|| MediaError::internal("nothing was found out about a file"))
}

fn audio(info: &DiscovererAudioInfo) -> SourceAudio {
    let codec = plugins::named(info.caps().as_ref());
    SourceAudio {
        codec: codec.name.into_owned(),
        mime: None,
        kbps: kbps(info.bitrate()),
        rate: info.sample_rate(),
        channels: u8::try_from(info.channels()).unwrap_or(u8::MAX),
        bits: u8::try_from(info.depth()).ok().filter(|bits| codec.is_lossless && *bits > 0),
        lossless: codec.is_lossless,
    }
}

fn video(info: &DiscovererVideoInfo) -> SourceVideo {
    let (width, height) = shown_size(info);
    SourceVideo {
        codec: plugins::named(info.caps().as_ref()).name.into_owned(),
        mime: None,
        width,
        height,
        frames_per_1000_s: super::per_1000_s(info.framerate()),
        kbps: kbps(info.bitrate()),
    }
}

/// Bits a second to thousands; 0 is not known.
fn kbps(bits: u32) -> Option<u32> {
    (bits > 0).then_some(bits.div_ceil(1000))
}

/// A pixel's shape widens or narrows the picture; then it may lie on its side.
fn shown_size(info: &DiscovererVideoInfo) -> (u32, u32) {
    let (width, height) = (super::square(info.width(), Some(info.par())), info.height());
    if is_on_its_side(info) { (height, width) } else { (width, height) }
}

fn is_on_its_side(info: &DiscovererVideoInfo) -> bool {
    let tags = info.tags();
    let orientation = tags.as_ref().and_then(|tags| tags.get::<gst::tags::ImageOrientation>());
    orientation.is_some_and(|turn| ["rotate-90", "rotate-270", "flip-rotate-90", "flip-rotate-270"].contains(&turn.get()))
}
