//! The engine against real servers.

mod access;
mod collisions;
mod doubts;
mod health;
mod losses;
mod proxy;
mod schema;

use crate::postgres_kit::Server;
use crate::store::job::Durability::Full;
use crate::store::statement::Statement;
use crate::store::value::params;
use crate::store::{Location, ServerOptions, Store, StoreError};

static ADD: Statement =
    Statement::new("ADD", "INSERT INTO users (id, name, name_key, password_phc, created_at_ms) VALUES ($1, $1, $1, 'x', 0)");
static COUNT: Statement = Statement::new("COUNT", "SELECT count(*) AS users FROM users");
static SET_AGE: Statement = Statement::new("SET_AGE", "UPDATE users SET created_at_ms = $2 WHERE id = $1");
static AGE: Statement = Statement::new("AGE", "SELECT created_at_ms FROM users WHERE id = $1");

fn location(url: &str) -> Location {
    located(url, ServerOptions::default())
}

fn located(url: &str, options: ServerOptions) -> Location {
    Location::parse(url, &options).expect("a URL of the kit's")
}

async fn open(url: &str) -> Store {
    Store::open(&location(url)).await.expect("opens")
}

/// One that reads and writes on one connection each.
async fn open_narrow(url: &str) -> Store {
    let options = ServerOptions { connections: Some(2), ..ServerOptions::default() };
    Store::open(&located(url, options)).await.expect("opens")
}

async fn count(store: &Store) -> i64 {
    store.query(|db| db.one(&COUNT, params![], |row| row.get("users"))).await.expect("a count")
}

async fn add(store: &Store, id: &'static str) -> Result<u64, StoreError> {
    store.change(Full, move |db| db.execute(&ADD, params![id])).await
}

/// Ends every session of iroam's in a database from outside; returns when none is left.
fn end_sessions(server: &Server, url: &str) {
    let name = url.rsplit('/').next().expect("a name");
    let sessions = format!("FROM pg_stat_activity WHERE datname = '{name}' AND usename = 'iroam'");
    server.psql("postgres", &format!("SELECT pg_terminate_backend(pid) {sessions}"));
    while server.psql("postgres", &format!("SELECT count(*) {sessions}")) != "0" {}
}

#[tokio::test]
async fn saves_nothing_of_work_that_fails_or_panics() {
    let store = open(&Server::shared().new_database()).await;
    let refused = store.transact(Full, |tx| tx.execute(&ADD, params!["a"]).and(Err::<(), _>(StoreError::failed("no"))));
    assert!(matches!(refused.await, Err(StoreError::Failed(_))));
    let panicked = store.transact(Full, |tx| -> Result<(), StoreError> {
        tx.execute(&ADD, params!["a"])?;
        panic!("a bug");
    });
    assert!(matches!(panicked.await, Err(StoreError::Panicked)));
    let swallowed = store.transact(Full, |tx| {
        tx.execute(&ADD, params!["a"])?;
        let _ = tx.execute(&ADD, params!["a"]);
        Ok(())
    });
    assert!(matches!(swallowed.await, Err(StoreError::AfterFailure)));
    assert_eq!(count(&store).await, 0);
    add(&store, "a").await.expect("the writers live on");
    assert_eq!(count(&store).await, 1);
    assert_eq!(store.stats().jobs_committed, 1);
}

#[tokio::test]
async fn a_change_that_is_saved_is_never_said_not_to_be() {
    let store = open(&Server::shared().new_database()).await;
    let failed = store.change(Full, |db| db.execute(&ADD, params!["a"]).and(Err::<(), _>(StoreError::failed("too late")))).await;
    assert!(matches!(failed, Err(StoreError::OutcomeUnknown)));
    let untouched = store.change(Full, |db| db.execute(&SET_AGE, params!["b", 1]).and(Err::<(), _>(StoreError::failed("none")))).await;
    assert!(matches!(untouched, Err(StoreError::Failed(_))));
    assert_eq!(count(&store).await, 1);
}

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    let store = open(&Server::shared().new_database()).await;
    static ECHO: Statement =
        Statement::new("ECHO", "SELECT CAST($1 AS BIGINT) AS n, CAST($2 AS TEXT) AS t, CAST($3 AS BYTEA) AS b, CAST($4 AS SMALLINT) AS s");
    for n in [i64::MIN, -1, 0, i64::MAX] {
        let echoed = store.query(move |db| {
            let key = crate::auth::DeviceKey::from_seed(&[7; 32]).public();
            let none: Option<i64> = None;
            db.one(&ECHO, params![n, "\u{1F3B5} ''", key, none], |row| {
                let same_key = row.get::<crate::auth::DevicePublicKey>("b")? == key;
                Ok((row.get::<i64>("n")?, row.get::<String>("t")?, same_key, row.get::<Option<i64>>("s")?))
            })
        });
        assert_eq!(echoed.await.expect("an answer"), (n, "\u{1F3B5} ''".to_owned(), true, None));
    }
    static FRACTION: Statement = Statement::new("FRACTION", "SELECT 1.5 AS n");
    let fraction = store.query(|db| db.one(&FRACTION, params![], |row| row.get::<i64>("n"))).await;
    assert!(matches!(fraction, Err(StoreError::Unreadable { .. })), "{fraction:?}");
    let too_large = store.query(|db| db.one(&ECHO, params![0, "", Option::<i64>::None, 40_000], |_| Ok(()))).await;
    assert!(matches!(too_large, Err(StoreError::Failed(_))), "{too_large:?}");
}

