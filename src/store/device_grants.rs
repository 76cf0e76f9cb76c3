//! Hosts that ask to be paired (RFC 8628). The rules are [`crate::auth::device_grant`]'s; here they are kept and made atomic.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{Store, StoreError, hosts, row};
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
#[derive(Clone, Debug)]
pub struct GrantRow {
    pub user_code: String,
    pub host_key: DevicePublicKey,
    pub host_name: String,
    pub address: String,
    pub created_at: UnixMs,
    pub grant: Grant,
    host_id: Option<HostId>,
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

const SELECT: &str = "SELECT user_code, host_key, host_name, address, state, user_id, host_id, created_at_ms, expires_at_ms, polled_at_ms
    FROM device_grants WHERE ";

fn read_grant(row: &Row<'_>) -> rusqlite::Result<GrantRow> {
    let state = match (row.get::<_, String>("state")?.as_str(), row::id_maybe::<UserId>(row, "user_id")?) {
        ("approved", Some(user)) => GrantState::Approved(user),
        ("pending", _) => GrantState::Pending,
        _ => GrantState::Denied,
    };
    let grant = Grant { state, expires_at: row::time(row, "expires_at_ms")?, polled_at: row::time_maybe(row, "polled_at_ms")? };
    Ok(GrantRow {
        user_code: row.get("user_code")?,
        host_key: row::key(row, "host_key")?,
        host_name: row.get("host_name")?,
        address: row.get("address")?,
        created_at: row::time(row, "created_at_ms")?,
        grant,
        host_id: row::id_maybe(row, "host_id")?,
    })
}

fn find_waiting(db: &Connection, user_code: &str, now: UnixMs) -> rusqlite::Result<Option<GrantRow>> {
    db.prepare_cached(&format!("{SELECT} user_code = $1 AND state = 'pending' AND expires_at_ms > $2"))?
        .query_row(params![user_code, now.0], read_grant)
        .optional()
}

impl Store {
    /// Keeps a grant, in place of an undecided one of the same key. False when `capacity` grants wait already, or the user
    /// code is in use: try another.
    pub async fn add_grant(&self, new: NewGrant, capacity: u32) -> Result<bool, StoreError> {
        self.write(move |db| {
            db.execute("DELETE FROM device_grants WHERE host_key = $1 AND state = 'pending'", [new.host_key.as_bytes()])?;
            let waiting: u32 = db.query_row("SELECT count(*) FROM device_grants", [], |row| row.get(0))?;
            if waiting >= capacity {
                return Ok(false);
            }
            let added = db.prepare_cached(
                "INSERT INTO device_grants (device_code_hash, user_code, host_key, host_name, address, state, created_at_ms, expires_at_ms)
                 VALUES ($1, $2, $3, $4, $5, 'pending', $6, $7) ON CONFLICT (user_code) DO NOTHING",
            )?
            .execute(params![
                new.device_code.0,
                new.user_code,
                new.host_key.as_bytes(),
                new.host_name,
                new.address,
                new.created_at.0,
                new.expires_at.0
            ])?;
            Ok(added == 1)
        })
        .await
    }

    /// The undecided grant with this code.
    pub async fn waiting_grant(&self, user_code: &str, now: UnixMs) -> Result<Option<GrantRow>, StoreError> {
        let user_code = user_code.to_owned();
        self.read(move |db| Ok(find_waiting(db, &user_code, now)?)).await
    }

    /// Pairs the host that asks with `owner`. A host that this owner has already keeps its id; else it becomes `new_id`.
    pub async fn approve_grant(&self, user_code: &str, owner: UserId, new_id: HostId, now: UnixMs) -> Result<Approval, StoreError> {
        let user_code = user_code.to_owned();
        self.write(move |db| {
            let Some(waiting) = find_waiting(db, &user_code, now)? else { return Ok(Approval::NotWaiting) };
            let id = match hosts::find_by_key(db, waiting.host_key)? {
                Some(host) if host.owner != owner => return Ok(Approval::OwnedByAnother),
                Some(host) => {
                    db.execute("UPDATE hosts SET name = $1 WHERE id = $2", params![waiting.host_name, host.id.to_string()])?;
                    host.id
                }
                None => {
                    db.execute(
                        "INSERT INTO hosts (id, user_id, host_key, name, paired_at_ms) VALUES ($1, $2, $3, $4, $5)",
                        params![new_id.to_string(), owner.to_string(), waiting.host_key.as_bytes(), waiting.host_name, now.0],
                    )?;
                    new_id
                }
            };
            db.execute(
                "UPDATE device_grants SET state = 'approved', user_id = $1, host_id = $2 WHERE user_code = $3",
                params![owner.to_string(), id.to_string(), user_code],
            )?;
            Ok(Approval::Paired(id))
        })
        .await
    }

    /// False when no such code waits for a decision.
    pub async fn deny_grant(&self, user_code: &str, now: UnixMs) -> Result<bool, StoreError> {
        let user_code = user_code.to_owned();
        self.write(move |db| {
            let denied = db.execute(
                "UPDATE device_grants SET state = 'denied' WHERE user_code = $1 AND state = 'pending' AND expires_at_ms > $2",
                params![user_code, now.0],
            )?;
            Ok(denied == 1)
        })
        .await
    }

    /// Answers a device's poll; an approved code is used up and the host gets its access token.
    pub async fn poll_grant(&self, redeem: Redeem, now: UnixMs) -> Result<GrantPoll, StoreError> {
        self.write(move |db| {
            let found =
                db.prepare_cached(&format!("{SELECT} device_code_hash = $1"))?.query_row([redeem.device_code.0], read_grant).optional()?;
            let Some(mut found) = found else { return Ok(GrantPoll::Unknown) };
            match (found.grant.poll(now), found.host_id) {
                (Poll::Approved(_), Some(host)) => {
                    db.execute("DELETE FROM device_grants WHERE device_code_hash = $1", [redeem.device_code.0])?;
                    db.execute("UPDATE hosts SET access_token_hash = $1 WHERE id = $2", params![redeem.access_token.0, host.to_string()])?;
                    Ok(GrantPoll::Paired(host))
                }
                (poll, _) => {
                    db.execute(
                        "UPDATE device_grants SET polled_at_ms = $1 WHERE device_code_hash = $2",
                        params![now.0, redeem.device_code.0],
                    )?;
                    Ok(GrantPoll::Waiting(poll))
                }
            }
        })
        .await
    }
}
