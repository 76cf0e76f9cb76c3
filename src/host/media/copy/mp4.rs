//! Sound in MP4 (ISO/IEC 14496-12): AAC and Opus by the file's own sample tables.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use mp4_atom::Codec;

use super::aac::Config;
use super::layout::Layout;
use super::packets::{Copied, Packets, Wrap, frame};
use super::{opus, refused, unreadable};
use crate::host::media::cmaf::Frame;
use crate::host::media::error::MediaError;
use crate::host::media::job::BODY_BYTES_MAX;
use crate::host::media::mp4::{Movie, Sample, Track};
use crate::protocol::Timeline;

/// How a sound is coded, as far as a copy needs it.
struct Coding {
    mime: String,
    entry: Codec,
    /// Hz, of what is heard.
    rate: u32,
    /// Samples of every frame; `None` when each says its own.
    frame: Option<u32>,
    /// Samples before the content when no edit list says it.
    skip: u64,
}

/// One coded frame.
#[derive(Clone, Copy)]
struct Place {
    at: u64,
    size: u32,
    samples: u32,
}

pub struct Sound {
    file: File,
    places: Vec<Place>,
}

/// # Errors
/// `NotFound` when it has no such sound or cannot be sent as it is, `Unplayable` when its tables cannot be true.
pub fn open(path: &Path, stream: u8) -> Result<Copied<Sound>, MediaError> {
    let (movie, file, file_size) = Movie::open(path)?;
    let track = movie.tracks(b"soun").nth(stream.into()).ok_or_else(refused)?;
    let coding = track.entry.1.as_ref().and_then(coding).ok_or_else(refused)?;
    let samples = movie.samples(&file, file_size, &[track])?.pop().unwrap_or_default();
    if !track.is_plain(&samples) {
        return Err(refused());
    }
    let places = places(&file, file_size, &samples, &coding)?.ok_or_else(refused)?;
    let extent = extent(&movie, track, &coding, &samples, &places).ok_or_else(refused)?;
    let layout = Layout::new(places.iter().map(|place| place.samples), coding.rate, extent.lead_in);
    let Extent { lead_in, duration } = extent;
    let timeline = Timeline { mime: coding.mime, timescale: coding.rate, lead_in, duration, runs: Vec::new() };
    Ok(Copied::new(Sound { file, places }, Wrap::Cmaf(Box::new(coding.entry)), layout, timeline))
}

/// Type of the copy of a sound with this sample entry; `None` when it must be encoded anew.
pub fn mime(entry: &Codec) -> Option<String> {
    coding(entry).map(|coding| coding.mime)
}

/// By the file's index alone.
pub fn mime_of(path: &Path) -> Option<String> {
    let (movie, _, _) = Movie::open(path).ok()?;
    mime(movie.tracks(b"soun").next()?.entry.1.as_ref()?)
}

fn coding(entry: &Codec) -> Option<Coding> {
    match entry {
        Codec::Mp4a(mp4a) => {
            let config = &mp4a.esds.es_desc.dec_config;
            let raw = &config.dec_specific.as_ref()?.raw;
            // MPEG-4 audio; MPEG-2's low complexity is the same.
            let aac = Config::parse(raw).filter(|aac| matches!(config.object_type_indication, 0x40 | 0x67) && aac.is_certain())?;
            Some(Coding { mime: aac.mime(), entry: aac.entry_of(raw.clone()), rate: aac.rate, frame: Some(aac.frame()), skip: 0 })
        }
        Codec::Opus(source) if source.dops.channel_mapping.is_none() && matches!(source.dops.output_channel_count, 1 | 2) => {
            let mut own = source.clone();
            // What is skipped is declared by the timeline instead.
            let skip = std::mem::take(&mut own.dops.pre_skip).into();
            own.btrt = None;
            own.audio.data_reference_index = 1;
            Some(Coding { mime: opus::MIME.to_owned(), entry: own.into(), rate: opus::RATE, frame: None, skip })
        }
        _ => None,
    }
}

