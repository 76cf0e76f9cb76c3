//! Commits that may be there or not, or on one machine only.

use std::time::Duration;

use super::proxy::{Cut, Proxy};
use super::{ADD, add, count, open_narrow};
use crate::postgres_kit::Server;
use crate::store::job::Durability::Full;
use crate::store::statement::Statement;
use crate::store::value::params;
use crate::store::{Store, StoreError};

static COUNT_UP: Statement = Statement::new("COUNT_UP", "UPDATE users SET created_at_ms = created_at_ms + 1 WHERE id = $1");

async fn age(store: &Store) -> i64 {
    store.query(|db| db.one(&super::AGE, params!["a"], |row| row.get("created_at_ms"))).await.expect("an age")
}

#[tokio::test]
async fn a_commit_that_a_pooler_lost_is_not_repeated() {
    for code in ["08P01", "58000", "XX000", "57014"] {
        let proxy = Proxy::to(Server::shared().port());
        let store = open_narrow(&proxy.url(&Server::shared().new_database())).await;
        add(&store, "a").await.expect("added");
        proxy.cut_once(Cut { at: b"COMMIT\0", reaches_server: true, sqlstate: Some(code) });
        let lost = store.transact(Full, |tx| tx.execute(&COUNT_UP, params!["a"])).await;
        assert!(matches!(lost, Err(StoreError::OutcomeUnknown)), "{code}: {lost:?}");
        let once = async {
            while age(&store).await != 1 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), once).await.expect("what reached the server is done once");
    }
}

#[tokio::test]
async fn a_session_that_ends_before_the_commit_whyever_is_begun_anew() {
    let proxy = Proxy::to(Server::shared().port());
    let store = open_narrow(&proxy.url(&Server::shared().new_database())).await;
    add(&store, "a").await.expect("added");
    for at in [&b"BEGIN"[..], b"E\0\0\0"] {
        proxy.cut_once(Cut { at, reaches_server: true, sqlstate: Some("58000") });
        store.transact(Full, |tx| tx.execute(&COUNT_UP, params!["a"])).await.expect("run again");
        assert!(proxy.has_cut());
    }
    assert_eq!(age(&store).await, 2);
}

#[tokio::test]
async fn a_commit_that_had_nothing_to_commit_is_not_acknowledged() {
    let store = open_narrow(&Server::shared().new_database()).await;
    static LOSE: Statement = Statement::new("LOSE", "ROLLBACK");
    let lost = store.transact(Full, |tx| tx.execute(&ADD, params!["a"]).and_then(|_| tx.execute(&LOSE, params![]))).await;
    assert!(matches!(lost, Err(StoreError::OutcomeUnknown)), "{lost:?}");
    assert_eq!(count(&store).await, 0);
}

/// How many sessions of iroam's wait for the standby.
fn waiting(server: &Server) -> String {
    server.psql("postgres", &format!("SELECT count(*) {WAITING}"))
}

const WAITING: &str = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND usename = 'iroam'";

async fn until_one_waits(server: &Server) {
    let one = async {
        while waiting(server) == "0" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), one).await.expect("a commit waits for the standby");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_the_primary_has_is_not_acknowledged() {
    let primary = Server::start(&[]);
    let store = open_narrow(&primary.new_database()).await;
    let standby = primary.standby();
    add(&store, "a").await.expect("added");
    for single in [false, true] {
        standby.suspend();
        let adding = tokio::spawn({
            let store = store.clone();
            async move { if single { add(&store, "b").await } else { store.transact(Full, |tx| tx.execute(&ADD, params!["c"])).await } }
        });
        until_one_waits(&primary).await;
        // The wait ends, the commit stays.
        primary.psql("postgres", &format!("SELECT pg_cancel_backend(pid) {WAITING}"));
        let added = adding.await.expect("no panic");
        assert!(matches!(added, Err(StoreError::OutcomeUnknown)), "{added:?}");
        standby.resume();
    }
    assert_eq!(count(&store).await, 3);
    add(&store, "d").await.expect("the writer goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_is_away_does_not_use_up_the_servers_connections() {
    let primary = Server::start(&[]);
    let store = open_narrow(&primary.new_database()).await;
    let standby = primary.standby();
    add(&store, "a").await.expect("added");
    standby.suspend();
    let (first, second, third) = tokio::join!(add(&store, "b"), add(&store, "c"), add(&store, "d"));
    assert!(matches!(first, Err(StoreError::OutcomeUnknown)), "{first:?}");
    assert!(matches!((&second, &third), (Err(StoreError::Busy | StoreError::Unavailable(_)), Err(_))), "{second:?} {third:?}");
    let refused = add(&store, "e").await;
    assert!(matches!(&refused, Err(StoreError::Unavailable(why)) if why.contains("standby")), "{refused:?}");
    assert_eq!(waiting(&primary), "1", "only the one writer left a session behind");
    assert_eq!(count(&store).await, 1, "reading goes on, and sees nothing that is in doubt");
    standby.resume();
    add(&store, "f").await.expect("saved as soon as the standby is back");
    assert_eq!(count(&store).await, 3);
}
