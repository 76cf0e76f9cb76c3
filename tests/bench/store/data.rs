//! A database of some size: accounts, and browsers signed in to them.

use std::error::Error;
use std::path::{Path, PathBuf};

use iroam::auth::token::TokenHash;
use iroam::store::{Location, Store};
use iroam::types::{Clock, SystemClock, UnixMs, UserId};
use rusqlite::{Connection, params};

/// Accounts, all of which `Store::users` reads.
pub const USERS: u64 = 1000;
/// Signed-in browsers: with the accounts, 200,000 rows.
pub const SESSIONS: u64 = 199_000;

pub struct Database {
    pub path: PathBuf,
    pub store: Store,
    pub now: UnixMs,
}

/// On the disk that the project is built on: a temporary folder is in memory on many systems, where durability costs nothing.
pub fn folder() -> Result<tempfile::TempDir, Box<dyn Error>> {
    let disk = option_env!("CARGO_TARGET_TMPDIR").map_or_else(std::env::temp_dir, PathBuf::from);
    std::fs::create_dir_all(&disk)?;
    Ok(tempfile::Builder::new().prefix("store-bench").tempdir_in(disk)?)
}

pub async fn filled(path: &Path) -> Result<Database, Box<dyn Error>> {
    let now = SystemClock.now();
    let store = Store::open(&Location::Sqlite(path.to_owned())).await?;
    let mut db = Connection::open(path)?;
    let transaction = db.transaction()?;
    for n in 0..USERS {
        transaction.execute(
            "INSERT INTO users (id, name, name_key, password_phc, created_at_ms) VALUES ($1, $2, $2, $3, $4)",
            params![user(n, now).to_string(), format!("user {n}"), "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$".repeat(2), now.0],
        )?;
    }
    let mut insert =
        transaction.prepare("INSERT INTO web_sessions (token_hash, user_id, created_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4)")?;
    for n in 0..SESSIONS {
        insert.execute(params![token(n).0, user(n % USERS, now).to_string(), now.0, now.0 + 86_400_000])?;
    }
    drop(insert);
    transaction.commit()?;
    Ok(Database { path: path.to_owned(), store, now })
}

pub fn user(n: u64, now: UnixMs) -> UserId {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&n.to_be_bytes());
    UserId::new(now, random)
}

/// The hash that the n-th browser's token has: as scattered as a real one.
pub fn token(n: u64) -> TokenHash {
    let mut bytes = [0; 32];
    for (part, chunk) in bytes.chunks_exact_mut(8).enumerate() {
        chunk.copy_from_slice(&mix(n * 4 + part as u64).to_le_bytes());
    }
    TokenHash(bytes)
}

/// Scatters numbers over 64 bits, each to one of its own (the finalizer of splitmix64).
pub fn mix(n: u64) -> u64 {
    let z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
