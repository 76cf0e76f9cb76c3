//! The same writes through the store on a PostgreSQL server of this machine, which waits for the disk as the embedded engine does.

use std::error::Error;

use iroam::store::{Location, NewUser, ServerOptions, Store};
use iroam::types::{Secret, UnixMs};
use tokio::runtime::Runtime;

use super::callers::Rate;
use super::data::{SESSIONS, USERS, user};
use super::writes;
use crate::postgres_kit::Server;

/// As many sessions as the file has, each somebody's.
const FILL: &str = "INSERT INTO web_sessions (token_hash, user_id, created_at_ms, expires_at_ms)
    SELECT sha256(convert_to(n::text, 'UTF8')), one.id, 1, 4000000000000
    FROM generate_series(1, $SESSIONS) AS n JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k FROM users) AS one ON one.k = n % $USERS";

/// Sessions added by as many callers as on the embedded engine.
pub fn add_rate(runtime: &Runtime, now: UnixMs) -> Result<Rate, Box<dyn Error>> {
    let server = Server::start(&[]);
    let database = server.new_database();
    let location = Location::parse(&database, &ServerOptions::default())?;
    let store = runtime.block_on(Store::open(&location))?;
    runtime.block_on(add_users(&store, now))?;
    server.psql(&database, &FILL.replace("$SESSIONS", &SESSIONS.to_string()).replace("$USERS", &USERS.to_string()));
    server.psql(&database, "VACUUM ANALYZE");
    server.psql(&database, "CHECKPOINT");
    Ok(writes::add_rate(runtime, &store, now, 0))
}

async fn add_users(store: &Store, now: UnixMs) -> Result<(), Box<dyn Error>> {
    for n in 0..USERS {
        let password_phc = Secret::new("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$".to_owned());
        store.add_user(NewUser { id: user(n, now), name: format!("user {n}"), password_phc, created_at: now }).await?;
    }
    Ok(())
}
