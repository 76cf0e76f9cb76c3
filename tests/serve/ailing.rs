//! A database that answers, and yet cannot do all that is asked of it.

use std::os::unix::fs::FileExt as _;

use iroam::serve::{DataPlace, admin, start};
use iroam::types::Secret;
use rusqlite::Connection;
use serde_json::json;

use crate::browser::Browser;
use crate::server::{PASSWORD, TestServe, config, runtime};
use crate::tunnel::until;

#[test]
fn is_not_ready_while_another_process_holds_the_lock() {
    let serve = TestServe::start();
    assert_eq!(serve.browser().get("/healthz").status, 200);
    let other = Connection::open(serve.place().own_file()).expect("the file opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    until(|| serve.browser().get("/healthz").status == 503);
    other.execute_batch("ROLLBACK").expect("let go");
    until(|| serve.browser().get("/healthz").status == 200);
}

#[test]
fn is_not_ready_once_damage_was_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = DataPlace::in_folder(folder.path());
    admin::create_user(&place, "ada", Secret::new(PASSWORD.to_owned())).expect("created");
    let link = admin::sign_in_link(&place, "ada", "http://localhost").expect("a link");
    damage(&place, "sign_in_links");
    let runtime = runtime();
    let running = runtime.block_on(start(config(folder.path()))).expect("serve starts");
    let mut browser = Browser::new(&running.public_url());
    let token = link.expose().split_once('#').expect("a fragment").1;
    let answer = browser.post_json("/api/v1/sign-in-link", &json!({ "token": token }));
    assert_eq!(answer.status, 500, "{}", answer.text());
    until(|| browser.get("/healthz").status == 503);
    runtime.block_on(running.stop());
}

/// Overwrites the first page of a table and of its indexes.
fn damage(place: &DataPlace, table: &str) {
    let roots: Vec<u32> = {
        let db = Connection::open(place.own_file()).expect("the file opens");
        let mut query = db.prepare("SELECT rootpage FROM sqlite_schema WHERE tbl_name = ?1 AND rootpage > 0").expect("a query");
        query.query_map([table], |row| row.get(0)).expect("rows").map(|root| root.expect("a number")).collect()
    };
    assert!(!roots.is_empty());
    let file = std::fs::File::options().write(true).open(place.own_file()).expect("the file");
    for root in roots {
        file.write_all_at(&[0xff; 4096], u64::from(root - 1) * 4096).expect("written over");
    }
}
