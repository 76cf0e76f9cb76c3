//! Players talking to hosts.

use super::engines::{Database, on_both_engines};
use super::fixtures::{LATER, LONG_AGO, NOW, add_user, pair, play, session, user};
use crate::store::{PlaySession, StoreError};
use crate::types::UnixMs;

on_both_engines! {
    a_session_goes_on_while_it_is_renewed,
    only_its_user_renews_a_session,
    refuses_a_session_of_unknown_ends,
    keeps_times_of_64_bits,
}

async fn a_session_goes_on_while_it_is_renewed(db: Database) {
    add_user(&db, 1).await;
    pair(&db, 1, 1).await;
    db.add_play_session(play(1, 1, 1)).await.expect("added");
    assert_eq!(db.renew_play_session(session(1), user(1), LONG_AGO, LATER).await.expect("an answer"), Some(play(1, 1, 1)));
    // renewed since NOW, so it is alive since then, but not since LATER itself
    assert_eq!(db.renew_play_session(session(1), user(1), LATER, LATER).await.expect("an answer"), None);
    assert_eq!(db.renew_play_session(session(1), user(1), NOW, LATER).await.expect("an answer"), Some(play(1, 1, 1)));
}

async fn only_its_user_renews_a_session(db: Database) {
    add_user(&db, 1).await;
    add_user(&db, 2).await;
    pair(&db, 1, 1).await;
    db.add_play_session(play(1, 1, 1)).await.expect("added");
    assert_eq!(db.renew_play_session(session(1), user(2), LONG_AGO, LATER).await.expect("an answer"), None);
    assert_eq!(db.renew_play_session(session(2), user(1), LONG_AGO, LATER).await.expect("an answer"), None);
    // the attempts renewed nothing
    assert_eq!(db.renew_play_session(session(1), user(1), NOW, LATER).await.expect("an answer"), None);
}

async fn refuses_a_session_of_unknown_ends(db: Database) {
    add_user(&db, 1).await;
    pair(&db, 1, 1).await;
    for unknown in [play(1, 2, 1), play(1, 1, 2)] {
        let refused = db.add_play_session(unknown).await;
        assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    }
    db.add_play_session(play(1, 1, 1)).await.expect("added");
    let refused = db.add_play_session(play(1, 1, 1)).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
}

async fn keeps_times_of_64_bits(db: Database) {
    add_user(&db, 1).await;
    pair(&db, 1, 1).await;
    for (n, started_at) in [(1, i64::MAX), (2, i64::MIN + 1), (3, 1 << 40), (4, -1)] {
        let new = PlaySession { started_at: UnixMs(started_at), ..play(n, 1, 1) };
        db.add_play_session(new.clone()).await.expect("added");
        let before = UnixMs(started_at - 1);
        assert_eq!(db.renew_play_session(session(n), user(1), before, UnixMs(i64::MAX)).await.expect("an answer"), Some(new));
    }
}
