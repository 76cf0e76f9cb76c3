//! What the tests on PostgreSQL share.

use std::process::Command;
use std::time::{Duration, Instant};

use super::postgres_kit::{Server, program};

/// Only a broken server or engine keeps at work for so long when nobody calls.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server as durable as it is by default. Where it can, it makes sure of its files before a recovery by one call instead of one each,
/// which is safe just as well and saves seconds.
pub fn durable_server(settings: &[(&str, &str)]) -> Server {
    let output = Command::new(program("postgres")).arg("--version").output().expect("PostgreSQL is installed");
    let version = String::from_utf8(output.stdout).expect("PostgreSQL tells its version");
    let number = version.split(' ').nth(2).and_then(|number| number.split('.').next()?.parse().ok());
    let has_syncfs = number.is_some_and(|major: u32| major >= 14);
    let settings: Vec<_> = settings.iter().copied().chain(has_syncfs.then_some(("recovery_init_sync_method", "syncfs"))).collect();
    Server::start(&settings)
}

/// Returns when nothing that was sent to the server is still under way.
pub fn wait_until_idle(server: &Server) {
    wait_until_none(server, "state <> 'idle'");
}

/// Returns when the server has noticed that its clients are gone, and done what they had sent.
pub fn wait_until_alone(server: &Server) {
    wait_until_none(server, "true");
}

fn wait_until_none(server: &Server, which: &str) {
    let count = format!("SELECT count(*) FROM pg_stat_activity WHERE usename = 'iroam' AND {which}");
    let begin = Instant::now();
    let mut quiet = 0;
    // twice, because a server that has just come to itself may have something in its ear still
    while quiet < 2 {
        assert!(begin.elapsed() < PATIENCE, "there are connections of which {which}");
        quiet = if server.psql("postgres", &count) == "0" { quiet + 1 } else { 0 };
        std::thread::sleep(Duration::from_millis(10));
    }
}
