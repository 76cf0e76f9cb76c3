//! Connections that go away, at every point of a job.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use super::proxy::{Cut, Proxy};
use super::{ADD, COUNT, SET_AGE, add, count, end_sessions, open, open_narrow};
use crate::postgres_kit::Server;
use crate::store::job::Durability::Full;
use crate::store::value::params;
use crate::store::{Store, StoreError};

async fn through_proxy() -> (Store, Proxy) {
    let url = Server::shared().new_database();
    let proxy = Proxy::to(Server::shared().port());
    let store = open_narrow(&proxy.url(&url)).await;
    // Both connections are made and their statements known.
    add(&store, "first").await.expect("added");
    assert_eq!(count(&store).await, 1);
    (store, proxy)
}

#[tokio::test]
async fn connections_lost_between_jobs_are_not_noticed() {
    let url = Server::shared().new_database();
    let store = open_narrow(&url).await;
    for id in ["a", "b", "c"] {
        add(&store, id).await.expect("an idle connection's end is no one's concern");
        count(&store).await;
        end_sessions(Server::shared(), &url);
    }
    assert_eq!(count(&store).await, 3);
    assert!(store.stats().reconnects >= 3);
}

#[tokio::test]
async fn a_transaction_that_lost_its_connection_runs_again() {
    let url = Server::shared().new_database();
    let store = open(&url).await;
    let runs = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&runs);
    let added = store.transact(Full, move |tx| {
        tx.execute(&ADD, params!["a"])?;
        if seen.fetch_add(1, Relaxed) == 0 {
            end_sessions(Server::shared(), &url);
        }
        tx.execute(&ADD, params!["b"])
    });
    added.await.expect("the second run is saved");
    assert_eq!((runs.load(Relaxed), count(&store).await), (2, 2));
}

#[tokio::test]
async fn a_lost_commit_is_of_unknown_outcome() {
    for (reaches_server, rows) in [(false, 1), (true, 2)] {
        let (store, proxy) = through_proxy().await;
        proxy.cut_once(Cut { at: b"COMMIT\0", reaches_server, ..Cut::default() });
        let lost = store.transact(Full, |tx| tx.execute(&ADD, params!["a"])).await;
        assert!(matches!(lost, Err(StoreError::OutcomeUnknown)), "{lost:?}");
        wait_for_count(&store, rows).await;
        add(&store, "later").await.expect("the writer goes on");
        assert_eq!(count(&store).await, rows + 1);
    }
}

#[tokio::test]
async fn a_lost_change_is_of_unknown_outcome() {
    for (reaches_server, rows) in [(false, 1), (true, 2)] {
        let (store, proxy) = through_proxy().await;
        proxy.cut_once(Cut { at: b"mark", reaches_server, ..Cut::default() });
        let lost = add(&store, "mark").await;
        assert!(matches!(lost, Err(StoreError::OutcomeUnknown)), "{lost:?}");
        wait_for_count(&store, rows).await;
    }
}

/// The server may still be at work on what it got.
async fn wait_for_count(store: &Store, rows: i64) {
    let arrived = async {
        while count(store).await != rows {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), arrived).await.expect("the count is reached");
}

#[tokio::test]
async fn what_is_lost_before_the_commit_is_done_once() {
    for at in [&b"BEGIN"[..], b"mark"] {
        for reaches_server in [false, true] {
            let (store, proxy) = through_proxy().await;
            proxy.cut_once(Cut { at, reaches_server, ..Cut::default() });
            store.transact(Full, |tx| tx.execute(&ADD, params!["mark"])).await.expect("run again");
            assert!(proxy.has_cut());
            assert_eq!(count(&store).await, 2);
        }
    }
}

#[tokio::test]
async fn a_lost_answer_to_a_question_is_asked_for_again() {
    let (store, proxy) = through_proxy().await;
    proxy.cut_once(Cut { at: b"E\0\0\0", reaches_server: true, ..Cut::default() });
    assert_eq!(count(&store).await, 1);
    assert!(proxy.has_cut());
    proxy.cut_once(Cut { at: b"REPEATABLE READ", reaches_server: true, ..Cut::default() });
    let looked = store.snapshot(|tx| tx.one(&COUNT, params![], |row| row.get::<i64>("users"))).await;
    assert_eq!(looked.expect("looked again"), 1);
    assert!(proxy.has_cut());
}

