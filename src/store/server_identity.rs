//! Which server the database belongs to: hosts know that server by its key, so that another's database is of no use to them.

use super::job::Durability::Full;
use super::statement::statements;
use super::tx::Tx;
use super::value::params;
use super::{Store, StoreError};
use crate::auth::DevicePublicKey;

statements! {
    SERVER_KEY = "SELECT server_key FROM server_identity";
    CLAIM_FOR_SERVER = "INSERT INTO server_identity (only_row, server_key) VALUES (1, $1) ON CONFLICT (only_row) DO NOTHING";
}

pub(super) const TABLE: &str = "server_identity";

/// The key of the server whose database this is.
pub(super) fn read_key(tx: &mut Tx<'_>) -> Result<Option<DevicePublicKey>, StoreError> {
    tx.maybe(&SERVER_KEY, params![], |row| row.get("server_key"))
}

impl Store {
    /// The key of the server whose database this is; it becomes `key` where there was none.
    pub async fn claim_for_server(&self, key: DevicePublicKey) -> Result<DevicePublicKey, StoreError> {
        if let Some(owner) = self.server_key().await? {
            return Ok(owner);
        }
        self.change(Full, move |db| db.execute(&CLAIM_FOR_SERVER, params![key])).await?;
        // Read back: another server may have been first.
        Ok(self.server_key().await?.unwrap_or(key))
    }

    /// Whether the database is as a new one: no server's, and without accounts. One from before servers were noted may have accounts.
    pub async fn is_blank(&self) -> Result<bool, StoreError> {
        Ok(self.server_key().await?.is_none() && self.users().await?.is_empty())
    }

    async fn server_key(&self) -> Result<Option<DevicePublicKey>, StoreError> {
        self.query(|db| db.maybe(&SERVER_KEY, params![], |row| row.get("server_key"))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::DeviceKey;
    use crate::store::Location;

    #[tokio::test]
    async fn a_database_belongs_to_the_first_server_that_opens_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&Location::sqlite(&folder.path().join("db"))).await.expect("opens");
        let [first, second] = [1, 2].map(|seed| DeviceKey::from_seed(&[seed; 32]).public());
        assert!(store.is_blank().await.expect("answered"));
        assert_eq!(store.claim_for_server(first).await.expect("claimed"), first);
        assert!(!store.is_blank().await.expect("answered"));
        assert_eq!(store.claim_for_server(second).await.expect("answered"), first);
        assert_eq!(store.claim_for_server(first).await.expect("answered"), first);
    }
}
