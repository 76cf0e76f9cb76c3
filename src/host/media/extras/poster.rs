//! One picture that stands for a video.

use std::path::Path;
use std::time::{Duration, Instant};

use image::RgbImage;
use image::imageops::thumbnail;

use super::frames::Frames;
use super::jpeg;
use crate::host::media::error::MediaError;

/// The longer side, pixels.
const SIDE: u32 = 600;
const QUALITY: u8 = 85;
/// Where to look, in thousandths of the length: past the titles first.
const PLACES: [u64; 6] = [100, 200, 350, 500, 30, 700];
/// Looked at when the length is not known, milliseconds.
const EARLY_MS: [u64; 3] = [10_000, 3_000, 0];
const BUDGET: Duration = Duration::from_secs(8);
/// How far brightness strays around its mean in a picture that shows something (of 255).
const CONTRAST_ENOUGH: f64 = 28.0;
/// Less is one colour.
const CONTRAST_MIN: f64 = 2.0;

/// A JPEG of at most 600 pixels a side: the first of some places that shows something, else the best of them.
///
/// # Errors
/// `Unplayable` when nothing decodes; `NotFound` when every picture is of one colour.
pub fn poster(path: &Path) -> Result<Vec<u8>, MediaError> {
    // Twice as large, and averaged down: one step by GStreamer alone leaves jagged edges.
    let frames = Frames::open(path, 2 * SIDE)?;
    let tenths = frames.duration_ms.map(|duration| PLACES.map(|place| duration / 1000 * place).to_vec());
    let places = tenths.unwrap_or_else(|| EARLY_MS.to_vec());
    let mut best: Option<(f64, RgbImage)> = None;
    let began = Instant::now();
    for ms in places {
        let Some(picture) = frames.at(ms) else { continue };
        let contrast = contrast(&picture);
        if best.as_ref().is_none_or(|(other, _)| contrast > *other) {
            best = Some((contrast, picture));
        }
        // Late, whatever shows something must do.
        let enough = if began.elapsed() > BUDGET { CONTRAST_MIN } else { CONTRAST_ENOUGH };
        if best.as_ref().is_some_and(|(contrast, _)| *contrast >= enough) {
            break;
        }
    }
    let nothing = || MediaError::NotFound { what: "This video shows nothing to make a picture of.".to_owned() };
    match best {
        Some((contrast, picture)) if contrast >= CONTRAST_MIN => jpeg(&fit(&picture), QUALITY),
        Some(_) => Err(nothing()),
        None => Err(MediaError::unplayable("This file has no pictures that the host can decode.")),
    }
}

fn fit(picture: &RgbImage) -> RgbImage {
    let longer = picture.width().max(picture.height());
    if longer <= SIDE {
        return picture.clone();
    }
    let scaled = |side: u32| ((side * SIDE + longer / 2) / longer).max(1);
    thumbnail(picture, scaled(picture.width()), scaled(picture.height()))
}

/// Standard deviation of brightness (ITU-R BT.601).
fn contrast(picture: &RgbImage) -> f64 {
    let (mut sum, mut squares) = (0.0, 0.0);
    for pixel in picture.pixels() {
        let [red, green, blue] = pixel.0.map(f64::from);
        let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
        sum += luma;
        squares += luma * luma;
    }
    let count = f64::from(picture.width()) * f64::from(picture.height());
    let mean = sum / count.max(1.0);
    (squares / count.max(1.0) - mean * mean).max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn black_has_no_contrast_and_a_scene_has() {
        assert!(contrast(&RgbImage::new(64, 36)) < CONTRAST_MIN);
        assert!(contrast(&RgbImage::from_pixel(64, 36, Rgb([200, 30, 30]))) < CONTRAST_MIN);
        let scene = RgbImage::from_fn(64, 36, |x, y| Rgb([(x * 4) as u8, (y * 7) as u8, 90]));
        assert!(contrast(&scene) > CONTRAST_ENOUGH);
        let fitted = fit(&RgbImage::new(1200, 675));
        assert_eq!(fitted.dimensions(), (600, 338));
    }
}
