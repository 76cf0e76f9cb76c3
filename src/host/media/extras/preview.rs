//! The strip of small pictures that is shown while seeking.

use std::path::Path;
use std::time::{Duration, Instant};

use image::RgbImage;
use image::imageops::{replace, thumbnail};

use super::frames::Frames;
use super::jpeg;
use crate::host::media::error::MediaError;
use crate::protocol::PreviewHead;

const WIDTH: u32 = 160;
/// Of an upright video, whose pictures are narrower then.
const HEIGHT_MAX: u32 = 288;
const COLUMNS: u32 = 10;
const COUNT_MAX: u64 = 100;
const INTERVAL_MS_MIN: u64 = 10_000;
/// A file that decodes slowly has fewer different pictures.
const BUDGET: Duration = Duration::from_secs(9);
const QUALITY: u8 = 70;

/// A JPEG of up to 100 pictures, the key frame nearest to each time, and how they lie.
///
/// Pictures are taken coarsely first, then in between, so that one which cannot be had, for damage or for time, is stood in for by its neighbour.
pub fn preview(path: &Path) -> Result<(Vec<u8>, PreviewHead), MediaError> {
    let began = Instant::now();
    let frames = Frames::open(path, 2 * WIDTH)?;
    let first = frames.first().ok_or_else(|| MediaError::unplayable("This file has no pictures that the host can decode."))?;
    let head = lay_out(&first, frames.duration_ms.unwrap_or(0));
    let mut pictures: Vec<Option<RgbImage>> = vec![None; head.count as usize];
    for index in coarse_first(pictures.len()) {
        if began.elapsed() > BUDGET {
            break;
        }
        pictures[index] = frames.at(index as u64 * head.interval_ms).map(|picture| small(&picture, &head));
    }
    let mut strip = RgbImage::new(head.width * head.columns, head.height * head.count.div_ceil(head.columns));
    let mut last = small(&first, &head);
    for (index, picture) in (0u32..).zip(pictures) {
        last = picture.unwrap_or(last);
        let (column, row) = (index % head.columns, index / head.columns);
        replace(&mut strip, &last, i64::from(column * head.width), i64::from(row * head.height));
    }
    Ok((jpeg(&strip, QUALITY)?, head))
}

fn lay_out(picture: &RgbImage, duration_ms: u64) -> PreviewHead {
    let interval_ms = duration_ms.div_ceil(COUNT_MAX).max(INTERVAL_MS_MIN);
    let count = u32::try_from(duration_ms.div_ceil(interval_ms).clamp(1, COUNT_MAX)).expect("at most a hundred");
    let (wide, high) = (picture.width().max(1), picture.height().max(1));
    let height = (WIDTH * high).div_ceil(wide).max(1);
    let (width, height) = if height > HEIGHT_MAX { ((HEIGHT_MAX * wide / high).max(1), HEIGHT_MAX) } else { (WIDTH, height) };
    PreviewHead { width, height, columns: COLUMNS.min(count), count, interval_ms }
}

fn small(picture: &RgbImage, head: &PreviewHead) -> RgbImage {
    thumbnail(picture, head.width, head.height)
}

/// Every sixteenth, then those in the midst between, until all are there.
fn coarse_first(count: usize) -> impl Iterator<Item = usize> {
    let is_new = |index: usize, stride: usize| stride == 16 || !index.is_multiple_of(stride * 2);
    [16, 8, 4, 2, 1].into_iter().flat_map(move |stride| (0..count).step_by(stride).filter(move |index| is_new(*index, stride)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_taken_once_and_the_coarse_ones_first() {
        for count in [1, 2, 17, 100] {
            let mut order: Vec<usize> = coarse_first(count).collect();
            assert!(order.iter().take(count.div_ceil(16)).all(|index| index.is_multiple_of(16)));
            order.sort_unstable();
            assert_eq!(order, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_strip_stays_small_whatever_the_shape_and_length() {
        let picture = |width, height| RgbImage::new(width, height);
        let expected = PreviewHead { width: 160, height: 90, columns: 10, count: 100, interval_ms: 72_000 };
        assert_eq!(lay_out(&picture(320, 180), 7_200_000), expected);
        let short = PreviewHead { width: 160, height: 90, columns: 1, count: 1, interval_ms: 10_000 };
        assert_eq!(lay_out(&picture(320, 180), 3_000), short);
        assert_eq!(lay_out(&picture(320, 180), 0), short);
        let upright = lay_out(&picture(180, 320), 95_000);
        assert_eq!((upright.width, upright.height, upright.count, upright.columns), (160, 285, 10, 10));
        for (width, height) in [(1, 320), (320, 1), (1, 1)] {
            let head = lay_out(&picture(width, height), u64::MAX);
            assert!((1..=WIDTH).contains(&head.width) && (1..=HEIGHT_MAX).contains(&head.height) && head.count <= 100);
        }
    }
}
