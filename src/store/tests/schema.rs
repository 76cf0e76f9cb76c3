//! The schema's own rules, which hold whatever the program does.

use super::engines::{Database, on_both_engines};
use super::fixtures::{LATER, NOW, add_user, code, host, new_grant, pair, play, token, user};
use super::model::contents;
use crate::store::StoreError;
use crate::store::job::Durability::Full;
use crate::store::statement::Statement;
use crate::store::value::{Value, params};

on_both_engines! {
    what_belongs_to_an_account_goes_with_it,
    what_belongs_to_a_host_goes_with_it,
    refuses_rows_that_break_a_rule,
    what_is_stored_is_there_for_the_next_program,
}

/// Two accounts with one of everything, and an undecided grant.
async fn fill(db: &Database) {
    for n in [1, 2] {
        add_user(db, n).await;
        db.add_web_session(token(n), user(n), None, NOW, LATER).await.expect("added");
        db.add_sign_in_link(token(n), user(n), NOW, LATER).await.expect("added");
        pair(db, n, n).await;
        db.add_play_session(play(n, n, n)).await.expect("added");
        assert!(db.add_grant(new_grant(10 + n), 9).await.expect("an answer"));
        db.approve_grant(&code(10 + n), user(n), host(10 + n), NOW).await.expect("an answer");
    }
    assert!(db.add_grant(new_grant(9), 9).await.expect("an answer"));
}

/// How many rows of each table there are, where there are any.
async fn tables(db: &Database) -> Vec<(String, usize)> {
    let mut tables: Vec<(String, usize)> = Vec::new();
    for line in contents(&db.store).await {
        let table = line.split(' ').next().expect("a line has a first word").to_owned();
        match tables.last_mut() {
            Some((last, rows)) if *last == table => *rows += 1,
            _ => tables.push((table, 1)),
        }
    }
    tables
}

fn counts(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
    expected.iter().map(|(table, rows)| ((*table).to_owned(), *rows)).collect()
}

static REMOVE_USER: Statement = Statement::new("REMOVE_USER", "DELETE FROM users WHERE id = $1");
static REMOVE_HOST: Statement = Statement::new("REMOVE_HOST", "DELETE FROM hosts WHERE id = $1");

async fn what_belongs_to_an_account_goes_with_it(db: Database) {
    fill(&db).await;
    let all = [("device_grants", 3), ("hosts", 4), ("play_sessions", 2), ("sign_in_links", 2), ("users", 2), ("web_sessions", 2)];
    assert_eq!(tables(&db).await, counts(&all));
    assert_eq!(db.change(Full, |db| db.execute(&REMOVE_USER, params![user(1)])).await.expect("removed"), 1);
    let left = [("device_grants", 2), ("hosts", 2), ("play_sessions", 1), ("sign_in_links", 1), ("users", 1), ("web_sessions", 1)];
    assert_eq!(tables(&db).await, counts(&left));
    assert!(db.hosts_of(user(1)).await.expect("an answer").is_empty());
    assert_eq!(db.hosts_of(user(2)).await.expect("an answer").len(), 2);
    assert!(db.waiting_grant(&code(9), NOW).await.expect("an answer").is_some(), "it is nobody's yet");
}

async fn what_belongs_to_a_host_goes_with_it(db: Database) {
    fill(&db).await;
    for n in [1, 11] {
        assert_eq!(db.change(Full, move |db| db.execute(&REMOVE_HOST, params![host(n)])).await.expect("removed"), 1);
    }
    let left = [("device_grants", 2), ("hosts", 2), ("play_sessions", 1), ("sign_in_links", 2), ("users", 2), ("web_sessions", 2)];
    assert_eq!(tables(&db).await, counts(&left));
}

async fn refuses_rows_that_break_a_rule(db: Database) {
    fill(&db).await;
    let before = contents(&db.store).await;
    let refused = [
        "INSERT INTO users (id, name, name_key, password_phc, created_at_ms) VALUES ('u', NULL, 'u', '', 0)",
        "INSERT INTO users (id, name, name_key, password_phc, created_at_ms) SELECT 'u', name, name_key, '', 0 FROM users",
        "UPDATE users SET created_at_ms = NULL",
        "UPDATE web_sessions SET user_id = 'nobody'",
        "UPDATE web_sessions SET token_hash = $1",
        "UPDATE sign_in_links SET token_hash = $1",
        "UPDATE hosts SET host_key = $1",
        "UPDATE hosts SET access_token_hash = $1",
        "UPDATE hosts SET host_key = (SELECT host_key FROM hosts ORDER BY id LIMIT 1)",
        "UPDATE play_sessions SET player_key = $1",
        "UPDATE play_sessions SET host_id = 'nowhere'",
        "UPDATE device_grants SET state = 'perhaps'",
        "UPDATE device_grants SET state = 'pending'",
        "UPDATE device_grants SET state = 'approved'",
        "UPDATE device_grants SET host_id = NULL",
        "UPDATE device_grants SET user_code = 'the same'",
        "INSERT INTO server_identity (only_row, server_key) SELECT 2, host_key FROM hosts",
        "INSERT INTO server_identity (only_row, server_key) VALUES (1, $1)",
    ];
    for sql in refused {
        // a byte short of a hash and of a key
        let given = if sql.contains("$1") { vec![Value::Blob(vec![7; 31].into())] } else { Vec::new() };
        let attempt = db.transact(Full, move |tx| tx.execute(&Statement::new("BAD", sql), &given)).await;
        assert!(matches!(attempt, Err(StoreError::Constraint(_))), "{sql}: {attempt:?}");
    }
    assert_eq!(contents(&db.store).await, before);
}

async fn what_is_stored_is_there_for_the_next_program(db: Database) {
    fill(&db).await;
    let before = contents(&db.store).await;
    let next = db.opened_again().await;
    drop(db.store);
    assert_eq!(contents(&next).await, before);
    assert_eq!(next.take_sign_in_link(token(1), NOW).await.expect("an answer"), Some(user(1)));
}
