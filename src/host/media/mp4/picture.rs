//! Pictures passed through: cut at sync samples, wrapped anew, not one byte of them changed.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use mp4_atom::{Codec, Tkhd};

use super::boxes::broken;
use super::movie::Movie;
use super::plan::{Plan, check_ranges};
use super::samples::Sample;
use crate::host::media::cmaf::{self, Entry, Frame, TrackHead};
use crate::host::media::codecs::picture_copy;
use crate::host::media::error::MediaError;
use crate::host::media::segments::{Out, Segments};
use crate::protocol::Timeline;

/// An opened file and how its pictures are cut.
pub struct Picture {
    file: File,
    file_size: u64,
    entry: Codec,
    tkhd: Tkhd,
    plan: Plan,
    timeline: Timeline,
}

impl Picture {
    /// # Errors
    /// `NotFound` when there are no such pictures or no browser plays them as they are, `Unplayable` when the tables cannot be true.
    pub fn open(path: &Path, stream: u8) -> Result<Self, MediaError> {
        let (movie, file, file_size) = Movie::open(path)?;
        let track = movie.tracks(b"vide").nth(stream.into()).ok_or_else(|| no_copy("This file has no such pictures."))?;
        let copy = track.entry.1.as_ref().and_then(picture_copy);
        let (entry, mime) = copy.ok_or_else(|| no_copy("These pictures cannot be sent as they are."))?;
        let samples = movie.samples(&file, file_size, &[track])?.pop().unwrap_or_default();
        if !track.is_plain(&samples) {
            return Err(no_copy("These pictures change their coding midway, or lie in another file."));
        }
        let plan = Plan::new(samples, track, file_size)?;
        let timeline = Timeline { mime, timescale: plan.timescale, lead_in: 0, duration: plan.duration, runs: plan.runs() };
        Ok(Self { file, file_size, entry, tkhd: track.tkhd.clone(), plan, timeline })
    }

    /// The samples' bytes, one read for each run of neighbours.
    fn read(&self, samples: &[Sample]) -> Result<Vec<u8>, MediaError> {
        let total = check_ranges(samples, self.file_size)?;
        let mut data = vec![0; total];
        let (mut filled, mut index) = (0, 0);
        while let Some(first) = samples.get(index) {
            let (mut end, start) = (first.offset + u64::from(first.size), first.offset);
            index += 1;
            while let Some(next) = samples.get(index).filter(|next| next.offset == end) {
                end += u64::from(next.size);
                index += 1;
            }
            let length = usize::try_from(end - start).map_err(|_| broken())?;
            let target = data.get_mut(filled..filled + length).ok_or_else(broken)?;
            self.file.read_exact_at(target, start).map_err(|_| broken())?;
            filled += length;
        }
        Ok(data)
    }
}

impl Segments for Picture {
    fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    fn init(&self) -> Result<Vec<u8>, MediaError> {
        cmaf::init(&TrackHead {
            timescale: self.timeline.timescale,
            duration: self.timeline.duration,
            entry: Entry::Own(Box::new(self.entry.clone()), Some(Box::new(self.tkhd.clone()))),
        })
    }

    /// # Errors
    /// `NotFound` past the end, `Unplayable` when the tables point outside the file.
    fn segment(&mut self, index: u32, out: &mut Out<'_>) -> Result<(), MediaError> {
        let (samples, decode_time) = self.plan.segment(index).ok_or_else(|| cmaf::no_segment(index))?;
        let data = self.read(samples)?;
        let frames: Result<Vec<Frame>, MediaError> = samples.iter().map(frame).collect();
        out(cmaf::segment(index, decode_time, &frames?, &data)?)
    }
}

fn frame(sample: &Sample) -> Result<Frame, MediaError> {
    let composition_offset = i32::try_from(sample.composition_offset).map_err(|_| broken())?;
    Ok(Frame { duration: sample.duration, size: sample.size, composition_offset, sync: sample.sync })
}

