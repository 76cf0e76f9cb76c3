//! Who is let in, and by which way: addresses, passwords, TLS.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use super::{add, end_sessions, located, location};
use crate::postgres_kit::{Demands, Server};
use crate::store::{Location, LocationError, ServerOptions, Store};

fn parse(url: &str) -> Result<Location, LocationError> {
    Location::parse(url, &ServerOptions::default())
}

fn with_ca(ca: PathBuf) -> ServerOptions {
    ServerOptions { ca: Some(ca), ..ServerOptions::default() }
}

fn with_password(file: &Path) -> ServerOptions {
    ServerOptions { password_file: Some(file.to_owned()), ..ServerOptions::default() }
}

async fn refusal(location: &Location) -> String {
    Store::open(location).await.err().expect("refused").to_string()
}

#[test]
fn a_url_is_shown_as_it_was_meant() {
    let cases = [
        ("postgres://a@b/c", "postgres://a@b:5432/c"),
        ("postgresql://a@b:1,[::1]:2/c?connect_timeout=2", "postgres://a@b:1,[::1]:2/c"),
        ("postgres:///c?host=/run/db&user=a", "postgres://a@/run/db:5432/c"),
        ("sqlite:/var/lib/iroam.db", "/var/lib/iroam.db"),
    ];
    for (url, shown) in cases {
        assert_eq!(parse(url).expect("a good URL").to_string(), shown);
    }
}

#[test]
fn a_url_that_is_not_right_is_refused_in_clear_words() {
    let cases = [
        ("postgres://a:secret@b/c", "--database-password-file"),
        ("postgres://a@b/c?password=secret", "--database-password-file"),
        ("postgres://a@b/c?sslmod=require", "unknown option `sslmod`"),
        ("postgres://a@b:port/c", "port"),
        ("postgres:///c?user=a", "names no host"),
        ("postgres://a@b/c?target_session_attrs=read-only", "iroam writes"),
        ("postgres:b", "sqlite:PATH"),
        ("mysql://a:secret@b/c", "sqlite:PATH"),
        ("sqlite:", "path of a file"),
    ];
    for (url, words) in cases {
        let refused = parse(url).expect_err(url).to_string();
        assert!(refused.contains(words) && !refused.contains("secret"), "{url}: {refused}");
    }
    for connections in [0, 1, 501, usize::MAX] {
        let options = ServerOptions { connections: Some(connections), ..ServerOptions::default() };
        let refused = Location::parse("postgres://a@b/c", &options).expect_err("refused").to_string();
        assert!(refused.contains("2 to 500"), "{refused}");
    }
}

#[tokio::test]
async fn connects_by_a_unix_socket() {
    let server = Server::shared();
    let name = server.new_database().rsplit('/').next().expect("a name").to_owned();
    let url = format!("postgres:///{name}?host={}&port={}&user=iroam", server.socket_folder().display(), server.port());
    Store::open(&location(&url)).await.expect("opens").answers().await.expect("answers");
}

#[tokio::test]
async fn takes_the_first_server_that_answers_and_writes() {
    let server = Server::shared();
    let url = server.new_database();
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port that is free again").port();
    let both = url.replace("127.0.0.1", &format!("127.0.0.1:{closed},127.0.0.1"));
    add(&Store::open(&location(&both)).await.expect("opens"), "a").await.expect("writes");
}

#[tokio::test]
async fn a_server_that_hangs_is_waited_for_once() {
    let url = Server::shared().new_database();
    // The system takes connections for it, and nobody answers them.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = silent.local_addr().expect("bound").port();
    let both = location(&url.replace("127.0.0.1", &format!("127.0.0.1:{port},127.0.0.1")));
    assert!(!Store::exists(&both).await.expect("looked"));
    for id in ["a", "b"] {
        let store = Store::open(&both.clone()).await.expect("opens");
        add(&store, id).await.expect("writes");
        store.answers().await.expect("reads");
    }
    silent.set_nonblocking(true).expect("a listener");
    assert_eq!(silent.incoming().map_while(Result::ok).count(), 1);
}

#[tokio::test]
async fn a_password_comes_from_its_file_and_may_change() {
    let server = Server::demanding(&Demands { password: Some("old secret"), tls: false });
    let (url, folder) = (server.new_database(), tempfile::tempdir().expect("a folder"));
    let file = folder.path().join("password");
    assert!(refusal(&location(&url)).await.contains("--database-password-file"));
    let absent = refusal(&located(&url, with_password(&file))).await;
    assert!(absent.contains("password: No such file"), "{absent}");
    fs::write(&file, "wrong secret\n").expect("a file");
    let wrong = refusal(&located(&url, with_password(&file))).await;
    assert!(wrong.contains("password authentication failed") && !wrong.contains("secret"), "{wrong}");
    fs::write(&file, " old secret\n").expect("a file");
    let blank = refusal(&located(&url, with_password(&file))).await;
    assert!(blank.contains("begins or ends with blanks") && !blank.contains("secret"), "{blank}");
    fs::write(&file, "old secret\r\n").expect("a file");
    let store = Store::open(&located(&url, with_password(&file))).await.expect("opens");
    add(&store, "a").await.expect("added");
    server.psql("postgres", "ALTER ROLE iroam PASSWORD 'new secret'");
    fs::write(&file, "new secret").expect("a file");
    end_sessions(&server, &url);
    add(&store, "b").await.expect("the new password was read");
}