#[tokio::test]
async fn names_a_broken_rule_without_the_values() {
    let store = open(&Server::shared().new_database()).await;
    add(&store, "secret").await.expect("added");
    let refused = add(&store, "secret").await.expect_err("there already");
    assert!(matches!(&refused, StoreError::Constraint(rule) if rule == "users_pkey"), "{refused}");
    assert!(!refused.to_string().contains("secret"));
}

#[tokio::test]
async fn tells_of_a_mistake_in_a_statement_by_its_name() {
    let store = open(&Server::shared().new_database()).await;
    static NO_TABLE: Statement = Statement::new("NO_TABLE", "SELECT 1 AS one FROM nowhere");
    let failed = store.query(|db| db.maybe(&NO_TABLE, params![], |_| Ok(()))).await.expect_err("no such table");
    assert!(failed.to_string().contains("NO_TABLE") && failed.to_string().contains("nowhere"), "{failed}");
    let failed = store.query(|db| db.maybe(&AGE, params![], |_| Ok(()))).await.expect_err("a parameter is missing");
    assert!(failed.to_string().contains("AGE takes 1"), "{failed}");
    store.answers().await.expect("the reader lives on");
}

#[tokio::test]
async fn does_not_write_where_it_only_reads() {
    let store = open(&Server::shared().new_database()).await;
    let queried = store.query(|db| db.execute(&ADD, params!["a"])).await;
    let looked = store.snapshot(|tx| tx.execute(&ADD, params!["a"])).await;
    assert!(queried.is_err() && looked.is_err());
    assert_eq!(count(&store).await, 0);
}

#[tokio::test]
async fn a_snapshot_is_of_one_instant() {
    let store = open(&Server::shared().new_database()).await;
    let (writer, runtime) = (store.clone(), tokio::runtime::Handle::current());
    let counts = store.snapshot(move |tx| {
        let before: i64 = tx.one(&COUNT, params![], |row| row.get("users"))?;
        let added = runtime.spawn({
            let writer = writer.clone();
            async move { add(&writer, "a").await }
        });
        wait_for(added);
        Ok((before, tx.one(&COUNT, params![], |row| row.get::<i64>("users"))?))
    });
    assert_eq!(counts.await.expect("two counts"), (0, 0));
    assert_eq!(count(&store).await, 1);
}

/// Waits on a thread that is not the event loop's.
fn wait_for(added: tokio::task::JoinHandle<Result<u64, StoreError>>) {
    while !added.is_finished() {
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn text_is_ordered_by_its_bytes_whatever_the_databases_language() {
    let store = open(&Server::shared().new_database()).await;
    for name in ["b", "B", "a", "é", "Z", "_"] {
        add(&store, name).await.expect("added");
    }
    static NAMES: Statement = Statement::new("NAMES", "SELECT name FROM users ORDER BY name");
    let names = store.query(|db| db.all(&NAMES, params![], |row| row.get::<String>("name"))).await.expect("names");
    assert_eq!(names, ["B", "Z", "_", "a", "b", "é"]);
}

#[tokio::test]
async fn a_full_queue_is_refused_at_once() {
    let store = open_narrow(&Server::shared().new_database()).await;
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let (started, has_started) = tokio::sync::oneshot::channel();
    let started = std::sync::Mutex::new(Some(started));
    let holder = store.clone();
    let holding = tokio::spawn(async move {
        let work = move |_: &mut super::super::tx::Tx<'_>| {
            started.lock().expect("one thread").take().map(|started| started.send(()));
            let _ = held.lock().expect("one thread").recv();
            Ok(())
        };
        holder.transact(Full, work).await
    });
    has_started.await.expect("the only writer is busy");
    let waiting: Vec<_> = (0..super::QUEUE_LENGTH)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.change(Full, |db| db.execute(&SET_AGE, params!["nobody", 1])).await })
        })
        .collect();
    while store.stats().writes_queued < super::QUEUE_LENGTH {
        tokio::task::yield_now().await;
    }
    assert!(matches!(add(&store, "a").await, Err(StoreError::Busy)));
    drop(release);
    holding.await.expect("ran").expect("committed");
    for change in waiting {
        change.await.expect("ran").expect("a turn for each");
    }
}
