//! A database of the size of a business.

use std::time::Instant;

use crate::command::{moves, url};
use crate::postgres_kit::Server;
use crate::{content, judge};

#[test]
fn a_million_rows_move_to_postgresql_and_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, back) = (folder.path().join("from.db"), folder.path().join("back.db"));
    let begin = Instant::now();
    let db = content::make(&from);
    content::fill(&db, 100_000, 450_000, 350_000);
    content::fill_awkwardly(&db);
    drop(db);
    let expected = judge::sqlite(&from);
    let rows: u64 = expected.values().map(|(rows, _)| rows).sum();
    assert!(rows > 1_000_000);
    let made = begin.elapsed();

    let server = Server::shared();
    let there = server.new_database();
    let begin = Instant::now();
    moves(&url(&from), &there);
    let went = begin.elapsed();
    assert_eq!(judge::postgres(server, &there, &from), expected);
    let begin = Instant::now();
    moves(&there, &url(&back));
    let came = begin.elapsed();
    assert_eq!(judge::sqlite(&back), expected);
    let rate = |time: std::time::Duration| rows as f64 / time.as_secs_f64();
    println!("{rows} rows, made in {made:.1?}: to PostgreSQL {:.0} rows/s, back {:.0} rows/s", rate(went), rate(came));
}
