//! What the host hears in a track, against ffmpeg's own meter.

use std::path::{Path, PathBuf};
use std::process::Command;

use iroam::host::media::{Engine, Head, Heard, MediaError, Task};
use iroam::protocol::MediaKind;

use crate::kit::{SWEEP, bench, ffmpeg, source};

async fn hear(engine: &Engine, path: &Path) -> Result<(Heard, Vec<u8>), MediaError> {
    let (head, waveform) = engine.background(source(path, MediaKind::Audio), Task::Analyse).await?;
    let Head::Heard(heard) = head else { panic!("{head:?}") };
    Ok((heard, waveform.to_vec()))
}

/// Integrated loudness in LUFS and true peak in dB, by ffmpeg.
fn judge(path: &Path) -> (f64, f64) {
    let args =
        ["-nostdin", "-hide_banner", "-i", path.to_str().expect("UTF-8"), "-map", "0:a:0", "-af", "ebur128=peak=true", "-f", "null", "-"];
    let out = Command::new("ffmpeg").args(args).output().expect("ffmpeg is installed");
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    let summary = told.rsplit_once("Summary:").expect("a summary").1;
    let number = |name: &str| {
        let rest = summary.split_once(name).expect("told").1;
        rest.split_whitespace().next().expect("a number").parse::<f64>().expect("a number")
    };
    (number("I:"), number("Peak:"))
}

fn make(dir: &Path, name: &str, input: &str, options: &[&str]) -> PathBuf {
    let path = dir.join(name);
    let target = path.to_str().expect("UTF-8").to_owned();
    ffmpeg(&[&["-f", "lavfi", "-i", input], options, &[target.as_str()]].concat());
    path
}

#[tokio::test]
async fn loudness_and_true_peak_are_those_of_ffmpegs_meter() {
    let bench = bench();
    let dir = bench.dir.path();
    let speech = "aevalsrc='0.6*sin(2*PI*220*t)*gt(mod(t,3),1)|0.2*sin(2*PI*331*t)':s=48000:d=7";
    let surround = concat!(
        "aevalsrc='0.1*sin(2*PI*200*t)|0.1*sin(2*PI*300*t)|0.2*sin(2*PI*400*t)|0.9*sin(2*PI*50*t)",
        "|0.3*sin(2*PI*500*t)|0.25*sin(2*PI*600*t)':c=5.1:s=48000:d=5"
    );
    // A tone at a quarter of the rate: its peaks lie between its samples. Faded, as each meter's filter overshoots in its own way at an edge.
    let between = "aevalsrc='0.9*sin(2*PI*11025*t+PI/4)':s=44100:d=3";
    for (name, input, options) in [
        ("sweep.flac", SWEEP, &[][..]),
        ("sweep.mp3", SWEEP, &["-c:a", "libmp3lame", "-b:a", "192k"]),
        ("speech.m4a", speech, &["-c:a", "aac"]),
        ("sweep.ogg", SWEEP, &["-c:a", "libvorbis"]),
        ("sweep.opus", SWEEP, &["-c:a", "libopus", "-b:a", "128k"]),
        ("mono.flac", "sine=1000:duration=4", &["-ac", "1"]),
        ("high.flac", SWEEP, &["-ar", "96000"]),
        ("surround.flac", surround, &[]),
        ("between.wav", between, &["-af", "afade=d=0.5,afade=t=out:st=2.5:d=0.5", "-c:a", "pcm_f32le"]),
    ] {
        let path = make(dir, name, input, options);
        let (heard, waveform) = hear(&bench.engine, &path).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let (loudness, peak) = judge(&path);
        let told = f64::from(heard.loudness_cdb.expect("not silent")) / 100.0;
        // ffmpeg rounds to a tenth.
        assert!((told - loudness).abs() <= 0.15, "{name}: {told} LUFS, by ffmpeg {loudness}");
        let told = f64::from(heard.true_peak_cdb) / 100.0;
        assert!((told - peak).abs() <= 0.25, "{name}: {told} dB, by ffmpeg {peak}");
        assert!(heard.gated_ms > 1_000, "{name}: {heard:?}");
        assert_eq!(waveform.len(), 1000, "{name}");
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn silence_and_what_is_too_short_have_no_loudness() {
    let bench = bench();
    let dir = bench.dir.path();
    let silence = make(dir, "silence.flac", "anullsrc=d=2", &[]);
    let (heard, waveform) = hear(&bench.engine, &silence).await.expect("heard");
    assert_eq!((heard.loudness_cdb, heard.gated_ms), (None, 0));
    assert!(heard.true_peak_cdb <= -9_000, "less than a step of 16 bits: {heard:?}");
    assert_eq!(waveform, vec![0; 1000]);
    // Less than one gating block of 400 ms; the peak is there all the same.
    let short = make(dir, "short.flac", "sine=1000:duration=0.2", &[]);
    let (heard, waveform) = hear(&bench.engine, &short).await.expect("heard");
    assert_eq!((heard.loudness_cdb, heard.gated_ms), (None, 0));
    assert!((-1_850..=-1_750).contains(&heard.true_peak_cdb), "{heard:?}");
    assert!(waveform.iter().all(|byte| *byte <= 33) && waveform.contains(&32), "an eighth of full scale");
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn the_waveform_is_the_loudest_sample_of_each_part() {
    let bench = bench();
    let dir = bench.dir.path();
    // Louder and louder.
    let path = make(dir, "ramp.flac", "aevalsrc='(t/5)*sin(2*PI*997*t)|0.3*(1-t/5)*sin(2*PI*611*t)':s=48000:d=5", &[]);
    let (_, waveform) = hear(&bench.engine, &path).await.expect("heard");
    let samples = ffmpeg(&["-i", path.to_str().expect("UTF-8"), "-f", "f32le", "-"]).stdout;
    let samples: Vec<f32> = samples.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let frames = samples.len() / 2;
    for (part, told) in waveform.iter().enumerate() {
        let (from, to) = (part * frames / 1000 * 2, (part + 1) * frames / 1000 * 2);
        let peak = samples[from..to].iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        assert!((f32::from(*told) - peak * 255.0).abs() <= 1.0, "part {part}: {told}, by the samples {}", peak * 255.0);
    }
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn what_cannot_be_decoded_is_an_error_and_the_next_track_is_heard() {
    let bench = bench();
    let dir = bench.dir.path();
    let noise = dir.join("noise.mp3");
    std::fs::write(&noise, vec![0x5a; 30_000]).expect("written");
    assert!(matches!(hear(&bench.engine, &noise).await, Err(MediaError::Unplayable(_))));
    let good = make(dir, "good.flac", "sine=1000:duration=1", &[]);
    assert!(hear(&bench.engine, &good).await.is_ok());
    bench.engine.shutdown().await;
}