#[tokio::test]
async fn a_commit_that_the_server_gave_up_itself_runs_again() {
    let url = Server::shared().new_database();
    let store = open(&url).await;
    Server::shared().psql(
        &url,
        "CREATE SEQUENCE kills; GRANT USAGE ON SEQUENCE kills TO iroam;
         CREATE FUNCTION die_once() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN IF nextval('kills') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die_once()",
    );
    store.transact(Full, |tx| tx.execute(&ADD, params!["a"])).await.expect("the second run is saved");
    assert_eq!(count(&store).await, 1);
    assert_eq!(Server::shared().psql(&url, "SELECT last_value FROM kills"), "2");
}

#[tokio::test]
async fn a_server_that_gives_few_connections_is_used_by_those() {
    let url = Server::shared().new_database();
    let store = open(&url).await;
    add(&store, "first").await.expect("added");
    count(&store).await;
    let name = url.rsplit('/').next().expect("a name");
    Server::shared().psql("postgres", &format!("ALTER DATABASE {name} CONNECTION LIMIT 2"));
    let working: Vec<_> = (0..40)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                store.change(Full, |db| db.execute(&SET_AGE, params!["first", 1])).await.expect("by the one that writes");
                count(&store).await
            })
        })
        .collect();
    for one in working {
        assert_eq!(one.await.expect("answered"), 1);
    }
}

#[tokio::test]
async fn sessions_end_with_the_store() {
    let url = Server::shared().new_database();
    let store = open(&url).await;
    add(&store, "a").await.expect("added");
    drop(store);
    let name = url.rsplit('/').next().expect("a name");
    let left = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'");
    let ended = async {
        while Server::shared().psql("postgres", &left) != "0" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), ended).await.expect("every session has ended");
}

#[tokio::test]
async fn a_server_that_comes_back_is_waited_for() {
    let (store, proxy) = through_proxy().await;
    proxy.refuse(3);
    proxy.cut_once(Cut { at: b"BEGIN", reaches_server: false, ..Cut::default() });
    store.transact(Full, |tx| tx.execute(&ADD, params!["a"])).await.expect("the fourth connection holds");
    proxy.refuse(3);
    proxy.cut_once(Cut { at: b"E\0\0\0", reaches_server: false, ..Cut::default() });
    assert_eq!(count(&store).await, 2);
    assert_eq!(store.stats().reconnects, 2);
}

#[tokio::test]
async fn a_server_that_stays_away_is_unavailable() {
    let server = Server::start(&[("fsync", "off")]);
    let store = open_narrow(&server.new_database()).await;
    server.stop_fast();
    let (changed, read) = tokio::join!(add(&store, "a"), store.answers());
    assert!(matches!(changed, Err(StoreError::Unavailable(_))), "{changed:?}");
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
}

#[tokio::test]
async fn a_server_that_hangs_does_not_hang_its_callers() {
    let server = Server::start(&[("fsync", "off")]);
    let url = server.new_database();
    let store = open_narrow(&url).await;
    add(&store, "a").await.expect("added");
    count(&store).await;
    server.suspend();
    let other = super::location(&url);
    let (changed, read, opened) = tokio::join!(add(&store, "b"), store.answers(), Store::open(&other));
    assert!(matches!(changed, Err(StoreError::OutcomeUnknown)), "{changed:?}");
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    assert!(matches!(opened.err(), Some(StoreError::Unavailable(_))));
    let other = Server::shared().new_database();
    let both = other.replace("127.0.0.1", &format!("127.0.0.1:{},127.0.0.1", server.port()));
    add(&open(&both).await, "a").await.expect("the second server is asked in time");
    server.resume();
    add(&store, "c").await.expect("it is back");
}
