//! Album covers, computed pixel by pixel: a sky that fades, a disc in it, and a pattern before it.

use std::f32::consts::TAU;

use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;

use super::error::ComposeError;

/// Width and height in pixels.
const SIDE: u16 = 600;
const QUALITY: u8 = 88;

pub type Rgb = [u8; 3];

/// What stands before the sky.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motif {
    Waves,
    Rings,
    Hills,
}

/// A JPEG of `motif`. `palette` is sky above, sky below, and foreground.
pub fn jpeg(motif: Motif, palette: &[Rgb; 3]) -> Result<Vec<u8>, ComposeError> {
    let mut pixels = Vec::with_capacity(usize::from(SIDE) * usize::from(SIDE) * 3);
    let step = 1.0 / f32::from(SIDE);
    for row in 0..SIDE {
        for column in 0..SIDE {
            pixels.extend(colour(motif, palette, f32::from(column) * step, f32::from(row) * step));
        }
    }
    let mut out = Vec::new();
    let encoded = JpegEncoder::new_with_quality(&mut out, QUALITY).encode(&pixels, SIDE.into(), SIDE.into(), ExtendedColorType::Rgb8);
    encoded.map_err(ComposeError::Cover)?;
    Ok(out)
}

/// The colour at (`x`, `y`) in 0..1, y downwards.
fn colour(motif: Motif, [above, below, front]: &[Rgb; 3], x: f32, y: f32) -> Rgb {
    let sky = mix(*above, *below, y);
    match motif {
        Motif::Waves => {
            let moon = mix(sky, [255, 244, 214], inside(0.13 - distance(x, y, 0.68, 0.28)));
            layers(moon, *front, 5, |layer| 0.52 + 0.1 * layer + 0.022 * (TAU * (x * (2.0 + layer) + 0.23 * layer)).sin() - y)
        }
        Motif::Rings => {
            let cell = |at: f32| (at * 3.0).fract() - 0.5;
            let radius = distance(cell(x), cell(y), 0.0, 0.0);
            let odd = ((x * 3.0).floor() + (y * 3.0).floor()) % 2.0;
            let ring = inside((radius * (3.0 + odd) * TAU).sin() * 0.02).min(inside(0.46 - radius));
            mix(sky, *front, ring * (1.0 - radius))
        }
        Motif::Hills => {
            let sun = mix(sky, [255, 226, 150], inside(0.16 - distance(x, y, 0.33, 0.42)));
            layers(sun, *front, 4, |layer| {
                let slope = (x * (1.6 + 0.7 * layer) + 0.31 * layer).fract();
                0.45 + 0.13 * layer + 0.22 * (slope - 0.5).abs() - y
            })
        }
    }
}

/// Paints `count` layers over `base`, each nearer to `front`; `depth` is how far above a layer's edge the point is.
fn layers(base: Rgb, front: Rgb, count: u8, depth: impl Fn(f32) -> f32) -> Rgb {
    (0..count).fold(base, |under, layer| {
        let shade = mix(base, front, f32::from(layer + 1) / f32::from(count));
        mix(under, shade, inside(-depth(f32::from(layer))))
    })
}

/// 1 well inside of an edge, 0 well outside, and smooth over one pixel and a half between.
fn inside(depth: f32) -> f32 {
    (depth * f32::from(SIDE) / 1.5 + 0.5).clamp(0.0, 1.0)
}

fn distance(x: f32, y: f32, to_x: f32, to_y: f32) -> f32 {
    (x - to_x).hypot(y - to_y)
}

fn mix(from: Rgb, to: Rgb, share: f32) -> Rgb {
    let channel = |i: usize| (f32::from(from[i]) + (f32::from(to[i]) - f32::from(from[i])) * share).round() as u8;
    [channel(0), channel(1), channel(2)]
}
