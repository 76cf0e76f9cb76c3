//! Segments on disk, up to a number of bytes; the least recently used go first.
//!
//! One file an entry: magic, SHA-256 of the rest, length of the head's JSON (u32 big-endian), the JSON, the body.
//! Written aside and renamed, so that a crash leaves no half entry under its name; what a disk spoils is found by the digest.

mod index;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::child::Made;
use index::Index;

const MAGIC: &[u8; 8] = b"iroamsg2";
const HEADER_BYTES: usize = 8 + 32;
const EXTENSION: &str = "seg";

/// What an entry is called: a digest of all that its bytes depend on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name(String);

impl Name {
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

#[derive(Clone)]
pub struct Cache {
    shared: Arc<Shared>,
}

struct Shared {
    dir: PathBuf,
    index: Mutex<Index>,
    /// Makes the names of files being written distinct.
    writes: AtomicU64,
}

impl Cache {
    /// Makes the directory if need be, takes over what an earlier run left, and drops what is over the limit.
    pub fn open(dir: PathBuf, bytes_max: u64) -> std::io::Result<Self> {
        std::fs::create_dir_all(&dir)?;
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&dir)? {
            let entry = entry?;
            let (path, metadata) = (entry.path(), entry.metadata()?);
            match path.file_stem().and_then(|stem| stem.to_str()) {
                Some(name) if path.extension().is_some_and(|extension| extension == EXTENSION) => {
                    found.push((metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH), name.to_owned(), metadata.len()));
                }
                // Left by a write that a crash cut short.
                _ if path.extension().is_some_and(|extension| extension == "tmp") => std::fs::remove_file(&path)?,
                _ => {}
            }
        }
        found.sort();
        let mut index = Index::new(bytes_max);
        let over: Vec<String> = found.into_iter().flat_map(|(_, name, bytes)| index.insert(&name, bytes)).collect();
        let shared = Arc::new(Shared { dir, index: Mutex::new(index), writes: AtomicU64::new(0) });
        over.iter().for_each(|name| shared.delete(name));
        Ok(Self { shared })
    }

    /// Whether there is an entry, as far as is known without reading it.
    pub fn knows(&self, name: &Name) -> bool {
        self.shared.index.lock().unwrap_or_else(PoisonError::into_inner).contains(&name.0)
    }

    /// A whole entry or nothing: a damaged one is removed, to be made again.
    pub async fn get(&self, name: &Name) -> Option<Made> {
        if !self.lock_touch(&name.0) {
            return None;
        }
        let (shared, name) = (self.shared.clone(), name.clone());
        tokio::task::spawn_blocking(move || shared.read(&name.0)).await.ok()?
    }

    pub async fn put(&self, name: &Name, made: &Made) -> std::io::Result<()> {
        let (shared, name, made) = (self.shared.clone(), name.clone(), made.clone());
        tokio::task::spawn_blocking(move || shared.write(&name.0, &made)).await.map_err(std::io::Error::other)?
    }

    fn lock_touch(&self, name: &str) -> bool {
        self.shared.index.lock().unwrap_or_else(PoisonError::into_inner).touch(name)
    }
}

impl Shared {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name).with_extension(EXTENSION)
    }

    fn read(&self, name: &str) -> Option<Made> {
        let path = self.path(name);
        let made = std::fs::read(&path).ok().and_then(|bytes| unpack(bytes.into()));
        if made.is_none() {
            self.index.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
            self.delete(name);
        } else if let Ok(file) = std::fs::File::open(&path) {
            // The order of use survives a restart by the files' times.
            let _ = file.set_modified(SystemTime::now());
        }
        made
    }

    fn write(&self, name: &str, made: &Made) -> std::io::Result<()> {
        let bytes = pack(made)?;
        let number = self.writes.fetch_add(1, Ordering::Relaxed);
        let aside = self.dir.join(format!("{number}-{}.tmp", std::process::id()));
        let written = std::fs::write(&aside, &bytes).and_then(|()| std::fs::rename(&aside, self.path(name)));
        if written.is_err() {
            let _ = std::fs::remove_file(&aside);
            return written;
        }
        let over = self.index.lock().unwrap_or_else(PoisonError::into_inner).insert(name, bytes.len() as u64);
        over.iter().for_each(|name| self.delete(name));
        Ok(())
    }

    fn delete(&self, name: &str) {
        // Already gone is as good.
        let _ = std::fs::remove_file(self.path(name));
    }
}

