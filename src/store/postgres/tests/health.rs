//! What is said about the server, and what follows from it.

use std::sync::{Arc, Barrier};

use super::proxy::{Cut, Proxy};
use super::{SET_AGE, add, open_narrow};
use crate::postgres_kit::Server;
use crate::store::job::{Durability::Full, Job, Kind};
use crate::store::postgres::{Postgres, PostgresLocation};
use crate::store::statement::Statement;
use crate::store::value::params;
use crate::store::{Engine as _, ServerOptions, StoreError};

/// Has two writers at work at the same time, so that both have a connection.
async fn busy_both(engine: &Postgres) {
    let both = Arc::new(Barrier::new(2));
    let works = [(), ()].map(|()| {
        let both = Arc::clone(&both);
        let (job, answer) = Job::new(Kind::Transaction(Full), move |_| {
            both.wait();
            Ok(())
        });
        engine.submit(job).expect("there is room");
        answer
    });
    for answer in works {
        answer.await.expect("answered").expect("done");
    }
}

#[tokio::test]
async fn a_lost_connection_is_not_a_lost_database() {
    let proxy = Proxy::to(Server::shared().port());
    let url = proxy.url(&Server::shared().new_database());
    let options = ServerOptions { connections: Some(4), ..ServerOptions::default() };
    let location = PostgresLocation::parse(&url, &options).expect("a URL of the kit's");
    let engine = tokio::task::spawn_blocking(move || Postgres::open(&location)).await.expect("no panic").expect("opens");
    busy_both(&engine).await;
    proxy.refuse(1);
    proxy.cut_once(Cut { at: b"BEGIN", ..Cut::default() });
    let (job, answer) = Job::new(Kind::Transaction(Full), |tx| tx.execute(&SET_AGE, params!["nobody", 1]));
    engine.submit(job).expect("there is room");
    answer.await.expect("answered").expect("done by the other writer");
    assert!(proxy.has_cut());
    let refusal = engine.health.refusal();
    assert!(matches!(refusal, StoreError::Busy), "{refusal:?}");
}

#[tokio::test]
async fn a_statement_that_the_server_does_not_support_is_a_mistake() {
    let store = open_narrow(&Server::shared().new_database()).await;
    static UNSUPPORTED: Statement = Statement::new("UNSUPPORTED", "SELECT count(*) AS n FROM users FOR UPDATE");
    let failed = store.change(Full, |db| db.one(&UNSUPPORTED, params![], |row| row.get::<i64>("n"))).await;
    assert!(matches!(&failed, Err(StoreError::Failed(why)) if why.to_string().contains("UNSUPPORTED")), "{failed:?}");
    assert_eq!(store.stats().reconnects, 0);
}

#[tokio::test]
async fn a_statement_prepared_before_the_table_changed_is_prepared_again() {
    let url = Server::shared().new_database();
    let store = open_narrow(&url).await;
    add(&store, "a").await.expect("added");
    static ALL: Statement = Statement::new("ALL", "SELECT * FROM users");
    let names = || store.query(|db| db.all(&ALL, params![], |row| row.get::<String>("name")));
    assert_eq!(names().await.expect("read"), ["a"]);
    Server::shared().psql(&url, "ALTER TABLE users ADD COLUMN further BIGINT");
    assert_eq!(names().await.expect("read again"), ["a"]);
    assert_eq!(store.stats().reconnects, 1);
}
