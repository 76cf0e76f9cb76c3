//! Imports and exports beside a host that runs: they mend nothing under its hands.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::host_kit::Home;

/// What `iroam host export` says when it fails.
fn export(home: &Home) -> Result<(), String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iroam"));
    command.args(["host", "export", "--data"]).arg(&home.data).arg("--media").arg(&home.media).arg(home.data.with_file_name("exported"));
    let output = command.env_remove("IROAM_CONFIG").output().expect("it runs");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder).expect("listed").map(|entry| entry.expect("listed").path()).filter(|path| path.is_file());
    // SQLite's own, which it makes to read as well.
    let files = files.filter(|path| !["-wal", "-shm"].iter().any(|end| path.to_string_lossy().ends_with(end)));
    files.map(|path| (path.clone(), fs::read(path).expect("read"))).collect()
}

#[test]
fn a_running_hosts_library_is_not_mended_or_brought_up_to_date_beside_it() {
    for (file, told) in [("listeners.db", "has to mend it"), ("library.db", "has to mend it"), ("library.db", "earlier version")] {
        let home = Home::new();
        home.song("song.flac", &[]);
        home.scan();
        let lock = fs::File::create(home.data.join("lock")).expect("made");
        lock.lock().expect("ours");
        assert_eq!(export(&home), Ok(()));
        let path = home.data.join(file);
        if told == "earlier version" {
            let index = rusqlite::Connection::open(&path).expect("opened");
            index.pragma_update(None, "user_version", 2).expect("written");
        } else {
            fs::write(&path, vec![b'x'; 50_000]).expect("written");
        }
        let before = files(&home.data);
        let error = export(&home).expect_err("the host may have it open");
        assert!(error.contains(told), "{file}: {error}");
        assert_eq!(before, files(&home.data), "{file}");
        if told == "has to mend it" {
            drop(lock);
            assert_eq!(export(&home), Ok(()), "nobody else does");
        }
    }
}
