//! One logical stream's packets, in order.

use std::io;

use super::Page;
use crate::host::media::copy::window::Window;

/// Longest packet that is kept whole: far above any of sound. Of a longer one (a picture in the comments) the beginning is kept.
const PACKET_BYTES_MAX: usize = 256 * 1024;

/// Where a packet begins: its page, and which of the packets that begin on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    pub page: u64,
    pub number: usize,
}

/// A packet as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub start: Start,
    pub bytes: Vec<u8>,
    /// Every page that it lies on is as it was written; only told when asked for.
    pub whole: bool,
}

/// Reads pages from a place on and puts their packets together.
pub struct Walk {
    at: u64,
    serial: u32,
    /// The packet that the next page goes on with.
    open: Option<Piece>,
    /// Whether checksums are looked at.
    checked: bool,
}

/// What one page brought.
pub struct Step {
    pub page: Page,
    /// Packets that ended on it.
    pub packets: Vec<Piece>,
}

impl Walk {
    pub fn new(at: u64, serial: u32, checked: bool) -> Self {
        Self { at, serial, open: None, checked }
    }

    /// Where the page after those that were read begins.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The stream's next page; `None` where no whole page follows.
    pub fn next(&mut self, window: &mut Window) -> io::Result<Option<Step>> {
        loop {
            let Some(page) = Page::read(window, self.at)? else { return Ok(None) };
            let at = self.at;
            self.at += page.length() as u64;
            if page.serial == self.serial {
                let bytes = window.look(at, page.length())?;
                let Some(whole) = bytes.get(..page.length()) else { return Ok(None) };
                let packets = self.split(&page, at, whole);
                return Ok(Some(Step { page, packets }));
            }
        }
    }

    fn split(&mut self, page: &Page, at: u64, whole: &[u8]) -> Vec<Piece> {
        let (mut body, sound) = if self.checked { page.body(whole) } else { (&whole[whole.len() - body_length(page)..], true) };
        let mut packets = Vec::new();
        // What goes on from a page that was not read, or does not go on here, is not whole.
        let mut open = self.open.take().filter(|_| page.is_continued());
        let (mut number, mut skipping) = (0, page.is_continued() && open.is_none());
        for piece in &page.lacing {
            let (bytes, rest) = body.split_at(usize::from(*piece));
            body = rest;
            if !skipping {
                let packet = open.get_or_insert_with(|| {
                    number += 1;
                    Piece { start: Start { page: at, number: number - 1 }, bytes: Vec::new(), whole: true }
                });
                packet.whole &= sound;
                let room = PACKET_BYTES_MAX - packet.bytes.len();
                packet.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
            if *piece < 255 {
                packets.extend(open.take());
                skipping = false;
            }
        }
        self.open = open;
        packets
    }
}

fn body_length(page: &Page) -> usize {
    page.lacing.iter().map(|piece| usize::from(*piece)).sum()
}
