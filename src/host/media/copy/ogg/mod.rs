//! Ogg (RFC 3533), and Opus in it (RFC 7845).

mod opus;
mod page;
mod stream;

use std::fs::File;

pub use opus::{mime, open};
use page::Page;
use stream::{Piece, Start};

#[cfg(test)]
mod tests;
