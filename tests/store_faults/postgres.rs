//! What the tests on PostgreSQL share.

use std::time::{Duration, Instant};

use super::postgres_kit::Server;

/// Only a broken server or engine keeps at work for so long when nobody calls.
const PATIENCE: Duration = Duration::from_secs(60);

/// Returns when nothing that was sent to the server is still under way.
pub fn wait_until_idle(server: &Server) {
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'iroam' AND state <> 'idle'";
    let begin = Instant::now();
    let mut quiet = 0;
    // twice, because a server that has just come to itself may have something in its ear still
    while quiet < 2 {
        assert!(begin.elapsed() < PATIENCE, "the server is still at work");
        quiet = if server.psql("postgres", busy) == "0" { quiet + 1 } else { 0 };
        std::thread::sleep(Duration::from_millis(10));
    }
}
