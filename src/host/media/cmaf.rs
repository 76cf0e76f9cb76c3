//! Writing CMAF (ISO/IEC 23000-19): an init segment, and segments of one `moof` and one `mdat`, of a single track.

mod entry;

use mp4_atom::{
    Dinf, Dref, Encode, Ftyp, Hdlr, Mdhd, Mdia, Mehd, Mfhd, Minf, Moof, Moov, Mvex, Mvhd, Stbl, Stco, Stsd, Tfdt, Tfhd, Tkhd, Traf, Trak,
    Trex, Trun, TrunEntry, TrunSamples, Url,
};

use super::error::MediaError;
pub use entry::{Entry, FlacHead};

const TRACK_ID: u32 = 1;
/// Sample flags (ISO/IEC 14496-12, section 8.8.3.1): depends on no other sample.
const SYNC: u32 = 0x0200_0000;
/// Depends on others, and is no sync sample.
const NOT_SYNC: u32 = 0x0101_0000;

pub struct TrackHead {
    /// Ticks a second.
    pub timescale: u32,
    /// Warm-up and content together, ticks.
    pub duration: u64,
    pub entry: Entry,
}

/// One coded frame as it lies in a segment; times in ticks.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    pub duration: u32,
    pub size: u32,
    /// Presentation minus decode time.
    pub composition_offset: i32,
    pub sync: bool,
}

pub fn no_segment(index: u32) -> MediaError {
    MediaError::NotFound { what: format!("This track has no segment {index}.") }
}

/// The init segment: `ftyp` and a `moov` without samples. The same bytes for the same head.
pub fn init(head: &TrackHead) -> Result<Vec<u8>, MediaError> {
    let mut out = Vec::new();
    let brands = [b"iso6", b"cmfc", b"cmf2", b"mp41"].map(Into::into).to_vec();
    Ftyp { major_brand: b"iso6".into(), minor_version: 0, compatible_brands: brands }.encode(&mut out).map_err(MediaError::internal)?;
    moov(head).encode(&mut out).map_err(MediaError::internal)?;
    Ok(out)
}

/// A media segment. `data` is the frames' bytes, end to end.
pub fn segment(index: u32, decode_time: u64, frames: &[Frame], data: &[u8]) -> Result<Vec<u8>, MediaError> {
    let mut out = Vec::with_capacity(data.len() + 128 + frames.len() * 16);
    let mut moof = moof(index, decode_time, frames);
    moof.encode(&mut out).map_err(MediaError::internal)?;
    // The data follows the moof and the header of the mdat; the moof's length does not depend on the offset's value.
    let data_offset = i32::try_from(out.len() + 8).map_err(MediaError::internal)?;
    moof.traf[0].trun[0].data_offset = Some(data_offset);
    out.clear();
    moof.encode(&mut out).map_err(MediaError::internal)?;
    let mdat_length = u32::try_from(data.len() + 8).map_err(MediaError::internal)?;
    out.extend_from_slice(&mdat_length.to_be_bytes());
    out.extend_from_slice(b"mdat");
    out.extend_from_slice(data);
    Ok(out)
}

fn moof(index: u32, decode_time: u64, frames: &[Frame]) -> Moof {
    let entries = frames.iter().map(|frame| TrunEntry {
        duration: Some(frame.duration),
        size: Some(frame.size),
        flags: Some(if frame.sync { SYNC } else { NOT_SYNC }),
        cts: (frames.iter().any(|frame| frame.composition_offset != 0)).then_some(frame.composition_offset.into()),
    });
    Moof {
        mfhd: Mfhd { sequence_number: index.saturating_add(1) },
        traf: vec![Traf {
            tfhd: Tfhd { track_id: TRACK_ID, default_base_is_moof: true, ..Tfhd::default() },
            tfdt: Some(Tfdt { base_media_decode_time: decode_time }),
            trun: vec![Trun { data_offset: Some(0), samples: TrunSamples::Explicit(entries.collect()) }],
            ..Traf::default()
        }],
    }
}

fn moov(head: &TrackHead) -> Moov {
    let picture = head.entry.picture_header();
    let sound = picture.is_none();
    let stbl = Stbl { stsd: Stsd { codecs: vec![head.entry.codec()] }, stco: Some(Stco::default()), ..Stbl::default() };
    let handler = if sound { b"soun" } else { b"vide" };
    let tkhd = Tkhd {
        track_id: TRACK_ID,
        enabled: true,
        in_movie: true,
        volume: u8::from(sound).into(),
        ..picture.map(shape).unwrap_or_default()
    };
    let minf = Minf {
        smhd: sound.then(Default::default),
        vmhd: (!sound).then(Default::default),
        dinf: Dinf { dref: Dref { entries: vec![Url::default().into()] } },
        stbl,
        ..Minf::default()
    };
    let mdia = Mdia {
        mdhd: Mdhd { timescale: head.timescale, language: "und".to_owned(), ..Mdhd::default() },
        hdlr: Hdlr { handler: handler.into(), name: String::new() },
        minf,
    };
    let trex = Trex { track_id: TRACK_ID, default_sample_description_index: 1, ..Trex::default() };
    Moov {
        mvhd: Mvhd { timescale: head.timescale, rate: 1.into(), volume: 1.into(), next_track_id: TRACK_ID + 1, ..Mvhd::default() },
        mvex: Some(Mvex { mehd: Some(Mehd { fragment_duration: head.duration }), trex: vec![trex] }),
        trak: vec![Trak { tkhd, mdia, ..Trak::default() }],
        ..Moov::default()
    }
}

/// Size and rotation of a picture track.
fn shape(source: &Tkhd) -> Tkhd {
    Tkhd { width: source.width, height: source.height, matrix: source.matrix.clone(), ..Tkhd::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mp4_atom::Decode;
    use proptest::prelude::*;

    fn frame() -> impl Strategy<Value = Frame> {
        (any::<u32>(), 0u32..2_000, any::<i32>(), any::<bool>()).prop_map(|(duration, size, composition_offset, sync)| Frame {
            duration,
            size,
            composition_offset,
            sync,
        })
    }

    proptest! {
        #[test]
        fn a_segment_reads_back_as_it_was_written(
            frames in prop::collection::vec(frame(), 1..40), index in any::<u32>(), decode_time in any::<u64>(),
        ) {
            let length: usize = frames.iter().map(|frame| frame.size as usize).sum();
            let data: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let bytes = segment(index, decode_time, &frames, &data).expect("fits");
            let mut rest = bytes.as_slice();
            let moof = Moof::decode(&mut rest).expect("a moof");
            prop_assert_eq!(&rest[8..], &data[..]);
            let traf = &moof.traf[0];
            prop_assert_eq!(traf.tfdt.as_ref().map(|tfdt| tfdt.base_media_decode_time), Some(decode_time));
            prop_assert_eq!(traf.trun[0].data_offset, i32::try_from(bytes.len() - data.len()).ok());
            for (wrote, read) in frames.iter().zip(traf.trun[0].samples.iter()) {
                prop_assert_eq!(read.duration, Some(wrote.duration));
                prop_assert_eq!(read.size, Some(wrote.size));
                prop_assert_eq!(read.cts.unwrap_or(0), i64::from(wrote.composition_offset));
            }
        }
    }
}
