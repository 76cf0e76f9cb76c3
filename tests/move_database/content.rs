//! Databases to move, made by SQL of the tests' own.

use std::path::Path;

use iroam::store::{Location, Store};
use rusqlite::{Connection, params};

/// Makes an empty database of the current schema.
pub fn make(path: &Path) -> Connection {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    drop(runtime.block_on(Store::open(&Location::sqlite(path))).expect("opens"));
    Connection::open(path).expect("opens")
}

/// 32 bytes that begin with a number as good as random, each `number` others: what token hashes look like to an index.
macro_rules! hash {
    ($number:literal) => {
        concat!("CAST(printf('%010d%022d', ((", $number, ") * 48271) % 2147483647, ", $number, ") AS BLOB)")
    };
}

macro_rules! id {
    ($number:literal) => {
        concat!("printf('%08x-0000-7000-8000-%012x', (", $number, ") / 1000, ", $number, ")")
    };
}

macro_rules! numbers {
    () => {
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
    };
}

const USERS: &str =
    concat!(numbers!(), "INSERT INTO users SELECT ", id!("i"), ", 'Üser ' || i, 'üser ' || i, '$argon2id$' || i, 1700000000000 + i FROM n");
const WEB_SESSIONS: &str = concat!(
    numbers!(),
    "INSERT INTO web_sessions SELECT ",
    hash!("i"),
    ", ",
    id!("1 + i % ?2"),
    ", 1700000000000 + i, 1800000000000 - i FROM n"
);
const HOSTS: &str = concat!(
    numbers!(),
    "INSERT INTO hosts SELECT ",
    id!("i"),
    ", ",
    id!("i"),
    ", ",
    hash!("i"),
    ", 'host ' || i, CASE WHEN i % 3 = 0 THEN NULL ELSE ",
    hash!("i + 1000000"),
    " END, i, CASE WHEN i % 2 = 0 THEN NULL ELSE i END, CASE WHEN i % 3 = 0 THEN i END FROM n"
);
const PLAY_SESSIONS: &str = concat!(
    numbers!(),
    "INSERT INTO play_sessions SELECT ",
    id!("i"),
    ", ",
    id!("1 + i % ?2"),
    ", ",
    id!("1 + i % ?2"),
    ", ",
    hash!("i"),
    ", i, 1700000000000 + i FROM n"
);

/// Fills a database with `users` users, a host each, and sessions of both kinds, several rows a user.
pub fn fill(db: &Connection, users: i64, web_sessions: i64, play_sessions: i64) {
    db.execute_batch("PRAGMA synchronous = OFF; BEGIN").expect("begins");
    db.execute(USERS, [users]).expect("users");
    db.execute(HOSTS, [users]).expect("hosts");
    db.execute(WEB_SESSIONS, [web_sessions, users]).expect("web sessions");
    db.execute(PLAY_SESSIONS, [play_sessions, users]).expect("play sessions");
    db.execute_batch("COMMIT").expect("commits");
}

/// Adds rows to every table, with the values that two engines are most likely to see differently.
pub fn fill_awkwardly(db: &Connection) {
    let names = [
        "",
        " ",
        "ß ẞ ss",
        "İi ıI",
        "e\u{301} é",
        "漢字 かな",
        "🎵🎶",
        "שלום مرحبا",
        "'; DROP TABLE users; --",
        "\\x00 \\n",
        "tab\tline\nend\r",
        "\u{1}\u{7f}\u{feff}\u{fffd}",
    ];
    let times = [i64::MIN, -1, 0, 1, i64::MAX, i64::from(i32::MAX) + 1];
    db.execute_batch("BEGIN").expect("begins");
    for (number, name) in names.iter().enumerate() {
        let number = u8::try_from(number).expect("few");
        // Upper and lower case and punctuation: where an order by language differs from one by bytes.
        let id = format!("{}{number}", ["a", "B", "_", "-", "Z", "z", "ä"][usize::from(number) % 7]);
        let time = times[usize::from(number) % times.len()];
        // Every byte there is, over all rows.
        let bytes = |salt: u8| (0..32).map(|at| number.wrapping_mul(21).wrapping_add(at).wrapping_add(salt)).collect::<Vec<u8>>();
        let maybe = (number % 2 == 0).then_some(time);
        let state = ["pending", "approved", "denied"][usize::from(number) % 3];
        let approved = (state == "approved").then_some(&id);
        db.execute("INSERT INTO users VALUES (?1, ?2, ?3, ?4, ?5)", params![id, name, format!("{name}{number}"), "", time])
            .expect("a user");
        let session = "INSERT INTO web_sessions VALUES (?1, ?2, ?3, ?4)";
        db.execute(session, params![bytes(0), id, time, i64::MAX]).expect("a web session");
        let link = "INSERT INTO sign_in_links VALUES (?1, ?2, ?3, ?4)";
        db.execute(link, params![bytes(1), id, i64::MIN, time]).expect("a link");
        let host = "INSERT INTO hosts VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let token = (number % 3 == 0).then(|| bytes(2));
        db.execute(host, params![id, bytes(3), name, token, time, maybe, maybe]).expect("a host");
        let grant = "INSERT INTO device_grants VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?10)";
        db.execute(grant, params![bytes(4), format!("code {number}"), bytes(5), name, "::1", state, approved, time, time, maybe])
            .expect("a grant");
        let play = "INSERT INTO play_sessions VALUES (?1, ?2, ?2, ?3, ?4, ?5)";
        db.execute(play, params![format!("{name}{number}"), id, bytes(6), time, time]).expect("a play session");
        db.execute("INSERT INTO playlist_trees VALUES (?1, ?2, ?3, ?2)", params![id, time, i64::MAX]).expect("a tree of playlists");
        let kind = ["folder", "list", "smart"][usize::from(number) % 3];
        let list = "INSERT INTO playlists VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?4, ?7, 0, ?8, ?8, ?8, ?8, ?8, ?8, ?8, ?8, ?9)";
        let rules = (kind == "smart").then_some("{\"match\":\"all\",\"rules\":[]}");
        let origin = (number % 4 == 0).then(|| format!("{name}{number}"));
        db.execute(list, params![format!("{name}{number}"), id, kind, approved, name, rules, origin, time, maybe]).expect("a playlist");
        let item = "INSERT INTO playlist_items VALUES (?1, ?2, ?2, ?2, ?2, ?3, ?4, ?4, ?5, ?6, ?5)";
        db.execute(item, params![format!("{name}{number}"), id, name, approved, maybe, time]).expect("an item");
    }
    db.execute("INSERT INTO server_identity VALUES (1, ?1)", [[255_u8; 32]]).expect("the server's key");
    db.execute_batch("COMMIT").expect("commits");
}
