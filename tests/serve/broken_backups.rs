//! `iroam admin backup` that cannot be done, or is killed: nothing that looks like a backup remains.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use iroam::serve::{DataPlace, admin};
use iroam::types::Secret;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::backup::backup;
use crate::process::{iroam, said};
use crate::server::PASSWORD;
use crate::tunnel::until;

/// A server's data, and room for backups beside it.
struct Folders {
    parent: TempDir,
    data: PathBuf,
    copy: PathBuf,
}

impl Folders {
    fn new() -> Self {
        let parent = tempfile::tempdir().expect("a folder");
        let [data, copy] = ["data", "copy"].map(|name| parent.path().join(name));
        admin::create_user(&DataPlace::in_folder(&data), "ada", Secret::new(PASSWORD.to_owned())).expect("an account");
        Self { parent, data, copy }
    }

    fn partial(&self) -> PathBuf {
        self.parent.path().join("copy.partial")
    }

    /// Makes the database larger, by rows of no meaning to iroam.
    fn add_megabytes(&self, megabytes: u32) {
        let db = Connection::open(self.data.join("iroam.db")).expect("opens");
        db.execute_batch("CREATE TABLE IF NOT EXISTS ballast (bytes BLOB)").expect("a table");
        for _ in 0..megabytes {
            db.execute("INSERT INTO ballast VALUES (randomblob(1000000))", []).expect("a row");
        }
    }

    /// Runs a backup that must fail, and leave nothing.
    fn refusal(&self, folder: &Path) -> String {
        let (is_done, why) = backup(&self.data, folder);
        assert!(!is_done && why.lines().count() == 1, "{why}");
        assert!(!self.partial().exists(), "{why}");
        why
    }
}

#[test]
fn a_killed_backup_leaves_none_and_the_next_replaces_what_it_left() {
    let folders = Folders::new();
    let [data, copy] = [&folders.data, &folders.copy].map(|path| path.to_str().expect("a path of letters"));
    let file = folders.partial().join("iroam.db");
    // The copy must be large enough to be caught at it.
    let killed = (0..6).any(|doubled| {
        folders.add_megabytes(32 << doubled);
        let mut process = iroam(&["admin", "backup", copy, "--data", data]).spawn().expect("iroam runs");
        let mut ended = None;
        until(|| {
            ended = process.try_wait().expect("our own child");
            ended.is_some() || fs::metadata(&file).is_ok_and(|file| file.len() > 0)
        });
        process.kill().and_then(|()| process.wait()).expect("our own child");
        let is_whole = folders.copy.exists();
        if is_whole {
            assert_eq!(admin::list_users(&DataPlace::in_folder(&folders.copy)).expect("a server").len(), 1);
            fs::remove_dir_all(&folders.copy).expect("removed");
        }
        !is_whole
    });
    assert!(killed && file.exists());
    let (is_done, told) = backup(&folders.data, &folders.copy);
    assert!(is_done && !folders.partial().exists(), "{told}");
    assert_eq!(admin::list_users(&DataPlace::in_folder(&folders.copy)).expect("a server")[0].name, "ada");
}

#[test]
fn a_backup_that_is_stopped_cleans_up() {
    let folders = Folders::new();
    folders.add_megabytes(64);
    let [data, copy] = [&folders.data, &folders.copy].map(|path| path.to_str().expect("a path of letters"));
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        let mut process = iroam(&["admin", "backup", copy, "--data", data]).spawn().expect("iroam runs");
        until(|| folders.partial().join("iroam.db").exists() || folders.copy.exists());
        // SAFETY: the child has not been waited for, so that its number is still its own.
        unsafe { libc::kill(i32::try_from(process.id()).expect("a process"), signal) };
        let status = process.wait().expect("our own child");
        assert_eq!((folders.copy.exists(), folders.partial().exists()), (status.success(), false), "{signal}");
        let _ = fs::remove_dir_all(&folders.copy);
    }
}

#[test]
fn a_backup_outlives_the_terminal_where_it_was_told_to() {
    let folders = Folders::new();
    folders.add_megabytes(64);
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$1\" admin backup \"$2\" --data \"$3\"", "sh", env!("CARGO_BIN_EXE_iroam")]);
    let mut process = command.args([&folders.copy, &folders.data]).spawn().expect("a shell runs");
    until(|| folders.partial().join("iroam.db").exists() || folders.copy.exists());
    // SAFETY: the child has not been waited for, so that its number is still its own.
    unsafe { libc::kill(i32::try_from(process.id()).expect("a process"), libc::SIGHUP) };
    assert!(process.wait().expect("our own child").success() && folders.copy.exists());
}

