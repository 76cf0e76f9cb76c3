//! Sizes, turns, fields and colours.

use std::path::Path;

use iroam::protocol::Rendition;

use crate::kit::{bench, ffmpeg};
use crate::video_kit::{HEIGHT, Pictures, WIDTH, film, numbered, played, psnr};

/// What ffprobe says of the pictures: size and pixel shape, range, matrix, profile.
fn said(path: &Path) -> String {
    let entries = "stream=width,height,sample_aspect_ratio,color_range,color_space,has_b_frames";
    let args = ["-v", "error", "-select_streams", "v:0", "-show_entries", entries, "-of", "csv=p=0", path.to_str().expect("UTF-8")];
    String::from_utf8(std::process::Command::new("ffprobe").args(args).output().expect("ffprobe is installed").stdout).expect("text")
}

fn turned(dir: &Path, from: &Path, degrees: &str) -> std::path::PathBuf {
    let path = dir.join(format!("turned{degrees}.mp4"));
    let rotate = format!("rotate={degrees}");
    ffmpeg(&["-i", from.to_str().expect("UTF-8"), "-c", "copy", "-metadata:s:v:0", &rotate, path.to_str().expect("UTF-8")]);
    path
}

#[tokio::test]
async fn pictures_are_turned_upright_and_their_pixels_made_square() {
    let bench = bench();
    let dir = bench.dir.path();
    let flat = film(dir, "flat.mp4", &numbered("25", "0.4"), &["-c:v", "libx264", "-preset", "veryfast"]);
    for (degrees, width, height) in [("90", HEIGHT, WIDTH), ("180", WIDTH, HEIGHT), ("270", HEIGHT, WIDTH)] {
        let path = turned(dir, &flat, degrees);
        let (_, joined) = played(&bench.engine, &path, Rendition::H264P240).await;
        assert!(said(&joined).starts_with(&format!("{width},{height},")), "{degrees}: {}", said(&joined));
        let (ours, theirs) = (Pictures::of(&joined, width, height), Pictures::of(&path, width, height));
        assert_eq!(ours.count(), theirs.count());
        let likeness = psnr(ours.picture(3), theirs.picture(3));
        assert!(likeness > 38.0, "{degrees}: {likeness:.1} dB");
    }
    let wide = format!("{},setsar=4/3", numbered("25", "0.4"));
    let path = film(dir, "wide.mp4", &wide, &["-c:v", "libx264", "-preset", "veryfast"]);
    let (_, joined) = played(&bench.engine, &path, Rendition::H264P240).await;
    // 426 square columns; the rung is at most as many.
    assert!(said(&joined).starts_with("426,180,") && said(&joined).contains("1:1"), "{}", said(&joined));
    bench.engine.shutdown().await;
}

#[tokio::test]
async fn an_interlaced_film_loses_its_combs() {
    let bench = bench();
    // A bar that moves far between two fields.
    let bar = "color=black:size=320x240:rate=50:duration=1,geq=lum='if(between(mod(X-N*12,320),0,40),235,16)':cb=128:cr=128,tinterlace=interleave_top,fieldorder=tff";
    let options = ["-c:v", "mpeg2video", "-b:v", "4M", "-flags", "+ildct+ilme", "-top", "1"];
    let path = film(bench.dir.path(), "fields.ts", bar, &options);
    let (_, joined) = played(&bench.engine, &path, Rendition::H264P240).await;
    let combs = |path: &Path| {
        let pictures = Pictures::of(path, 320, 240);
        let picture = pictures.picture(pictures.count() / 2);
        let rows: Vec<&[u8]> = picture[..320 * 240].chunks_exact(320).collect();
        rows.windows(3)
            .flat_map(|three| {
                (0..320).map(|x| (i32::from(three[1][x]) - i32::from(three[0][x])).min(i32::from(three[1][x]) - i32::from(three[2][x])))
            })
            .filter(|step| *step > 60)
            .count()
    };
    assert!(combs(&path) > 500, "the source has them: {}", combs(&path));
    assert!(combs(&joined) < 50, "{} of {}", combs(&joined), combs(&path));
    bench.engine.shutdown().await;
}

/// Mean colour, RGB, of the middle of a picture, by ffmpeg with the file's own matrix.
fn middle_rgb(path: &Path) -> [f64; 3] {
    let args = [
        "-i",
        path.to_str().expect("UTF-8"),
        "-frames:v",
        "1",
        "-vf",
        "crop=64:64,scale=in_color_matrix=auto:flags=accurate_rnd+full_chroma_int,format=rgb24",
        "-f",
        "rawvideo",
        "-",
    ];
    let bytes = ffmpeg(&args).stdout;
    [0, 1, 2].map(|channel| bytes.iter().skip(channel).step_by(3).map(|byte| f64::from(*byte)).sum::<f64>() / (bytes.len() / 3) as f64)
}

#[tokio::test]
async fn colours_are_the_sources_whatever_matrix_and_range_it_has() {
    let bench = bench();
    let ways: [(&str, &str, &[&str]); 5] = [
        (
            "601",
            "scale=out_color_matrix=bt601:out_range=tv,format=yuv420p",
            &["-c:v", "libx264", "-colorspace", "smpte170m", "-color_range", "tv"],
        ),
        (
            "709",
            "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
            &["-c:v", "libx264", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"],
        ),
        (
            "full",
            "scale=out_color_matrix=bt709:out_range=pc,format=yuvj420p",
            &["-c:v", "libx264", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "pc"],
        ),
        (
            "ten",
            "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p10le",
            &[
                "-c:v",
                "libx265",
                "-x265-params",
                "log-level=none",
                "-colorspace",
                "bt709",
                "-color_primaries",
                "bt709",
                "-color_trc",
                "bt709",
            ],
        ),
        ("rgb", "format=bgr0", &["-c:v", "ffv1"]),
    ];
    for (name, convert, options) in ways {
        for (colour, wanted) in
            [("0xC82828", [200.0, 40.0, 40.0]), ("0x28A03C", [40.0, 160.0, 60.0]), ("0xFFFFFF", [255.0; 3]), ("0x101010", [16.0; 3])]
        {
            let input = format!("color={colour}:size=320x180:rate=25:duration=0.2,format=rgb24,{convert}");
            let path = film(
                bench.dir.path(),
                &format!("{name}{colour}.mkv"),
                &input,
                &[&["-preset", "veryfast"], options].concat()[usize::from(name == "rgb") * 2..],
            );
            let (_, joined) = played(&bench.engine, &path, Rendition::H264P240).await;
            let seen = middle_rgb(&joined);
            let off = seen.iter().zip(wanted).map(|(a, b): (&f64, f64)| (a - b).abs()).fold(0.0, f64::max);
            assert!(off <= 4.0, "{name} {colour}: {seen:?}, not {wanted:?}; {}", said(&joined));
            assert!(said(&joined).contains(",tv,"), "{}", said(&joined));
        }
    }
    bench.engine.shutdown().await;
}
