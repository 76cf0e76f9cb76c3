//! Which server and account this host belongs to, and how it comes to belong.

mod api;
mod grant;
mod http;
mod show;

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::data_dir::{DataError, read_secret, write_secret};
use crate::auth::DevicePublicKey;
use crate::types::HostId;

pub use api::ApiError;
pub use grant::pair;
pub use http::{PairError, Server};

/// Its name in the data folder, mode 0600: the access token is in it.
const FILE: &str = "pairing.json";

/// What a host keeps of its pairing.
#[derive(Clone, Serialize, Deserialize)]
pub struct Pairing {
    /// URL of the server.
    pub server: String,
    pub host_id: HostId,
    /// Opens the server's HTTP API for this host. A secret.
    access_token: String,
    pub tunnel: TunnelEntry,
}

/// Where a server takes tunnels, and the key it proves there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TunnelEntry {
    /// `host:port`, UDP.
    pub address: String,
    /// The server's Ed25519 key, base64url.
    pub key: String,
}

impl TunnelEntry {
    pub fn public_key(&self) -> Option<DevicePublicKey> {
        DevicePublicKey::parse(&self.key).ok()
    }
}

impl Pairing {
    /// The pairing with `server`; `None` when there is none, or one with another server.
    pub fn load(data: &Path, server: &str) -> Result<Option<Self>, DataError> {
        Ok(Self::load_any(data)?.filter(|pairing| pairing.server == server))
    }

    /// The pairing there is, with whatever server.
    pub fn load_any(data: &Path) -> Result<Option<Self>, DataError> {
        let path = data.join(FILE);
        let Some(bytes) = read_secret(&path)? else { return Ok(None) };
        let pairing: Self = serde_json::from_slice(&bytes).map_err(|_| DataError::Damaged(path.clone()))?;
        if pairing.tunnel.public_key().is_none() {
            return Err(DataError::Damaged(path));
        }
        Ok(Some(pairing))
    }

    pub fn save(&self, data: &Path) -> Result<(), DataError> {
        let json = serde_json::to_vec_pretty(self).expect("a pairing serialises");
        write_secret(&data.join(FILE), &json)
    }

    /// Forgets the pairing: the server no longer knows it.
    pub fn remove(data: &Path) -> Result<(), DataError> {
        let path = data.join(FILE);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(DataError::Io { path, source }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::DeviceKey;
    use crate::types::UnixMs;

    fn pairing() -> Pairing {
        Pairing {
            server: "https://iroam.example".to_owned(),
            host_id: HostId::new(UnixMs(1), [1; 10]),
            access_token: "irh_secret".to_owned(),
            tunnel: TunnelEntry { address: "iroam.example:443".to_owned(), key: DeviceKey::from_seed(&[1; 32]).public().to_string() },
        }
    }

    #[test]
    fn a_pairing_is_kept_for_its_server_only() {
        let folder = tempfile::tempdir().expect("a folder");
        pairing().save(folder.path()).expect("saved");
        let load = |server| Pairing::load(folder.path(), server).expect("readable");
        assert_eq!(load("https://iroam.example").map(|pairing| pairing.host_id), Some(pairing().host_id));
        assert!(load("https://other.example").is_none());
        Pairing::remove(folder.path()).expect("removed");
        Pairing::remove(folder.path()).expect("removed twice is removed");
        assert!(load("https://iroam.example").is_none());
    }

    #[test]
    fn a_damaged_pairing_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        write_secret(&folder.path().join(FILE), b"{").expect("written");
        assert!(matches!(Pairing::load(folder.path(), "x"), Err(DataError::Damaged(_))));
    }
}
