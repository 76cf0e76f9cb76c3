//! Readers that always have something to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use super::kit::{add, adding, committer, database, keys_read, open_at, save};
use crate::store::sqlite::open;
use crate::store::statement::Statement;
use crate::store::value::params;

static COUNT: Statement = Statement::new("COUNT", "SELECT count(*) AS n FROM notes");

/// Snapshots are shared then, and none may be older than what its reader knows of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_read_while_readers_are_busy() {
    let database = database();
    let store = open_at(&database.path).await.expect("opens");
    let stop = Arc::new(AtomicBool::new(false));
    let crowd: Vec<_> = (0..64)
        .map(|_| {
            let (store, stop) = (store.clone(), stop.clone());
            tokio::spawn(async move {
                while !stop.load(Relaxed) {
                    keys_read(&store).await.expect("reads");
                }
            })
        })
        .collect();
    let mut missed = 0;
    for key in 0..300 {
        add(&store, key, "saved").await.expect("saved");
        let seen: i64 = store.query(|db| db.one(&COUNT, params![], |row| row.get("n"))).await.expect("reads");
        missed += i64::from(seen != key + 1);
    }
    stop.store(true, Relaxed);
    for reader in crowd {
        reader.await.expect("no panic");
    }
    assert_eq!(missed, 0, "acknowledged rows that were not read");
}

/// A log is written over from its beginning once nobody reads from it. Here somebody always does, with snapshots that overlap.
#[test]
fn the_log_stays_bounded_while_somebody_always_reads() {
    const MIB: usize = 1 << 20;
    let database = database();
    let mut committer = committer(&database.path);
    let is_over = Arc::new(AtomicBool::new(false));
    let reading = std::thread::spawn({
        let mut pair = [(); 2].map(|()| open::reader(&database.path).expect("the file opens"));
        let is_over = is_over.clone();
        move || {
            while !is_over.load(Relaxed) {
                pair[0].execute_batch("BEGIN; SELECT count(*) FROM notes").expect("a snapshot");
                if !pair[1].is_autocommit() {
                    pair[1].execute_batch("COMMIT").expect("its end");
                }
                std::thread::sleep(Duration::from_millis(2));
                pair.swap(0, 1);
            }
        }
    });
    for key in 0..130 {
        let answers = save(&mut committer, vec![adding(key, &"x".repeat(MIB))]);
        assert!(answers[0].is_ok(), "{answers:?}");
    }
    is_over.store(true, Relaxed);
    reading.join().expect("the reader ends");
    let log = std::fs::metadata(database.folder.path().join("db-wal")).expect("the log").len();
    assert!(log <= open::LOG_BYTES_KEPT.unsigned_abs() + 8 * MIB as u64, "{} MiB", log >> 20);
}