#[test]
fn refuses_a_folder_that_is_in_use_or_no_place_for_a_backup() {
    let folders = Folders::new();
    let beside = |name: &str| folders.parent.path().join(name);
    fs::create_dir(beside("full")).expect("made");
    fs::write(beside("full/letter"), "dear").expect("written");
    let inside = folders.data.join("backups");
    fs::create_dir(&inside).expect("made");
    std::os::unix::fs::symlink(&inside, beside("link")).expect("linked");
    for (folder, why) in [
        (beside("full"), "is not empty"),
        (beside("full/letter"), "is a file"),
        (folders.data.clone(), "inside the data folder"),
        (inside.join("monday"), "inside the data folder"),
        (beside("link/monday"), "inside the data folder"),
        (beside("absent/monday"), "there is no folder"),
    ] {
        let refused = folders.refusal(&folder);
        assert!(refused.contains(why), "{refused}");
    }
    assert_eq!(fs::read_to_string(beside("full/letter")).expect("kept"), "dear");
    assert_eq!(fs::read_dir(&inside).expect("a folder").count(), 0);
}

#[test]
fn leaves_what_it_has_not_made_and_what_another_is_making() {
    let folders = Folders::new();
    let partial = folders.partial();
    fs::create_dir(&partial).expect("made");
    fs::set_permissions(&partial, fs::Permissions::from_mode(0o700)).expect("ours");
    fs::write(partial.join("letter"), "dear").expect("written");
    let (is_done, why) = backup(&folders.data, &folders.copy);
    assert!(!is_done && why.contains("is in the way") && partial.join("letter").exists(), "{why}");
    fs::rename(partial.join("letter"), partial.join("iroam.db")).expect("renamed");
    let lock = File::open(&partial).expect("a folder");
    lock.lock().expect("locked");
    let (is_done, why) = backup(&folders.data, &folders.copy);
    assert!(!is_done && why.contains("going on") && partial.join("iroam.db").exists(), "{why}");
    drop(lock);
    assert!(backup(&folders.data, &folders.copy).0);
}

#[test]
fn refuses_what_no_server_could_start_with() {
    let folders = Folders::new();
    let (is_done, why) = backup(&folders.parent.path().join("nowhere"), &folders.copy);
    assert!(!is_done && why.contains("no iroam server data"), "{why}");
    let [data, copy] = [&folders.data, &folders.copy].map(|path| path.to_str().expect("a path of letters"));
    let url = "postgres://iroam@127.0.0.1:1/music";
    let (is_done, why) = said(&iroam(&["admin", "backup", copy, "--data", data, "--database", url]).output().expect("iroam runs"));
    assert!(!is_done && ["pg_dump", "identity.key", "tickets.key", url].iter().all(|word| why.contains(word)), "{why}");
    let key = folders.data.join("identity.key");
    let kept = fs::read(&key).expect("a key");
    fs::write(&key, fs::read(folders.data.join("tickets.key")).expect("a key")).expect("written");
    assert!(folders.refusal(&folders.copy).contains("other keys"));
    fs::write(&key, "damaged").expect("written");
    assert!(folders.refusal(&folders.copy).contains("is damaged"));
    fs::write(&key, kept).expect("written");
    assert!(backup(&folders.data, &folders.copy).0);
}

#[test]
fn a_damaged_database_is_told_and_makes_no_backup() {
    let folders = Folders::new();
    let path = folders.data.join("iroam.db");
    let db = Connection::open(&path).expect("opens");
    let root: u32 = db.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'users'", [], |row| row.get(0)).expect("a page");
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("all in the file");
    drop(db);
    let file = OpenOptions::new().write(true).open(&path).expect("opens");
    file.write_all_at(&[0xa5; 4096], u64::from(root - 1) * 4096).expect("written");
    let why = folders.refusal(&folders.copy);
    assert!(why.contains("is damaged") && why.contains("iroam.db") && why.contains("restore it from a backup"), "{why}");
    assert!(!folders.copy.exists());
}

#[test]
fn a_full_disk_is_told_and_nothing_is_kept_on_it() {
    // SAFETY: it takes nothing, and cannot fail.
    if unsafe { libc::geteuid() } != 0 {
        println!("skipped: only root can make a small disk");
        return;
    }
    let folders = Folders::new();
    folders.add_megabytes(4);
    let small = folders.parent.path().join("small");
    fs::create_dir(&small).expect("made");
    // A disk for this shell and its children alone.
    let script = "mount -t tmpfs -o size=2m tmpfs \"$1\" && \"$2\" admin backup \"$1/copy\" --data \"$3\"; echo \"left: $(ls -A \"$1\")\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "sh", "-c", script, "sh"]).arg(&small);
    let output = command.arg(env!("CARGO_BIN_EXE_iroam")).arg(&folders.data).output().expect("unshare runs");
    let [told, left] = [&output.stderr, &output.stdout].map(|bytes| String::from_utf8_lossy(bytes).trim_end().to_owned());
    assert!(told.contains("the disk of") && told.contains("is full"), "{told}");
    assert_eq!((told.lines().count(), left.as_str()), (1, "left:"), "{told}");
}
