//! Matroska and MP4: what their headers tell, their sound and their subtitles, with ffmpeg as the judge.

use std::path::Path;

use iroam::host::media::streams::{self, TextCodec};
use iroam::protocol::{MediaKind, Rendition};

use crate::kit::{SWEEP, bench, best_lag, decode, fetch, ffmpeg, likeness, source, sweep_file};

fn text(dir: &Path, name: &str, content: &str) -> String {
    let path = dir.join(name);
    std::fs::write(&path, content).expect("written");
    path.to_str().expect("UTF-8").to_owned()
}

const SRT: &str = "1\n00:00:00,500 --> 00:00:01,750\nGood <i>morning</i>\n\n2\n00:00:02,000 --> 00:00:03,000\nzwei\nZeilen\n";
const CHAPTERS: &str = ";FFMETADATA1\ntitle=The Film\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\ntitle=Dawn\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1500\nEND=4000\ntitle=Dusk\n";

/// Pictures of no square pixels, two sounds, two subtitles, chapters.
fn rich_film(dir: &Path, name: &str, subtitles: &str) -> std::path::PathBuf {
    let (srt, meta) = (text(dir, "a.srt", SRT), text(dir, "meta.txt", CHAPTERS));
    let path = dir.join(name);
    let pictures = "testsrc2=size=180x144:rate=25:duration=4,setsar=64/45";
    let inputs = ["-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", "sine=duration=4", "-f", "lavfi", "-i", "sine=300:duration=4"];
    let maps = ["-i", &srt, "-i", &meta, "-map", "0", "-map", "1", "-map", "2", "-map", "3", "-map", "3", "-map_metadata", "4"];
    let codecs = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        "-c:a:0",
        "aac",
        "-c:a:1",
        "ac3",
        "-ac:a:1",
        "1",
        "-c:s",
        subtitles,
    ];
    let labels = [
        "-metadata:s:a:0",
        "language=ger",
        "-metadata:s:a:1",
        "language=eng",
        "-metadata:s:a:1",
        "title=Commentary",
        "-disposition:a:0",
        "default",
        "-disposition:a:1",
        "0",
        "-metadata:s:s:0",
        "language=fre",
        "-metadata:s:s:1",
        "language=pt-BR",
        "-disposition:s:1",
        "forced",
    ];
    ffmpeg(&[&inputs[..], &maps, &codecs, &labels, &[path.to_str().expect("UTF-8")]].concat());
    path
}

fn packets(path: &Path, stream: usize) -> Vec<(u64, Option<u64>, String)> {
    let mut found = Vec::new();
    streams::text_packets(path, stream, &mut |packet| {
        found.push((packet.start_ms, packet.duration_ms, String::from_utf8_lossy(&packet.text).into_owned()));
        Ok(())
    })
    .expect("subtitles");
    found
}

