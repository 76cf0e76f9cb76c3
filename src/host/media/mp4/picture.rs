//! H.264 pictures passed through: cut at sync samples, wrapped anew, not one byte of them changed.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use mp4_atom::{Avc1, Tkhd};

use super::boxes::broken;
use super::movie::{Movie, Track};
use super::samples::{Sample, unfold};
use crate::host::media::cmaf::{self, Entry, Frame, TrackHead};
use crate::host::media::error::MediaError;
use crate::host::media::job::BODY_BYTES_MAX;
use crate::protocol::Timeline;

/// The first segment is short so that the picture appears at once: a group of pictures, but at least half a second.
const FIRST_SECONDS_MIN: f64 = 0.5;
const REST_SECONDS_MIN: f64 = 3.0;

/// An opened file and how its pictures are cut.
pub struct Picture {
    file: File,
    file_size: u64,
    avc1: Avc1,
    tkhd: Tkhd,
    plan: Plan,
    timeline: Timeline,
}

impl Picture {
    /// # Errors
    /// `NotFound` when the file is no MP4 with H.264, `Unplayable` when its tables cannot be true.
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let (movie, file, file_size) = Movie::open(path)?;
        let none = || MediaError::NotFound { what: "This video has no H.264 pictures.".to_owned() };
        let track = movie.track(b"vide").ok_or_else(none)?;
        let avc1 = track.avc1.clone().ok_or_else(none)?;
        let plan = Plan::new(track, file_size)?;
        let timeline =
            Timeline { mime: mime(&avc1), timescale: track.timescale, lead_in: plan.lead_in, duration: plan.duration, runs: plan.runs() };
        Ok(Self { file, file_size, avc1, tkhd: track.tkhd.clone(), plan, timeline })
    }

    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    pub fn init(&self) -> Result<Vec<u8>, MediaError> {
        cmaf::init(&TrackHead {
            timescale: self.timeline.timescale,
            duration: self.timeline.lead_in + self.timeline.duration,
            entry: Entry::Avc1(Box::new(self.avc1.clone()), Box::new(self.tkhd.clone())),
        })
    }

    /// # Errors
    /// `NotFound` past the end, `Unplayable` when the tables point outside the file.
    pub fn segment(&self, index: u32) -> Result<Vec<u8>, MediaError> {
        let (samples, decode_time) = self.plan.segment(index).ok_or_else(|| cmaf::no_segment(index))?;
        let data = self.read(samples)?;
        let mut at = decode_time;
        let mut frames = Vec::with_capacity(samples.len());
        for sample in samples {
            let shown = self.plan.shown_at(sample) + i64::try_from(self.plan.lead_in).map_err(|_| broken())?;
            let offset = shown - i64::try_from(at).map_err(|_| broken())?;
            frames.push(Frame {
                duration: sample.duration,
                size: sample.size,
                composition_offset: i32::try_from(offset).map_err(|_| broken())?,
                sync: sample.sync,
            });
            at += u64::from(sample.duration);
        }
        cmaf::segment(index, decode_time, &frames, &data)
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

/// RFC 6381, section 3.3: profile, constraints and level in hex.
fn mime(avc1: &Avc1) -> String {
    let avcc = &avc1.avcc;
    let (profile, compatibility, level) = (avcc.avc_profile_indication, avcc.profile_compatibility, avcc.avc_level_indication);
    format!("video/mp4; codecs=\"avc1.{profile:02X}{compatibility:02X}{level:02X}\"")
}

/// Total bytes, when all of them lie in the file and are few enough to send.
fn check_ranges(samples: &[Sample], file_size: u64) -> Result<usize, MediaError> {
    let mut total = 0u64;
    for sample in samples {
        let end = sample.offset.checked_add(u64::from(sample.size)).ok_or_else(broken)?;
        if end > file_size {
            return Err(MediaError::unplayable("This MP4 file is cut short: its index points past its end."));
        }
        total += u64::from(sample.size);
    }
    match usize::try_from(total) {
        Ok(total) if total <= BODY_BYTES_MAX => Ok(total),
        _ => Err(MediaError::unplayable("This video has too few key frames to be cut into segments.")),
    }
}

/// Which samples are in which segment, and where content time begins.
#[derive(Debug)]
struct Plan {
    /// From the first sync sample on.
    samples: Vec<Sample>,
    /// Index of each segment's first sample, then the number of samples.
    cuts: Vec<usize>,
    /// Content time minus composition time.
    shift: i64,
    lead_in: u64,
    duration: u64,
}

impl Plan {
    fn new(track: &Track, file_size: u64) -> Result<Self, MediaError> {
        let samples = unfold(&track.tables)?;
        if samples.is_empty() {
            return Err(MediaError::unplayable("This MP4 file has no pictures in its index."));
        }
        let plan = Self::cut(samples, track.shift, track.timescale, track.edit_length)?;
        check_ranges(plan.samples.get(..plan.cuts[1]).ok_or_else(broken)?, file_size)?;
        Ok(plan)
    }

    /// At least one segment. A segment begins at a sync sample, and the first at the last one that is shown at or before content time 0.
    fn cut(mut samples: Vec<Sample>, shift: i64, timescale: u32, edit_length: Option<u64>) -> Result<Self, MediaError> {
        let shown = |sample: &Sample| sample.decode_time + sample.composition_offset + shift;
        let before = samples.iter().take_while(|sample| shown(sample) <= 0 || !sample.sync);
        let first = before.enumerate().filter(|(_, sample)| sample.sync).last().map_or(0, |(index, _)| index);
        let first = first + samples[first..].iter().position(|sample| sample.sync).ok_or_else(broken)?;
        samples.drain(..first);
        let (start, end) = samples.iter().fold((i64::MAX, i64::MIN), |(start, end), sample| {
            (start.min(shown(sample)), end.max(shown(sample) + i64::from(sample.duration)))
        });
        let lead_in = start.min(0).unsigned_abs();
        let natural = u64::try_from(end).ok().filter(|&end| end > 0).ok_or_else(broken)?;
        let frame = u64::from(samples[0].duration);
        // An edit's length is rounded to the movie's coarse ticks: only one that cuts off a frame or more is meant.
        let duration = edit_length.filter(|edit| edit + frame < natural).unwrap_or(natural);
        let cuts = cut_points(&samples, timescale);
        Ok(Self { samples, cuts, shift, lead_in, duration })
    }

    /// Content time at which a sample is shown.
    fn shown_at(&self, sample: &Sample) -> i64 {
        sample.decode_time + sample.composition_offset + self.shift
    }

    /// A segment's samples and `baseMediaDecodeTime`.
    fn segment(&self, index: u32) -> Option<(&[Sample], u64)> {
        let index = index as usize;
        let (from, to) = (*self.cuts.get(index)?, *self.cuts.get(index + 1)?);
        let samples = self.samples.get(from..to)?;
        let decode_time = samples.first()?.decode_time - self.samples.first()?.decode_time;
        Some((samples, u64::try_from(decode_time).ok()?))
    }

    /// Segments as content lengths. Boundaries are where decoding is, so that they fit `baseMediaDecodeTime`.
    fn runs(&self) -> Vec<(u64, u32)> {
        let count = u32::try_from(self.cuts.len() - 1).unwrap_or(u32::MAX);
        let start = |index: u32| match (index, self.segment(index)) {
            (0, _) => 0,
            (_, Some((_, decode_time))) => decode_time.saturating_sub(self.lead_in),
            (_, None) => self.duration,
        };
        let mut runs: Vec<(u64, u32)> = Vec::new();
        for index in 0..count {
            let length = start(index + 1).max(start(index)) - start(index);
            match runs.last_mut() {
                Some((same, times)) if *same == length => *times += 1,
                _ => runs.push((length, 1)),
            }
        }
        runs
    }
}

fn cut_points(samples: &[Sample], timescale: u32) -> Vec<usize> {
    let ticks = |seconds: f64| (f64::from(timescale) * seconds) as i64;
    let mut cuts = vec![0];
    let mut start = samples.first().map_or(0, |sample| sample.decode_time);
    for (index, sample) in samples.iter().enumerate().skip(1) {
        let least = ticks(if cuts.len() == 1 { FIRST_SECONDS_MIN } else { REST_SECONDS_MIN });
        if sample.sync && sample.decode_time - start >= least {
            cuts.push(index);
            start = sample.decode_time;
        }
    }
    cuts.push(samples.len());
    cuts
}

#[cfg(test)]
mod tests {
    use mp4_atom::{
        Avcc, Ctts, CttsEntry, Decode, Edts, Elst, ElstEntry, Encode, Moov, Stco, StscEntry, Stss, StszSamples, SttsEntry, Visual,
    };

    use super::*;
    use proptest::prelude::*;

    fn sample() -> impl Strategy<Value = Sample> {
        (any::<u64>(), any::<u32>(), 0u32..100_000, -100_000i64..100_000, prop::bool::weighted(0.2)).prop_map(
            |(offset, size, duration, composition_offset, sync)| Sample {
                offset,
                size,
                decode_time: 0,
                duration,
                composition_offset,
                sync,
            },
        )
    }

    fn in_time(mut samples: Vec<Sample>) -> Vec<Sample> {
        let mut at = 0;
        for sample in &mut samples {
            sample.decode_time = at;
            at += i64::from(sample.duration);
        }
        samples
    }

    /// Forty pictures of five bytes each, in groups of ten, with an edit list.
    fn small_film() -> Vec<u8> {
        let avcc = Avcc::new(&[0x67, 0x42, 0, 30], &[0x68]).expect("long enough");
        let avc1 = Avc1 { visual: Visual { width: 16, height: 16, ..Visual::default() }, avcc, ..Avc1::default() };
        let head = TrackHead { timescale: 25, duration: 40, entry: Entry::Avc1(Box::new(avc1), Box::default()) };
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
        let picture = Picture::open(&path).expect("a film");
        // The first at least half a second, here 20 pictures; the rest is shorter than three seconds and stays whole.
        assert_eq!((picture.timeline().runs.clone(), picture.timeline().lead_in), (vec![(20, 2)], 0));
        assert_eq!(picture.timeline().mime, "video/mp4; codecs=\"avc1.42001E\"");
        assert!(picture.segment(0).expect("there").ends_with(&[7; 100]));
    }

    proptest! {
        #[test]
        fn segments_hold_every_sample_once_and_begin_at_sync_samples(
            samples in prop::collection::vec(sample(), 1..200), shift in -200_000i64..200_000, timescale in 1u32..100_000,
        ) {
            let Ok(plan) = Plan::cut(in_time(samples), shift, timescale, None) else { return Ok(()) };
            let count = u32::try_from(plan.cuts.len() - 1).expect("few");
            let mut seen = Vec::new();
            for index in 0..count {
                let (part, _) = plan.segment(index).expect("within the count");
                prop_assert!(part[0].sync);
                seen.extend_from_slice(part);
            }
            prop_assert_eq!(&seen, &plan.samples);
            prop_assert!(plan.segment(count).is_none());
            prop_assert_eq!(plan.runs().iter().map(|run| run.1).sum::<u32>(), count);
            for sample in &plan.samples {
                prop_assert!(plan.shown_at(sample) + i64::try_from(plan.lead_in).expect("small") >= 0);
            }
        }

        #[test]
        fn never_reads_outside_the_file(samples in prop::collection::vec(sample(), 0..50), file_size in any::<u64>()) {
            if check_ranges(&samples, file_size).is_ok() {
                prop_assert!(samples.iter().all(|s| s.offset.checked_add(u64::from(s.size)).is_some_and(|end| end <= file_size)));
            }
        }

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
            let Ok(picture) = Picture::open(&path) else { return Ok(()) };
            let _ = picture.init();
            for index in 0..picture.timeline().segment_count().min(20) {
                let _ = picture.segment(index);
            }
        }

        #[test]
        fn any_bytes_are_a_movie_or_an_error_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = Movie::parse(&bytes);
        }
    }
}
