//! Paired home PCs. Only those not revoked are ever returned.

use super::job::Durability::{Full, Relaxed};
use super::row::Row;
use super::statement::statements;
use super::tx::Tx;
use super::value::params;
use super::{Store, StoreError};
use crate::auth::DevicePublicKey;
use crate::auth::token::TokenHash;
use crate::types::{HostId, UnixMs, UserId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    pub id: HostId,
    pub owner: UserId,
    pub key: DevicePublicKey,
    pub name: String,
    pub last_seen_at: Option<UnixMs>,
}

macro_rules! select_hosts {
    ($whose:literal) => {
        concat!("SELECT id, user_id, host_key, name, last_seen_at_ms FROM hosts WHERE revoked_at_ms IS NULL AND ", $whose)
    };
}

statements! {
    HOST = select_hosts!("id = $1");
    HOST_BY_KEY = select_hosts!("host_key = $1");
    HOST_BY_ACCESS_TOKEN = select_hosts!("access_token_hash = $1");
    HOSTS_OF = select_hosts!("user_id = $1 ORDER BY lower(name), id");
    ADD_HOST = "INSERT INTO hosts (id, user_id, host_key, name, paired_at_ms) VALUES ($1, $2, $3, $4, $5)";
    RENAME_HOST = "UPDATE hosts SET name = $2 WHERE id = $1";
    SET_ACCESS_TOKEN = "UPDATE hosts SET access_token_hash = $2 WHERE id = $1";
    REVOKE_HOST = "UPDATE hosts SET revoked_at_ms = $3, access_token_hash = NULL
        WHERE id = $1 AND user_id = $2 AND revoked_at_ms IS NULL";
    END_PLAY_SESSIONS_OF_HOST = "DELETE FROM play_sessions WHERE host_id = $1";
    END_GRANTS_OF_HOST = "DELETE FROM device_grants WHERE host_id = $1";
    NOTE_HOST_SEEN = "UPDATE hosts SET last_seen_at_ms = $2 WHERE id = $1";
}

fn read_host(row: &dyn Row) -> Result<Host, StoreError> {
    Ok(Host {
        id: row.get("id")?,
        owner: row.get("user_id")?,
        key: row.get("host_key")?,
        name: row.get("name")?,
        last_seen_at: row.get("last_seen_at_ms")?,
    })
}

/// Pairs the host that holds `key` with `owner`. One that this owner has already keeps its id, else it becomes `new_id`; `None`
/// when it is somebody else's.
pub(super) fn pair(
    tx: &mut Tx<'_>,
    owner: UserId,
    key: DevicePublicKey,
    name: &str,
    new_id: HostId,
    now: UnixMs,
) -> Result<Option<HostId>, StoreError> {
    match tx.maybe(&HOST_BY_KEY, params![key], read_host)? {
        Some(host) if host.owner != owner => Ok(None),
        Some(host) => {
            tx.execute(&RENAME_HOST, params![host.id, name])?;
            Ok(Some(host.id))
        }
        None => {
            tx.execute(&ADD_HOST, params![new_id, owner, key, name, now])?;
            Ok(Some(new_id))
        }
    }
}

/// Gives a host its access token; the one before is worth nothing afterwards.
pub(super) fn set_access_token(tx: &mut Tx<'_>, id: HostId, token: TokenHash) -> Result<(), StoreError> {
    tx.execute(&SET_ACCESS_TOKEN, params![id, token])?;
    Ok(())
}

impl Store {
    pub async fn host(&self, id: HostId) -> Result<Option<Host>, StoreError> {
        self.query(move |db| db.maybe(&HOST, params![id], read_host)).await
    }

    /// The live host that holds `key`, whoever owns it.
    pub async fn host_by_key(&self, key: DevicePublicKey) -> Result<Option<Host>, StoreError> {
        self.query(move |db| db.maybe(&HOST_BY_KEY, params![key], read_host)).await
    }

    pub async fn host_by_access_token(&self, token: TokenHash) -> Result<Option<Host>, StoreError> {
        self.query(move |db| db.maybe(&HOST_BY_ACCESS_TOKEN, params![token], read_host)).await
    }

    /// A user's hosts by name.
    pub async fn hosts_of(&self, owner: UserId) -> Result<Vec<Host>, StoreError> {
        self.query(move |db| db.all(&HOSTS_OF, params![owner], read_host)).await
    }

    /// Removes a host of `owner`'s: its key, token and play sessions are worth nothing afterwards. False when there is none such.
    pub async fn revoke_host(&self, owner: UserId, id: HostId, now: UnixMs) -> Result<bool, StoreError> {
        self.transact(Full, move |tx| {
            if tx.execute(&REVOKE_HOST, params![id, owner, now])? == 0 {
                return Ok(false);
            }
            tx.execute(&END_PLAY_SESSIONS_OF_HOST, params![id])?;
            tx.execute(&END_GRANTS_OF_HOST, params![id])?;
            Ok(true)
        })
        .await
    }

    /// Notes that these hosts were connected at `now`.
    pub async fn note_hosts_seen(&self, mut ids: Vec<HostId>, now: UnixMs) -> Result<(), StoreError> {
        // Rows are locked in the order they are written in: two servers that note the same hosts must not do so crosswise.
        ids.sort_unstable();
        self.transact(Relaxed, move |tx| {
            for id in &ids {
                tx.execute(&NOTE_HOST_SEEN, params![id, now])?;
            }
            Ok(())
        })
        .await
    }
}