#[test]
fn headers_tell_all_of_a_file() {
    let dir = tempfile::tempdir().expect("a temp dir");
    for (name, subtitles) in [("a.mkv", "srt"), ("a.mp4", "mov_text"), ("b.mkv", "ass")] {
        let path = rich_film(dir.path(), name, subtitles);
        let facts = streams::facts(&path).expect("readable").expect("a container");
        assert!(facts.duration_ms.abs_diff(4_000) < 60, "{name}: {} ms", facts.duration_ms);
        assert_eq!(facts.title.as_deref(), Some("The Film"), "{name}");
        let picture = &facts.pictures[0].source;
        assert_eq!(
            (picture.codec.as_str(), picture.width, picture.height, picture.frames_per_1000_s),
            ("H.264", 256, 144, 25_000),
            "{name}"
        );
        let sounds: Vec<_> = facts
            .sounds
            .iter()
            .map(|sound| (sound.language.as_deref(), sound.source.codec.as_str(), sound.source.channels, sound.source.rate))
            .collect();
        assert_eq!(sounds, [(Some("de"), "AAC", 1, 44_100), (Some("en"), "AC-3", 1, 44_100)], "{name}");
        assert!(facts.sounds[0].source.mime.is_some() && facts.sounds[1].source.mime.is_none() && facts.sounds[0].is_default, "{name}");
        assert_eq!(facts.subtitles[0].language.as_deref(), Some("fr"), "{name}");
        let chapters: Vec<_> = facts.chapters.iter().map(|chapter| (chapter.start_ms, chapter.title.as_str())).collect();
        assert_eq!(chapters, [(0, "Dawn"), (1_500, "Dusk")], "{name}");
        let found = packets(&path, 0);
        // ffmpeg moves all but the sound by a frame of AAC.
        assert!(found.len() == 2 && found[0].0.abs_diff(500) < 30 && found[1].0.abs_diff(2_000) < 30, "{name}: {found:?}");
        assert_eq!(found[0].1, Some(1_250), "{name}");
        match &facts.subtitles[1].source {
            TextCodec::SubRip => assert_eq!(found[0].2, "Good <i>morning</i>"),
            // After its length, and before its styles.
            TextCodec::TimedText => assert!(found[0].2.starts_with("\0\x0cGood morning\0")),
            TextCodec::Ass { header } => assert!(header.contains("[V4+ Styles]") && found[0].2.ends_with("Good {\\i1}morning{\\i0}")),
            other => panic!("{name}: {other:?}"),
        }
        assert_eq!(packets(&path, 1).len(), 2, "{name}");
        assert!(streams::text_packets(&path, 2, &mut |_| Ok(())).is_err(), "{name}");
    }
    let mkv = streams::facts(&dir.path().join("a.mkv")).expect("readable").expect("Matroska");
    assert_eq!(mkv.sounds[1].title.as_deref(), Some("Commentary"));
    assert_eq!((mkv.subtitles[1].language.as_deref(), mkv.subtitles[1].is_forced, mkv.sounds[1].is_default), (Some("pt-BR"), true, false));
}

#[test]
fn a_cover_is_told_by_its_place() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let jpeg = dir.path().join("cover.jpg");
    ffmpeg(&["-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1", jpeg.to_str().expect("UTF-8")]);
    let film = sweep_file(dir.path(), "a.m4a", &["-c:a", "aac"]);
    let (jpeg, film) = (jpeg.to_str().expect("UTF-8"), film.to_str().expect("UTF-8"));
    let (mkv, mp4) = (dir.path().join("b.mkv"), dir.path().join("b.m4a"));
    ffmpeg(&["-i", film, "-c", "copy", "-attach", jpeg, "-metadata:s:t", "mimetype=image/jpeg", mkv.to_str().expect("UTF-8")]);
    ffmpeg(&[
        "-i",
        film,
        "-i",
        jpeg,
        "-map",
        "0",
        "-map",
        "1",
        "-c",
        "copy",
        "-disposition:v",
        "attached_pic",
        mp4.to_str().expect("UTF-8"),
    ]);
    let picture = std::fs::read(jpeg).expect("read");
    for path in [mkv, mp4] {
        let facts = streams::facts(&path).expect("readable").expect("a container");
        let cover = facts.covers.first().expect("a cover");
        let at = usize::try_from(cover.offset).expect("small");
        let bytes = std::fs::read(&path).expect("read");
        assert_eq!((cover.mime.as_str(), &bytes[at..at + cover.length as usize]), ("image/jpeg", &picture[..]));
        assert!(facts.pictures.is_empty(), "a cover is no film");
    }
}

#[test]
fn a_turned_film_is_told_as_it_is_shown() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let path = dir.path().join("a.mp4");
    let turned = dir.path().join("turned.mp4");
    ffmpeg(&["-f", "lavfi", "-i", "testsrc2=s=64x48:d=1", "-pix_fmt", "yuv420p", path.to_str().expect("UTF-8")]);
    ffmpeg(&["-i", path.to_str().expect("UTF-8"), "-c", "copy", "-metadata:s:v", "rotate=90", turned.to_str().expect("UTF-8")]);
    let size = |path: &Path| {
        streams::facts(path).expect("readable").map(|facts| (facts.pictures[0].source.width, facts.pictures[0].source.height))
    };
    assert_eq!((size(&path), size(&turned)), (Some((64, 48)), Some((48, 64))));
}

