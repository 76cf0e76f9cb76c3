//! The same by rusqlite alone: prepared once, columns by number, on threads of its own.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use iroam::auth::token::TokenHash;
use iroam::store::User;
use iroam::types::{UnixMs, UserId};
use rusqlite::{Connection, Row, Statement, params};

use super::callers::{A_WHILE, Meter, Rate, median_us};
use super::data::{Database, SESSIONS, mix, token, user};

const WEB_SESSION: &str = "SELECT users.id AS id, users.name AS name, users.created_at_ms AS created_at_ms, web_sessions.expires_at_ms
    FROM web_sessions JOIN users ON users.id = web_sessions.user_id WHERE token_hash = $1 AND expires_at_ms > $2";
const USERS: &str = "SELECT id, name, created_at_ms FROM users ORDER BY created_at_ms, id";
const ADD_WEB_SESSION: &str = "INSERT INTO web_sessions (token_hash, user_id, created_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4)";

/// Threads that read, as many as the machine of the target has cores.
const READERS: u64 = 2;

pub fn connection(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.busy_timeout(Duration::from_secs(5))?;
    db.execute_batch("PRAGMA foreign_keys = on; PRAGMA trusted_schema = off; PRAGMA cache_size = -512; PRAGMA synchronous = full")?;
    Ok(db)
}

pub fn web_session(query: &mut Statement<'_>, token: TokenHash, now: UnixMs) -> rusqlite::Result<(User, UnixMs)> {
    query.query_row(params![token.0, now.0], |row| Ok((read_user(row)?, UnixMs(row.get(3)?))))
}

fn read_user(row: &Row<'_>) -> rusqlite::Result<User> {
    let id: UserId = row.get_ref(0)?.as_str()?.parse().map_err(|_| rusqlite::Error::InvalidQuery)?;
    Ok(User { id, name: row.get(1)?, created_at: UnixMs(row.get(2)?) })
}

/// Reads of one session by its token.
pub fn session_rate(database: &Database) -> Rate {
    rate(database, WEB_SESSION, |query, n, now| {
        web_session(query, token(mix(n) % SESSIONS), now).expect("a session is there");
    })
}

/// Reads of all accounts.
pub fn users_rate(database: &Database) -> Rate {
    rate(database, USERS, |query, _, _| {
        let users: Vec<_> = query.query_map([], read_user).and_then(Iterator::collect).expect("rows");
        assert_eq!(users.len() as u64, super::data::USERS);
    })
}

fn rate(database: &Database, sql: &str, read: impl Fn(&mut Statement<'_>, u64, UnixMs) + Sync) -> Rate {
    let meter = Meter::start();
    let one = |reader: u64| {
        let db = connection(&database.path).expect("the file opens");
        let mut query = db.prepare(sql).expect("a statement");
        let mut n = reader;
        while meter.begin.elapsed() < A_WHILE {
            read(&mut query, n, database.now);
            n += READERS;
        }
        n / READERS
    };
    let done: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..READERS).map(|reader| scope.spawn(move || one(reader))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a reader does not panic")).sum()
    });
    meter.stop(done)
}

/// Middle time of one read of a session, µs.
pub fn session_latency_us(database: &Database, calls: u64) -> Result<f64, Box<dyn Error>> {
    let db = connection(&database.path)?;
    let mut query = db.prepare(WEB_SESSION)?;
    let mut took = Vec::new();
    for n in 0..calls {
        let begin = Instant::now();
        web_session(&mut query, token(mix(n) % SESSIONS), database.now)?;
        took.push(begin.elapsed());
    }
    Ok(median_us(took))
}

/// Sessions added a second by one thread, `group` of them a commit. `first` is the number of the first.
pub fn add_rate(database: &Database, group: u64, first: u64) -> Result<Rate, Box<dyn Error>> {
    let db = connection(&database.path)?;
    let mut insert = db.prepare(ADD_WEB_SESSION)?;
    let (mut added, meter) = (0, Meter::start());
    while meter.begin.elapsed() < A_WHILE {
        let transaction = db.unchecked_transaction()?;
        for _ in 0..group {
            let n = first + added;
            let user = user(n % super::data::USERS, database.now).to_string();
            insert.execute(params![token(n).0, user, database.now.0, database.now.0 + 86_400_000])?;
            added += 1;
        }
        transaction.commit()?;
    }
    Ok(meter.stop(added))
}
