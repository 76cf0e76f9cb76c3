//! Commits that wait for a synchronous standby. Such a wait outlives the connection: each commit that is given up leaves a session behind on
//! the server, until the standby is back. So nothing more is written on a new connection while one of ours still waits, and no more
//! sessions are left than there are writers.

use std::time::Instant;

use super::connection::Connection;
use super::error::Failure;

/// Sessions of this user that wait for longer than a standby takes that is there, and for less than a commit is waited for here.
const STUCK: &str = "SELECT count(*) FROM pg_catalog.pg_stat_activity
    WHERE usename = current_user AND wait_event = 'SyncRep' AND query_start < clock_timestamp() - interval '4 seconds'";

/// Whether commits are stuck. A server that does not say is taken at its best.
pub fn is_awaited(connection: &mut Connection, until: Instant) -> Result<bool, Failure> {
    match connection.ask(until, async |client| client.query_one(STUCK, &[]).await?.try_get::<_, i64>(0)) {
        Ok(stuck) => Ok(stuck > 0),
        Err(Failure::Refused(_)) => Ok(false),
        Err(failure) => Err(failure.before_sending()),
    }
}