fn pack(made: &Made) -> std::io::Result<Vec<u8>> {
    let head = serde_json::to_vec(&made.head)?;
    let length = u32::try_from(head.len()).map_err(std::io::Error::other)?;
    let mut bytes = Vec::with_capacity(HEADER_BYTES + 4 + head.len() + made.body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[0; 32]);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(&head);
    bytes.extend_from_slice(&made.body);
    let digest = Sha256::digest(&bytes[HEADER_BYTES..]);
    bytes[MAGIC.len()..HEADER_BYTES].copy_from_slice(&digest);
    Ok(bytes)
}

fn unpack(bytes: Bytes) -> Option<Made> {
    let (magic, rest) = bytes.split_first_chunk::<8>()?;
    let (digest, rest) = rest.split_first_chunk::<32>()?;
    if magic != MAGIC || Sha256::digest(rest)[..] != digest[..] {
        return None;
    }
    let (length, _) = rest.split_first_chunk::<4>()?;
    let body_at = HEADER_BYTES + 4 + usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let head = serde_json::from_slice(bytes.get(HEADER_BYTES + 4..body_at)?).ok()?;
    Some(Made { head, body: bytes.slice(body_at..) })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::host::media::job::Head;

    fn bytes_on_disk(dir: &Path) -> u64 {
        std::fs::read_dir(dir).expect("readable").map(|entry| entry.expect("readable").metadata().expect("there").len()).sum()
    }

    fn made(byte: u8, length: usize) -> Made {
        Made { head: Head::None, body: vec![byte; length].into() }
    }

    #[tokio::test]
    async fn drops_the_least_recently_used_over_the_limit() {
        let dir = tempfile::tempdir().expect("a temp dir");
        let cache = Cache::open(dir.path().to_owned(), 3_500).expect("opens");
        let names: Vec<Name> = (0..4).map(|number| Name::of(&number.to_string())).collect();
        for (number, name) in (0u8..).zip(&names[..3]) {
            cache.put(name, &made(number, 1_000)).await.expect("written");
        }
        assert!(cache.get(&names[0]).await.is_some());
        cache.put(&names[3], &made(3, 1_000)).await.expect("written");
        assert!(cache.get(&names[1]).await.is_none());
        assert_eq!(cache.get(&names[0]).await, Some(made(0, 1_000)));
        assert!(bytes_on_disk(dir.path()) <= 3_500);
    }

    #[tokio::test]
    async fn survives_a_restart_and_finds_spoilt_entries() {
        let dir = tempfile::tempdir().expect("a temp dir");
        let (good, spoilt, cut) = (Name::of("good"), Name::of("spoilt"), Name::of("cut"));
        let first = Cache::open(dir.path().to_owned(), 100_000).expect("opens");
        for name in [&good, &spoilt, &cut] {
            first.put(name, &made(7, 500)).await.expect("written");
        }
        let path = |name: &Name| dir.path().join(&name.0).with_extension(EXTENSION);
        let mut bytes = std::fs::read(path(&spoilt)).expect("there");
        bytes[100] ^= 1;
        std::fs::write(path(&spoilt), &bytes).expect("written");
        std::fs::write(path(&cut), &bytes[..30]).expect("written");
        std::fs::write(dir.path().join("9-9.tmp"), b"half").expect("written");
        let second = Cache::open(dir.path().to_owned(), 100_000).expect("opens");
        assert_eq!(second.get(&good).await, Some(made(7, 500)));
        assert_eq!(second.get(&spoilt).await, None);
        assert_eq!(second.get(&cut).await, None);
        assert!(!path(&spoilt).exists() && !dir.path().join("9-9.tmp").exists());
    }

    #[tokio::test]
    async fn a_smaller_limit_after_a_restart_is_kept() {
        let dir = tempfile::tempdir().expect("a temp dir");
        let cache = Cache::open(dir.path().to_owned(), 100_000).expect("opens");
        for number in 0..20u8 {
            cache.put(&Name::of(&number.to_string()), &made(number, 1_000)).await.expect("written");
        }
        Cache::open(dir.path().to_owned(), 5_000).expect("opens");
        assert!(bytes_on_disk(dir.path()) <= 5_000);
    }
}
