//! What comes before the clusters: segment, info, tracks; and where the rest is.

use std::path::Path;

use super::blocks::Walker;
use super::ebml::{Element, Input, broken, child, children, float, number_in, text_in};
use super::ids;
use super::tracks::{Kind, Track, read_tracks};
use crate::host::media::error::MediaError;

const INFO_BYTES_MAX: u64 = 1 << 20;
/// Codec configurations may be long (fonts are not among them).
const TRACKS_BYTES_MAX: u64 = 16 << 20;
const SEEK_HEAD_BYTES_MAX: u64 = 1 << 20;
/// Elements directly in a segment that are looked at before the first cluster.
const TOP_ELEMENTS_MAX: usize = 10_000;

/// An open file, its clusters not looked at.
pub struct Matroska {
    pub input: Input,
    /// Nanoseconds a tick of the file's stamps.
    pub tick_ns: u64,
    /// Ticks, not whole ones.
    pub duration: Option<f64>,
    pub title: Option<String>,
    pub tracks: Vec<Track>,
    /// Where positions in this segment count from.
    pub segment_body: u64,
    pub segment_end: u64,
    pub first_cluster: Option<u64>,
    places: Vec<(u32, u64)>,
}

impl Matroska {
    /// Reads what comes before the clusters.
    ///
    /// # Errors
    /// `Gone` when there is no such file, `Unplayable` when it is not Matroska or tells of no tracks.
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let mut input = Input::open(path)?;
        let size = input.size;
        let no_file = || MediaError::unplayable("This is not a whole Matroska file.");
        let head = input.element(0, size)?.filter(|head| head.id == ids::EBML).ok_or_else(no_file)?;
        let segment = input.element(head.end(size), size)?.filter(|segment| segment.id == ids::SEGMENT).ok_or_else(no_file)?;
        let mut opened = Self {
            input,
            tick_ns: 1_000_000,
            duration: None,
            title: None,
            tracks: Vec::new(),
            segment_body: segment.body,
            segment_end: segment.end(size),
            first_cluster: None,
            places: Vec::new(),
        };
        opened.read_top()?;
        if opened.tracks.is_empty() {
            return Err(no_file());
        }
        Ok(opened)
    }

    fn read_top(&mut self) -> Result<(), MediaError> {
        let mut at = self.segment_body;
        for _ in 0..TOP_ELEMENTS_MAX {
            let Some(element) = self.input.element(at, self.segment_end)? else { break };
            if element.id == ids::CLUSTER {
                self.first_cluster = Some(element.at);
                break;
            }
            self.note(&element)?;
            let Some(length) = element.length else { break };
            at = element.body.checked_add(length).ok_or_else(broken)?;
        }
        // What is not before the clusters is where the seek head says, and only if it is what was meant.
        for id in [ids::INFO, ids::TRACKS] {
            let missing = if id == ids::TRACKS { self.tracks.is_empty() } else { self.duration.is_none() };
            if let Some(element) = missing.then(|| self.find(id)).transpose()?.flatten() {
                self.note(&element)?;
            }
        }
        Ok(())
    }

    fn note(&mut self, element: &Element) -> Result<(), MediaError> {
        match element.id {
            ids::INFO => {
                let info = self.input.body(element, INFO_BYTES_MAX)?;
                self.tick_ns =
                    number_in(&info, ids::TIMESTAMP_SCALE).filter(|scale| (1..=1_000_000_000).contains(scale)).unwrap_or(1_000_000);
                self.duration = child(&info, ids::DURATION).and_then(float).filter(|ticks| ticks.is_finite() && *ticks > 0.0);
                self.title = text_in(&info, ids::TITLE);
            }
            ids::TRACKS => self.tracks = read_tracks(&self.input.body(element, TRACKS_BYTES_MAX)?),
            ids::SEEK_HEAD => {
                let head = self.input.body(element, SEEK_HEAD_BYTES_MAX)?;
                let seeks = children(&head).filter(|(id, _)| *id == ids::SEEK);
                let places = seeks.filter_map(|(_, seek)| {
                    let id = u32::try_from(number_in(seek, ids::SEEK_ID)?).ok()?;
                    Some((id, self.segment_body.checked_add(number_in(seek, ids::SEEK_POSITION)?)?))
                });
                let places: Vec<_> = places.collect();
                self.places.extend(places);
            }
            id => self.places.push((id, element.at)),
        }
        Ok(())
    }

    /// The stamp of the content's beginning: the earliest that a stream of sound or pictures begins with, so that they keep their distances.
    pub fn origin(&mut self) -> Result<i64, MediaError> {
        /// A stream that begins later than after so many blocks does not begin first.
        const BLOCKS_MAX: usize = 500;
        let is_media = |track: &&Track| matches!(track.kind, Kind::Picture | Kind::Sound);
        let mut unseen: Vec<u64> = self.tracks.iter().filter(is_media).map(|track| track.number).collect();
        let Some(at) = self.first_cluster else { return Ok(0) };
        let mut walker = Walker::new(at, self.segment_end);
        let all = unseen.clone();
        let mut earliest = None;
        for _ in 0..BLOCKS_MAX {
            let Some(block) = walker.next_of(&mut self.input, &all)? else { break };
            unseen.retain(|number| *number != block.track);
            earliest = Some(earliest.map_or(block.stamp, |other: i64| other.min(block.stamp)));
            if unseen.is_empty() {
                break;
            }
        }
        Ok(earliest.unwrap_or(0))
    }

    /// The element of that id directly in the segment, where it was met or the seek head says it is.
    pub fn find(&mut self, id: u32) -> Result<Option<Element>, MediaError> {
        let places: Vec<u64> = self.places.iter().filter(|(found, _)| *found == id).map(|(_, at)| *at).take(8).collect();
        for at in places {
            match self.input.element(at, self.segment_end) {
                Ok(Some(element)) if element.id == id => return Ok(Some(element)),
                _ => {}
            }
        }
        Ok(None)
    }

    /// The content of such an element; empty when there is none, or it cannot be read.
    pub fn optional(&mut self, id: u32, most: u64) -> Vec<u8> {
        let found = self.find(id).ok().flatten();
        found.and_then(|element| self.input.body(&element, most).ok()).unwrap_or_default()
    }

    pub fn duration_ms(&self) -> Option<u64> {
        // Saturates, and was checked to be a positive number.
        self.duration.map(|ticks| (ticks * self.tick_ns as f64 / 1e6).round() as u64)
    }
}
