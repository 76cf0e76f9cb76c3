//! PostgreSQL's disk is full.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use iroam::store::StoreError;
use tokio::task::block_in_place;

use super::judge;
use super::load::Load;
use super::postgres::durable_server;
use super::postgres_kit::is_running;
use super::tally::Tally;

/// Set for the process whose `/tmp` is small.
const SMALL: &str = "IROAM_TEST_SMALL_DISK";
/// A small disk in the place of `/tmp`, for this process and its children alone: it is gone when they are.
const WITH_SMALL_DISK: &str = "mount -t tmpfs -o size=192m,mode=1777 tmpfs /tmp && exec \"$@\"";

#[test]
fn a_full_disk_is_told_and_costs_nothing_that_was_acknowledged() {
    // SAFETY: it takes nothing, and cannot fail
    if unsafe { libc::geteuid() } != 0 {
        println!("skipped: only root can make a small disk");
        return;
    }
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "sh", "-c", WITH_SMALL_DISK, "small-disk"]);
    command.arg(std::env::current_exe().expect("this test has a path"));
    command.args(["--ignored", "--exact", "--nocapture", "full_disk::fills_a_small_disk"]);
    command.env(SMALL, "here").env_remove("TMPDIR").stdin(Stdio::piped());
    let mut child = command.spawn().expect("unshare can be started");
    // held until the child has ended: waiting would close it
    let stdin = child.stdin.take();
    let status = child.wait().expect("our own child");
    drop(stdin);
    assert!(status.success(), "see above");
}

/// Run by the test before, in a process of its own.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a small disk of its own"]
async fn fills_a_small_disk() {
    if std::env::var_os(SMALL).is_none() {
        return;
    }
    std::thread::spawn(end_with_parent);
    let server = durable_server(&[("min_wal_size", "32MB"), ("max_wal_size", "48MB")]);
    let database = server.new_database();
    let store = super::open(&database).await;
    let mut load = Load::start(&store, |error| matches!(error, StoreError::Full));
    load.is_acknowledged(100).await;

    let filler = Filler::new();
    load.reaches(20, Tally::others).await;
    drop(filler);
    load.is_acknowledged(100).await;
    load.check(|floor| judge::of_postgres(&server, &database, floor)).await;

    // without room for its log the server cannot even go on by itself
    let filler = Filler::new();
    for _ in 0..10 {
        let _ = block_in_place(|| server.try_psql("postgres", "SELECT pg_switch_wal()"));
    }
    load.reaches(20, Tally::refused).await;
    drop(filler);
    if !is_running(server.postmaster()) {
        block_in_place(|| server.restart());
    }
    load.is_acknowledged(100).await;
    load.check(|floor| judge::of_postgres(&server, &database, floor)).await;
    println!("full disk: {}", load.end(|floor| judge::of_postgres(&server, &database, floor)).await);
}

/// A file that takes all the room there is, until it is dropped.
struct Filler;

const FILLER: &str = "/tmp/filler";

impl Filler {
    fn new() -> Self {
        let mut file = File::create(FILLER).expect("a small disk");
        while file.write(&[0; 4096]).is_ok() {}
        Self
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        std::fs::remove_file(FILLER).expect("our own file");
    }
}

/// The parent holds the other end of standard input, which closes however the parent ends.
fn end_with_parent() {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    std::process::exit(1);
}
