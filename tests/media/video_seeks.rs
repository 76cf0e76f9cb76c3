//! A film's segments by themselves: whatever was asked for before, and whichever rung.

use iroam::protocol::Rendition;

use crate::kit::{bench, fetch, init, segment, session};
use crate::video_kit::{HEIGHT, Pictures, WIDTH, chunks, film, numbered, played, video};

const FILM: &[&str] = &["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "60"];
const RUNG: Rendition = Rendition::H264P240;

#[tokio::test]
async fn segments_in_any_order_are_the_same_bytes_and_the_right_pictures() {
    let bench = bench();
    for name in ["a.mkv", "a.ts"] {
        let path = film(bench.dir.path(), name, &numbered("25", "8"), FILM);
        let (whole, joined) = played(&bench.engine, &path, RUNG).await;
        let expected = Pictures::of(&joined, WIDTH, HEIGHT).numbers();
        let reversed = fetch(&bench.engine, &video(&path), RUNG, true).await;
        assert!(whole.segments == reversed.segments, "{name}: backwards");
        // One by one, far apart, each with decoders that are open from the last.
        let source = video(&path);
        let (timeline, head) = init(&bench.engine, session(2), &source, RUNG).await.expect("an init");
        let tick = u64::from(timeline.timescale) / 25;
        for index in [3, 1, 4, 0, 2] {
            let made = segment(&bench.engine, session(2), &source, RUNG, index).await.expect("a segment");
            assert!(made == whole.segments[index as usize], "{name}: {index}");
            let alone = bench.dir.path().join("alone.mp4");
            std::fs::write(&alone, [&head[..], &made[..]].concat()).expect("written");
            let (start, length) = timeline.segment(index).expect("there");
            let frames = usize::try_from(start / tick).expect("few")..usize::try_from((start + length) / tick).expect("few");
            assert_eq!(Pictures::of(&alone, WIDTH, HEIGHT).numbers(), expected[frames], "{name}: {index} alone");
        }
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_segment_comes_in_chunks_of_a_quarter_second() {
    let bench = bench();
    let path = film(bench.dir.path(), "a.mp4", &numbered("30000/1001", "4.004"), FILM);
    let whole = fetch(&bench.engine, &video(&path), RUNG, false).await;
    assert_eq!((whole.timeline.timescale, whole.timeline.duration), (30_000, 120 * 1001));
    assert_eq!(whole.timeline.runs, [(30 * 1001, 1), (60 * 1001, 1), (30 * 1001, 1)]);
    let mut next = 0;
    for (segment, frames) in whole.segments.iter().zip([30usize, 60, 30]) {
        let chunks = chunks(segment);
        assert_eq!(chunks.len(), frames.div_ceil(7));
        assert!(chunks.iter().rev().skip(1).all(|(_, count)| *count == 7), "{chunks:?}");
        for (at, count) in chunks {
            assert_eq!(at, next);
            next += count as u64 * 1001;
        }
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn another_rung_goes_on_with_the_next_picture() {
    let bench = bench();
    let path = film(bench.dir.path(), "a.mp4", &numbered("25", "5").replace("320x180", "640x360"), FILM);
    let (low, _) = played(&bench.engine, &path, Rendition::H264P240).await;
    let (high, _) = played(&bench.engine, &path, Rendition::H264P360).await;
    assert_eq!(low.timeline.runs, high.timeline.runs);
    let mut shown = Vec::new();
    for (index, rung) in [&low, &high, &low].into_iter().enumerate() {
        let part = bench.dir.path().join("part.mp4");
        std::fs::write(&part, [&rung.init[..], &rung.segments[index][..]].concat()).expect("written");
        shown.extend(Pictures::of(&part, WIDTH, HEIGHT).numbers());
    }
    assert_eq!(shown, (0..125).collect::<Vec<_>>());
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn a_rate_that_is_unknown_or_too_fast_becomes_a_sound_one() {
    let bench = bench();
    // 120 a second: every other picture. 15: as it is. Pictures that stay for different times: each is there when it should be.
    for (rate, seconds, step, expected) in [("120", "1", 2, 60), ("15", "2", 1, 30)] {
        let path = film(bench.dir.path(), &format!("{rate}.mkv"), &numbered(rate, seconds), &["-c:v", "libx264", "-preset", "veryfast"]);
        let (_, joined) = played(&bench.engine, &path, RUNG).await;
        let numbers = Pictures::of(&joined, WIDTH, HEIGHT).numbers();
        assert_eq!(numbers, (0..expected).map(|at| at * step).collect::<Vec<_>>(), "{rate}");
    }
    let uneven = format!("{},setpts='N+4*gte(N,10)'", numbered("25", "2"));
    let path = film(bench.dir.path(), "uneven.mkv", &uneven, &["-c:v", "libx264", "-preset", "veryfast", "-fps_mode", "vfr"]);
    let (whole, joined) = played(&bench.engine, &path, RUNG).await;
    let numbers = Pictures::of(&joined, WIDTH, HEIGHT).numbers();
    let seconds = whole.timeline.duration as f64 / f64::from(whole.timeline.timescale);
    let rate = numbers.len() as f64 / seconds;
    for (at, number) in numbers.iter().enumerate() {
        let time = at as f64 / rate * 25.0 + 0.26;
        let right = if time < 10.0 { time } else { (time - 4.0).max(9.0) };
        assert!((*number as f64 - right.floor()).abs() <= 1.0, "at {at}: {number}, not {right}");
    }
    bench.engine.shutdown().await;
}
