//! What every transaction keeps to.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use futures_util::future::join_all;

use super::engines::{Database, on_both_engines};
use super::gate::{Gate, PATIENCE, until};
use crate::store::job::Durability::{Full, Relaxed as Soon};
use crate::store::statement::Statement;
use crate::store::tx::Tx;
use crate::store::value::params;
use crate::store::{Store, StoreError};

on_both_engines! {
    an_error_of_the_work_leaves_nothing,
    a_panic_of_the_work_leaves_nothing,
    a_failed_statement_ends_the_transaction_whatever_the_work_makes_of_it,
    an_unreadable_row_ends_the_transaction,
    reading_cannot_write,
    what_was_acknowledged_is_seen_by_all,
    a_snapshot_sees_one_instant_while_others_write,
    work_whose_caller_went_away_is_done_wholly,
    a_full_queue_says_busy_and_loses_nothing,
    parameters_are_numbered_not_ordered,
    a_wrong_number_of_parameters_is_an_error,
    a_statement_that_cannot_be_understood_is_an_error,
}

static ADD: Statement =
    Statement::new("ADD", "INSERT INTO users (id, name, name_key, password_phc, created_at_ms) VALUES ($1, $1, $1, 'phc', $2)");
static ADD_RETURNING: Statement = Statement::new(
    "ADD_RETURNING",
    "INSERT INTO users (id, name, name_key, password_phc, created_at_ms) VALUES ($1, $1, $1, 'phc', $2) RETURNING id",
);
static NAMES: Statement = Statement::new("NAMES", "SELECT name FROM users ORDER BY name");

fn add(tx: &mut Tx<'_>, name: &str) -> Result<u64, StoreError> {
    tx.execute(&ADD, params![name, 1])
}

async fn names(store: &Store) -> Vec<String> {
    store.query(|db| db.all(&NAMES, params![], |row| row.get("name"))).await.expect("an answer")
}

async fn an_error_of_the_work_leaves_nothing(db: Database) {
    let refused = db.transact(Full, |tx| {
        add(tx, "a")?;
        add(tx, "b")?;
        Err::<(), _>(StoreError::failed("a change of mind"))
    });
    let refused = refused.await.expect_err("the work's own error");
    assert!(refused.to_string().contains("a change of mind"), "{refused}");
    assert_eq!(names(&db).await, [""; 0]);
}

async fn a_panic_of_the_work_leaves_nothing(db: Database) {
    let panicked = db.transact(Full, |tx| -> Result<(), StoreError> {
        add(tx, "a")?;
        panic!("a bug in the work")
    });
    assert!(matches!(panicked.await, Err(StoreError::Panicked)));
    let panicked = db.query(|_| -> Result<(), StoreError> { panic!("a bug in the work") });
    assert!(matches!(panicked.await, Err(StoreError::Panicked)));
    assert_eq!(names(&db).await, [""; 0]);
    db.transact(Full, |tx| add(tx, "a")).await.expect("the database goes on");
    assert_eq!(names(&db).await, ["a"]);
}

async fn a_failed_statement_ends_the_transaction_whatever_the_work_makes_of_it(db: Database) {
    let swallowed = db.transact(Full, |tx| {
        add(tx, "a")?;
        assert!(matches!(add(tx, "a"), Err(StoreError::Constraint(_))));
        assert!(matches!(add(tx, "b"), Err(StoreError::AfterFailure)));
        Ok(())
    });
    assert!(matches!(swallowed.await, Err(StoreError::AfterFailure)));
    let swallowed = db.change(Full, |db| Ok(db.execute(&ADD, params!["\0", 1]).unwrap_or(0)));
    assert!(matches!(swallowed.await, Err(StoreError::AfterFailure)));
    assert_eq!(names(&db).await, [""; 0]);
}

async fn an_unreadable_row_ends_the_transaction(db: Database) {
    let unread = db.transact(Full, |tx| {
        add(tx, "a")?;
        tx.all(&NAMES, params![], |row| row.get::<i64>("name"))
    });
    let unread = unread.await.expect_err("a name is no integer");
    assert!(matches!(&unread, StoreError::Unreadable { column, .. } if column == "name"), "{unread}");
    let missing = db.query(|db| db.all(&NAMES, params![], |row| row.get::<String>("nickname"))).await;
    assert!(missing.expect("no rows, so no column is missed").is_empty());
    db.transact(Full, |tx| add(tx, "b")).await.expect("added");
    let missing = db.query(|db| db.all(&NAMES, params![], |row| row.get::<String>("nickname"))).await;
    assert!(matches!(missing, Err(StoreError::Unreadable { .. })));
    assert_eq!(names(&db).await, ["b"]);
}

async fn reading_cannot_write(db: Database) {
    let attempts = tokio::join!(
        db.query(|db| db.execute(&ADD, params!["a", 1])),
        db.query(|db| db.one(&ADD_RETURNING, params!["b", 1], |_| Ok(1))),
        db.snapshot(|tx| add(tx, "c")),
        db.snapshot(|tx| tx.one(&ADD_RETURNING, params!["d", 1], |_| Ok(1))),
    );
    assert!(matches!(attempts, (Err(_), Err(_), Err(_), Err(_))), "{attempts:?}");
    assert_eq!(names(&db).await, [""; 0]);
}

