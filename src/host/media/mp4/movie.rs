//! A movie's tracks, and when each begins.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use mp4_atom::{Co64, Codec, Ctts, Decode, Elst, Mvhd, Stco, Stsc, Stss, Stsz, Stts, Tkhd, Trex};

use super::boxes::{Kind, broken, child, children, decode_child, read_moov, require_child};
use super::fragments;
use super::gapless::{Gapless, gapless};
use super::labels::Labels;
use super::samples::{self, Sample};
use crate::host::media::error::MediaError;

/// No real file shifts a track by more ticks than this; beyond it, arithmetic on a lie could overflow.
const SHIFT_MAX: i64 = 1 << 50;

pub struct Movie {
    /// Ticks a second of `duration` and of edit durations.
    pub timescale: u32,
    pub duration: u64,
    pub tracks: Vec<Track>,
    /// Of a song bought from or made by iTunes.
    pub gapless: Option<Gapless>,
    /// What its fragments leave unsaid, by track; empty for a movie whose samples are all in the tables.
    fragments: HashMap<u32, Trex>,
}

pub struct Track {
    /// `vide`, `soun`, ...
    pub handler: Kind,
    /// Ticks a second of the media.
    pub timescale: u32,
    pub tkhd: Tkhd,
    /// Content time minus composition time, in media ticks, as the edit list says (ISO/IEC 14496-12, section 8.6.6).
    pub shift: i64,
    /// How long the edit list plays, in media ticks; `None` without one.
    pub edit_length: Option<u64>,
    /// Kind of the first sample entry, and the entry when it is of a known kind.
    pub entry: (Kind, Option<Codec>),
    pub labels: Labels,
    /// Its samples may lie in another file (section 8.7.2).
    is_elsewhere: bool,
    pub tables: Tables,
}

/// The sample tables as they are in the file: untrusted.
pub struct Tables {
    pub stts: Stts,
    pub ctts: Option<Ctts>,
    pub stss: Option<Stss>,
    pub stsc: Stsc,
    pub stsz: Stsz,
    pub chunk_offsets: Vec<u64>,
}

/// A file and the body of its `moov`, unparsed.
pub struct Opened {
    pub file: File,
    pub file_size: u64,
    pub moov: Vec<u8>,
    /// Where in the file that body begins.
    pub moov_at: u64,
}

impl Opened {
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let metadata = std::fs::metadata(path).map_err(|_| MediaError::Gone)?;
        if !metadata.is_file() {
            return Err(MediaError::unplayable("This is not a regular file."));
        }
        let file = File::open(path).map_err(|_| MediaError::Gone)?;
        let (moov, moov_at) = read_moov(&file, metadata.len())?;
        Ok(Self { file, file_size: metadata.len(), moov, moov_at })
    }
}

impl Movie {
    /// Opens a regular file and reads its `moov`.
    pub fn open(path: &Path) -> Result<(Self, File, u64), MediaError> {
        let opened = Opened::open(path)?;
        Ok((Self::parse(&opened.moov)?, opened.file, opened.file_size))
    }

    /// Parses the body of a `moov`. A track that does not parse is left out.
    pub fn parse(moov: &[u8]) -> Result<Self, MediaError> {
        let mvhd: Mvhd = require_child(moov)?;
        let timescale = if mvhd.timescale == 0 { return Err(broken()) } else { mvhd.timescale };
        let traks = children(moov).filter(|(kind, _)| kind == b"trak");
        let tracks = traks.filter_map(|(_, body)| parse_track(body, timescale).ok()).collect();
        Ok(Self { timescale, duration: mvhd.duration, tracks, gapless: gapless(moov), fragments: fragments::defaults(moov) })
    }

    /// Every sample of each of its tracks, in their order.
    pub fn samples(&self, file: &File, file_size: u64, tracks: &[&Track]) -> Result<Vec<Vec<Sample>>, MediaError> {
        let mut in_tables = tracks.iter().map(|track| samples::unfold(&track.tables)).collect::<Result<Vec<_>, _>>()?;
        if !self.fragments.is_empty() {
            let mut in_fragments = fragments::read(file, file_size, &self.fragments)?;
            for (samples, track) in in_tables.iter_mut().zip(tracks) {
                samples.extend(in_fragments.remove(&track.labels.id).unwrap_or_default());
            }
        }
        Ok(in_tables)
    }

    /// Whether samples may lie outside of the tables.
    pub fn is_fragmented(&self) -> bool {
        !self.fragments.is_empty()
    }

    /// Tracks with that handler, in the file's order.
    pub fn tracks(&self, handler: &Kind) -> impl Iterator<Item = &Track> {
        self.tracks.iter().filter(move |track| &track.handler == handler)
    }
}

impl Track {
    /// Whether its samples can be sent as they are under its first sample entry: all of them are of that, and in this file.
    pub fn is_plain(&self, samples: &[Sample]) -> bool {
        !self.is_elsewhere && samples.iter().all(|sample| sample.entry == 1)
    }

