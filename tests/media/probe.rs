//! What the host takes files for: every format that ffmpeg writes here, and what is none.

use std::path::Path;

use iroam::host::media::{MediaError, Probed, Prober, WorkerConfig};

use crate::kit::{ffmpeg, wrapped};

const TONE: [&str; 4] = ["-f", "lavfi", "-i", "sine=440:duration=2:sample_rate=44100"];
const TEST: [&str; 4] = ["-f", "lavfi", "-i", "testsrc=size=320x180:rate=25:duration=2"];

fn prober_of(exe: &Path, dir: &Path) -> Prober {
    Prober::new(WorkerConfig { exe: exe.to_owned(), registry: dir.join("registry.bin") })
}

fn prober(dir: &Path) -> Prober {
    prober_of(Path::new(env!("CARGO_BIN_EXE_iroam")), dir)
}

fn probe(prober: &mut Prober, path: &Path) -> Result<Probed, MediaError> {
    prober.probe(path, std::fs::metadata(path).expect("there").len())
}

/// A file in the folder, made by ffmpeg of a test picture, a tone or both.
fn make(dir: &Path, name: &str, with_pictures: bool, options: &[&str]) -> std::path::PathBuf {
    let path = dir.join(name);
    let target = path.to_str().expect("UTF-8").to_owned();
    let pictures: &[&str] = if with_pictures { &TEST } else { &[] };
    let logs = ["-x265-params", "log-level=none"];
    let logs: &[&str] = if options.contains(&"libx265") { &logs } else { &[] };
    ffmpeg(&[pictures, &TONE, &["-ac", "2"], options, logs, &[target.as_str()]].concat());
    path
}

