//! Hosts that ask to be paired.

use super::engines::{Database, on_both_engines};
use super::fixtures::{LATER, NOW, add_user, code, host, key, new_grant, pair, pair_as, token, user};
use crate::auth::device_grant::{GrantState, Poll};
use crate::store::{Approval, GrantPoll, NewGrant, Redeem, StoreError};
use crate::types::UnixMs;

on_both_engines! {
    shows_a_waiting_grant_to_its_owner,
    a_key_has_one_undecided_grant,
    no_more_grants_wait_than_fit,
    a_user_code_in_use_is_refused,
    an_approved_code_is_redeemed_once,
    an_unknown_or_late_approval_pairs_nothing,
    a_host_of_another_is_not_taken_over,
    pairing_again_keeps_the_id,
    a_denied_device_is_told_so,
    a_hasty_device_is_slowed_down,
    an_expired_device_is_told_so,
    a_token_in_use_is_refused_and_the_code_stays,
}

async fn poll(db: &Database, n: u8, access: u8, now: UnixMs) -> GrantPoll {
    db.poll_grant(Redeem { device_code: token(n), access_token: token(access) }, now).await.expect("an answer")
}

async fn approve(db: &Database, n: u8, owner: u8, id: u8) -> Approval {
    db.approve_grant(&code(n), user(owner), host(id), NOW).await.expect("an answer")
}

async fn shows_a_waiting_grant_to_its_owner(db: Database) {
    assert!(db.add_grant(new_grant(1), 1).await.expect("an answer"));
    let shown = db.waiting_grant(&code(1), NOW).await.expect("an answer").expect("a grant");
    assert_eq!((shown.user_code.as_str(), shown.host_key, shown.host_name.as_str()), ("CODE-1", key(1), "host 1"));
    assert_eq!((shown.address.as_str(), shown.created_at), ("192.0.2.7", NOW));
    assert_eq!((shown.grant.state, shown.grant.expires_at, shown.grant.polled_at), (GrantState::Pending, LATER, None));
    assert!(db.waiting_grant(&code(2), NOW).await.expect("an answer").is_none());
    assert!(db.waiting_grant("code-1", NOW).await.expect("an answer").is_none());
    assert!(db.waiting_grant(&code(1), UnixMs(LATER.0 - 1)).await.expect("an answer").is_some());
    assert!(db.waiting_grant(&code(1), LATER).await.expect("an answer").is_none());
}

async fn a_key_has_one_undecided_grant(db: Database) {
    assert!(db.add_grant(new_grant(1), 1).await.expect("an answer"));
    // it takes the place of the first one, so that there is room for it
    assert!(db.add_grant(NewGrant { host_key: key(1), ..new_grant(2) }, 1).await.expect("an answer"));
    assert!(db.waiting_grant(&code(1), NOW).await.expect("an answer").is_none());
    assert!(db.waiting_grant(&code(2), NOW).await.expect("an answer").is_some());
    assert_eq!(poll(&db, 1, 1, NOW).await, GrantPoll::Unknown);
    assert_eq!(poll(&db, 2, 1, NOW).await, GrantPoll::Waiting(Poll::AuthorizationPending));
}

async fn no_more_grants_wait_than_fit(db: Database) {
    assert!(!db.add_grant(new_grant(1), 0).await.expect("an answer"));
    for n in [1, 2] {
        assert!(db.add_grant(new_grant(n), 2).await.expect("an answer"));
    }
    assert!(!db.add_grant(new_grant(3), 2).await.expect("an answer"));
    assert!(db.waiting_grant(&code(3), NOW).await.expect("an answer").is_none());
    assert!(db.add_grant(new_grant(3), 3).await.expect("an answer"));
}

async fn a_user_code_in_use_is_refused(db: Database) {
    assert!(db.add_grant(new_grant(1), 9).await.expect("an answer"));
    assert!(!db.add_grant(NewGrant { user_code: code(1), ..new_grant(2) }, 9).await.expect("an answer"));
    let kept = db.waiting_grant(&code(1), NOW).await.expect("an answer").expect("a grant");
    assert_eq!(kept.host_key, key(1));
    // a device code is never given out twice
    let refused = db.add_grant(NewGrant { device_code: token(1), ..new_grant(3) }, 9).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
}

async fn an_approved_code_is_redeemed_once(db: Database) {
    add_user(&db, 1).await;
    assert!(db.add_grant(new_grant(1), 9).await.expect("an answer"));
    assert_eq!(approve(&db, 1, 1, 5).await, Approval::Paired(host(5)));
    assert!(db.waiting_grant(&code(1), NOW).await.expect("an answer").is_none());
    assert_eq!(poll(&db, 1, 7, NOW).await, GrantPoll::Paired(host(5)));
    assert_eq!(db.host_by_access_token(token(7)).await.expect("an answer").map(|host| host.id), Some(host(5)));
    assert_eq!(poll(&db, 1, 8, NOW).await, GrantPoll::Unknown);
    assert!(db.host_by_access_token(token(8)).await.expect("an answer").is_none());
}