    /// Length of the content by the tables, in media ticks: what is decoded less what the edit list cuts off at the start.
    pub fn content_length(&self) -> u64 {
        let ticks = |entry: &mp4_atom::SttsEntry| u64::from(entry.sample_count) * u64::from(entry.sample_delta);
        let decoded = self.tables.stts.entries.iter().map(ticks).fold(0u64, u64::saturating_add);
        decoded.saturating_add_signed(self.shift.min(SHIFT_MAX))
    }

    /// When the last of it has been played, in media ticks, if so much is decoded and the edit list is followed.
    pub fn played_length(&self, decoded: u64) -> u64 {
        let content = decoded.saturating_add_signed(self.shift.min(SHIFT_MAX));
        let delay = u64::try_from(self.shift).unwrap_or(0);
        self.edit_length.map_or(content, |edit| edit.saturating_add(delay).min(content))
    }
}

fn parse_track(trak: &[u8], movie_timescale: u32) -> Result<Track, MediaError> {
    let mdia = child(trak, b"mdia").ok_or_else(broken)?;
    let timescale = media_timescale(mdia).ok_or_else(broken)?;
    let minf = child(mdia, b"minf").ok_or_else(broken)?;
    let stbl = child(minf, b"stbl").ok_or_else(broken)?;
    let entry = sample_entry(stbl)?;
    let edits = match child(trak, b"edts") {
        Some(edts) => decode_child::<Elst>(edts)?.unwrap_or_default(),
        None => Elst::default(),
    };
    let (shift, edit_length) = read_edits(&edits, movie_timescale, timescale)?;
    let handler = child(mdia, b"hdlr").and_then(|body| body.get(8..)?.first_chunk::<4>().copied()).ok_or_else(broken)?;
    let labels = Labels::read(trak, mdia, stbl);
    let (tkhd, tables) = (require_child(trak)?, read_tables(stbl)?);
    Ok(Track { handler, timescale, tkhd, shift, edit_length, entry, labels, is_elsewhere: is_elsewhere(minf), tables })
}

/// Whether a `dref` names any other file than this one.
fn is_elsewhere(minf: &[u8]) -> bool {
    /// The data are in the same file (section 8.7.2.3).
    const HERE: u8 = 1;
    let entries = child(minf, b"dinf").and_then(|dinf| child(dinf, b"dref")).and_then(|dref| dref.get(8..)).unwrap_or_default();
    children(entries).any(|(_, body)| body.get(3).is_none_or(|flags| flags & HERE == 0))
}

/// Ticks a second, from an `mdhd`; `None` for 0. QuickTime's numbers of languages do not parse as ISO's, so the box is read by hand.
fn media_timescale(mdia: &[u8]) -> Option<u32> {
    let mdhd = child(mdia, b"mdhd")?;
    let at = if *mdhd.first()? == 1 { 20 } else { 12 };
    let timescale = u32::from_be_bytes(*mdhd.get(at..)?.first_chunk::<4>()?);
    (timescale > 0).then_some(timescale)
}

fn sample_entry(stbl: &[u8]) -> Result<(Kind, Option<Codec>), MediaError> {
    // stsd: version and flags, entry count, then the entries.
    let entries = child(stbl, b"stsd").and_then(|body| body.get(8..)).ok_or_else(broken)?;
    let (kind, _) = children(entries).next().ok_or_else(broken)?;
    let codec = Codec::decode(&mut &*entries).ok().filter(|codec| !matches!(codec, Codec::Unknown(..)));
    Ok((kind, codec))
}

fn read_tables(stbl: &[u8]) -> Result<Tables, MediaError> {
    let chunk_offsets = match decode_child::<Stco>(stbl)? {
        Some(stco) => stco.entries.into_iter().map(u64::from).collect(),
        None => require_child::<Co64>(stbl)?.entries,
    };
    Ok(Tables {
        stts: require_child(stbl)?,
        ctts: decode_child(stbl)?,
        stss: decode_child(stbl)?,
        stsc: require_child(stbl)?,
        stsz: require_child(stbl)?,
        chunk_offsets,
    })
}

/// Leading empty edits delay the track; the first real one says where in the media it begins. Later edits are not played.
fn read_edits(elst: &Elst, movie_timescale: u32, media_timescale: u32) -> Result<(i64, Option<u64>), MediaError> {
    let to_media = |ticks: u64| u128::from(ticks) * u128::from(media_timescale) / u128::from(movie_timescale);
    let mut delay = 0u128;
    for edit in &elst.entries {
        let Some(media_time) = edit.media_time else {
            delay += to_media(edit.segment_duration);
            continue;
        };
        let shift = i128::try_from(delay).map_err(|_| broken())? - i128::from(media_time);
        let shift = i64::try_from(shift).ok().filter(|shift| shift.abs() <= SHIFT_MAX).ok_or_else(broken)?;
        let length = u64::try_from(to_media(edit.segment_duration)).map_err(|_| broken())?;
        return Ok((shift, (length > 0).then_some(length)));
    }
    Ok((0, None))
}