/// The frames, when they all lie in the file and are what the coding says.
fn places(file: &File, file_size: u64, samples: &[Sample], coding: &Coding) -> Result<Option<Vec<Place>>, MediaError> {
    let mut places = Vec::with_capacity(samples.len());
    for sample in samples {
        let end = sample.offset.checked_add(u64::from(sample.size)).filter(|end| *end <= file_size && sample.size > 0);
        if end.is_none() || sample.composition_offset != 0 {
            return Ok(None);
        }
        let length = match coding.frame {
            Some(length) => length,
            None => {
                let mut head = [0u8; 2];
                let have = usize::try_from(sample.size).unwrap_or(2).min(2);
                file.read_exact_at(&mut head[..have], sample.offset).map_err(unreadable)?;
                match opus::samples(&head[..have]) {
                    Some(length) => length,
                    None => return Ok(None),
                }
            }
        };
        places.push(Place { at: sample.offset, size: sample.size, samples: length });
    }
    Ok((!places.is_empty()).then_some(places))
}

struct Extent {
    lead_in: u64,
    duration: u64,
}

/// What of the frames is content, in samples at the coding's rate. `None` when the file's times are not those of whole frames, one after
/// another, or its sound begins later than the file does.
fn extent(movie: &Movie, track: &Track, coding: &Coding, samples: &[Sample], places: &[Place]) -> Option<Extent> {
    let to_samples = |ticks: u64| {
        let scaled = u128::from(ticks) * u128::from(coding.rate) + u128::from(track.timescale) / 2;
        u64::try_from(scaled / u128::from(track.timescale)).ok()
    };
    let decoded: u64 = places.iter().map(|place| u64::from(place.samples)).sum();
    let last = u64::from(places.last()?.samples);
    let first = u64::try_from(samples.first()?.decode_time).ok()?;
    let told = samples.last().and_then(|sample| u64::try_from(sample.decode_time).ok()?.checked_add(sample.duration.into()))?;
    let told = to_samples(told.checked_sub(first)?)?;
    // The last frame may be told to be shorter, which trims it; times in coarse ticks are off by a part of a frame.
    let fits = if track.timescale == coding.rate { told <= decoded } else { told <= decoded.saturating_add(last / 2) };
    if track.shift > 0 || first != 0 || !fits || told.saturating_add(last) < decoded {
        return None;
    }
    let natural = told.min(decoded);
    if let Some(gapless) = movie.gapless.filter(|_| track.edit_length.is_none()) {
        let (lead_in, length) = (to_samples(gapless.delay)?, to_samples(gapless.length)?);
        return (lead_in.checked_add(length)? <= decoded && length > 0).then_some(Extent { lead_in, duration: length });
    }
    let lead_in = if track.edit_length.is_none() && track.shift == 0 { coding.skip } else { to_samples(track.shift.unsigned_abs())? };
    let natural = natural.checked_sub(lead_in).filter(|length| *length > 0)?;
    let edit = track.edit_length.and_then(to_samples).filter(|edit| {
        // An edit's length is in the movie's ticks: unless those are fine enough, only one that cuts off a frame or more is meant.
        let slack = if movie.timescale >= coding.rate { 0 } else { last };
        edit.saturating_add(slack) < natural && *edit > 0
    });
    Some(Extent { lead_in, duration: edit.unwrap_or(natural) })
}

