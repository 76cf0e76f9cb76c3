//! How large a picture of a rung is.
//!
//! "Lines" are those of the shorter side: a film that was taken upright is as large, and costs as much, as one taken lying down. The longer
//! side is at most 16/9 of that, so that a wide film stays within what the rung's bits are meant for: 1080 is within 1920 by 1080.

use crate::protocol::Rendition;

/// Pixels as shown: square, upright.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Size {
    /// On its side.
    pub fn turned(self) -> Self {
        Self { width: self.height, height: self.width }
    }
}

/// Whether a rung shows pictures of that size as large as they are; a side that is 0 is not known. `false` for what is no rung.
pub fn holds(rung: Rendition, width: u32, height: u32) -> bool {
    rung.lines_max().is_some_and(|lines| {
        let long = width.max(height);
        let short = if width == 0 || height == 0 { long } else { width.min(height) };
        short <= lines && u64::from(long) * 9 <= u64::from(lines) * 16 + 16
    })
}

/// A picture's size with square pixels, before rotation; the lines stay, the columns follow. `None` for what cannot be.
pub fn square(width: u32, height: u32, pixel: (i32, i32)) -> Option<Size> {
    let (num, den) = match (u64::try_from(pixel.0), u64::try_from(pixel.1)) {
        (Ok(num @ 1..), Ok(den @ 1..)) => (num, den),
        _ => (1, 1),
    };
    let width = u32::try_from((u64::from(width) * num + den / 2) / den).ok()?;
    (width > 0 && height > 0).then_some(Size { width, height })
}

/// The size in a rung: even numbers, the aspect kept, never larger than the source.
pub fn fit(source: Size, lines: u32) -> Size {
    let (short, long) = (f64::from(source.width.min(source.height)), f64::from(source.width.max(source.height)));
    let (lines, columns) = (f64::from(lines), (f64::from(lines) * 16.0 / 9.0).ceil());
    let scale = (lines / short).min(columns / long).min(1.0);
    let even = |side: u32| {
        let near = (f64::from(side) * scale / 2.0).round() as u32 * 2;
        near.min(side / 2 * 2).max(2)
    };
    Size { width: even(source.width), height: even(source.height) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fitted(width: u32, height: u32, lines: u32) -> (u32, u32) {
        let size = fit(Size { width, height }, lines);
        (size.width, size.height)
    }

    #[test]
    fn fits_what_there_is() {
        assert_eq!(fitted(1920, 1080, 720), (1280, 720));
        assert_eq!(fitted(1920, 1080, 480), (854, 480));
        assert_eq!(fitted(1080, 1920, 480), (480, 854), "upright");
        assert_eq!(fitted(3840, 1600, 1080), (1920, 800), "wide");
        assert_eq!(fitted(640, 480, 1080), (640, 480), "never larger");
        assert_eq!(fitted(321, 181, 240), (320, 180), "even");
        assert_eq!(fitted(1, 1, 240), (2, 2));
        assert_eq!(square(720, 576, (64, 45)), Some(Size { width: 1024, height: 576 }));
        assert_eq!(square(720, 576, (0, 0)), Some(Size { width: 720, height: 576 }));
    }

    proptest! {
        #[test]
        fn a_rung_that_holds_a_picture_leaves_it_as_it_is(width in 2u32..5_000, height in 2u32..5_000, rung in prop::sample::select(Rendition::LADDER.to_vec())) {
            let lines = rung.lines_max().expect("a rung has lines");
            let size = fit(Size { width, height }, lines);
            prop_assert!(size.width.is_multiple_of(2) && size.height.is_multiple_of(2));
            prop_assert!(size.width.min(size.height) <= lines && size.width <= width && size.height <= height);
            if holds(rung, width, height) {
                prop_assert!(width - size.width <= 2 && height - size.height <= 2, "{size:?}");
            }
        }
    }
}