/// Name, how ffmpeg makes it, codec for people, lossless, bits.
type Case = (&'static str, &'static [&'static str], &'static str, bool, Option<u8>);

#[test]
fn tells_the_sound_of_every_format() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let mut prober = prober(dir.path());
    // Name, how it is made, and what it is then: codec, lossless, bits.
    let cases: [Case; 18] = [
        ("a.mp3", &[], "MP3", false, None),
        ("a.mp2", &[], "MP2", false, None),
        ("a.flac", &["-sample_fmt", "s16"], "FLAC", true, Some(16)),
        ("b24.flac", &["-sample_fmt", "s32"], "FLAC", true, Some(24)),
        ("a.ogg", &["-c:a", "libvorbis"], "Vorbis", false, None),
        ("a.opus", &["-ar", "48000"], "Opus", false, None),
        ("a.m4a", &["-c:a", "aac"], "AAC", false, None),
        ("alac.m4a", &["-c:a", "alac"], "ALAC", true, Some(16)),
        ("a.aac", &["-c:a", "aac"], "AAC", false, None),
        ("a.wav", &[], "PCM", true, Some(16)),
        ("a.wma", &["-c:a", "wmav2"], "WMA", false, None),
        ("a.wv", &[], "WavPack", true, Some(16)),
        ("a.tta", &[], "TTA", true, Some(16)),
        ("a.ac3", &[], "AC-3", false, None),
        ("a.eac3", &[], "E-AC-3", false, None),
        ("a.dts", &["-c:a", "dca", "-strict", "-2"], "DTS", false, None),
        ("a.au", &[], "PCM", true, Some(16)),
        ("a.mka", &["-c:a", "libvorbis"], "Vorbis", false, None),
    ];
    for (name, options, codec, lossless, bits) in cases {
        let path = make(dir.path(), name, false, options);
        let Probed { duration_ms, source, .. } = probe(&mut prober, &path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let audio = source.audio.unwrap_or_else(|| panic!("{name} has sound"));
        assert_eq!((audio.codec.as_str(), audio.lossless, source.video), (codec, lossless, None), "{name}");
        assert_eq!((audio.rate, audio.channels), (if name == "a.opus" { 48_000 } else { 44_100 }, 2), "{name}");
        assert!(bits.is_none() || audio.bits == bits, "{name}: {:?}", audio.bits);
        assert!((1_980..=2_120).contains(&duration_ms), "{name}: {duration_ms} ms");
    }
}

#[test]
fn tells_the_pictures_and_the_sound_of_every_video_format() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let mut prober = prober(dir.path());
    let h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];
    let with = |sound: &'static str| [&h264[..], &["-c:a", sound]].concat();
    let cases: [(&str, Vec<&str>, &str, &str); 18] = [
        ("a.mp4", with("aac"), "H.264", "AAC"),
        ("a.mkv", with("ac3"), "H.264", "AC-3"),
        ("a.mov", vec!["-c:v", "prores", "-c:a", "pcm_s16le"], "ProRes", "PCM"),
        ("hevc.mp4", vec!["-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"], "HEVC", "AAC"),
        ("vp8.webm", vec!["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis"], "VP8", "Vorbis"),
        ("vp9.webm", vec!["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"], "VP9", "Opus"),
        ("a.avi", vec!["-c:v", "mpeg4", "-c:a", "libmp3lame"], "MPEG-4", "MP3"),
        ("mjpeg.avi", vec!["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le"], "Motion JPEG", "PCM"),
        ("a.mpg", vec!["-c:v", "mpeg2video", "-c:a", "mp2"], "MPEG-2", "MP2"),
        ("a.vob", vec!["-c:v", "mpeg2video", "-c:a", "ac3"], "MPEG-2", "AC-3"),
        ("a.ts", with("ac3"), "H.264", "AC-3"),
        ("mpeg2.ts", vec!["-c:v", "mpeg2video", "-c:a", "mp2"], "MPEG-2", "MP2"),
        ("a.m2ts", with("ac3"), "H.264", "AC-3"),
        ("a.wmv", vec!["-c:v", "wmv2", "-c:a", "wmav2"], "WMV", "WMA"),
        ("a.flv", with("aac"), "H.264", "AAC"),
        ("old.flv", vec!["-c:v", "flv", "-c:a", "libmp3lame"], "Sorenson H.263", "MP3"),
        ("a.ogv", vec!["-c:v", "libtheora", "-c:a", "libvorbis"], "Theora", "Vorbis"),
        ("a.3gp", with("aac"), "H.264", "AAC"),
    ];
    for (name, options, pictures, sound) in cases {
        let path = make(dir.path(), name, true, &options);
        let Probed { duration_ms, source, .. } = probe(&mut prober, &path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let video = source.video.unwrap_or_else(|| panic!("{name} has pictures"));
        let audio = source.audio.unwrap_or_else(|| panic!("{name} has sound"));
        assert_eq!((video.codec.as_str(), audio.codec.as_str()), (pictures, sound), "{name}");
        assert_eq!((video.width, video.height), (320, 180), "{name}");
        assert!((24_900..=25_100).contains(&video.frames_per_1000_s), "{name}: {}", video.frames_per_1000_s);
        assert_eq!((audio.rate, audio.channels), (if name == "vp9.webm" { 48_000 } else { 44_100 }, 2), "{name}");
        // MPEG program and transport streams say no length; it is reckoned from their clocks.
        assert!((1_900..=2_200).contains(&duration_ms), "{name}: {duration_ms} ms");
    }
}

#[test]
fn tells_pictures_as_they_are_shown() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let mut prober = prober(dir.path());
    let size = |prober: &mut Prober, path: &Path| {
        let video = probe(prober, path).expect("a video").source.video.expect("pictures");
        (video.width, video.height)
    };
    let wide = make(dir.path(), "wide.ts", true, &["-s", "240x180", "-aspect", "16:9", "-c:v", "mpeg2video", "-c:a", "mp2"]);
    assert_eq!(size(&mut prober, &wide), (320, 180));
}

