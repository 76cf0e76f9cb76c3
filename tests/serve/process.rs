//! The real program on PostgreSQL: its flags, what it says, and that it may be killed.

use std::net::{TcpListener, UdpSocket};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::browser::Browser;
use crate::postgres_kit::{Demands, Server};
use crate::server::PASSWORD;
use crate::tunnel::until;

/// `iroam` with these arguments and nothing of this machine's settings; it ends with the test process.
pub fn iroam(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iroam"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("IROAM_") {
            command.env_remove(&name);
        }
    }
    command.args(args).stdin(Stdio::null());
    // SAFETY: prctl is async-signal-safe and touches only this process's own attribute.
    unsafe {
        command.pre_exec(|| {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            Ok(())
        });
    }
    command
}

pub fn said(output: &Output) -> (bool, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    let text = if output.status.success() { text(&output.stdout) } else { text(&output.stderr) };
    (output.status.success(), text)
}

/// An admin command for the server in `folder` with the database at `url`.
fn admin(command: &[&str], folder: &Path, url: &str) -> (bool, String) {
    let folder = folder.to_str().expect("a path of letters");
    let output = iroam(&[&["admin"], command, &["--data", folder, "--database", url]].concat()).output().expect("iroam runs");
    said(&output)
}

fn create_ada(folder: &Path, url: &str) -> (bool, String) {
    let password = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(password.path(), PASSWORD).expect("written");
    let folder = folder.to_str().expect("a path of letters");
    let mut command = iroam(&["admin", "create-user", "--name", "ada", "--data", folder, "--database", url]);
    said(&command.stdin(password.reopen().expect("just made")).output().expect("iroam runs"))
}

pub struct Serve {
    process: Child,
    url: String,
}

impl Serve {
    pub fn start(folder: &Path, database: &str) -> Self {
        let http = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").to_string();
        let quic = UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").to_string();
        let folder = folder.to_str().expect("a path of letters");
        let args = ["serve", "--data", folder, "--database", database, "--listen", &http, "--quic", &quic];
        let process = iroam(&args).stderr(Stdio::null()).spawn().expect("iroam runs");
        let url = format!("http://{http}");
        until(|| std::net::TcpStream::connect(&http).is_ok());
        Self { process, url }
    }

    pub fn kill(mut self) {
        self.process.kill().and_then(|()| self.process.wait()).expect("our own child can be killed");
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.process.kill().and_then(|()| self.process.wait());
    }
}

#[test]
fn a_killed_serve_finds_everything_again() {
    let url = Server::shared().new_database();
    let folder = tempfile::tempdir().expect("a folder");
    assert!(create_ada(folder.path(), &url).0);
    let serve = Serve::start(folder.path(), &url);
    let (is_done, link) = admin(&["sign-in-link", "--name", "ada", "--public-url", &serve.url], folder.path(), &url);
    assert!(is_done, "{link}");
    let mut owner = Browser::new(&serve.url);
    let token = link.split_once('#').expect("a fragment").1;
    assert_eq!(owner.post_json("/api/v1/sign-in-link", &serde_json::json!({ "token": token })).status, 204);
    let cookie = owner.cookie.clone();
    serve.kill();
    let serve = Serve::start(folder.path(), &url);
    let mut owner = Browser { cookie, ..Browser::new(&serve.url) };
    assert_eq!(owner.get("/api/v1/me").json()["user"]["name"], "ada");
    assert!(admin(&["users"], folder.path(), &url).1.ends_with(" ada"));
    assert!(!folder.path().join("iroam.db").exists());
    let metrics = owner.get("/metrics").text();
    let figure = |name: &str| -> u64 {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name} in {metrics}"));
        line.trim().parse().expect("a number")
    };
    assert_eq!(figure("iroam_store_up "), 1);
    assert!(figure("iroam_store_commits_total ") <= figure("iroam_store_changes_committed_total "));
    assert_eq!([figure("iroam_store_queue_length{kind=\"write\"} "), figure("iroam_store_reconnects_total ")], [0, 0]);
}

#[test]
fn commands_make_nothing_in_a_database_that_no_server_uses() {
    let server = Server::shared();
    let url = server.new_database();
    let folder = tempfile::tempdir().expect("a folder");
    let (is_done, why) = admin(&["users"], folder.path(), &url);
    assert!(!is_done && why.contains("no iroam server has used the database") && why.contains(&url), "{why}");
    assert_eq!(why.lines().count(), 1, "{why}");
    assert_eq!(server.psql(&url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
    let (is_done, why) = admin(&["users"], folder.path(), &server.url("no_such_database"));
    assert!(!is_done, "{why}");
    assert_eq!(why.matches("\"no_such_database\" does not exist").count(), 1, "{why}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0);
}

#[test]
fn after_a_move_the_old_database_is_not_gone_on_with_by_mistake() {
    let url = Server::shared().new_database();
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("a path of letters");
    let file = format!("sqlite:{data}/iroam.db");
    assert!(create_ada(folder.path(), &file).0);
    let by_default = || said(&iroam(&["admin", "users", "--data", data]).output().expect("iroam runs"));
    assert!(by_default().1.ends_with(" ada"));
    let (is_done, why) = said(&iroam(&["admin", "move-database", "--from", &file, "--to", &url]).output().expect("iroam runs"));
    assert!(is_done && why.contains("--database"), "{why}");
    let (is_done, why) = by_default();
    assert!(!is_done && why.contains(&format!("say --database {url}")), "{why}");
    assert!(admin(&["users"], folder.path(), &url).1.ends_with(" ada"));
    let serve = Serve::start(folder.path(), &url);
    assert_eq!(Browser::new(&serve.url).get("/healthz").status, 200);
}

#[test]
fn a_second_data_folder_wants_the_first_ones_keys() {
    let url = Server::shared().new_database();
    let folder = tempfile::tempdir().expect("a folder");
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    assert!(create_ada(&first, &url).0);
    let (is_done, why) = admin(&["users"], &second, &url);
    assert!(!is_done && why.contains("copy identity.key and tickets.key"), "{why}");
    std::fs::create_dir(&second).expect("made");
    for key in ["identity.key", "tickets.key"] {
        std::fs::copy(first.join(key), second.join(key)).expect("copied");
    }
    assert!(admin(&["users"], &second, &url).1.ends_with(" ada"));
}

#[test]
fn a_password_and_a_certificate_are_named_by_files() {
    let server = Server::demanding(&Demands { password: Some("it's secret"), tls: true });
    let url = server.new_database();
    let folder = tempfile::tempdir().expect("a folder");
    let password = folder.path().join("password");
    std::fs::write(&password, "it's secret\n").expect("written");
    let data = folder.path().join("data");
    let ask = |extra: &[&str]| {
        let data = data.to_str().expect("a path of letters");
        said(&iroam(&[&["admin", "users", "--data", data, "--database", &url], extra].concat()).output().expect("iroam runs"))
    };
    let (authority, password) = (server.authority(), password.to_str().expect("a path of letters"));
    let trust = ["--database-ca", authority.to_str().expect("a path of letters")];
    let (_, why) = ask(&[&trust[..], &["--database-password-file", password]].concat());
    assert!(why.contains("no iroam server has used the database"), "{why}");
    let (_, why) = ask(&trust);
    assert!(why.contains("--database-password-file"), "{why}");
    let with_password = url.replace("iroam@", "iroam:hunter2@");
    let (_, why) = admin(&["users"], &data, &with_password);
    assert!(why.contains("--database-password-file") && !why.contains("hunter2"), "{why}");
}
