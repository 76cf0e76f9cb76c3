//! Browsers that are signed in.

use super::engines::{Database, on_both_engines};
use super::fixtures::{LATER, NOW, add_user, token, user};
use crate::store::StoreError;
use crate::types::UnixMs;

on_both_engines! {
    a_session_tells_whose_it_is_until_it_ends,
    a_new_session_replaces_the_one_before,
    a_session_is_extended_and_shortened,
    a_session_is_removed,
    a_refused_session_leaves_the_one_before,
}

async fn holder(db: &Database, n: u8, now: UnixMs) -> Option<(u128, i64)> {
    db.web_session(token(n), now).await.expect("an answer").map(|(user, until)| (user.id.0.as_u128(), until.0))
}

async fn a_session_tells_whose_it_is_until_it_ends(db: Database) {
    add_user(&db, 1).await;
    db.add_web_session(token(1), user(1), None, NOW, LATER).await.expect("added");
    let (found, until) = db.web_session(token(1), NOW).await.expect("an answer").expect("a session");
    assert_eq!((found.id, found.name.as_str(), found.created_at, until), (user(1), "user 1", NOW, LATER));
    assert_eq!(holder(&db, 1, UnixMs(LATER.0 - 1)).await, Some((1, LATER.0)));
    assert_eq!(holder(&db, 1, LATER).await, None);
    assert_eq!(holder(&db, 2, NOW).await, None);
}

async fn a_new_session_replaces_the_one_before(db: Database) {
    add_user(&db, 1).await;
    add_user(&db, 2).await;
    db.add_web_session(token(1), user(1), None, NOW, LATER).await.expect("added");
    db.add_web_session(token(2), user(2), Some(token(1)), NOW, LATER).await.expect("added");
    assert_eq!(holder(&db, 1, NOW).await, None);
    assert_eq!(holder(&db, 2, NOW).await, Some((2, LATER.0)));
    // what it should replace may be long gone
    db.add_web_session(token(3), user(1), Some(token(9)), NOW, LATER).await.expect("added");
    assert_eq!(holder(&db, 2, NOW).await, Some((2, LATER.0)));
    assert_eq!(holder(&db, 3, NOW).await, Some((1, LATER.0)));
}

async fn a_session_is_extended_and_shortened(db: Database) {
    add_user(&db, 1).await;
    db.add_web_session(token(1), user(1), None, NOW, LATER).await.expect("added");
    db.extend_web_session(token(1), UnixMs(i64::MAX)).await.expect("extended");
    assert_eq!(holder(&db, 1, UnixMs(i64::MAX - 1)).await, Some((1, i64::MAX)));
    db.extend_web_session(token(1), NOW).await.expect("shortened");
    assert_eq!(holder(&db, 1, NOW).await, None);
    db.extend_web_session(token(2), LATER).await.expect("nothing to extend");
    assert_eq!(holder(&db, 2, NOW).await, None);
}

async fn a_session_is_removed(db: Database) {
    add_user(&db, 1).await;
    db.add_web_session(token(1), user(1), None, NOW, LATER).await.expect("added");
    db.add_web_session(token(2), user(1), None, NOW, LATER).await.expect("added");
    db.remove_web_session(token(1)).await.expect("removed");
    db.remove_web_session(token(1)).await.expect("nothing to remove");
    assert_eq!(holder(&db, 1, NOW).await, None);
    assert_eq!(holder(&db, 2, NOW).await, Some((1, LATER.0)));
}

async fn a_refused_session_leaves_the_one_before(db: Database) {
    add_user(&db, 1).await;
    db.add_web_session(token(1), user(1), None, NOW, LATER).await.expect("added");
    let refused = db.add_web_session(token(2), user(9), Some(token(1)), NOW, LATER).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    assert_eq!(holder(&db, 1, NOW).await, Some((1, LATER.0)));
}