#[tokio::test]
async fn a_password_file_of_no_or_many_lines_is_named() {
    let (url, folder) = (Server::shared().new_database(), tempfile::tempdir().expect("a folder"));
    let file = folder.path().join("password");
    for (text, words) in [("", "there is no password in it"), ("\n\n", "there is no password in it"), ("\nsecret\n", "more than one line")]
    {
        fs::write(&file, text).expect("a file");
        let refused = refusal(&located(&url, with_password(&file))).await;
        assert!(refused.contains(words) && !refused.contains("secret"), "{refused}");
    }
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_name_is_refused() {
    let server = Server::shared();
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let url = server.new_database();
        let name = url.rsplit('/').next().expect("a name");
        server.psql("postgres", &format!("DROP DATABASE {name}"));
        server.psql("postgres", &format!("CREATE DATABASE {name} OWNER iroam ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"));
        let refused = refusal(&location(&url)).await;
        assert!(refused.contains(&format!("encoding is {encoding}")) && refused.contains("--encoding=UTF8"), "{refused}");
    }
}

#[tokio::test]
async fn a_role_that_may_not_make_tables_is_told_what_it_needs() {
    let server = Server::shared();
    let url = server.new_database();
    let name = url.rsplit('/').next().expect("a name");
    server.psql("postgres", &format!("ALTER DATABASE {name} OWNER TO postgres"));
    let refused = refusal(&location(&url)).await;
    let remedy = refused.split_once("owner: ").map(|(_, sql)| sql.to_owned());
    server.psql("postgres", &remedy.unwrap_or_else(|| panic!("it says what to do: {refused}")));
    add(&Store::open(&location(&url)).await.expect("opens"), "a").await.expect("added");
}

#[tokio::test]
async fn tls_is_verified_and_never_given_up_in_silence() {
    let server = Server::demanding(&Demands { password: None, tls: true });
    let url = server.new_database();
    let store = Store::open(&located(&url, with_ca(server.authority()))).await.expect("opens");
    add(&store, "a").await.expect("added");
    let in_use = server.psql("postgres", "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'iroam'");
    assert_eq!(in_use, "t");
    let plain = refusal(&location(&url)).await;
    assert!(plain.contains("sslmode=require"), "{plain}");
    let of_the_web = refusal(&location(&format!("{url}?sslmode=require"))).await;
    assert!(of_the_web.contains("--database-ca"), "{of_the_web}");
    let folder = tempfile::tempdir().expect("a folder");
    let another = folder.path().join("other.pem");
    write_another_authority(&another);
    let of_another = refusal(&located(&format!("{url}?sslmode=verify-full"), with_ca(another))).await;
    assert!(of_another.contains("certificate"), "{of_another}");
    let elsewhere = format!("{}?hostaddr=127.0.0.1", url.replace("127.0.0.1", "db.example"));
    let of_another_name = refusal(&located(&elsewhere, with_ca(server.authority()))).await;
    assert!(of_another_name.contains("not valid for name"), "{of_another_name}");
}

fn write_another_authority(file: &Path) {
    let certified = rcgen::generate_simple_self_signed(["elsewhere".to_owned()]).expect("a certificate");
    fs::write(file, certified.cert.pem()).expect("a file");
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_asked_for() {
    let url = Server::shared().new_database();
    let refused = refusal(&location(&format!("{url}?sslmode=require"))).await;
    assert!(refused.contains("sslmode=disable"), "{refused}");
    // The same machine, by an address that is not known to be.
    let elsewhere = url.replace("127.0.0.1", "0.0.0.0");
    let unsaid = refusal(&location(&elsewhere)).await;
    assert!(unsaid.contains("sslmode=disable"), "{unsaid}");
    Store::open(&location(&format!("{elsewhere}?sslmode=disable"))).await.expect("as the person wrote it");
}

#[tokio::test]
async fn a_file_without_certificates_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    fs::write(&file, "not a certificate").expect("a file");
    let refused = refusal(&located(&Server::shared().new_database(), with_ca(file))).await;
    assert!(refused.contains("ca.pem: there is no certificate in it"), "{refused}");
}