impl Packets for Sound {
    fn read(&mut self, wanted: Range<usize>) -> Result<(Vec<u8>, Vec<Frame>), MediaError> {
        let places = self.places.get(wanted).ok_or_else(|| MediaError::internal("not a segment"))?;
        let total: u64 = places.iter().map(|place| u64::from(place.size)).sum();
        let total = usize::try_from(total).ok().filter(|total| *total <= BODY_BYTES_MAX / 2).ok_or_else(refused)?;
        let mut data = vec![0; total];
        let mut rest = data.as_mut_slice();
        let mut index = 0;
        // One read for each run of neighbours.
        while let Some(first) = places.get(index) {
            let mut end = first.at;
            while let Some(next) = places.get(index).filter(|next| next.at == end) {
                end += u64::from(next.size);
                index += 1;
            }
            let (run, after) = rest.split_at_mut(usize::try_from(end - first.at).map_err(MediaError::internal)?);
            self.file.read_exact_at(run, first.at).map_err(unreadable)?;
            rest = after;
        }
        let frames: Result<Vec<Frame>, MediaError> = places.iter().map(|place| frame(place.size as usize, place.samples)).collect();
        Ok((data, frames?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::media::cmaf::{self, Entry, TrackHead};
    use crate::host::media::segments::{Segments, made};
    use mp4_atom::{Decode, Edts, Elst, ElstEntry, Encode, Moov, Stco, StscEntry, StszSamples, SttsEntry};
    use proptest::prelude::*;

    /// A hundred frames of nine bytes each at 44.1 kHz, of which the first two and a part of the last are not content.
    fn small_song() -> Vec<u8> {
        let aac = Config::parse(&[0x12, 0x10]).expect("LC");
        let head = TrackHead { timescale: 44_100, duration: 0, entry: Entry::Own(Box::new(aac.entry_of(vec![0x12, 0x10])), None) };
        let init = cmaf::init(&head).expect("encodes");
        let mut moov = Moov::decode(&mut &init[32..]).expect("our own");
        moov.mvex = None;
        moov.mvhd.timescale = 1_000;
        let edit = ElstEntry { segment_duration: 2_270, media_time: Some(2_112), media_rate: 1.into() };
        moov.trak[0].edts = Some(Edts { elst: Some(Elst { entries: vec![edit] }) });
        let stbl = &mut moov.trak[0].mdia.minf.stbl;
        let runs = [(99, 1024), (1, 600)].map(|(sample_count, sample_delta)| SttsEntry { sample_count, sample_delta });
        stbl.stts.entries = runs.to_vec();
        stbl.stsc.entries = vec![StscEntry { first_chunk: 1, samples_per_chunk: 100, sample_description_index: 1 }];
        stbl.stsz.samples = StszSamples::Different { sizes: vec![9; 100] };
        stbl.stco = Some(Stco { entries: vec![40] });
        let ftyp = init[..32].to_vec();
        let mut bytes = [&ftyp, &908u32.to_be_bytes()[..], b"mdat", &[7; 900]].concat();
        moov.encode(&mut bytes).expect("encodes");
        bytes
    }

    fn with<T>(bytes: &[u8], work: impl FnOnce(Result<Copied<Sound>, MediaError>) -> T) -> T {
        let dir = tempfile::tempdir().expect("a temp dir");
        let path = dir.path().join("a.m4a");
        std::fs::write(&path, bytes).expect("written");
        work(open(&path, 0))
    }

    #[test]
    fn a_song_is_cut_at_its_frames_and_keeps_its_exact_length() {
        with(&small_song(), |song| {
            let mut song = song.expect("a song");
            let timeline = song.timeline().clone();
            assert_eq!((timeline.lead_in, timeline.duration), (2_112, 99 * 1_024 + 600 - 2_112));
            assert_eq!(timeline.mime, "audio/mp4; codecs=\"mp4a.40.2\"");
            let sizes: Vec<usize> = (0..timeline.segment_count()).map(|index| made(&mut song, index).expect("there").len()).collect();
            assert_eq!(sizes.len(), 2);
            assert!(made(&mut song, 2).is_err());
        });
    }

    proptest! {
        #[test]
        fn a_spoilt_index_is_played_or_refused_never_a_panic(
            spoilt in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), words in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
            cut in any::<prop::sample::Index>(), is_cut in any::<bool>(),
        ) {
            let mut bytes = small_song();
            for (at, byte) in spoilt {
                let at = 940 + at.index(bytes.len() - 940);
                bytes[at] = byte;
            }
            for word in words {
                let at = word.index(bytes.len() - 4);
                bytes[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
            }
            if is_cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            with(&bytes, |song| {
                let Ok(mut song) = song else { return };
                let _ = song.init();
                for index in 0..song.timeline().segment_count().min(20) {
                    let _ = made(&mut song, index);
                }
            });
        }
    }
}
