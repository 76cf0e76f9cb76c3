//! The embedded engine's process is killed.

use std::time::Duration;

use super::journal::Journal;
use super::judge;
use super::life::Life;
use super::seed::Random;
use super::writer::Writer;

const KILLS: u64 = 100;
/// Lives of one process: more than any begins before it is killed.
const LIVES: u64 = 10_000;

#[tokio::test(flavor = "multi_thread")]
async fn what_sqlite_acknowledged_outlives_a_killed_writer() {
    let mut random = Random::of("killed SQLite writers");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("iroam.db");
    let database = format!("sqlite:{}", path.display());
    let mut journal = Journal::default();
    let mut acknowledged = 0;
    for round in 0..KILLS {
        let first = Life(round * LIVES);
        // every other time another process has the file open meanwhile: then no log is emptied, and none recovered
        let neighbour = if round % 2 == 1 { Some(super::open(&database).await) } else { None };
        let mut writer = Writer::start(&database, first);
        let count = random.within(1..600);
        writer.note(&mut journal, count);
        std::thread::sleep(Duration::from_micros(random.within(0..500)));
        acknowledged += count + writer.kill(&mut journal);
        journal.open_all(first);
        let store = super::open(&database).await;
        store.answers().await.expect("the database works again");
        journal.check(first, &judge::of_sqlite(&path, first));
        drop(neighbour);
    }
    journal.check(Life(0), &judge::of_sqlite(&path, Life(0)));
    println!(
        "{KILLS} killed SQLite writers: {acknowledged} acknowledged, {} more found done, {} not",
        journal.open_done, journal.open_undone
    );
    assert!(journal.open_undone > 0, "no writer was killed at work");
}
