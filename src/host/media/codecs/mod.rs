//! Coded forms that more than one container carries: their names, their RFC 6381 strings, and the sample entries of their copies.

mod aac;
mod av1;
mod bits;
mod mime;
mod names;
mod vp9;

pub use aac::AacConfig;
pub use av1::av1_config;
pub use mime::{aac_mime, picture_copy};
pub use names::{matroska_name, mp4_name};
pub use vp9::{vp9_config, vp9_level};
