//! A database is not moved away from under a serve, wherever its data folder is.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use iroam::serve::{DataPlace, ServeConfig, start};
use iroam::store::Location;

use crate::postgres_kit::Server;
use crate::process::{Serve, iroam, said};
use crate::server::{TestServe, config, runtime};

fn moves(from: &str, to: &str) -> (bool, String) {
    said(&iroam(&["admin", "move-database", "--from", from, "--to", to]).output().expect("iroam runs"))
}

#[test]
fn a_serve_with_its_data_folder_elsewhere_keeps_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let [database, other, fresh] = ["db", "other", "fresh"].map(|name| format!("sqlite:{}", file(name).display()));
    drop(runtime().block_on(iroam::store::Store::open(&Location::Sqlite(file("other")))).expect("made"));
    symlink(file("db"), file("link")).expect("linked");
    let linked = format!("sqlite:{}", file("link").display());
    let serve = Serve::start(&file("data"), &database);
    for (from, to) in [(&database, &fresh), (&linked, &fresh), (&other, &database)] {
        let (is_done, why) = moves(from, to);
        assert!(!is_done && why.contains("is using the database") && why.contains("stop it"), "{why}");
    }
    assert!(!file("fresh").exists());
    // It goes with whoever held it.
    serve.kill();
    let (is_done, why) = moves(&linked, &fresh);
    assert!(is_done, "{why}");
}

#[test]
fn an_idle_serve_on_postgresql_is_seen_by_whatever_name() {
    let url = Server::shared().new_database();
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("fresh");
    let to = format!("sqlite:{}", target.display());
    let separator = if url.contains('?') { '&' } else { '?' };
    let serve = Serve::start(&folder.path().join("data"), &format!("{url}{separator}application_name=music"));
    let (is_done, why) = moves(&url, &to);
    assert!(!is_done && why.contains("others are connected to postgres://") && why.contains("music (process "), "{why}");
    assert!(!target.exists());
    serve.kill();
    let (is_done, why) = moves(&url, &to);
    assert!(is_done, "{why}");
}

#[test]
fn two_do_not_share_a_file_though_they_have_folders_of_their_own() {
    let serve = TestServe::start();
    let copy = tempfile::tempdir().expect("a folder");
    for key in ["identity.key", "tickets.key"] {
        fs::copy(serve.data().join(key), copy.path().join(key)).expect("copied");
    }
    let place = DataPlace { folder: copy.path().to_owned(), database: Some(Location::Sqlite(serve.data().join("iroam.db"))) };
    let begin = || runtime().block_on(start(ServeConfig { data: place.clone(), ..config(copy.path()) }));
    let refused = begin().err().map(|error| format!("{error:#}")).expect("refused");
    assert!(refused.contains("is using the database"), "{refused}");
    let lock = fs::metadata(serve.data().join("iroam.db.lock")).expect("beside the database");
    assert_eq!(lock.permissions().mode() & 0o777, 0o600);
    let lock = serve.data().join("iroam.db.lock");
    fs::remove_file(&lock).and_then(|()| fs::create_dir(&lock)).expect("in the way");
    let refused = begin().err().map(|error| format!("{error:#}")).expect("refused");
    assert!(refused.contains("cannot open the database") && refused.contains("iroam.db.lock: Is a directory"), "{refused}");
}
