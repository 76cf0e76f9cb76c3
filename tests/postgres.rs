//! The kit that starts PostgreSQL for other tests, tested itself.
#![cfg(feature = "serve")]

mod postgres_kit;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use postgres_kit::{Demands, Server, is_running, program};

/// Set for a process that somebody is going to kill.
const KILLER: &str = "IROAM_TEST_KILLER";
const TABLE: &str = "CREATE TABLE t (word text); INSERT INTO t VALUES ('b'), ('C'), ('a')";

#[test]
fn each_database_is_empty_and_sorts_as_people_do() {
    let server = Server::shared();
    let (one, other) = (server.new_database(), server.new_database());
    server.psql(&one, TABLE);
    assert_eq!(server.psql(&one, "SELECT word FROM t ORDER BY word"), "a\nb\nC");
    assert_eq!(server.psql(&one, "SELECT word FROM t ORDER BY word COLLATE \"C\""), "C\na\nb");
    assert!(server.try_psql(&other, "SELECT word FROM t").is_err());
    assert_eq!(psql_by_url(&one, &[], "SELECT current_user"), Ok("iroam".to_owned()));
}

#[test]
fn killed_server_leaves_no_process_and_comes_back_with_its_rows() {
    let server = Server::start(&[("log_checkpoints", "off")]);
    let database = server.new_database();
    server.psql(&database, TABLE);
    let port = server.port();
    server.kill();
    assert_eq!(processes_of(&server), Vec::<String>::new());
    assert!(server.try_psql(&database, "SELECT 1").is_err());
    server.restart();
    assert_eq!((server.port(), server.psql(&database, "SELECT count(*) FROM t").as_str()), (port, "3"));
    assert_eq!(server.psql(&database, "SHOW fsync; SHOW log_checkpoints"), "on\noff");
    server.stop_fast();
    server.restart();
    let folder = server.socket_folder().to_owned();
    drop(server);
    assert!(!folder.exists());
}

#[test]
fn suspended_server_keeps_connections_and_answers_after_resume() {
    let server = Server::start(&[]);
    server.suspend();
    let mut waiting = psql(&server.url("postgres"), &[("PGCONNECT_TIMEOUT", "2")], "SELECT 1");
    assert!(!waiting.output().expect("psql runs").status.success());
    server.resume();
    assert_eq!(psql_by_url(&server.url("postgres"), &[], "SELECT 1"), Ok("1".to_owned()));
}

#[test]
fn standby_is_synchronous_and_takes_over() {
    let primary = Server::start(&[]);
    let database = primary.new_database();
    let standby = primary.standby();
    primary.psql(&database, TABLE);
    assert_eq!(standby.psql("postgres", "SELECT pg_is_in_recovery()"), "t");
    primary.kill();
    standby.promote();
    standby.psql(&database, "INSERT INTO t VALUES ('d')");
    assert_eq!(standby.psql(&database, "SELECT count(*) FROM t"), "4");
}

#[test]
fn password_and_tls_are_demanded() {
    let server = Server::demanding(&Demands { password: Some("it's secret"), tls: true });
    let url = server.new_database();
    let authority = server.authority();
    let authority = authority.to_str().expect("a path in the temporary folder is text");
    let verified = [("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", authority), ("PGPASSWORD", "it's secret")];
    assert_eq!(psql_by_url(&url, &verified, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"), Ok("t".to_owned()));
    let refused = |settings: &[(&str, &str)]| psql_by_url(&url, settings, "SELECT 1").expect_err("refused");
    assert!(refused(&[("PGSSLMODE", "disable"), ("PGPASSWORD", "it's secret")]).contains("no encryption"));
    assert!(refused(&[("PGSSLMODE", "require"), ("PGPASSWORD", "a guess")]).contains("password authentication failed"));
    assert!(
        refused(&[("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", "system-has-no-such-file"), ("PGPASSWORD", "it's secret")])
            .contains("root certificate")
    );
}

/// Run by the next test in a process of its own, which then is killed.
#[test]
#[ignore = "waits to be killed"]
fn wait_to_be_killed() {
    if std::env::var_os(KILLER).is_none() {
        return;
    }
    let (shared, own) = (Server::shared(), Server::start(&[]));
    own.suspend();
    for server in [shared, &own] {
        println!("server {} {}", server.postmaster(), server.socket_folder().display());
    }
    std::thread::sleep(Duration::from_secs(600));
}

#[test]
fn killed_test_process_leaves_no_server_and_no_folder() {
    let mut command = Command::new(std::env::current_exe().expect("this test has a path"));
    command.args(["--ignored", "--exact", "--nocapture", "wait_to_be_killed"]).env(KILLER, "here");
    let mut child = command.stdout(Stdio::piped()).spawn().expect("this test can start itself");
    let lines = BufReader::new(child.stdout.take().expect("just piped")).lines().map_while(Result::ok);
    let servers: Vec<(i32, PathBuf)> = lines.filter_map(|line| server_in(&line)).take(2).collect();
    assert_eq!(servers.len(), 2);
    assert!(servers.iter().all(|(process, folder)| is_running(*process) && folder.exists()));
    child.kill().and_then(|()| child.wait()).expect("our own child can be killed");
    let begin = Instant::now();
    while servers.iter().any(|(process, folder)| is_running(*process) || folder.exists()) {
        assert!(begin.elapsed() < Duration::from_secs(60), "something was left: {servers:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn server_in(line: &str) -> Option<(i32, PathBuf)> {
    let (process, folder) = line.rsplit_once("server ")?.1.split_once(' ')?;
    Some((process.parse().ok()?, PathBuf::from(folder)))
}

/// Command lines of all processes that name the server's folder, as each process of PostgreSQL does.
fn processes_of(server: &Server) -> Vec<String> {
    let folder = server.socket_folder().to_str().expect("a path in the temporary folder is text");
    let entries = std::fs::read_dir("/proc").expect("/proc is there").flatten();
    let lines = entries.filter_map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).ok());
    lines.filter(|line| line.contains(folder)).collect()
}

/// psql as any client would come: by TCP, as the user `iroam`.
fn psql(url: &str, settings: &[(&str, &str)], sql: &str) -> Command {
    let mut command = Command::new(program("psql"));
    // nor does a certificate at home count
    command.env("HOME", "/").args(["-XAt", url, "-c", sql]).envs(settings.iter().copied()).stdin(Stdio::null());
    command
}

fn psql_by_url(url: &str, settings: &[(&str, &str)], sql: &str) -> Result<String, String> {
    let output = psql(url, settings, sql).output().expect("psql runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}
