use std::net::TcpListener;

use super::*;

fn order(host: &str, directory_url: &str) -> AcmeOrder {
    AcmeOrder { host: host.to_owned(), email: "me@example.org".to_owned(), directory_url: directory_url.to_owned(), trusted_roots: None }
}

#[test]
fn orders_for_names_from_https_directories_only() {
    for (host, url) in [("music.example.org", "https://ca.example.org/directory"), ("localhost", "https://127.0.0.1:14000/dir")] {
        check(&order(host, url)).expect("fine");
    }
    for host in ["127.0.0.1", "[::1]"] {
        assert!(matches!(check(&order(host, "https://ca/directory")), Err(AcmeError::NotAName(_))), "{host}");
    }
    for url in ["", "ca.example.org/directory", "http://ca.example.org/directory", "https://"] {
        assert!(matches!(check(&order("music.example.org", url)), Err(AcmeError::Directory(_))), "{url}");
    }
}

#[test]
fn says_which_file_of_roots_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("roots.pem");
    let refused = || client(&path).expect_err("no roots").to_string();
    assert!(refused().contains("cannot read") && refused().contains("roots.pem"), "{}", refused());
    std::fs::write(&path, "no certificate").expect("written");
    assert!(refused().contains("no root certificate"), "{}", refused());
    let root = rcgen::generate_simple_self_signed(vec!["ca".to_owned()]).expect("a certificate");
    std::fs::write(&path, root.cert.pem()).expect("written");
    client(&path).expect("one root");
}

#[test]
fn pauses_double_and_end_at_an_hour() {
    let pauses: Vec<u64> = [0, 1, 2, 6, 7, 1000].map(|failures| pause(failures).as_secs()).to_vec();
    assert_eq!(pauses, [30, 60, 120, 1920, 3600, 3600]);
}

#[tokio::test]
async fn asks_again_when_the_directory_never_answers() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("https://{}/directory", silent.local_addr().expect("an address"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut renewer = Renewer::new(order("localhost", &url), folder.path()).expect("a renewer");
    renewer.silence = Duration::from_millis(200);
    let running = tokio::spawn(renewer.run());
    // The first connection stays open while the second comes: it is silence that is given up, not an error.
    let asked = tokio::task::spawn_blocking(move || [silent.accept(), silent.accept()].map(|accepted| accepted.is_ok()));
    assert_eq!(asked.await.expect("two connections"), [true, true]);
    running.abort();
}
