//! Paired home PCs.

use super::engines::{Database, on_both_engines};
use super::fixtures::{LATER, LONG_AGO, NOW, add_user, code, host, key, new_grant, pair, pair_as, play, session, token, user};
use crate::store::{Approval, GrantPoll, Host, NewGrant, Redeem};
use crate::types::UnixMs;

on_both_engines! {
    finds_a_host_by_id_key_and_token,
    lists_hosts_by_name_in_the_order_of_bytes,
    hosts_of_one_name_are_in_the_order_of_their_ids,
    a_revoked_host_is_worth_nothing,
    only_its_owner_revokes_a_host,
    a_revoked_key_may_be_paired_anew,
    revoking_ends_approved_codes,
    notes_when_hosts_were_seen,
}

async fn finds_a_host_by_id_key_and_token(db: Database) {
    add_user(&db, 1).await;
    pair(&db, 1, 1).await;
    pair(&db, 2, 1).await;
    let expected = Some(Host { id: host(1), owner: user(1), key: key(1), name: "host 1".to_owned(), last_seen_at: None });
    assert_eq!(db.host(host(1)).await.expect("an answer"), expected);
    assert_eq!(db.host_by_key(key(1)).await.expect("an answer"), expected);
    assert_eq!(db.host_by_access_token(token(1)).await.expect("an answer"), expected);
    assert_eq!(db.host(host(3)).await.expect("an answer"), None);
    assert_eq!(db.host_by_key(key(3)).await.expect("an answer"), None);
    assert_eq!(db.host_by_access_token(token(3)).await.expect("an answer"), None);
}

async fn lists_hosts_by_name_in_the_order_of_bytes(db: Database) {
    add_user(&db, 1).await;
    let names = ["zebra", "Ärger", "apfel", "Zoo", "ärger", "Apfelbaum", "_", "🎵", "日本", "é", "e\u{301}", "Z-a", "za"];
    for (n, name) in (1..).zip(names) {
        pair_as(&db, NewGrant { host_name: name.to_owned(), ..new_grant(n) }, 1, n).await;
    }
    let found: Vec<_> = db.hosts_of(user(1)).await.expect("an answer").into_iter().map(|host| host.name).collect();
    let mut expected = names.to_vec();
    expected.sort_by_key(|name| name.to_ascii_lowercase());
    assert_eq!(found, expected);
}

async fn hosts_of_one_name_are_in_the_order_of_their_ids(db: Database) {
    add_user(&db, 1).await;
    add_user(&db, 2).await;
    for n in [4, 2, 3, 1] {
        pair_as(&db, NewGrant { host_name: if n % 2 == 0 { "Same" } else { "same" }.to_owned(), ..new_grant(n) }, 1, n).await;
    }
    pair(&db, 9, 2).await;
    let found: Vec<_> = db.hosts_of(user(1)).await.expect("an answer").into_iter().map(|host| host.id).collect();
    assert_eq!(found, [1, 2, 3, 4].map(host));
    assert!(db.hosts_of(user(3)).await.expect("an answer").is_empty());
}

async fn a_revoked_host_is_worth_nothing(db: Database) {
    add_user(&db, 1).await;
    pair(&db, 1, 1).await;
    pair(&db, 2, 1).await;
    db.add_play_session(play(1, 1, 1)).await.expect("added");
    db.add_play_session(play(2, 1, 2)).await.expect("added");
    assert!(db.revoke_host(user(1), host(1), NOW).await.expect("an answer"));
    assert_eq!(db.host(host(1)).await.expect("an answer"), None);
    assert_eq!(db.host_by_key(key(1)).await.expect("an answer"), None);
    assert_eq!(db.host_by_access_token(token(1)).await.expect("an answer"), None);
    assert_eq!(db.renew_play_session(session(1), user(1), LONG_AGO, LATER).await.expect("an answer"), None);
    // the other one goes on
    assert!(db.renew_play_session(session(2), user(1), LONG_AGO, LATER).await.expect("an answer").is_some());
    assert_eq!(db.hosts_of(user(1)).await.expect("an answer").len(), 1);
    assert!(!db.revoke_host(user(1), host(1), NOW).await.expect("an answer"), "a second time");
}

async fn only_its_owner_revokes_a_host(db: Database) {
    add_user(&db, 1).await;
    add_user(&db, 2).await;
    pair(&db, 1, 1).await;
    db.add_play_session(play(1, 1, 1)).await.expect("added");
    assert!(!db.revoke_host(user(2), host(1), NOW).await.expect("an answer"));
    assert!(!db.revoke_host(user(1), host(2), NOW).await.expect("an answer"));
    assert!(db.host_by_access_token(token(1)).await.expect("an answer").is_some());
    assert!(db.renew_play_session(session(1), user(1), LONG_AGO, LATER).await.expect("an answer").is_some());
}

async fn a_revoked_key_may_be_paired_anew(db: Database) {
    add_user(&db, 1).await;
    add_user(&db, 2).await;
    pair(&db, 1, 1).await;
    assert!(db.revoke_host(user(1), host(1), NOW).await.expect("an answer"));
    pair_as(&db, NewGrant { host_key: key(1), ..new_grant(2) }, 2, 2).await;
    let found = db.host_by_key(key(1)).await.expect("an answer").expect("a host");
    assert_eq!((found.id, found.owner), (host(2), user(2)));
    assert!(!db.revoke_host(user(1), host(1), NOW).await.expect("an answer"));
    assert!(db.host(host(2)).await.expect("an answer").is_some());
}

async fn revoking_ends_approved_codes(db: Database) {
    add_user(&db, 1).await;
    assert!(db.add_grant(new_grant(1), 9).await.expect("an answer"));
    let approval = db.approve_grant(&code(1), user(1), host(1), NOW).await.expect("an answer");
    assert_eq!(approval, Approval::Paired(host(1)));
    assert!(db.revoke_host(user(1), host(1), NOW).await.expect("an answer"));
    let polled = db.poll_grant(Redeem { device_code: token(1), access_token: token(1) }, NOW).await.expect("an answer");
    assert_eq!(polled, GrantPoll::Unknown);
    assert_eq!(db.host_by_access_token(token(1)).await.expect("an answer"), None);
}

async fn notes_when_hosts_were_seen(db: Database) {
    add_user(&db, 1).await;
    for n in [1, 2, 3] {
        pair(&db, n, 1).await;
    }
    db.note_hosts_seen(vec![host(3), host(9), host(1), host(3)], LATER).await.expect("noted");
    db.note_hosts_seen(Vec::new(), NOW).await.expect("nothing to note");
    db.note_hosts_seen(vec![host(3)], UnixMs(i64::MAX)).await.expect("noted");
    let found: Vec<_> = db.hosts_of(user(1)).await.expect("an answer").into_iter().map(|host| host.last_seen_at).collect();
    assert_eq!(found, [Some(LATER), None, Some(UnixMs(i64::MAX))]);
}