async fn what_was_acknowledged_is_seen_by_all(db: Database) {
    let other = db.opened_again().await;
    for n in 0..40 {
        let name = format!("{n:03}");
        let (writer, reader) = if n % 2 == 0 { (&db.store, &other) } else { (&other, &db.store) };
        let durability = if n % 3 == 0 { Full } else { Soon };
        writer.change(durability, move |db| db.execute(&ADD, params![name, 1])).await.expect("added");
        for store in [writer, reader] {
            assert_eq!(names(store).await.len(), n + 1);
            let seen = store.snapshot(|tx| tx.all(&NAMES, params![], |row| row.get::<String>("name"))).await;
            assert_eq!(seen.expect("an answer").len(), n + 1);
        }
    }
}

async fn a_snapshot_sees_one_instant_while_others_write(db: Database) {
    db.transact(Full, |tx| add(tx, "before")).await.expect("added");
    let (ask, asked) = mpsc::channel();
    let (tell, told) = mpsc::channel();
    let told = std::sync::Mutex::new(told);
    let reader = db.snapshot(move |tx| {
        let read = |tx: &mut Tx<'_>| tx.all(&NAMES, params![], |row| row.get::<String>("name"));
        let first = read(tx)?;
        ask.send(()).expect("the writer waits");
        told.lock().expect("one reader").recv_timeout(PATIENCE).expect("the write is acknowledged while the snapshot is held");
        Ok((first, read(tx)?))
    });
    let writer = async {
        tokio::task::spawn_blocking(move || asked.recv_timeout(PATIENCE)).await.expect("it ends").expect("the reader asks");
        db.transact(Full, |tx| add(tx, "meanwhile")).await.expect("a reader keeps nobody from writing");
        tell.send(()).expect("the reader waits");
    };
    let (seen, ()) = tokio::join!(reader, writer);
    let one = vec!["before".to_owned()];
    assert_eq!(seen.expect("an answer"), (one.clone(), one));
    assert_eq!(names(&db).await, ["before", "meanwhile"]);
}

async fn work_whose_caller_went_away_is_done_wholly(db: Database) {
    const CALLERS: usize = 64;
    for n in 0..CALLERS {
        let work = db.transact(Soon, move |tx| {
            add(tx, &format!("{n:03} first"))?;
            add(tx, &format!("{n:03} second"))
        });
        // asked for once, then nobody waits for it any more
        let _ = tokio::time::timeout(Duration::ZERO, work).await;
    }
    until("all is done", async || {
        let names = names(&db).await;
        let firsts = names.iter().filter(|name| name.ends_with("first")).count();
        assert_eq!(names.len(), 2 * firsts, "half of a transaction is there: {names:?}");
        firsts == CALLERS
    })
    .await;
}

async fn a_full_queue_says_busy_and_loses_nothing(db: Database) {
    const CALLERS: u32 = 3_000;
    let gate = Arc::new(Gate::default());
    let ran = Arc::new(AtomicU32::new(0));
    let calls = (0..CALLERS).map(|n| {
        let (gate, ran) = (Arc::clone(&gate), Arc::clone(&ran));
        db.transact(Soon, move |tx| {
            ran.fetch_add(1, Relaxed);
            gate.pass();
            add(tx, &format!("{n:05}"))
        })
    });
    let mut calls: Vec<_> = calls.map(Box::pin).collect();
    // all knock before anybody is let in
    let mut early = Vec::new();
    for call in &mut calls {
        early.push(futures_util::poll!(call));
    }
    assert!(ran.load(Relaxed) < CALLERS);
    let refused = early.iter().filter(|early| matches!(early, std::task::Poll::Ready(Err(StoreError::Busy)))).count();
    assert!(refused > 0 && early.iter().filter(|early| early.is_ready()).count() == refused, "only busy is said, and at once");
    gate.open();
    let waiting = calls.into_iter().zip(early).filter(|(_, early)| early.is_pending()).map(|(call, _)| call);
    let added = join_all(waiting).await.into_iter().filter(Result::is_ok).count();
    assert_eq!(names(&db).await.len(), added);
    assert!(added > 0);
}

async fn parameters_are_numbered_not_ordered(db: Database) {
    static MINUS: Statement =
        Statement::new("MINUS", "SELECT CAST($2 AS BIGINT) - CAST($1 AS BIGINT) - CAST($1 AS BIGINT) AS rest, CAST($3 AS TEXT) AS third");
    let read = db.query(|db| db.one(&MINUS, params![1, 10, "x"], |row| Ok((row.get::<i64>("rest")?, row.get::<String>("third")?))));
    assert_eq!(read.await.expect("an answer"), (8, "x".to_owned()));
}

async fn a_wrong_number_of_parameters_is_an_error(db: Database) {
    for attempt in [
        db.query(|db| db.all(&NAMES, params![1], |_| Ok(()))).await,
        db.transact(Full, |tx| tx.execute(&ADD, params!["a"]).map(|_| Vec::new())).await,
        db.transact(Full, |tx| tx.execute(&ADD, params!["a", 1, 2]).map(|_| Vec::new())).await,
    ] {
        assert!(matches!(attempt, Err(StoreError::Failed(_))), "{attempt:?}");
    }
    assert_eq!(names(&db).await, [""; 0]);
}

async fn a_statement_that_cannot_be_understood_is_an_error(db: Database) {
    static NONSENSE: Statement = Statement::new("NONSENSE", "SELECT nothing FROM nowhere");
    let failed = db.query(|db| db.all(&NONSENSE, params![], |_| Ok(()))).await.expect_err("no such table");
    assert!(matches!(failed, StoreError::Failed(_)), "{failed:?}");
    db.answers().await.expect("the database goes on");
}
