//! Rows whose time has passed.

use super::engines::{Database, on_both_engines};
use super::fixtures::{LATER, LONG_AGO, NOW, add_user, code, new_grant, pair, play, session, token, user};
use crate::store::{Cutoffs, GrantPoll, NewGrant, PlaySession, Redeem};
use crate::types::UnixMs;

on_both_engines! {
    each_kind_has_its_own_cut_off,
    the_instant_itself_is_swept,
    an_empty_database_has_nothing_to_sweep,
}

const NEVER: UnixMs = UnixMs(i64::MIN);

/// One of each kind whose time is `NOW`, and one of each whose time is `LATER`.
async fn fill(db: &Database) {
    add_user(db, 1).await;
    pair(db, 1, 1).await;
    for (n, at) in [(1, NOW), (2, LATER)] {
        db.add_web_session(token(n), user(1), None, LONG_AGO, at).await.expect("added");
        db.add_sign_in_link(token(n), user(1), LONG_AGO, at).await.expect("added");
        assert!(db.add_grant(NewGrant { expires_at: at, ..new_grant(10 + n) }, 100).await.expect("an answer"));
        db.add_play_session(PlaySession { started_at: at, ..play(n, 1, 1) }).await.expect("added");
    }
}

async fn left(db: &Database) -> [bool; 8] {
    let mut left = [false; 8];
    for (n, place) in [(1, 0), (2, 1)] {
        left[place] = db.web_session(token(n), NEVER).await.expect("an answer").is_some();
        left[2 + place] = db.sign_in_link_user(token(n), NEVER).await.expect("an answer").is_some();
        left[4 + place] = db.waiting_grant(&code(10 + n), NEVER).await.expect("an answer").is_some();
        left[6 + place] = db.renew_play_session(session(n), user(1), NEVER, LATER).await.expect("an answer").is_some();
    }
    left
}

async fn each_kind_has_its_own_cut_off(db: Database) {
    fill(&db).await;
    let none = Cutoffs { now: NEVER, grants_expired_before: NEVER, plays_renewed_before: NEVER };
    assert_eq!(db.sweep(none).await.expect("swept"), 0);
    assert_eq!(db.sweep(Cutoffs { now: NOW, ..none }).await.expect("swept"), 2);
    assert_eq!(left(&db).await, [false, true, false, true, true, true, true, true]);
    assert_eq!(db.sweep(Cutoffs { grants_expired_before: NOW, ..none }).await.expect("swept"), 1);
    assert_eq!(left(&db).await, [false, true, false, true, false, true, true, true]);
    // looking has renewed both plays
    assert_eq!(db.sweep(Cutoffs { plays_renewed_before: LATER, ..none }).await.expect("swept"), 2);
    assert_eq!(left(&db).await, [false, true, false, true, false, true, false, false]);
    let gone = db.poll_grant(Redeem { device_code: token(11), access_token: token(3) }, NOW).await.expect("an answer");
    assert_eq!(gone, GrantPoll::Unknown);
}

async fn the_instant_itself_is_swept(db: Database) {
    fill(&db).await;
    let at = |ms: i64| Cutoffs { now: UnixMs(ms), grants_expired_before: UnixMs(ms), plays_renewed_before: UnixMs(ms) };
    assert_eq!(db.sweep(at(NOW.0 - 1)).await.expect("swept"), 0);
    assert_eq!(db.sweep(at(NOW.0)).await.expect("swept"), 4);
    assert_eq!(db.sweep(at(LATER.0 - 1)).await.expect("swept"), 0);
    assert_eq!(db.sweep(at(LATER.0)).await.expect("swept"), 4);
    assert_eq!(db.users().await.expect("an answer").len(), 1);
    assert_eq!(db.hosts_of(user(1)).await.expect("an answer").len(), 1);
}

async fn an_empty_database_has_nothing_to_sweep(db: Database) {
    let all = Cutoffs { now: LATER, grants_expired_before: LATER, plays_renewed_before: LATER };
    assert_eq!(db.sweep(all).await.expect("swept"), 0);
}
