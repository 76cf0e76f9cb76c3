//! Films whose every picture tells its number, and what ffmpeg sees in ours.

use std::path::{Path, PathBuf};

use iroam::host::media::{Engine, Source};
use iroam::protocol::{MediaKind, Rendition};
use mp4_atom::{Decode, Moof};

use crate::kit::{Whole, fetch, ffmpeg, source};

pub const WIDTH: usize = 320;
pub const HEIGHT: usize = 180;
/// Rows at the top in which a picture's number stands: eight columns, the least significant bit first, black or white.
const STRIP: usize = 32;

/// ffmpeg's words for a film of so many pictures a second and seconds.
pub fn numbered(rate: &str, seconds: &str) -> String {
    let bits = format!("if(lt(Y,H*{STRIP}/{HEIGHT}),16+219*mod(floor(N/pow(2,floor(X*8/W))),2),lum(X,Y))");
    let gray = |plane: &str| format!("if(lt(Y,SH*H*{STRIP}/{HEIGHT}),128,{plane}(X,Y))");
    format!(
        "testsrc2=size={WIDTH}x{HEIGHT}:rate={rate}:duration={seconds},format=yuv420p,geq=lum='{bits}':cb='{}':cr='{}'",
        gray("cb"),
        gray("cr")
    )
}

/// A film made by these ffmpeg options out of `input`, a filter or `numbered`.
pub fn film(dir: &Path, name: &str, input: &str, options: &[&str]) -> PathBuf {
    let path = dir.join(name);
    let target = path.to_str().expect("UTF-8").to_owned();
    ffmpeg(&[&["-f", "lavfi", "-i", input], options, &[target.as_str()]].concat());
    path
}

/// Decoded pictures, 4:2:0, one after another.
pub struct Pictures {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

impl Pictures {
    /// By ffmpeg, each once, at that size.
    pub fn of(path: &Path, width: usize, height: usize) -> Self {
        let size = format!("scale={width}:{height}");
        let path = path.to_str().expect("UTF-8");
        let args = ["-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-vf", &size, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"];
        Self { width, height, bytes: ffmpeg(&args).stdout }
    }

    fn length(&self) -> usize {
        self.width * self.height * 3 / 2
    }

    pub fn count(&self) -> usize {
        assert!(self.bytes.len().is_multiple_of(self.length()), "whole pictures");
        self.bytes.len() / self.length()
    }

    pub fn picture(&self, number: usize) -> &[u8] {
        &self.bytes[number * self.length()..(number + 1) * self.length()]
    }

    /// The number that stands in a picture.
    pub fn number(&self, at: usize) -> usize {
        let picture = self.picture(at);
        let row = self.height * STRIP / HEIGHT / 2;
        (0..8).filter(|bit| picture[row * self.width + (2 * bit + 1) * self.width / 16] > 125).map(|bit| 1 << bit).sum()
    }

    pub fn numbers(&self) -> Vec<usize> {
        (0..self.count()).map(|at| self.number(at)).collect()
    }
}

/// Peak signal to noise, dB, of two pictures.
pub fn psnr(one: &[u8], other: &[u8]) -> f64 {
    assert_eq!(one.len(), other.len());
    let square: f64 = one.iter().zip(other).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 * one.len() as f64 / square.max(1e-9)).log10()
}

/// A film in a rendition: all of it, and the file that it makes.
pub async fn played(engine: &Engine, path: &Path, rendition: Rendition) -> (Whole, PathBuf) {
    let whole = fetch(engine, &video(path), rendition, false).await;
    let joined = path.with_extension(format!("{}.out.mp4", rendition.name()));
    whole.write(&joined);
    (whole, joined)
}

pub fn video(path: &Path) -> Source {
    source(path, MediaKind::Video)
}

/// The chunks of a segment: when each begins, in ticks, and how many frames it has.
pub fn chunks(segment: &[u8]) -> Vec<(u64, usize)> {
    let (mut rest, mut found) = (segment, Vec::new());
    while !rest.is_empty() {
        let moof = Moof::decode(&mut rest).expect("a moof");
        let mdat = u32::from_be_bytes(*rest.first_chunk().expect("an mdat")) as usize;
        assert_eq!(&rest[4..8], b"mdat");
        rest = &rest[mdat..];
        let traf = &moof.traf[0];
        found.push((traf.tfdt.as_ref().expect("a tfdt").base_media_decode_time, traf.trun[0].samples.iter().count()));
    }
    found
}