async fn an_unknown_or_late_approval_pairs_nothing(db: Database) {
    add_user(&db, 1).await;
    assert_eq!(approve(&db, 1, 1, 1).await, Approval::NotWaiting);
    assert!(db.add_grant(NewGrant { expires_at: NOW, ..new_grant(1) }, 9).await.expect("an answer"));
    assert_eq!(approve(&db, 1, 1, 1).await, Approval::NotWaiting);
    assert!(db.add_grant(new_grant(2), 9).await.expect("an answer"));
    assert_eq!(approve(&db, 2, 1, 2).await, Approval::Paired(host(2)));
    assert_eq!(approve(&db, 2, 1, 3).await, Approval::NotWaiting);
    assert_eq!(db.hosts_of(user(1)).await.expect("an answer").len(), 1);
    // nobody of that id: nothing is paired, and the grant waits on
    assert!(db.add_grant(new_grant(4), 9).await.expect("an answer"));
    let refused = db.approve_grant(&code(4), user(9), host(4), NOW).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    assert!(db.waiting_grant(&code(4), NOW).await.expect("an answer").is_some());
    assert!(db.host(host(4)).await.expect("an answer").is_none());
}

async fn a_host_of_another_is_not_taken_over(db: Database) {
    add_user(&db, 1).await;
    add_user(&db, 2).await;
    pair(&db, 1, 1).await;
    assert!(db.add_grant(NewGrant { host_key: key(1), ..new_grant(2) }, 9).await.expect("an answer"));
    assert_eq!(approve(&db, 2, 2, 2).await, Approval::OwnedByAnother);
    assert!(db.waiting_grant(&code(2), NOW).await.expect("an answer").is_some());
    let kept = db.host_by_key(key(1)).await.expect("an answer").expect("a host");
    assert_eq!((kept.id, kept.owner, kept.name.as_str()), (host(1), user(1), "host 1"));
}

async fn pairing_again_keeps_the_id(db: Database) {
    add_user(&db, 1).await;
    pair(&db, 1, 1).await;
    db.note_hosts_seen(vec![host(1)], LATER).await.expect("noted");
    pair_as(&db, NewGrant { host_key: key(1), ..new_grant(2) }, 1, 2).await;
    let hosts = db.hosts_of(user(1)).await.expect("an answer");
    assert_eq!(hosts.len(), 1);
    assert_eq!((hosts[0].id, hosts[0].name.as_str(), hosts[0].last_seen_at), (host(1), "host 2", Some(LATER)));
    assert!(db.host_by_access_token(token(1)).await.expect("an answer").is_none());
    assert_eq!(db.host_by_access_token(token(2)).await.expect("an answer").map(|host| host.id), Some(host(1)));
}

async fn a_denied_device_is_told_so(db: Database) {
    add_user(&db, 1).await;
    assert!(db.add_grant(new_grant(1), 9).await.expect("an answer"));
    assert!(!db.deny_grant(&code(1), LATER).await.expect("an answer"));
    assert!(db.deny_grant(&code(1), NOW).await.expect("an answer"));
    assert!(!db.deny_grant(&code(1), NOW).await.expect("an answer"));
    assert_eq!(approve(&db, 1, 1, 1).await, Approval::NotWaiting);
    assert_eq!(poll(&db, 1, 1, NOW).await, GrantPoll::Waiting(Poll::AccessDenied));
    // a decided one is no longer replaced, it ends with its time
    assert!(db.add_grant(NewGrant { host_key: key(1), ..new_grant(2) }, 9).await.expect("an answer"));
    assert_eq!(poll(&db, 1, 1, LATER).await, GrantPoll::Waiting(Poll::ExpiredToken));
}

async fn a_hasty_device_is_slowed_down(db: Database) {
    assert!(db.add_grant(new_grant(1), 9).await.expect("an answer"));
    assert_eq!(poll(&db, 1, 1, NOW).await, GrantPoll::Waiting(Poll::AuthorizationPending));
    assert_eq!(poll(&db, 1, 1, UnixMs(NOW.0 + 1)).await, GrantPoll::Waiting(Poll::SlowDown));
    assert_eq!(poll(&db, 1, 1, UnixMs(NOW.0 + 5_000)).await, GrantPoll::Waiting(Poll::AuthorizationPending));
    let shown = db.waiting_grant(&code(1), NOW).await.expect("an answer").expect("a grant");
    assert_eq!(shown.grant.polled_at, Some(UnixMs(NOW.0 + 5_000)));
}

async fn an_expired_device_is_told_so(db: Database) {
    add_user(&db, 1).await;
    assert!(db.add_grant(new_grant(1), 9).await.expect("an answer"));
    assert_eq!(approve(&db, 1, 1, 1).await, Approval::Paired(host(1)));
    assert_eq!(poll(&db, 1, 1, LATER).await, GrantPoll::Waiting(Poll::ExpiredToken));
    assert!(db.host_by_access_token(token(1)).await.expect("an answer").is_none());
}

async fn a_token_in_use_is_refused_and_the_code_stays(db: Database) {
    add_user(&db, 1).await;
    pair(&db, 1, 1).await;
    assert!(db.add_grant(new_grant(2), 9).await.expect("an answer"));
    assert_eq!(approve(&db, 2, 1, 2).await, Approval::Paired(host(2)));
    let refused = db.poll_grant(Redeem { device_code: token(2), access_token: token(1) }, NOW).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    assert_eq!(poll(&db, 2, 2, NOW).await, GrantPoll::Paired(host(2)));
}
