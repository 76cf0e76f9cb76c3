//! Small things with numbers for names.

use uuid::Uuid;

use crate::auth::token::TokenHash;
use crate::auth::{DeviceKey, DevicePublicKey};
use crate::store::{Approval, GrantPoll, NewGrant, NewUser, PlaySession, Redeem, Store};
use crate::types::{HostId, Secret, SessionId, UnixMs, UserId};

pub const NOW: UnixMs = UnixMs(1_700_000_000_000);
pub const LATER: UnixMs = UnixMs(NOW.0 + 60_000);
pub const LONG_AGO: UnixMs = UnixMs(NOW.0 - 60_000);

pub fn user(n: u8) -> UserId {
    UserId(Uuid::from_u128(n.into()))
}

pub fn host(n: u8) -> HostId {
    HostId(Uuid::from_u128(n.into()))
}

pub fn session(n: u8) -> SessionId {
    SessionId(Uuid::from_u128(n.into()))
}

pub fn key(n: u8) -> DevicePublicKey {
    DeviceKey::from_seed(&[n; 32]).public()
}

pub fn token(n: u8) -> TokenHash {
    TokenHash([n; 32])
}

pub fn code(n: u8) -> String {
    format!("CODE-{n}")
}

pub fn new_user(n: u8, name: &str) -> NewUser {
    NewUser { id: user(n), name: name.to_owned(), password_phc: Secret::new(format!("phc of {n}")), created_at: NOW }
}

/// The n-th code, for a host with the n-th key.
pub fn new_grant(n: u8) -> NewGrant {
    NewGrant {
        device_code: token(n),
        user_code: code(n),
        host_key: key(n),
        host_name: format!("host {n}"),
        address: "192.0.2.7".to_owned(),
        created_at: NOW,
        expires_at: LATER,
    }
}

pub fn play(n: u8, user_number: u8, host_number: u8) -> PlaySession {
    PlaySession { id: session(n), user: user(user_number), host: host(host_number), player_key: key(100 + n), started_at: NOW }
}

/// Adds the account of this number.
pub async fn add_user(store: &Store, n: u8) {
    assert!(store.add_user(new_user(n, &format!("user {n}"))).await.expect("an answer"));
}

/// Pairs the host of this number, with its key and its token, with that user.
pub async fn pair(store: &Store, n: u8, owner: u8) {
    pair_as(store, new_grant(n), owner, n).await;
}

/// Lets a grant be asked for, approved and redeemed: the host's id and token are those of `n`.
pub async fn pair_as(store: &Store, grant: NewGrant, owner: u8, n: u8) {
    let (user_code, device_code) = (grant.user_code.clone(), grant.device_code);
    assert!(store.add_grant(grant, 100).await.expect("an answer"));
    let approval = store.approve_grant(&user_code, user(owner), host(n), NOW).await.expect("an answer");
    let Approval::Paired(id) = approval else { panic!("{approval:?}") };
    let redeemed = store.poll_grant(Redeem { device_code, access_token: token(n) }, NOW).await.expect("an answer");
    assert_eq!(redeemed, GrantPoll::Paired(id));
}
