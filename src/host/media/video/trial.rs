//! Which encoder of pictures works here: each that is known is made to encode a few, and is believed only then.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use gstreamer as gst;
use gstreamer_video as gst_video;

use super::colour::Colours;
use super::encode::{Coded, Encoder, Target};
use super::encoders::{Aim, KNOWN, Kind};
use super::rate::Rate;
use super::shape::Size;
use super::source::Picture;
use crate::host::media::error::MediaError;
use crate::host::media::job::Trial;

const SIZE: Size = Size { width: 640, height: 360 };
const FRAMES: u32 = 20;

/// The encoder that the host named to this process.
static CHOSEN: Mutex<Option<&'static Kind>> = Mutex::new(None);

/// Takes the encoder of that name without a trial: the host has seen it work.
pub fn prefer(name: Option<&str>) {
    if let Some(kind) = name.and_then(Kind::by_name) {
        *CHOSEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(kind);
    }
}

/// The encoder that this process uses. Never one of its own choice: what another makes has another name in the cache.
pub fn chosen() -> Result<&'static Kind, MediaError> {
    CHOSEN.lock().unwrap_or_else(PoisonError::into_inner).ok_or_else(|| MediaError::internal("no encoder of pictures was named"))
}

/// The encoders that may be tried, best first.
pub fn known_encoders() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|kind| kind.name)
}

/// Whether the encoder of that name works, and how fast it is.
///
/// # Errors
/// `MissingPlugin` when it is not installed, `Internal` when it does not do what is wanted of it.
pub fn trial(name: &str) -> Result<Trial, MediaError> {
    let kind = Kind::by_name(name).ok_or_else(|| MediaError::internal("no such encoder of pictures is known"))?;
    if !kind.is_installed() {
        return Err(no_encoder());
    }
    let pixels_per_second = prove(kind).ok_or_else(|| MediaError::internal("an encoder of pictures failed its trial"))?;
    Ok(Trial { encoder: kind.name.to_owned(), hardware: kind.hardware, pixels_per_second })
}

/// What is said when none works.
pub fn no_encoder() -> MediaError {
    MediaError::MissingPlugin(
        "The host has no encoder of pictures that works: install gstreamer1.0-plugins-ugly to play this video.".to_owned(),
    )
}

/// Pixels a second, when it gives what is wanted of it, twice alike.
fn prove(kind: &'static Kind) -> Option<u64> {
    let aim = Aim::new(720, SIZE, Rate { num: 30, den: 1 });
    let target = Target { kind, aim, colours: Colours::Bt709, full_range: false, turn: None };
    let pictures: Vec<Picture> = (0..FRAMES).map(draw).collect::<Option<_>>()?;
    let (first, avcc) = encode(target, &pictures).ok()?;
    let begun = Instant::now();
    let (again, avcc_again) = encode(target, &pictures).ok()?;
    let taken = begun.elapsed().as_micros().max(1);
    let sound = first.len() == pictures.len() && first[0].idr && avcc == avcc_again;
    let alike = first == again;
    let pixels = u128::from(SIZE.width) * u128::from(SIZE.height) * u128::from(FRAMES);
    (sound && alike).then(|| u64::try_from(pixels * 1_000_000 / taken).unwrap_or(u64::MAX))
}

fn encode(target: Target, pictures: &[Picture]) -> Result<(Vec<Coded>, mp4_atom::Avcc), MediaError> {
    let mut encoder = Encoder::start(target)?;
    pictures.iter().try_for_each(|picture| encoder.push(picture))?;
    encoder.finish()?;
    let avcc = encoder.avcc().cloned().ok_or_else(|| MediaError::internal("an encoder gave no parameter sets"))?;
    Ok((std::iter::from_fn(|| encoder.pop()).collect(), avcc))
}

/// One gray picture, for an encoder to tell its parameter sets by.
pub fn parameter_sets(target: Target) -> Result<mp4_atom::Avcc, MediaError> {
    let picture = plain(target.aim.size).ok_or_else(|| MediaError::internal("no picture to begin with"))?;
    Ok(encode(Target { full_range: false, turn: None, ..target }, &[picture])?.1)
}

fn plain(size: Size) -> Option<Picture> {
    picture(size, |_, _| 128)
}

/// Slopes that move, with grain: neither trivial nor impossible to predict.
fn draw(number: u32) -> Option<Picture> {
    let mut grain = number.wrapping_mul(2_654_435_761);
    picture(SIZE, |x, y| {
        grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((x + number * 3) / 2 + y + (grain >> 29)) as u8
    })
}

fn picture(size: Size, mut luma: impl FnMut(u32, u32) -> u8) -> Option<Picture> {
    let info =
        gst_video::VideoInfo::builder(gst_video::VideoFormat::I420, size.width, size.height).fps(gst::Fraction::new(30, 1)).build().ok()?;
    let mut bytes = vec![128u8; info.size()];
    let stride = usize::try_from(info.stride()[0]).ok()?;
    for (y, row) in (0..size.height).zip(bytes.chunks_exact_mut(stride)) {
        (0..size.width).zip(row).for_each(|(x, pixel)| *pixel = luma(x, y));
    }
    Some(Picture { buffer: gst::Buffer::from_mut_slice(bytes), caps: info.to_caps().ok()?, at: 0 })
}
