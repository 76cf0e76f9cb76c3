//! A movie's tracks, and when each begins.

use std::fs::File;
use std::path::Path;

use mp4_atom::{Avc1, Co64, Ctts, Elst, Mdhd, Mvhd, Stco, Stsc, Stss, Stsz, Stts, Tkhd};

use super::boxes::{Kind, broken, child, children, decode_child, read_moov, require_child};
use super::gapless::{Gapless, gapless};
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
    /// The sample entry, when it is H.264 with its parameter sets apart.
    pub avc1: Option<Avc1>,
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

impl Movie {
    /// Opens a regular file and reads its `moov`.
    pub fn open(path: &Path) -> Result<(Self, File, u64), MediaError> {
        let metadata = std::fs::metadata(path).map_err(|_| MediaError::Gone)?;
        if !metadata.is_file() {
            return Err(MediaError::unplayable("This is not a regular file."));
        }
        let file = File::open(path).map_err(|_| MediaError::Gone)?;
        let moov = read_moov(&file, metadata.len())?;
        Ok((Self::parse(&moov)?, file, metadata.len()))
    }

    /// Parses the body of a `moov`. A track that does not parse is left out.
    pub fn parse(moov: &[u8]) -> Result<Self, MediaError> {
        let mvhd: Mvhd = require_child(moov)?;
        let timescale = if mvhd.timescale == 0 { return Err(broken()) } else { mvhd.timescale };
        let traks = children(moov).filter(|(kind, _)| kind == b"trak");
        let tracks = traks.filter_map(|(_, body)| parse_track(body, timescale).ok()).collect();
        Ok(Self { timescale, duration: mvhd.duration, tracks, gapless: gapless(moov) })
    }

    /// The first track with that handler.
    pub fn track(&self, handler: &Kind) -> Option<&Track> {
        self.tracks.iter().find(|track| &track.handler == handler)
    }
}

impl Track {
    /// Length of the content by the tables, in media ticks: what is decoded less what the edit list cuts off at the start.
    pub fn content_length(&self) -> u64 {
        let ticks = |entry: &mp4_atom::SttsEntry| u64::from(entry.sample_count) * u64::from(entry.sample_delta);
        let decoded = self.tables.stts.entries.iter().map(ticks).fold(0u64, u64::saturating_add);
        decoded.saturating_add_signed(self.shift.min(SHIFT_MAX))
    }
}

fn parse_track(trak: &[u8], movie_timescale: u32) -> Result<Track, MediaError> {
    let mdia = child(trak, b"mdia").ok_or_else(broken)?;
    let mdhd: Mdhd = require_child(mdia)?;
    let timescale = if mdhd.timescale == 0 { return Err(broken()) } else { mdhd.timescale };
    let stbl = child(child(mdia, b"minf").ok_or_else(broken)?, b"stbl").ok_or_else(broken)?;
    let avc1 = sample_entry(stbl)?;
    let edits = match child(trak, b"edts") {
        Some(edts) => decode_child::<Elst>(edts)?.unwrap_or_default(),
        None => Elst::default(),
    };
    let (shift, edit_length) = read_edits(&edits, movie_timescale, timescale)?;
    let handler = child(mdia, b"hdlr").and_then(|body| body.get(8..)?.first_chunk::<4>().copied()).ok_or_else(broken)?;
    Ok(Track { handler, timescale, tkhd: require_child(trak)?, shift, edit_length, avc1, tables: read_tables(stbl)? })
}

fn sample_entry(stbl: &[u8]) -> Result<Option<Avc1>, MediaError> {
    // stsd: version and flags, entry count, then the entries.
    let entries = child(stbl, b"stsd").and_then(|body| body.get(8..)).ok_or_else(broken)?;
    let (kind, _) = children(entries).next().ok_or_else(broken)?;
    if &kind == b"avc1" { decode_child(entries) } else { Ok(None) }
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