fn no_copy(what: &str) -> MediaError {
    MediaError::NotFound { what: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use mp4_atom::{
        Avc1, Avcc, Ctts, CttsEntry, Decode, Edts, Elst, ElstEntry, Encode, Moov, Stco, StscEntry, Stss, StszSamples, SttsEntry, Visual,
    };

    use super::*;
    use crate::host::media::segments::made;
    use proptest::prelude::*;

    /// Forty pictures of five bytes each, in groups of ten, with an edit list.
    fn small_film() -> Vec<u8> {
        let avcc = Avcc::new(&[0x67, 0x42, 0, 30], &[0x68]).expect("long enough");
        let avc1 = Avc1 { visual: Visual { width: 16, height: 16, ..Visual::default() }, avcc, ..Avc1::default() };
        let head = TrackHead { timescale: 25, duration: 40, entry: Entry::Own(Box::new(avc1.into()), Some(Box::default())) };
        let init = cmaf::init(&head).expect("encodes");
        let mut moov = Moov::decode(&mut &init[32..]).expect("our own");
        moov.mvex = None;
        moov.trak[0].edts = Some(Edts {
            elst: Some(Elst { entries: vec![ElstEntry { segment_duration: 40, media_time: Some(2), media_rate: 1.into() }] }),
        });
        let stbl = &mut moov.trak[0].mdia.minf.stbl;
        stbl.stts.entries = vec![SttsEntry { sample_count: 40, sample_delta: 1 }];
        stbl.ctts = Some(Ctts { entries: vec![CttsEntry { sample_count: 40, sample_offset: 2 }] });
        stbl.stss = Some(Stss { entries: vec![1, 11, 21, 31] });
        stbl.stsc.entries = vec![StscEntry { first_chunk: 1, samples_per_chunk: 40, sample_description_index: 1 }];
        stbl.stsz.samples = StszSamples::Different { sizes: vec![5; 40] };
        stbl.stco = Some(Stco { entries: vec![8] });
        let mut bytes = [&208u32.to_be_bytes()[..], b"mdat", &[7; 200]].concat();
        moov.encode(&mut bytes).expect("encodes");
        bytes
    }

    #[test]
    fn a_small_film_is_cut_at_its_groups() {
        let dir = tempfile::tempdir().expect("a temp dir");
        let path = dir.path().join("a.mp4");
        std::fs::write(&path, small_film()).expect("written");
        let mut picture = Picture::open(&path, 0).expect("a film");
        // The first at least half a second, here 20 pictures; the rest is shorter than three seconds and stays whole.
        assert_eq!((picture.timeline().runs.clone(), picture.timeline().lead_in), (vec![(20, 2)], 0));
        assert_eq!(picture.timeline().mime, "video/mp4; codecs=\"avc1.42001E\"");
        assert!(made(&mut picture, 0).expect("there").ends_with(&[7; 100]));
    }

    #[test]
    fn pictures_of_two_codings_and_of_another_file_are_not_copied() {
        let good = small_film();
        let find = |kind: &[u8]| good.windows(4).position(|word| word == kind).expect("there");
        // First chunk, samples and entry of the only run; flags of the only place of data.
        for (at, byte) in [(find(b"stsc") + 4 + 8 + 11, 2), (find(b"url ") + 7, 0)] {
            let mut bytes = good.clone();
            assert_eq!(bytes[at], 1);
            bytes[at] = byte;
            let dir = tempfile::tempdir().expect("a temp dir");
            let path = dir.path().join("a.mp4");
            std::fs::write(&path, bytes).expect("written");
            assert!(matches!(Picture::open(&path, 0), Err(MediaError::NotFound { .. })));
        }
    }

    proptest! {
        #[test]
        fn a_spoilt_index_is_played_or_refused_never_a_panic(
            spoilt in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), words in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        ) {
            let mut bytes = small_film();
            for (at, byte) in spoilt {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            for word in words {
                let at = word.index(bytes.len() - 4);
                bytes[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
            }
            let dir = tempfile::tempdir().expect("a temp dir");
            let path = dir.path().join("a.mp4");
            std::fs::write(&path, &bytes).expect("written");
            let Ok(mut picture) = Picture::open(&path, 0) else { return Ok(()) };
            let _ = picture.init();
            for index in 0..picture.timeline().segment_count().min(20) {
                let _ = made(&mut picture, index);
            }
        }

        #[test]
        fn any_bytes_are_a_movie_or_an_error_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = Movie::parse(&bytes);
        }
    }
}
