//! Words that would tie a statement to one engine, or keep it from the databases that speak PostgreSQL's protocol.

use crate::store::catalogue;
use crate::store::schema::MIGRATIONS;

/// Words, in capitals, and what speaks against them. A space stands for any white space.
const FORBIDDEN: [(&str, &str); 37] = [
    ("INSERT OR ", "SQLite only: write ON CONFLICT"),
    ("REPLACE INTO", "SQLite only: write ON CONFLICT"),
    ("AUTOINCREMENT", "SQLite only: ids are made by the program"),
    ("ROWID", "SQLite only"),
    ("PRAGMA", "SQLite only: belongs to the engine"),
    ("GLOB ", "SQLite only"),
    ("IFNULL", "SQLite only: write coalesce"),
    ("STRFTIME", "SQLite only: times are milliseconds that the program gives"),
    ("GROUP_CONCAT", "SQLite only"),
    ("COLLATE NOCASE", "SQLite only: compare keys that the program made"),
    ("::", "PostgreSQL only: write CAST"),
    ("ILIKE", "PostgreSQL only"),
    (" LIKE ", "SQLite's takes no heed of case, PostgreSQL's does"),
    ("DISTINCT ON", "not in SQLite"),
    ("FOR UPDATE", "not in SQLite; transactions are serializable, so that rows need no locks"),
    ("FOR SHARE", "not in SQLite; transactions are serializable"),
    ("NULLS FIRST", "CockroachDB takes it lately only: the engines differ without it, so do not order by what may be NULL"),
    ("NULLS LAST", "see NULLS FIRST"),
    ("CTID", "PostgreSQL only, not in CockroachDB"),
    ("XMIN", "PostgreSQL only, not in CockroachDB"),
    ("ADVISORY", "not in CockroachDB, and later than others in YugabyteDB"),
    ("LISTEN", "not in CockroachDB nor YugabyteDB"),
    ("NOTIFY", "not in CockroachDB nor YugabyteDB"),
    ("LOCK TABLE", "not in CockroachDB"),
    ("DEFERRABLE", "not in CockroachDB"),
    ("EXCLUDE ", "not in CockroachDB nor YugabyteDB"),
    ("CREATE TRIGGER", "not in older CockroachDB; SQLite's are written otherwise"),
    ("MERGE ", "not in SQLite nor CockroachDB"),
    ("TEMP ", "not by default in CockroachDB"),
    ("SERIAL", "ids are made by the program"),
    ("GENERATED", "ids are made by the program"),
    ("RANDOM", "randomness is given by the program, so that a transaction that runs again does the same"),
    ("NOW()", "times are given by the program"),
    ("CURRENT_", "times are given by the program"),
    ("REAL", "amounts are whole numbers"),
    ("NUMERIC", "SQLite has none"),
    ("BOOLEAN", "SQLite has none"),
];

/// Aggregates whose type in PostgreSQL is numeric, which no column of ours may have.
const TO_BE_CAST: [&str; 2] = ["SUM(", "AVG("];

/// In capitals, without comments, each run of white space as one space.
fn plain(sql: &str) -> String {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ").to_uppercase()
}

fn complaints(sql: &str) -> Vec<String> {
    let sql = plain(sql);
    let forbidden = FORBIDDEN.iter().filter(|(word, _)| stands_in(&sql, word)).map(|(word, why)| format!("{word}: {why}"));
    let uncast = TO_BE_CAST.iter().filter(|word| sql.matches(**word).count() > sql.matches(&format!("CAST({word}")).count());
    forbidden.chain(uncast.map(|word| format!("{word}…): write CAST({word}…) AS BIGINT)"))).collect()
}

/// Whether `word` stands in `sql` as a beginning of a word of its own.
fn stands_in(sql: &str, word: &str) -> bool {
    let begins_word = |at: usize| !sql[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let is_word = word.starts_with(|c: char| c.is_alphanumeric());
    format!("{sql} ").match_indices(word).any(|(at, _)| !is_word || begins_word(at))
}

#[test]
fn every_statement_is_in_the_sql_that_all_share() {
    for statement in catalogue() {
        assert_eq!(complaints(&statement.sql), [""; 0], "{}", statement.name);
    }
    for migration in MIGRATIONS {
        assert_eq!(complaints(migration), [""; 0]);
    }
}

#[test]
fn finds_words_that_not_all_share() {
    let bad = [
        "INSERT OR\n IGNORE INTO a VALUES (1)",
        "SELECT id::text FROM a",
        "SELECT id FROM a FOR UPDATE",
        "SELECT sum(n) AS n FROM a",
        "select now()",
        "SELECT ctid FROM a",
    ];
    for sql in bad {
        assert_eq!(complaints(sql).len(), 1, "{sql}");
    }
    let good = ["SELECT CAST(SUM(n) AS BIGINT) AS n FROM a", "SELECT known, unreal FROM a -- not now()", "UPDATE a SET n = excluded.n"];
    for sql in good {
        assert_eq!(complaints(sql), [""; 0], "{sql}");
    }
}
