//! `iroam admin backup`: what it makes of a server at work.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use iroam::serve::{DataPlace, admin};
use iroam::store::{NewUser, Store};
use iroam::types::{Secret, UnixMs, UserId};

use crate::browser::Browser;
use crate::fake_host::HomePc;
use crate::process::{iroam, said};
use crate::server::{TestServe, config};
use crate::tunnel::until;

/// Backs up the server in `data` into `folder`.
pub fn backup(data: &Path, folder: &Path) -> (bool, String) {
    let [data, folder] = [data, folder].map(|path| path.to_str().expect("a path of letters"));
    said(&iroam(&["admin", "backup", folder, "--data", data]).output().expect("iroam runs"))
}

fn user(number: u64) -> NewUser {
    let created_at = UnixMs(1_750_000_000_000 + i64::try_from(number).expect("few"));
    let mut random = [0; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    NewUser {
        id: UserId::new(created_at, random),
        name: format!("user {number}"),
        password_phc: Secret::new("$argon2id$…".to_owned()),
        created_at,
    }
}

/// Adds accounts one after the other until told to stop.
async fn add_users(store: Store, added: &AtomicU64, is_over: &AtomicBool) {
    while !is_over.load(Ordering::SeqCst) {
        let number = added.load(Ordering::SeqCst);
        assert!(store.add_user(user(number)).await.expect("added"));
        added.store(number + 1, Ordering::SeqCst);
    }
}

/// How many of `add_users`' accounts the copy holds: all up to some instant, and none after it.
fn users_of(folder: &Path) -> u64 {
    let users = admin::list_users(&DataPlace::in_folder(folder)).expect("a database");
    let names: Vec<_> = users.iter().filter_map(|user| user.name.strip_prefix("user ")).collect();
    let expected: Vec<_> = (0..names.len()).map(|number| number.to_string()).collect();
    assert_eq!(names, expected);
    u64::try_from(names.len()).expect("few")
}

#[test]
fn a_copy_made_under_load_goes_on_as_the_same_server() {
    let serve = TestServe::start();
    let mut owner = serve.signed_in("ada");
    let paired = HomePc::new("Attic").pair(&serve, &mut owner);
    let folder = tempfile::tempdir().expect("a folder");
    let (added, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let store = serve.block_on(Store::open(&serve.place().location())).expect("opens");
        scope.spawn(|| serve.block_on(add_users(store, &added, &is_over)));
        until(|| added.load(Ordering::SeqCst) >= 100);
        let before = added.load(Ordering::SeqCst);
        let (is_done, told) = backup(serve.data(), folder.path());
        let after = added.load(Ordering::SeqCst);
        until(|| added.load(Ordering::SeqCst) > after + 1);
        is_over.store(true, Ordering::SeqCst);
        assert!(is_done && told.ends_with(&format!("--data {}", folder.path().display())), "{told}");
        assert!((before..=after + 1).contains(&users_of(folder.path())));
    });
    drop(serve);
    let config = config(folder.path());
    let copy = TestServe::start_in(folder, config);
    let mut owner = Browser { cookie: owner.cookie, ..copy.browser() };
    assert_eq!(owner.get("/api/v1/me").json()["user"]["name"], "ada");
    assert!(copy.sign_in_by_link("ada").cookie.is_some());
    // The host pins the key of the server that paired it.
    let moved = paired.at(copy.running().quic_addr());
    let host = moved.go_online(&copy);
    assert_eq!(host.tunnel.welcome().host_id.to_string(), moved.id);
}

#[test]
fn a_copy_is_its_owners_alone_and_holds_what_a_server_needs() {
    let serve = TestServe::start();
    serve.signed_in("ada");
    let acme = serve.data().join("acme");
    fs::create_dir(&acme).expect("made");
    fs::write(acme.join("account-1.key"), "the account").expect("written");
    fs::write(acme.join("account-1.new"), "half of ano").expect("written");
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("copy");
    let (is_done, told) = backup(serve.data(), &folder);
    assert!(is_done, "{told}");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!([mode(&folder), mode(&folder.join("acme"))], [0o700; 2]);
    let names = |folder: &Path| {
        let mut names: Vec<_> = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
        names.sort();
        names
    };
    let files = ["acme", "database", "identity.key", "iroam.db", "metrics.token", "tickets.key"];
    assert_eq!(names(&folder), files);
    assert_eq!([names(&folder.join("acme")), names(parent.path())], [["account-1.key"], ["copy"]]);
    for name in files.into_iter().skip(1).chain(["acme/account-1.key"]) {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
    for name in ["identity.key", "tickets.key", "metrics.token", "database", "acme/account-1.key"] {
        assert_eq!(fs::read(folder.join(name)).expect("a file"), fs::read(serve.data().join(name)).expect("a file"), "{name}");
    }
}

#[test]
fn a_database_elsewhere_comes_into_the_folder() {
    let parent = tempfile::tempdir().expect("a folder");
    let [data, file, copy] = ["data", "elsewhere.db", "copy"].map(|name| parent.path().join(name));
    let place = DataPlace { folder: data.clone(), database: Some(iroam::store::Location::Sqlite(file.clone())) };
    admin::create_user(&place, "ada", Secret::new(crate::server::PASSWORD.to_owned())).expect("an account");
    let [data, file, folder] = [&data, &file, &copy].map(|path| path.to_str().expect("a path of letters"));
    let (is_done, why) = said(&iroam(&["admin", "backup", folder, "--data", data]).output().expect("iroam runs"));
    assert!(!is_done && why.contains("say --database"), "{why}");
    let url = format!("sqlite:{file}");
    let (is_done, told) = said(&iroam(&["admin", "backup", folder, "--data", data, "--database", &url]).output().expect("iroam runs"));
    assert!(is_done && told.ends_with("without --database"), "{told}");
    fs::remove_file(file).expect("the original goes");
    assert_eq!(admin::list_users(&DataPlace::in_folder(&copy)).expect("by itself")[0].name, "ada");
}
