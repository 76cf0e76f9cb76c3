//! Single connections are ended by the server, or all are kept waiting.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::task::{JoinSet, block_in_place};
use tokio::time::timeout;

use super::judge;
use super::load::{Load, none};
use super::postgres::durable_server;
use super::postgres_kit::{Server, program};
use super::seed::Random;

/// Callers at once of a store that can serve none: more than may wait.
const CROWD: usize = 5_000;
/// A call that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_ended_connections() {
    let mut random = Random::of("ended connections");
    let server = durable_server(&[]);
    let database = server.new_database();
    let store = super::open(&database).await;
    let mut load = Load::start(&store, none);
    for round in 0..100 {
        load.is_acknowledged(random.within(1..60)).await;
        // those in the middle of a transaction first
        let count = random.within(1..8);
        let end = format!(
            "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE usename = 'iroam'
                ORDER BY state = 'idle', random() LIMIT {count}) AS victims"
        );
        block_in_place(|| server.psql("postgres", &end));
        if round % 10 == 9 {
            load.check(|floor| judge::of_postgres(&server, &database, floor)).await;
        }
    }
    println!("100 times some connections ended: {}", load.end(|floor| judge::of_postgres(&server, &database, floor)).await);
}

/// A psql that holds a table which everybody needs, until it is dropped.
struct Holder(Child);

impl Holder {
    fn of(server: &Server, database: &str) -> Self {
        let mut command = Command::new(program("psql"));
        command.args(["-XAtq", "-v", "ON_ERROR_STOP=1", database]).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut psql = command.spawn().expect("psql runs");
        let lock = "BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE;\n";
        psql.stdin.as_mut().expect("just piped").write_all(lock.as_bytes()).expect("psql reads");
        let held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'users'::regclass";
        while server.psql(database, held) == "0" {
            assert!(psql.try_wait().expect("our own child").is_none(), "psql did not get the lock");
            std::thread::sleep(Duration::from_millis(10));
        }
        Self(psql)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // the end of what it reads ends psql, and that its transaction
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_are_answered_in_time_while_every_connection_waits_for_a_lock() {
    let server = durable_server(&[]);
    let database = server.new_database();
    let store = super::open(&database).await;
    let mut load = Load::start(&store, none);
    load.is_acknowledged(100).await;
    let holder = block_in_place(|| Holder::of(&server, &database));
    load.reaches(1, |tally| tally.busy + tally.out_of_reach()).await;
    load.is_answered().await;
    let mut crowd = JoinSet::new();
    for _ in 0..CROWD {
        let store = store.clone();
        crowd.spawn(async move { timeout(PATIENCE, store.users()).await.expect("a call does not hang") });
    }
    let answers = crowd.join_all().await;
    let refused: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), CROWD, "rows were read through a lock");
    assert!(refused.iter().all(|error| error.is_temporary()), "{refused:?}");
    drop(holder);
    load.is_acknowledged(100).await;
    store.answers().await.expect("the store works again");
    load.check(|floor| judge::of_postgres(&server, &database, floor)).await;
    println!("everything locked: {}", load.end(|floor| judge::of_postgres(&server, &database, floor)).await);
}
