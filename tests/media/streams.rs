//! Segments that are sent on while they are made, by a worker of the test's own: each chunk waits until the test lets it go.

use std::path::{Path, PathBuf};
use std::time::Duration;

use iroam::host::media::{Chunks, Engine, MediaError, Segment, Source};
use iroam::protocol::frame;
use iroam::protocol::{MediaKind, Rendition};

use crate::kit::{BOUND, engine_of, session, source, wanted};

const CHUNKS: [&str; 3] = ["first ", "second ", "third"];

/// A stage for a worker that is a shell script.
struct Stage {
    dir: tempfile::TempDir,
    song: Source,
}

impl Stage {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temp dir");
        let path = dir.path().join("song");
        std::fs::write(&path, b"music").expect("written");
        let (ready, failed, made) = (r#""ready""#, r#"{"failed":"Gone"}"#.to_owned(), r#"{"made":{"length":0,"head":"none"}}"#);
        let chunk = |text: &&str| format!(r#"{{"chunk":{{"length":{},"of":{}}}}}"#, text.len(), CHUNKS.len());
        let write = |name: &str, answer: &str, body: &str| {
            let answer = frame::encode(answer.as_bytes(), 1024).expect("short");
            std::fs::write(dir.path().join(name), [&answer, body.as_bytes()].concat()).expect("written");
        };
        let proven = r#"{"made":{"length":0,"head":{"trial":{"encoder":"openh264enc","hardware":false,"pixels_per_second":1000000}}}}"#;
        write("ready", ready, "");
        write("broken", r#"{"failed":{"Internal":"it is broken"}}"#, "");
        write("proven", proven, "");
        write("failed", &failed, "");
        write("made", made, "");
        CHUNKS.iter().enumerate().for_each(|(number, text)| write(&format!("chunk{number}"), &chunk(text), text));
        Self { song: source(&path, MediaKind::Video), dir }
    }

    /// An engine whose workers run this script: `say X` sends an answer, `wait X` waits for the file X, `job` for one, `asked X` whether it
    /// names X.
    fn engine(&self, script: &str) -> Engine {
        use std::os::unix::fs::PermissionsExt;
        let path = self.dir.path().join("worker.sh");
        let words = "say() { cat \"$1\"; }; wait() { while ! test -e \"$1\"; do sleep 0.02; done; }; note() { echo x >> \"$1\"; }\n\
                     order() { set -- $(head -c 4 | od -An -tu1); head -c $(($3 * 256 + $4)) > order.$$; }; job() { order; note jobs; }\n\
                     asked() { grep -q \"$1\" order.$$; }\n";
        std::fs::write(&path, format!("#!/bin/sh\ncd '{}'\n{words}say ready\n{script}\n", self.dir.path().display())).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("made executable");
        engine_of(&path, self.dir.path(), 1 << 20, BOUND)
    }

    fn let_go(&self, name: &str) {
        std::fs::write(self.path(name), b"").expect("written");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn lines(&self, name: &str) -> usize {
        std::fs::read_to_string(self.path(name)).unwrap_or_default().lines().count()
    }
}

async fn chunks(engine: &Engine, song: &Source, by: u8, index: u32) -> Chunks {
    match engine.segment(wanted(session(by), song, Rendition::VideoCopy), index, Some(Duration::ZERO)).await.expect("it begins") {
        Segment::Chunks { of: 3, chunks } => chunks,
        other => panic!("{other:?}"),
    }
}

async fn rest(mut chunks: Chunks) -> Result<String, MediaError> {
    let mut text = String::new();
    while let Some(chunk) = tokio::time::timeout(BOUND, chunks.recv()).await.expect("in bounded time") {
        text.push_str(std::str::from_utf8(&chunk?).expect("text"));
    }
    Ok(text)
}

async fn exists(path: &Path) {
    let wait = async {
        while !path.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(BOUND, wait).await.unwrap_or_else(|_| panic!("{} never came", path.display()));
}

#[tokio::test]
async fn chunks_are_sent_on_as_they_are_made_to_all_who_ask_and_made_once() {
    let stage = Stage::new();
    let engine = stage.engine("job; say chunk0; wait go1; say chunk1; wait go2; say chunk2; say made; sleep 600");
    let mut early = chunks(&engine, &stage.song, 1, 0).await;
    assert_eq!(early.recv().await.expect("made").expect("sent"), CHUNKS[0]);
    let late = chunks(&engine, &stage.song, 2, 0).await;
    drop(chunks(&engine, &stage.song, 3, 0).await);
    stage.let_go("go1");
    assert_eq!(early.recv().await.expect("made").expect("sent"), CHUNKS[1]);
    stage.let_go("go2");
    assert_eq!((rest(early).await, rest(late).await), (Ok(CHUNKS[2].to_owned()), Ok(CHUNKS.concat())));
    engine.shutdown().await;
    // Kept whole, and no worker was asked again.
    let engine = stage.engine("job; exit 1");
    let again = engine.segment(wanted(session(4), &stage.song, Rendition::VideoCopy), 0, None).await.expect("cached");
    assert!(matches!(&again, Segment::Whole(bytes) if *bytes == CHUNKS.concat()), "{again:?}");
    assert_eq!(stage.lines("jobs"), 1);
    engine.shutdown().await;
}

#[tokio::test]
async fn a_worker_that_dies_midway_is_replaced_and_nothing_is_sent_twice() {
    let stage = Stage::new();
    let engine = stage.engine("job; say chunk0; test $(wc -l < jobs) = 1 && exit 1; say chunk1; say chunk2; say made; sleep 600");
    assert_eq!(rest(chunks(&engine, &stage.song, 1, 0).await).await, Ok(CHUNKS.concat()));
    assert_eq!(stage.lines("jobs"), 2);
    engine.shutdown().await;
}

#[tokio::test]
async fn what_fails_midway_is_cut_and_not_kept() {
    let stage = Stage::new();
    let engine = stage.engine("job; say chunk0; say chunk1; test -e well || say failed; say chunk2; say made; sleep 600");
    assert_eq!(rest(chunks(&engine, &stage.song, 1, 0).await).await, Err(MediaError::Gone));
    stage.let_go("well");
    assert_eq!(rest(chunks(&engine, &stage.song, 2, 0).await).await, Ok(CHUNKS.concat()));
    engine.shutdown().await;
}

#[tokio::test]
async fn a_segment_that_misses_chunks_or_has_too_many_is_an_error() {
    for script in
        ["job; say chunk0; say chunk1; say made; sleep 600", "job; say chunk0; say chunk1; say chunk2; say chunk0; say made; sleep 600"]
    {
        let stage = Stage::new();
        let engine = stage.engine(script);
        let cut = rest(chunks(&engine, &stage.song, 1, 0).await).await;
        assert!(matches!(cut, Err(MediaError::Internal(_))), "{script}: {cut:?}");
        engine.shutdown().await;
    }
}

#[tokio::test]
async fn what_nobody_wants_any_more_is_stopped_when_somebody_else_waits() {
    let stage = Stage::new();
    // The second job begins after the first was told to stop, which is what comes next on stdin.
    let engine = stage.engine("job; say chunk0; order; note stopped; say failed; sleep 600");
    let left = chunks(&engine, &stage.song, 1, 0).await;
    let stays = chunks(&engine, &stage.song, 2, 0).await;
    drop(left);
    let next = tokio::spawn({
        let (engine, song) = (engine.clone(), stage.song.clone());
        async move { engine.segment(wanted(session(1), &song, Rendition::VideoCopy), 1, Some(Duration::ZERO)).await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!stage.path("stopped").exists(), "somebody still listens");
    drop(stays);
    exists(&stage.path("stopped")).await;
    next.abort();
    engine.shutdown().await;
}

#[tokio::test]
async fn what_nobody_wants_is_made_to_its_end_while_nobody_else_waits() {
    let stage = Stage::new();
    let engine = stage.engine("job; say chunk0; wait go; say chunk1; say chunk2; say made; note end; sleep 600");
    drop(chunks(&engine, &stage.song, 1, 0).await);
    stage.let_go("go");
    exists(&stage.path("end")).await;
    engine.shutdown().await;
    let engine = stage.engine("job; exit 1");
    let again = engine.segment(wanted(session(1), &stage.song, Rendition::VideoCopy), 0, None).await;
    assert!(matches!(&again, Ok(Segment::Whole(bytes)) if *bytes == CHUNKS.concat()), "{again:?}");
    engine.shutdown().await;
}

#[tokio::test]
async fn an_encoder_that_crashes_in_its_trial_takes_no_other_along() {
    let stage = Stage::new();
    // A process in which an encoder failed is not used for the next one.
    let engine = stage.engine("job; asked nvh264enc && exit 1; asked openh264enc && say proven || say broken; job; note reused; sleep 600");
    engine.try_encoder();
    let proven = async {
        while engine.video_encoder().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(BOUND, proven).await.expect("the last one works");
    assert_eq!(engine.video_encoder().map(|trial| trial.encoder).as_deref(), Some("openh264enc"));
    assert!(!stage.path("reused").exists() && stage.lines("jobs") > 2);
    engine.shutdown().await;
}

#[tokio::test]
async fn without_a_proven_encoder_no_worker_is_asked_to_encode_pictures() {
    let stage = Stage::new();
    let engine = stage.engine("job; asked '\"trial\"' || note asked; exit 1");
    let refused = engine.segment(wanted(session(1), &stage.song, Rendition::H264P240), 0, None).await;
    assert!(matches!(&refused, Err(MediaError::MissingPlugin(text)) if text.contains("gstreamer1.0-plugins-ugly")), "{refused:?}");
    assert!(stage.lines("jobs") > 0 && !stage.path("asked").exists());
    engine.shutdown().await;
}

#[tokio::test]
async fn a_preview_holds_up_no_film_and_ends_when_another_is_wanted() {
    let stage = Stage::new();
    let trial = "asked '\"trial\"'; then asked openh264enc && say proven || { say broken; exit; }";
    let film = "say chunk0; say chunk1; say chunk2; say made";
    let engine =
        stage.engine(&format!("while job; do if {trial}; elif asked '\"preview\"'; then note preview; sleep 600; else {film}; fi; done"));
    let noted = &stage;
    let previewed = |count| {
        let (engine, song) = (engine.clone(), source(&stage.song.path, MediaKind::Video));
        let asked = tokio::spawn(async move { engine.preview(session(1), song).await });
        let begun = async move {
            while noted.lines("preview") < count {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        (asked, async move { tokio::time::timeout(BOUND, begun).await.expect("it begins") })
    };
    let (left, begun) = previewed(1);
    begun.await;
    let picture = engine.segment(wanted(session(1), &stage.song, Rendition::H264P240), 0, Some(Duration::ZERO));
    let picture = tokio::time::timeout(BOUND, picture).await.expect("in bounded time").expect("it begins");
    assert_eq!(picture.whole().await, Ok(CHUNKS.concat().into()));
    left.abort();
    let (left, begun) = previewed(2);
    begun.await;
    left.abort();
    engine.shutdown().await;
}
