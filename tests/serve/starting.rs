use iroam::serve::{ServeConfig, TlsConfig, start};

use crate::browser::Browser;
use crate::server::{TestServe, config, runtime};

fn refusal(config: ServeConfig) -> String {
    match runtime().block_on(start(config)) {
        Ok(_) => panic!("it started"),
        Err(error) => format!("{error:#}"),
    }
}

#[test]
fn names_the_address_that_is_in_use() {
    let serve = TestServe::start();
    let folder = tempfile::tempdir().expect("a folder");
    let taken = serve.running().http_addr();
    let tcp = refusal(ServeConfig { listen: taken, ..config(folder.path()) });
    assert!(tcp.contains(&taken.to_string()) && tcp.contains("in use"), "{tcp}");
    let taken = serve.running().quic_addr();
    let udp = refusal(ServeConfig { quic: taken, ..config(folder.path()) });
    assert!(udp.contains(&taken.port().to_string()) && udp.contains("in use"), "{udp}");
    assert_eq!(serve.browser().get("/healthz").status, 200);
}

#[test]
fn wants_https_everywhere_but_at_home() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = refusal(ServeConfig { public_url: "http://music.example.org".to_owned(), ..config(folder.path()) });
    assert!(refused.contains("https://"), "{refused}");
}

#[test]
fn certificates_by_acme_want_an_https_name_and_an_https_directory() {
    let folder = tempfile::tempdir().expect("a folder");
    let acme = |directory_url: &str, trusted_roots| TlsConfig::Acme {
        email: "me@example.org".to_owned(),
        directory_url: directory_url.to_owned(),
        trusted_roots,
    };
    let refused = |public_url: &str, tls| refusal(ServeConfig { public_url: public_url.to_owned(), tls, ..config(folder.path()) });
    let directory = "https://127.0.0.1:1/directory";
    for url in ["http://localhost", "https://127.0.0.1", "https://[::1]:8443"] {
        let said = refused(url, acme(directory, None));
        assert!(said.contains("--public-url https://NAME"), "{said}");
    }
    let said = refused("https://localhost", acme("http://127.0.0.1:1/directory", None));
    assert!(said.contains("--acme-directory") && said.contains("https://"), "{said}");
    let missing = folder.path().join("roots.pem");
    let said = refused("https://localhost", acme(directory, Some(missing)));
    assert_eq!((said.matches("roots.pem").count(), said.matches("No such file").count()), (1, 1), "{said}");
}

#[test]
fn two_do_not_share_a_folder() {
    let serve = TestServe::start();
    let refused = refusal(config(serve.data()));
    assert!(refused.contains("another iroam serve"), "{refused}");
}

#[test]
fn refuses_a_damaged_or_lost_key() {
    let serve = TestServe::start();
    let key = serve.data().join("identity.key");
    let (kept, folder) = (std::fs::read(&key).expect("a key"), serve.data().to_owned());
    std::fs::write(&key, "damaged").expect("written");
    assert!(refusal(config(&folder)).contains("damaged"));
    std::fs::remove_file(&key).expect("removed");
    assert!(refusal(config(&folder)).contains("missing"));
    drop(kept);
}

#[test]
fn keeps_its_keys_over_a_restart() {
    let serve = TestServe::start();
    let read = |serve: &TestServe| ["identity.key", "tickets.key"].map(|name| std::fs::read(serve.data().join(name)).expect("a key"));
    let before = read(&serve);
    let serve = serve.restart();
    assert_eq!(read(&serve), before);
}

/// Whoever copies iroam.db of a server that was stopped, or was only prepared, copies everything.
#[test]
fn leaves_a_database_that_is_whole_without_its_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("a path of letters").to_owned();
    let logs = || {
        let names = std::fs::read_dir(&data).expect("the folder").map(|entry| entry.expect("an entry").file_name());
        names.filter(|name| name.to_string_lossy().starts_with("iroam.db-")).collect::<Vec<_>>()
    };
    let place = iroam::serve::DataPlace::in_folder(folder.path());
    iroam::serve::admin::create_user(&place, "ada", iroam::types::Secret::new(crate::server::PASSWORD.to_owned())).expect("created");
    assert!(logs().is_empty(), "{:?}", logs());
    let runtime = runtime();
    let running = runtime.block_on(start(config(folder.path()))).expect("serve starts");
    let mut browser = Browser::new(&running.public_url());
    assert_eq!(browser.get("/healthz").status, 200);
    let link = iroam::serve::admin::sign_in_link(&place, "ada", &running.public_url()).expect("a link");
    let token = link.expose().split_once('#').expect("a fragment").1;
    assert_eq!(browser.post_json("/api/v1/sign-in-link", &serde_json::json!({ "token": token })).status, 204);
    assert!(!logs().is_empty());
    runtime.block_on(running.stop());
    assert!(logs().is_empty(), "{:?}", logs());
}

#[test]
fn keeps_no_secret_readable_by_others_or_in_plain() {
    use std::os::unix::fs::PermissionsExt as _;
    let serve = TestServe::start();
    let browser = serve.signed_in("ada");
    let token = browser.cookie.as_deref().and_then(|cookie| cookie.split_once('=')).expect("a session").1.to_owned();
    let link = serve.link_token("ada");
    for entry in std::fs::read_dir(serve.data()).expect("the folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        for secret in [token.as_str(), link.as_str(), crate::server::PASSWORD] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{}", path.display());
        }
        let mode = std::fs::metadata(&path).expect("a file").permissions().mode();
        assert!(path.ends_with("serve.lock") || mode & 0o077 == 0, "{} {mode:o}", path.display());
    }
}
