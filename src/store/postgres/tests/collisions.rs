//! Transactions that get in each other's way.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Barrier};

use super::{ADD, AGE, COUNT, SET_AGE, add, count, open};
use crate::postgres_kit::Server;
use crate::store::StoreError;
use crate::store::job::Durability::Full;
use crate::store::value::params;

#[tokio::test]
async fn of_two_that_would_both_be_the_first_one_is() {
    let store = open(&Server::shared().new_database()).await;
    let (both_have_looked, runs) = (Arc::new(Barrier::new(2)), Arc::new(AtomicU32::new(0)));
    let add_if_first = |id: &'static str| {
        let (barrier, runs, store) = (Arc::clone(&both_have_looked), Arc::clone(&runs), store.clone());
        let work = move |tx: &mut crate::store::tx::Tx<'_>| {
            let others: i64 = tx.one(&COUNT, params![], |row| row.get("users"))?;
            if runs.fetch_add(1, Relaxed) < 2 {
                barrier.wait();
            }
            if others == 0 { tx.execute(&ADD, params![id]) } else { Ok(0) }
        };
        tokio::spawn(async move { store.transact(Full, work).await })
    };
    let (one, two) = (add_if_first("one"), add_if_first("two"));
    let added = one.await.expect("ran").expect("answered") + two.await.expect("ran").expect("answered");
    assert_eq!((added, runs.load(Relaxed), count(&store).await), (1, 3, 1));
    assert_eq!(store.stats().transactions_retried, 1);
}

#[tokio::test]
async fn many_that_count_one_up_are_all_counted() {
    let store = open(&Server::shared().new_database()).await;
    add(&store, "counter").await.expect("added");
    let counting: Vec<_> = (0..16)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let count_up = |tx: &mut crate::store::tx::Tx<'_>| {
                    let age: i64 = tx.one(&AGE, params!["counter"], |row| row.get("created_at_ms"))?;
                    tx.execute(&SET_AGE, params!["counter", age + 1])
                };
                for _ in 0..10 {
                    store.transact(Full, count_up).await.expect("counted");
                }
            })
        })
        .collect();
    for one in counting {
        one.await.expect("ran");
    }
    let age = store.query(|db| db.one(&AGE, params!["counter"], |row| row.get::<i64>("created_at_ms"))).await;
    assert_eq!(age.expect("a number"), 160);
}

#[tokio::test]
async fn one_that_collides_for_ever_is_told_that_the_database_is_busy() {
    let url = Server::shared().new_database();
    let store = open(&url).await;
    add(&store, "a").await.expect("added");
    let collided = store.transact(Full, move |tx| {
        tx.one(&AGE, params!["a"], |row| row.get::<i64>("created_at_ms"))?;
        Server::shared().psql(&url, "UPDATE users SET created_at_ms = created_at_ms + 1");
        // Even where the work makes light of it, a collision is a collision.
        let _ = tx.execute(&SET_AGE, params!["a", 0]);
        Ok(())
    });
    assert!(matches!(collided.await, Err(StoreError::Busy)));
    assert!(store.stats().transactions_retried > 3);
}

#[tokio::test]
async fn those_that_wait_for_each_other_both_get_their_turn() {
    let store = open(&Server::shared().new_database()).await;
    for id in ["a", "b"] {
        add(&store, id).await.expect("added");
    }
    let (both_hold_one, runs) = (Arc::new(Barrier::new(2)), Arc::new(AtomicU32::new(0)));
    let crosswise = |first: &'static str, second: &'static str| {
        let (barrier, runs, store) = (Arc::clone(&both_hold_one), Arc::clone(&runs), store.clone());
        let work = move |tx: &mut crate::store::tx::Tx<'_>| {
            tx.execute(&SET_AGE, params![first, 1])?;
            if runs.fetch_add(1, Relaxed) < 2 {
                barrier.wait();
            }
            tx.execute(&SET_AGE, params![second, 1])
        };
        tokio::spawn(async move { store.transact(Full, work).await })
    };
    let (one, two) = (crosswise("a", "b"), crosswise("b", "a"));
    one.await.expect("ran").expect("saved");
    two.await.expect("ran").expect("saved");
}
