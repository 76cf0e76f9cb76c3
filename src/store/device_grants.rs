//! Hosts that ask to be paired (RFC 8628). The rules are [`crate::auth::device_grant`]'s; here they are kept and made atomic.

use super::job::Durability::Full;
use super::row::Row;
use super::statement::statements;
use super::tx::Tx;
use super::value::params;
use super::{Store, StoreError, hosts};
use crate::auth::DevicePublicKey;
use crate::auth::device_grant::{Grant, GrantState, Poll};
use crate::auth::token::TokenHash;
use crate::types::{HostId, UnixMs, UserId};

#[derive(Clone, Debug)]
pub struct NewGrant {
    pub device_code: TokenHash,
    pub user_code: String,
    pub host_key: DevicePublicKey,
    pub host_name: String,
    pub address: String,
    pub created_at: UnixMs,
    pub expires_at: UnixMs,
}

/// A grant as its owner sees it before the decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRow {
    pub user_code: String,
    pub host_key: DevicePublicKey,
    pub host_name: String,
    pub address: String,
    pub created_at: UnixMs,
    pub grant: Grant,
    pub(super) host_id: Option<HostId>,
}

/// What came of an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    Paired(HostId),
    /// Somebody else's: that owner must remove it first.
    OwnedByAnother,
    /// No such code waits for a decision.
    NotWaiting,
}

/// A device that presents its code.
#[derive(Clone, Copy, Debug)]
pub struct Redeem {
    pub device_code: TokenHash,
    /// The host's new access token, should the code be approved.
    pub access_token: TokenHash,
}

/// What a device's poll came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantPoll {
    /// Never given out, used up, or long gone.
    Unknown,
    Waiting(Poll),
    Paired(HostId),
}

macro_rules! select_grants {
    ($which:literal) => {
        concat!(
            "SELECT user_code, host_key, host_name, address, state, user_id, host_id, created_at_ms, expires_at_ms, polled_at_ms
                FROM device_grants WHERE ",
            $which
        )
    };
}

statements! {
    WAITING_GRANT = select_grants!("user_code = $1 AND state = 'pending' AND expires_at_ms > $2");
    GRANT_BY_DEVICE_CODE = select_grants!("device_code_hash = $1");
    REPLACE_GRANT = "DELETE FROM device_grants WHERE host_key = $1 AND state = 'pending'";
    COUNT_GRANTS = "SELECT count(*) AS grants FROM device_grants";
    ADD_GRANT = "INSERT INTO device_grants
        (device_code_hash, user_code, host_key, host_name, address, state, created_at_ms, expires_at_ms)
        VALUES ($1, $2, $3, $4, $5, 'pending', $6, $7) ON CONFLICT (user_code) DO NOTHING";
    APPROVE_GRANT = "UPDATE device_grants SET state = 'approved', user_id = $2, host_id = $3 WHERE user_code = $1";
    DENY_GRANT = "UPDATE device_grants SET state = 'denied' WHERE user_code = $1 AND state = 'pending' AND expires_at_ms > $2";
    USE_GRANT_UP = "DELETE FROM device_grants WHERE device_code_hash = $1";
    NOTE_GRANT_POLLED = "UPDATE device_grants SET polled_at_ms = $2 WHERE device_code_hash = $1";
}

fn read_grant(row: &dyn Row) -> Result<GrantRow, StoreError> {
    let state = match (row.get::<String>("state")?.as_str(), row.get::<Option<UserId>>("user_id")?) {
        ("approved", Some(user)) => GrantState::Approved(user),
        ("pending", _) => GrantState::Pending,
        _ => GrantState::Denied,
    };
    let grant = Grant { state, expires_at: row.get("expires_at_ms")?, polled_at: row.get("polled_at_ms")? };
    Ok(GrantRow {
        user_code: row.get("user_code")?,
        host_key: row.get("host_key")?,
        host_name: row.get("host_name")?,
        address: row.get("address")?,
        created_at: row.get("created_at_ms")?,
        grant,
        host_id: row.get("host_id")?,
    })
}

fn add(tx: &mut Tx<'_>, new: &NewGrant, capacity: u32) -> Result<bool, StoreError> {
    tx.execute(&REPLACE_GRANT, params![new.host_key])?;
    let waiting: i64 = tx.one(&COUNT_GRANTS, params![], |row| row.get("grants"))?;
    if waiting >= i64::from(capacity) {
        return Ok(false);
    }
    let values = params![new.device_code, new.user_code, new.host_key, new.host_name, new.address, new.created_at, new.expires_at];
    Ok(tx.execute(&ADD_GRANT, values)? == 1)
}

fn redeem(tx: &mut Tx<'_>, redeem: Redeem, now: UnixMs) -> Result<GrantPoll, StoreError> {
    let found = tx.maybe(&GRANT_BY_DEVICE_CODE, params![redeem.device_code], read_grant)?;
    let Some(mut found) = found else { return Ok(GrantPoll::Unknown) };
    match (found.grant.poll(now), found.host_id) {
        (Poll::Approved(_), Some(host)) => {
            tx.execute(&USE_GRANT_UP, params![redeem.device_code])?;
            hosts::set_access_token(tx, host, redeem.access_token)?;
            Ok(GrantPoll::Paired(host))
        }
        (poll, _) => {
            tx.execute(&NOTE_GRANT_POLLED, params![redeem.device_code, now])?;
            Ok(GrantPoll::Waiting(poll))
        }
    }
}

impl Store {
    /// Keeps a grant, in place of an undecided one of the same key. False when `capacity` grants wait already, or the user
    /// code is in use: try another.
    pub async fn add_grant(&self, new: NewGrant, capacity: u32) -> Result<bool, StoreError> {
        self.transact(Full, move |tx| add(tx, &new, capacity)).await
    }

    /// The undecided grant with this code.
    pub async fn waiting_grant(&self, user_code: &str, now: UnixMs) -> Result<Option<GrantRow>, StoreError> {
        let user_code = user_code.to_owned();
        self.query(move |db| db.maybe(&WAITING_GRANT, params![user_code, now], read_grant)).await
    }

    /// Pairs the host that asks with `owner`. A host that this owner has already keeps its id; else it becomes `new_id`.
    pub async fn approve_grant(&self, user_code: &str, owner: UserId, new_id: HostId, now: UnixMs) -> Result<Approval, StoreError> {
        let user_code = user_code.to_owned();
        self.transact(Full, move |tx| {
            let waiting = tx.maybe(&WAITING_GRANT, params![user_code, now], read_grant)?;
            let Some(waiting) = waiting else { return Ok(Approval::NotWaiting) };
            let paired = hosts::pair(tx, owner, waiting.host_key, &waiting.host_name, new_id, now)?;
            let Some(id) = paired else { return Ok(Approval::OwnedByAnother) };
            tx.execute(&APPROVE_GRANT, params![user_code, owner, id])?;
            Ok(Approval::Paired(id))
        })
        .await
    }

    /// False when no such code waits for a decision.
    pub async fn deny_grant(&self, user_code: &str, now: UnixMs) -> Result<bool, StoreError> {
        let user_code = user_code.to_owned();
        self.change(Full, move |db| Ok(db.execute(&DENY_GRANT, params![user_code, now])? == 1)).await
    }

    /// Answers a device's poll; an approved code is used up and the host gets its access token.
    pub async fn poll_grant(&self, presented: Redeem, now: UnixMs) -> Result<GrantPoll, StoreError> {
        self.transact(Full, move |tx| redeem(tx, presented, now)).await
    }
}
