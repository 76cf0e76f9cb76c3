//! Paired home PCs. Only those not revoked are ever returned.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{Store, StoreError, row};
use crate::auth::DevicePublicKey;
use crate::auth::token::TokenHash;
use crate::types::{HostId, UnixMs, UserId};

#[derive(Clone, Debug)]
pub struct Host {
    pub id: HostId,
    pub owner: UserId,
    pub key: DevicePublicKey,
    pub name: String,
    pub last_seen_at: Option<UnixMs>,
}

const SELECT: &str = "SELECT id, user_id, host_key, name, last_seen_at_ms FROM hosts WHERE revoked_at_ms IS NULL AND ";

fn read_host(row: &Row<'_>) -> rusqlite::Result<Host> {
    Ok(Host {
        id: row::id(row, "id")?,
        owner: row::id(row, "user_id")?,
        key: row::key(row, "host_key")?,
        name: row.get("name")?,
        last_seen_at: row::time_maybe(row, "last_seen_at_ms")?,
    })
}

/// The live host that holds `key`, whoever owns it.
pub(super) fn find_by_key(db: &Connection, key: DevicePublicKey) -> rusqlite::Result<Option<Host>> {
    db.prepare_cached(&format!("{SELECT} host_key = $1"))?.query_row([key.as_bytes()], read_host).optional()
}

impl Store {
    pub async fn host(&self, id: HostId) -> Result<Option<Host>, StoreError> {
        self.read(move |db| Ok(db.prepare_cached(&format!("{SELECT} id = $1"))?.query_row([id.to_string()], read_host).optional()?)).await
    }

    pub async fn host_by_key(&self, key: DevicePublicKey) -> Result<Option<Host>, StoreError> {
        self.read(move |db| Ok(find_by_key(db, key)?)).await
    }

    pub async fn host_by_access_token(&self, token: TokenHash) -> Result<Option<Host>, StoreError> {
        self.read(move |db| {
            Ok(db.prepare_cached(&format!("{SELECT} access_token_hash = $1"))?.query_row([token.0], read_host).optional()?)
        })
        .await
    }

    /// A user's hosts by name.
    pub async fn hosts_of(&self, owner: UserId) -> Result<Vec<Host>, StoreError> {
        self.read(move |db| {
            let mut query = db.prepare_cached(&format!("{SELECT} user_id = $1 ORDER BY lower(name), id"))?;
            let hosts = query.query_map([owner.to_string()], read_host)?.collect::<Result<_, _>>()?;
            Ok(hosts)
        })
        .await
    }

    /// Removes a host of `owner`'s: its key, token and play sessions are worth nothing afterwards. False when there is none such.
    pub async fn revoke_host(&self, owner: UserId, id: HostId, now: UnixMs) -> Result<bool, StoreError> {
        self.write(move |db| {
            let revoked = db.execute(
                "UPDATE hosts SET revoked_at_ms = $1, access_token_hash = NULL WHERE id = $2 AND user_id = $3 AND revoked_at_ms IS NULL",
                params![now.0, id.to_string(), owner.to_string()],
            )?;
            if revoked == 1 {
                db.execute("DELETE FROM play_sessions WHERE host_id = $1", [id.to_string()])?;
                db.execute("DELETE FROM device_grants WHERE host_id = $1", [id.to_string()])?;
            }
            Ok(revoked == 1)
        })
        .await
    }

    /// Notes that these hosts were connected at `now`.
    pub async fn note_hosts_seen(&self, ids: Vec<HostId>, now: UnixMs) -> Result<(), StoreError> {
        self.write(move |db| {
            let mut update = db.prepare_cached("UPDATE hosts SET last_seen_at_ms = $1 WHERE id = $2")?;
            for id in ids {
                update.execute(params![now.0, id.to_string()])?;
            }
            Ok(())
        })
        .await
    }
}
