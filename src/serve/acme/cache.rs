//! What must survive a restart: the ACME account's key, and the certificate with its key.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use rustls_acme::{AccountCache, CertCache};
use sha2::{Digest as _, Sha256};

use crate::auth::b64;

/// Files of mode 0600 in a folder of mode 0700. The files are small and rare, so they are read and written in place.
#[derive(Clone)]
pub struct FolderCache {
    folder: PathBuf,
    /// What was stored since the start, again: a full disk must not cost an account or an order at every look.
    stored: Arc<Mutex<HashMap<PathBuf, Vec<u8>>>>,
}

impl FolderCache {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), stored: Arc::default() }
    }

    /// Another name, contact or directory is another file.
    fn file(&self, kind: &str, owners: &[String], directory_url: &str, extension: &str) -> PathBuf {
        let mut hash = Sha256::new();
        for part in owners.iter().map(String::as_str).chain([directory_url]) {
            hash.update(part);
            hash.update([0]);
        }
        self.folder.join(format!("{kind}-{}.{extension}", b64::encode(&hash.finalize()[..12])))
    }

    fn stored(&self) -> MutexGuard<'_, HashMap<PathBuf, Vec<u8>>> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        if let Some(stored) = self.stored().get(path) {
            return Ok(Some(stored.clone()));
        }
        match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    /// Never leaves half a file under the final name.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.stored().insert(path.to_owned(), bytes.to_owned());
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let draft = path.with_extension("new");
        let _ = fs::remove_file(&draft);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    }
}

#[async_trait]
impl CertCache for FolderCache {
    type EC = io::Error;

    async fn load_cert(&self, domains: &[String], directory_url: &str) -> io::Result<Option<Vec<u8>>> {
        self.read(&self.file("certificate", domains, directory_url, "pem"))
    }

    async fn store_cert(&self, domains: &[String], directory_url: &str, pem: &[u8]) -> io::Result<()> {
        self.replace(&self.file("certificate", domains, directory_url, "pem"), pem)
    }
}

#[async_trait]
impl AccountCache for FolderCache {
    type EA = io::Error;

    async fn load_account(&self, contact: &[String], directory_url: &str) -> io::Result<Option<Vec<u8>>> {
        self.read(&self.file("account", contact, directory_url, "key"))
    }

    async fn store_account(&self, contact: &[String], directory_url: &str, key: &[u8]) -> io::Result<()> {
        self.replace(&self.file("account", contact, directory_url, "key"), key)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn keeps_accounts_and_certificates_apart_and_to_itself() {
        let data = tempfile::tempdir().expect("a folder");
        let folder = data.path().join("acme");
        let names = |name: &str| vec![name.to_owned()];
        let cache = FolderCache::new(&folder);
        assert!(cache.load_cert(&names("a"), "https://ca").await.expect("readable").is_none());
        for bytes in [b"first".as_slice(), b"second"] {
            cache.store_cert(&names("a"), "https://ca", bytes).await.expect("stored");
        }
        cache.store_account(&names("a"), "https://ca", b"key").await.expect("stored");
        let later = FolderCache::new(&folder);
        assert_eq!(later.load_cert(&names("a"), "https://ca").await.expect("readable").as_deref(), Some(b"second".as_slice()));
        assert_eq!(later.load_account(&names("a"), "https://ca").await.expect("readable").as_deref(), Some(b"key".as_slice()));
        assert!(later.load_cert(&names("b"), "https://ca").await.expect("readable").is_none());
        assert!(later.load_account(&names("a"), "https://other").await.expect("readable").is_none());
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        let files: Vec<_> = fs::read_dir(&folder).expect("listed").map(|entry| mode(&entry.expect("an entry").path())).collect();
        assert_eq!(files, [0o600, 0o600]);
    }

    #[tokio::test]
    async fn remembers_what_the_disk_did_not_take() {
        let data = tempfile::tempdir().expect("a folder");
        let in_the_way = data.path().join("acme");
        fs::write(&in_the_way, "a file").expect("written");
        let cache = FolderCache::new(&in_the_way);
        cache.store_cert(&["a".to_owned()], "https://ca", b"pem").await.expect_err("no folder");
        assert_eq!(cache.load_cert(&["a".to_owned()], "https://ca").await.expect("kept").as_deref(), Some(b"pem".as_slice()));
    }
}
