//! `iroam host scan` as a person runs it, without the rights of root: root may read everything, so nothing is unreadable to it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The user and group `nobody` of Debian and most others.
const NOBODY: u32 = 65534;

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("ours to change");
}

fn song(path: &Path, title: &str) {
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi", "-i", "sine=duration=1", "-metadata", &format!("title={title}")])
        .arg(path)
        .status();
    assert!(made.expect("ffmpeg is there").success());
}

/// Scans as somebody who is not root; root becomes nobody, with a copy of the program that nobody can reach.
fn scan(folder: &Path, media: &Path) -> Output {
    let (program, data) = (folder.join("iroam"), folder.join("data"));
    fs::copy(env!("CARGO_BIN_EXE_iroam"), &program).expect("copied");
    fs::create_dir(&data).expect("made");
    let mut command = Command::new(program);
    command.args(["host", "scan", "--media"]).arg(media).arg("--data").arg(&data).env("HOME", folder);
    if fs::metadata(folder).expect("there").uid() == 0 {
        std::os::unix::fs::chown(&data, Some(NOBODY), Some(NOBODY)).expect("root may");
        command.uid(NOBODY).gid(NOBODY);
    }
    command.output().expect("it runs")
}

#[test]
fn an_unreadable_file_is_skipped_with_its_reason_and_the_others_are_listed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    mode(folder.path(), 0o755);
    let media = folder.path().join("media");
    let locked_away = media.join("locked away");
    fs::create_dir_all(&locked_away).expect("made");
    song(&media.join("open.flac"), "Open");
    song(&media.join("locked.flac"), "Locked");
    song(&locked_away.join("inside.flac"), "Inside");
    mode(&media.join("locked.flac"), 0o000);
    mode(&locked_away, 0o000);

    let output = scan(folder.path(), &media);
    mode(&locked_away, 0o755);

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let summary: Value = serde_json::from_slice(&output.stdout).expect("a JSON summary");
    assert_eq!(summary["tracks"], 1, "{summary}");
    let skipped = summary["skipped"].as_array().expect("a list");
    for name in ["locked.flac", "locked away"] {
        let told = skipped.iter().find(|one| one["path"].as_str().is_some_and(|path| path.ends_with(name)));
        let reason = told.and_then(|one| one["reason"].as_str()).unwrap_or_else(|| panic!("{name} is not named: {summary}"));
        assert!(!reason.is_empty());
    }
}
