//! Links that sign in once.

use super::engines::{Database, on_both_engines};
use super::fixtures::{LATER, NOW, add_user, token, user};
use crate::store::StoreError;
use crate::types::UnixMs;

on_both_engines! {
    takes_a_link_once,
    shows_a_link_without_using_it_up,
    a_link_ends_with_its_time,
    refuses_a_link_for_nobody,
    refuses_the_same_link_twice,
}

async fn takes_a_link_once(db: Database) {
    add_user(&db, 1).await;
    db.add_sign_in_link(token(1), user(1), NOW, LATER).await.expect("added");
    assert_eq!(db.take_sign_in_link(token(2), NOW).await.expect("an answer"), None);
    assert_eq!(db.take_sign_in_link(token(1), NOW).await.expect("an answer"), Some(user(1)));
    assert_eq!(db.take_sign_in_link(token(1), NOW).await.expect("an answer"), None);
}

async fn shows_a_link_without_using_it_up(db: Database) {
    add_user(&db, 1).await;
    db.add_sign_in_link(token(1), user(1), NOW, LATER).await.expect("added");
    for _ in 0..2 {
        let shown = db.sign_in_link_user(token(1), NOW).await.expect("an answer").expect("a user");
        assert_eq!((shown.id, shown.name.as_str(), shown.created_at), (user(1), "user 1", NOW));
    }
    assert_eq!(db.take_sign_in_link(token(1), NOW).await.expect("an answer"), Some(user(1)));
    assert_eq!(db.sign_in_link_user(token(1), NOW).await.expect("an answer"), None);
}

async fn a_link_ends_with_its_time(db: Database) {
    add_user(&db, 1).await;
    db.add_sign_in_link(token(1), user(1), NOW, LATER).await.expect("added");
    assert_eq!(db.sign_in_link_user(token(1), LATER).await.expect("an answer"), None);
    assert_eq!(db.take_sign_in_link(token(1), LATER).await.expect("an answer"), None);
    let just_before = UnixMs(LATER.0 - 1);
    assert_eq!(db.take_sign_in_link(token(1), just_before).await.expect("an answer"), Some(user(1)));
}

async fn refuses_a_link_for_nobody(db: Database) {
    let refused = db.add_sign_in_link(token(1), user(1), NOW, LATER).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
}

async fn refuses_the_same_link_twice(db: Database) {
    add_user(&db, 1).await;
    db.add_sign_in_link(token(1), user(1), NOW, LATER).await.expect("added");
    let refused = db.add_sign_in_link(token(1), user(1), NOW, LATER).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    assert_eq!(db.take_sign_in_link(token(1), NOW).await.expect("an answer"), Some(user(1)));
}
