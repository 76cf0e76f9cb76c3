//! Ids out of fingerprints, so that an index that was lost comes back with the same ones.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use sha2::{Digest, Sha256};
use uuid::Builder;

use super::Fingerprint;
use crate::types::{TrackId, random};

/// Its name in the tables `meta`.
const NAME: &str = "track_id_key";
/// Somebody else writes there.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Of SHA-256, bytes.
const BLOCK_BYTES: usize = 64;

/// The data folder's own, so that an id tells a stranger nothing of the file. It is kept in both databases: whichever survives gives it
/// to the other.
#[derive(Clone)]
pub(in super::super) struct IdKey([u8; 32]);

impl IdKey {
    /// The key that is kept in a database with a table `meta`; `None`: none yet, or not one.
    pub(in super::super) fn kept(database: &Connection) -> rusqlite::Result<Option<Self>> {
        let found = database.query_row("SELECT value FROM meta WHERE name = ?", [NAME], |row| row.get::<_, Vec<u8>>(0)).optional()?;
        Ok(found.and_then(|bytes| bytes.try_into().ok()).map(Self))
    }

    pub(in super::super) fn keep(&self, database: &Connection) -> rusqlite::Result<()> {
        let sql = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
                   WHERE value <> excluded.value";
        database.execute(sql, params![NAME, self.0]).map(drop)
    }

    /// The key of a data folder, made when it has none.
    pub(in super::super) fn settle(index: &Connection, data: &Path) -> rusqlite::Result<Self> {
        // A listeners' file that is away or damaged is not ours to mend; it gets the key next time.
        let listeners = listeners(data).ok();
        let told = listeners.as_ref().and_then(|listeners| Self::kept(listeners).ok().flatten());
        let key = match told {
            Some(key) => key,
            None => Self::kept(index)?.unwrap_or_else(|| Self(random::bytes())),
        };
        key.keep(index)?;
        if let Some(Err(error)) = listeners.map(|listeners| key.keep(&listeners)) {
            tracing::warn!(%error, "listeners.db does not take the key of track ids; it is tried again at the next start");
        }
        Ok(key)
    }

    /// The id of the `copy`-th track with these coded bytes: a UUIDv8 (RFC 9562, section 5.8).
    pub(super) fn id(&self, fingerprint: Fingerprint, copy: u32) -> TrackId {
        let digest = hmac(&self.0, &[&fingerprint.0, &copy.to_be_bytes()]);
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        TrackId(Builder::from_custom_bytes(id).into_uuid())
    }
}

/// The other database, if there is one.
fn listeners(data: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let listeners = Connection::open_with_flags(data.join("listeners.db"), flags)?;
    listeners.busy_timeout(BUSY_TIMEOUT)?;
    Ok(listeners)
}

/// HMAC-SHA-256 (RFC 2104) with a key of at most a block.
fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let padded = |with: u8| {
        let mut block = [with; BLOCK_BYTES];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let mut inner = Sha256::new();
    inner.update(padded(0x36));
    parts.iter().for_each(|part| inner.update(part));
    let mut outer = Sha256::new();
    outer.update(padded(0x5c));
    outer.update(inner.finalize());
    outer.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, section 4.3.
    #[test]
    fn it_is_the_hmac_of_the_standard() {
        let digest = hmac(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        let text: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(text, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn ids_depend_on_key_sound_and_copy_and_on_nothing_else() {
        let (key, other) = (IdKey([1; 32]), IdKey([2; 32]));
        let (sound, another) = (Fingerprint([3; 16]), Fingerprint([4; 16]));
        assert_eq!(key.id(sound, 0), key.id(sound, 0));
        assert_eq!(key.id(sound, 0).0.get_version_num(), 8);
        let ids = [key.id(sound, 0), key.id(sound, 1), key.id(another, 0), other.id(sound, 0)];
        assert_eq!(std::collections::HashSet::from(ids).len(), 4);
    }
}
