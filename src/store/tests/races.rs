//! Many who want the same at once: exactly as many get it as may.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use futures_util::future::join_all;

use super::engines::{Database, Kind, on_both_engines};
use super::fixtures::{LATER, NOW, add_user, code, host, key, new_grant, new_user, pair, token, user};
use super::gate::{Gate, Meeting};
use crate::store::job::Durability::Full;
use crate::store::statement::Statement;
use crate::store::value::params;
use crate::store::{Approval, GrantPoll, NewGrant, Redeem, Store, StoreError};

on_both_engines! {
    one_of_many_takes_a_link,
    one_of_many_gets_a_name,
    one_of_many_owners_is_paired,
    one_of_many_polls_redeems_a_code,
    a_key_has_one_owner_whoever_is_first,
    one_of_many_servers_owns_the_database,
    grants_never_outnumber_their_places,
    no_update_is_lost,
    two_that_read_what_the_other_writes_are_not_both_right,
    a_row_made_meanwhile_is_seen_when_the_work_runs_again,
    work_that_runs_again_has_one_effect,
}

const CALLERS: u8 = 24;

/// Asks `call` of so many callers at once, each on its own task, again while the database is busy.
async fn at_once<T, F>(db: &Database, call: impl Fn(Store, u8) -> F + Clone + Send + Sync + 'static) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T, StoreError>> + Send,
{
    let tasks = (1..=CALLERS).map(|n| {
        let (store, call) = (db.store.clone(), call.clone());
        tokio::spawn(async move {
            loop {
                match call(store.clone(), n).await {
                    Err(StoreError::Busy) => {}
                    answer => return answer.expect("an answer"),
                }
            }
        })
    });
    join_all(tasks).await.into_iter().map(|joined| joined.expect("no caller panics")).collect()
}

fn count<T>(answers: Vec<T>, is_won: impl Fn(&T) -> bool) -> usize {
    answers.iter().filter(|answer| is_won(answer)).count()
}

async fn one_of_many_takes_a_link(db: Database) {
    add_user(&db, 1).await;
    for n in 1..=5 {
        db.add_sign_in_link(token(n), user(1), NOW, LATER).await.expect("added");
        let taken = at_once(&db, move |store, _| async move { store.take_sign_in_link(token(n), NOW).await }).await;
        assert_eq!(count(taken, |taken| *taken == Some(user(1))), 1);
    }
}

async fn one_of_many_gets_a_name(db: Database) {
    let added = at_once(&db, |store, n| async move { store.add_user(new_user(n, if n % 2 == 0 { "Name" } else { "nAME " })).await });
    assert_eq!(count(added.await, |is_added| *is_added), 1);
    assert_eq!(db.users().await.expect("an answer").len(), 1);
}

async fn one_of_many_owners_is_paired(db: Database) {
    for n in 1..=CALLERS {
        add_user(&db, n).await;
    }
    for n in 1..=3 {
        assert!(db.add_grant(new_grant(n), 99).await.expect("an answer"));
        let approved =
            at_once(
                &db,
                move |store, caller| async move { store.approve_grant(&code(n), user(caller), host(caller + n * CALLERS), NOW).await },
            );
        let approved = approved.await;
        assert_eq!(approved.iter().filter(|approval| matches!(approval, Approval::Paired(_))).count(), 1);
        assert_eq!(approved.iter().filter(|approval| matches!(approval, Approval::NotWaiting)).count(), usize::from(CALLERS) - 1);
        let paired = db.host_by_key(key(n)).await.expect("an answer").expect("a host");
        assert!(approved.contains(&Approval::Paired(paired.id)));
    }
}

async fn one_of_many_polls_redeems_a_code(db: Database) {
    add_user(&db, 1).await;
    assert!(db.add_grant(new_grant(1), 99).await.expect("an answer"));
    assert_eq!(db.approve_grant(&code(1), user(1), host(1), NOW).await.expect("an answer"), Approval::Paired(host(1)));
    let polled = at_once(&db, |store, n| async move {
        let polled = store.poll_grant(Redeem { device_code: token(1), access_token: token(n) }, NOW).await;
        polled.map(|poll| (n, poll))
    });
    let polled = polled.await;
    let winners: Vec<_> = polled.iter().filter(|(_, poll)| *poll == GrantPoll::Paired(host(1))).collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(polled.iter().filter(|(_, poll)| *poll == GrantPoll::Unknown).count(), usize::from(CALLERS) - 1);
    let (winner, _) = winners[0];
    assert!(db.host_by_access_token(token(*winner)).await.expect("an answer").is_some());
}

async fn a_key_has_one_owner_whoever_is_first(db: Database) {
    for n in 1..=CALLERS {
        add_user(&db, n).await;
    }
    // each caller asks for the same key, and approves for itself at once: an older ask may be gone by then
    let approved = at_once(&db, |store, n| async move {
        store.add_grant(NewGrant { host_key: key(1), ..new_grant(n) }, 99).await?;
        store.approve_grant(&code(n), user(n), host(n), NOW).await
    });
    let approved = approved.await;
    assert_eq!(approved.iter().filter(|approval| matches!(approval, Approval::Paired(_))).count(), 1, "{approved:?}");
    let paired = db.host_by_key(key(1)).await.expect("an answer").expect("a host");
    assert!(approved.contains(&Approval::Paired(paired.id)));
}

async fn one_of_many_servers_owns_the_database(db: Database) {
    let owners = at_once(&db, |store, n| async move { store.claim_for_server(key(n)).await }).await;
    assert!(owners.iter().all(|owner| *owner == owners[0]), "{owners:?}");
}

async fn grants_never_outnumber_their_places(db: Database) {
    const PLACES: u32 = 7;
    let added = at_once(&db, |store, n| async move { store.add_grant(new_grant(n), PLACES).await });
    assert_eq!(count(added.await, |is_added| *is_added), 7);
    assert!(!db.add_grant(new_grant(CALLERS + 1), PLACES).await.expect("an answer"));
}

static SEEN: Statement = Statement::new("SEEN", "SELECT last_seen_at_ms FROM hosts WHERE id = $1");
static SET_SEEN: Statement = Statement::new("SET_SEEN", "UPDATE hosts SET last_seen_at_ms = $2 WHERE id = $1");

async fn no_update_is_lost(db: Database) {
    add_user(&db, 1).await;
    pair(&db, 1, 1).await;
    let added = at_once(&db, |store, _| async move {
        store
            .transact(Full, |tx| {
                let seen: Option<i64> = tx.one(&SEEN, params![host(1)], |row| row.get("last_seen_at_ms"))?;
                tx.execute(&SET_SEEN, params![host(1), seen.unwrap_or(0) + 1])
            })
            .await
    });
    assert_eq!(count(added.await, |changed| *changed == 1), usize::from(CALLERS));
    let found = db.host(host(1)).await.expect("an answer").expect("a host");
    assert_eq!(found.last_seen_at.map(|at| at.0), Some(i64::from(CALLERS)));
}

static SIGNED_IN: Statement = Statement::new("SIGNED_IN", "SELECT count(*) AS n FROM web_sessions WHERE user_id = $1");
static SIGN_IN: Statement =
    Statement::new("SIGN_IN", "INSERT INTO web_sessions (token_hash, user_id, created_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4)");
static SIGN_OUT: Statement = Statement::new("SIGN_OUT", "DELETE FROM web_sessions WHERE token_hash = $1");

/// Each signs one browser out if another stays: were both to read before either wrote, none would stay.
async fn two_that_read_what_the_other_writes_are_not_both_right(db: Database) {
    assert_eq!(stay_after_both_meant_to_leave(&db, &db.store).await, 1);
}

/// How many of the two browsers are signed in when both transactions, of this handle to `db`, are over.
pub async fn stay_after_both_meant_to_leave(db: &Database, store: &Store) -> usize {
    add_user(db, 1).await;
    for n in [1, 2] {
        db.add_web_session(token(n), user(1), None, NOW, LATER).await.expect("added");
    }
    // SQLite runs one after the other: they cannot meet
    let meeting = Arc::new(Meeting::of(if db.kind == Kind::Sqlite { 1 } else { 2 }));
    let leave = |n: u8| {
        let meeting = Arc::clone(&meeting);
        store.transact(Full, move |tx| {
            let signed_in: i64 = tx.one(&SIGNED_IN, params![user(1)], |row| row.get("n"))?;
            assert!(meeting.join(), "both have read before either writes");
            if signed_in < 2 { Ok(0) } else { tx.execute(&SIGN_OUT, params![token(n)]) }
        })
    };
    let (first, second) = tokio::join!(leave(1), leave(2));
    let left_by_themselves = first.expect("an answer") + second.expect("an answer");
    let left = [db.web_session(token(1), NOW).await.expect("an answer"), db.web_session(token(2), NOW).await.expect("an answer")];
    let stay = left.iter().flatten().count();
    assert_eq!(left_by_themselves + stay as u64, 2);
    stay
}

/// Signs in with a token that another has signed in with since this transaction looked: as if it ran after that one.
async fn a_row_made_meanwhile_is_seen_when_the_work_runs_again(db: Database) {
    add_user(&db, 1).await;
    add_user(&db, 2).await;
    let (looked, saved) = (Arc::new(Gate::default()), Arc::new(Gate::default()));
    let replace = {
        let (looked, saved, can_meet) = (Arc::clone(&looked), Arc::clone(&saved), db.kind == Kind::Postgres);
        db.transact(Full, move |tx| {
            let replaced = tx.execute(&SIGN_OUT, params![token(1)])?;
            looked.open();
            if can_meet {
                saved.pass();
            }
            tx.execute(&SIGN_IN, params![token(1), user(1), NOW, LATER])?;
            Ok(replaced)
        })
    };
    let other = async {
        tokio::task::spawn_blocking(move || looked.pass()).await.expect("the first looks");
        let added = db.add_web_session(token(1), user(2), (db.kind == Kind::Sqlite).then(|| token(1)), NOW, LATER).await;
        saved.open();
        added
    };
    let (replaced, added) = tokio::join!(replace, other);
    added.expect("nobody was in its way");
    assert_eq!(replaced.expect("it replaces what it could not see at first"), u64::from(db.kind == Kind::Postgres));
}

async fn work_that_runs_again_has_one_effect(db: Database) {
    add_user(&db, 1).await;
    pair(&db, 1, 1).await;
    let meeting = Arc::new(Meeting::of(if db.kind == Kind::Sqlite { 1 } else { 2 }));
    let runs = Arc::new(AtomicU32::new(0));
    let add = || {
        let (meeting, runs) = (Arc::clone(&meeting), Arc::clone(&runs));
        db.transact(Full, move |tx| {
            runs.fetch_add(1, Relaxed);
            let seen: Option<i64> = tx.one(&SEEN, params![host(1)], |row| row.get("last_seen_at_ms"))?;
            assert!(meeting.join(), "both have read before either writes");
            tx.execute(&SET_SEEN, params![host(1), seen.unwrap_or(0) + 1])
        })
    };
    let (first, second) = tokio::join!(add(), add());
    assert_eq!((first.expect("an answer"), second.expect("an answer")), (1, 1));
    let found = db.host(host(1)).await.expect("an answer").expect("a host");
    assert_eq!(found.last_seen_at.map(|at| at.0), Some(2));
    match db.kind {
        Kind::Sqlite => assert_eq!(runs.load(Relaxed), 2),
        _ => assert!(runs.load(Relaxed) > 2, "one of them had to run again"),
    }
}
