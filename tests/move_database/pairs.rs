//! Every value arrives, whichever two engines it goes between.

use rusqlite::Connection;

use crate::command::{moves, refusal, url};
use crate::postgres_kit::Server;
use crate::{content, judge};

#[test]
fn every_value_arrives_between_all_pairs_of_engines() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let (first, second, last) = (file("first.db"), file("second.db"), file("last.db"));
    content::fill_awkwardly(&content::make(&first));
    let expected = judge::sqlite(&first);
    assert!(expected.iter().all(|(_, (rows, _))| *rows > 0), "a table without rows proves nothing: {expected:?}");

    moves(&url(&first), &url(&second));
    assert_eq!(judge::sqlite(&second), expected);

    let server = Server::shared();
    let (third, fourth) = (server.new_database(), server.new_database());
    moves(&url(&second), &third);
    assert_eq!(judge::postgres(server, &third, &first), expected);
    moves(&third, &fourth);
    assert_eq!(judge::postgres(server, &fourth, &first), expected);
    let said = moves(&fourth, &url(&last));
    assert_eq!(judge::sqlite(&last), expected);
    assert_eq!(judge::sqlite(&first), expected, "a source is only read");
    assert!(said.contains("12 users") && said.contains(&format!("--database {}", url(&last))), "{said}");
    assert!(!judge::tables(server, &fourth).contains(&"iroam_move".to_owned()), "what marks a move goes with its end");
}

#[test]
fn an_empty_database_moves_into_an_empty_one_that_was_opened_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("from.db"), folder.path().join("to.db"));
    drop((content::make(&from), content::make(&to)));
    moves(&url(&from), &url(&to));
    assert_eq!(judge::sqlite(&to), judge::sqlite(&from));
}

#[test]
fn a_file_of_no_bytes_is_an_empty_target() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("from.db"), folder.path().join("to.db"));
    content::fill_awkwardly(&content::make(&from));
    std::fs::write(&to, "").expect("written");
    moves(&url(&from), &url(&to));
    assert_eq!(judge::sqlite(&to), judge::sqlite(&from));
}

#[test]
fn text_that_postgresql_cannot_keep_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = folder.path().join("from.db");
    let db: Connection = content::make(&from);
    db.execute("INSERT INTO users VALUES ('it', 'a' || char(0) || 'b', 'k', 'secret', 1)", []).expect("SQLite takes it");
    for to in [Server::shared().new_database(), url(&folder.path().join("to.db"))] {
        let said = refusal(&url(&from), &to);
        assert!(said.contains("users it has a NUL character in name") && !said.contains("secret"), "{said}");
    }
}