/// Passes the sound of a Matroska file through and compares it with the source's, sample by sample.
async fn check_sound(name: &str, options: &[&str], mime: &str, likeness_min: f64) {
    let bench = bench();
    let path = sweep_file(bench.dir.path(), name, options);
    let whole = fetch(&bench.engine, &source(&path, MediaKind::Audio), Rendition::AudioCopy, false).await;
    let reversed = fetch(&bench.engine, &source(&path, MediaKind::Audio), Rendition::AudioCopy, true).await;
    assert!(whole.segments == reversed.segments && whole.segments.len() > 2, "{name}: {} segments", whole.segments.len());
    assert_eq!(whole.timeline.mime, mime, "{name}");
    let facts = streams::facts(&path).expect("readable").expect("a container");
    assert_eq!(facts.sounds[0].source.mime.as_deref(), Some(mime), "{name}");
    let joined = bench.dir.path().join("joined.mp4");
    whole.write(&joined);
    let (heard, reference) = (decode(&joined, whole.timeline.timescale), decode(&path, whole.timeline.timescale));
    let lead_in = usize::try_from(whole.timeline.lead_in).expect("small") * 2;
    for place in [2_000, 200_000, 450_000] {
        assert_eq!(best_lag(&reference, &heard[lead_in..], place), 0, "{name} at {place}");
        let alike = likeness(&reference, &heard[lead_in..], place, 2_000, 0);
        assert!(alike > likeness_min, "{name} at {place}: {alike} dB");
    }
    let length = usize::try_from(whole.timeline.duration).expect("small");
    assert!(length.abs_diff(reference.len() / 2) <= 1024, "{name}: {length} samples, not {}", reference.len() / 2);
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn opus_of_a_matroska_file_passes_through() {
    check_sound("a.mka", &["-c:a", "libopus", "-b:a", "128k", "-ar", "48000"], "audio/mp4; codecs=\"opus\"", 60.0).await;
}

#[tokio::test]
async fn aac_of_a_matroska_file_passes_through() {
    check_sound("a.mka", &["-c:a", "aac", "-b:a", "160k"], "audio/mp4; codecs=\"mp4a.40.2\"", 60.0).await;
}

#[tokio::test]
async fn flac_of_a_matroska_file_passes_through() {
    check_sound("a.mka", &["-c:a", "flac"], "audio/mp4; codecs=\"flac\"", 90.0).await;
}

/// The sound of a film, whose cues are for pictures only, lies where its pictures do.
#[tokio::test]
async fn the_sound_of_a_matroska_film_passes_through() {
    let bench = bench();
    let path = bench.dir.path().join("a.mkv");
    let film = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=64x36:r=25:d=11.3",
        "-f",
        "lavfi",
        "-i",
        SWEEP,
        "-pix_fmt",
        "yuv420p",
        "-c:v",
        "libx264",
        "-g",
        "50",
    ];
    ffmpeg(&[&film[..], &["-c:a", "libopus", "-ar", "48000", path.to_str().expect("UTF-8")]].concat());
    let whole = fetch(&bench.engine, &source(&path, MediaKind::Video), Rendition::AudioCopy, true).await;
    let joined = bench.dir.path().join("joined.mp4");
    whole.write(&joined);
    let (heard, reference) = (decode(&joined, 48_000), decode(&path, 48_000));
    let lead_in = usize::try_from(whole.timeline.lead_in).expect("small") * 2;
    for place in [2_000, 200_000, 450_000] {
        assert_eq!(best_lag(&reference, &heard[lead_in..], place), 0, "at {place}");
    }
    bench.engine.shutdown().await;
}