#[test]
fn what_is_no_media_is_refused_in_words_that_name_no_path() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let mut prober = prober(dir.path());
    let noise: Vec<u8> = (0..100_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let whole = std::fs::read(make(dir.path(), "whole.mp4", true, &["-c:v", "mpeg4", "-c:a", "aac"])).expect("read");
    for (name, content) in [
        ("noise.mkv", noise.as_slice()),
        ("text.avi", b"a letter, not a film"),
        ("cut.mp4", &whole[..whole.len() / 2]),
        // A list of addresses: nothing may be fetched for it.
        ("list.ts", b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n"),
    ] {
        let path = dir.path().join(name);
        std::fs::write(&path, content).expect("written");
        // A machine that is too busy to look says so, and is asked again.
        let asked = (0..5).map(|_| probe(&mut prober, &path).expect_err(name));
        let refused = asked.into_iter().find(|refused| !matches!(refused, MediaError::TooLong)).expect("it is looked at some time");
        assert!(matches!(refused, MediaError::Unplayable(_)), "{name}: {refused:?}");
        assert!(!refused.to_string().contains(dir.path().to_str().expect("UTF-8")), "{refused}");
    }
    // The same worker is good for the next file.
    let good = make(dir.path(), "good.mp3", false, &[]);
    assert!(probe(&mut prober, &good).is_ok());
}

#[test]
fn a_worker_that_hangs_or_crashes_costs_one_file() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let good = make(dir.path(), "good.mp3", false, &[]);
    let mark = dir.path().join("mark");
    // The first worker never answers, the second dies at once, later ones work.
    let script = format!("echo x >> '{0}'; case $(wc -l < '{0}') in 1) exec sleep 600;; 2) exit 3;; esac", mark.display());
    let mut prober = prober_of(&wrapped(dir.path(), &script), dir.path());
    assert!(matches!(probe(&mut prober, &good), Err(MediaError::TooLong)));
    assert!(matches!(probe(&mut prober, &good), Err(MediaError::Internal(text)) if text.contains("crash")));
    assert!(probe(&mut prober, &good).is_ok());
}

#[test]
fn a_file_that_the_system_does_not_give_is_not_called_damaged() {
    let dir = tempfile::tempdir().expect("a temp dir");
    // It has a size, and none of its bytes can be read.
    let path = Path::new("/sys/class/net/lo/speed");
    if !std::fs::metadata(path).is_ok_and(|file| file.len() > 0) || std::fs::read(path).is_ok() {
        eprintln!("not tried: this system has no such file");
        return;
    }
    assert_eq!(probe(&mut prober(dir.path()), path), Err(MediaError::Gone));
}

#[test]
fn a_codec_that_is_not_installed_is_named_and_its_file_known_all_the_same() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let hidden =
        "export GST_PLUGIN_FEATURE_RANK=avdec_wmav1:0,avdec_wmav2:0,avdec_wmalossless:0,avdec_wmapro:0,avdec_wmavoice:0,asfdemux:256";
    let mut prober = prober_of(&wrapped(dir.path(), hidden), dir.path());
    let song = make(dir.path(), "song.wma", false, &["-c:a", "wmav2"]);
    let audio = probe(&mut prober, &song).expect("known by its container").source.audio.expect("sound");
    assert_eq!((audio.codec.as_str(), audio.rate, audio.channels), ("WMA", 44_100, 2));
    let film = make(dir.path(), "film.wmv", true, &["-c:v", "wmv2", "-c:a", "wmav2"]);
    let source = probe(&mut prober, &film).expect("known by its container").source;
    assert_eq!(source.audio.map(|audio| audio.codec).as_deref(), Some("WMA"));
    assert_eq!(source.video.map(|video| (video.codec, video.width, video.height)), Some(("WMV".to_owned(), 320, 180)));
    let lacks = prober.lacks().expect("an answer");
    let wma = lacks.iter().find(|lack| lack.what == "WMA").expect("it is missing");
    assert_eq!(wma.package, "gstreamer1.0-libav");
    assert!(!lacks.iter().any(|lack| ["MP3", "FLAC", "H.264", "AAC"].contains(&lack.what.as_str())), "{lacks:?}");

    let blind = "export GST_PLUGIN_FEATURE_RANK=asfdemux:0";
    let mut prober = prober_of(&wrapped(dir.path(), blind), dir.path());
    let refused = probe(&mut prober, &song).expect_err("nothing is known without its container");
    assert!(
        matches!(&refused, MediaError::MissingPlugin(text) if text.contains("install gstreamer1.0-plugins-ugly to play this")),
        "{refused:?}"
    );
}
