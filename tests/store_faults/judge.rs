//! What a database really holds, read without iRoam's code.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;

use super::life::Life;
use super::postgres_kit::Server;

/// Of each account, its rows in the words of the story, sorted.
pub type Facts = BTreeMap<Life, Vec<String>>;

/// Plain enough for both engines. A grant's address is its account's name: it has no user before it is approved.
const FACTS: &str = "SELECT name, fact FROM (
    SELECT name, 'user made ' || created_at_ms AS fact FROM users
    UNION ALL SELECT u.name, 'session made ' || s.created_at_ms || ' until ' || expires_at_ms
        FROM web_sessions s JOIN users u ON u.id = user_id
    UNION ALL SELECT u.name, 'link made ' || l.created_at_ms FROM sign_in_links l JOIN users u ON u.id = user_id
    UNION ALL SELECT address, 'grant ' || host_name || ' ' || state || ' made ' || created_at_ms
        || ' polled ' || coalesce(CAST(polled_at_ms AS TEXT), 'never') FROM device_grants
    UNION ALL SELECT u.name, 'host ' || h.name || ' paired ' || paired_at_ms
        || CASE WHEN access_token_hash IS NULL THEN ' without token' ELSE ' with token' END
        || ' seen ' || coalesce(CAST(last_seen_at_ms AS TEXT), 'never') || ' revoked ' || coalesce(CAST(revoked_at_ms AS TEXT), 'never')
        FROM hosts h JOIN users u ON u.id = user_id
    UNION ALL SELECT u.name, 'play begun ' || started_at_ms || ' renewed ' || renewed_at_ms
        FROM play_sessions p JOIN users u ON u.id = p.user_id
    ) AS facts WHERE name >= '{floor}' ORDER BY name, fact";

fn facts_sql(floor: Life) -> String {
    FACTS.replace("{floor}", &floor.name())
}

/// What a file holds of the accounts from `floor` on, after SQLite itself found it sound.
pub fn of_sqlite(path: &Path, floor: Life) -> Facts {
    let db = Connection::open(path).expect("the file opens");
    let integrity: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("SQLite looks through the file");
    assert_eq!(integrity, "ok");
    let orphans = db.prepare("PRAGMA foreign_key_check").and_then(|mut check| check.exists([])).expect("SQLite looks for orphans");
    assert!(!orphans, "a row refers to one that is not there");
    let mut query = db.prepare(&facts_sql(floor)).expect("the schema is the judge's");
    let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).expect("rows");
    gathered(rows.map(|row| row.expect("a row")))
}

/// What a server's database holds of the accounts from `floor` on, once nobody is at work in it.
pub fn of_postgres(server: &Server, url: &str, floor: Life) -> Facts {
    super::postgres::wait_until_idle(server);
    let answer = server.psql(url, &facts_sql(floor));
    gathered(answer.lines().map(|line| {
        let (name, fact) = line.split_once('|').expect("two columns");
        (name.to_owned(), fact.to_owned())
    }))
}

fn gathered(rows: impl Iterator<Item = (String, String)>) -> Facts {
    let mut facts = Facts::new();
    for (name, fact) in rows {
        facts.entry(Life::of_name(&name).expect("only lives were written")).or_default().push(fact);
    }
    // the engines do not sort alike
    facts.values_mut().for_each(|rows| rows.sort_unstable());
    facts
}
