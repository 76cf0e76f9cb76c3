//! A process that writes is killed, again and again, and another goes on with the same database.

use std::time::Duration;

use super::journal::Journal;
use super::judge::{self, Facts};
use super::life::Life;
use super::postgres::{durable_server, wait_until_alone};
use super::seed::Random;
use super::writer::Writer;

/// Lives of one process: more than any begins before it is killed.
const LIVES: u64 = 10_000;

/// Processes that are killed at their work, one after the other.
struct Series {
    database: String,
    random: Random,
    journal: Journal,
    round: u64,
    acknowledged: u64,
}

impl Series {
    fn new(name: &str, database: String) -> Self {
        Self { database, random: Random::of(name), journal: Journal::default(), round: 0, acknowledged: 0 }
    }

    /// Starts a process, and kills it after some acknowledgements and a moment.
    fn kill_one(&mut self) {
        self.round += 1;
        let mut writer = Writer::start(&self.database, self.first());
        let count = self.random.within(1..500);
        writer.note(&mut self.journal, count);
        std::thread::sleep(Duration::from_micros(self.random.within(0..500)));
        self.acknowledged += count + writer.kill(&mut self.journal);
        self.journal.open_all(self.first());
    }

    /// Compares what the last process has written with what it was told.
    fn check(&mut self, judge: impl Fn(Life) -> Facts) {
        self.journal.check(self.first(), &judge(self.first()));
    }

    /// Compares all that was ever written.
    fn end(mut self, judge: impl Fn(Life) -> Facts) {
        self.journal.check(Life(0), &judge(Life(0)));
        let Self { round, acknowledged, journal, database, .. } = self;
        let (done, undone) = (journal.open_done, journal.open_undone);
        println!("{round} writers killed on {database}: {acknowledged} acknowledged, {done} more found done, {undone} not");
        assert!(undone > 0, "no writer was killed at its work");
    }

    fn first(&self) -> Life {
        Life(self.round * LIVES)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sqlite_acknowledged_outlives_a_killed_writer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("iroam.db");
    let mut series = Series::new("killed SQLite writers", format!("sqlite:{}", path.display()));
    for round in 0..100 {
        // every other time another process has the file open meanwhile: then no log is emptied, and none recovered
        let neighbour = if round % 2 == 1 { Some(super::open(&series.database).await) } else { None };
        series.kill_one();
        super::open(&series.database).await.answers().await.expect("the database works again");
        series.check(|floor| judge::of_sqlite(&path, floor));
        drop(neighbour);
    }
    series.end(|floor| judge::of_sqlite(&path, floor));
}

#[test]
fn what_postgres_acknowledged_outlives_a_killed_writer() {
    let server = durable_server(&[]);
    let database = server.new_database();
    let mut series = Series::new("killed PostgreSQL writers", database.clone());
    for _ in 0..50 {
        series.kill_one();
        wait_until_alone(&server);
        series.check(|floor| judge::of_postgres(&server, &database, floor));
    }
    series.end(|floor| judge::of_postgres(&server, &database, floor));
}
