//! How a connection is made: to the first of the servers that takes writes, with the settings that the engine relies on.

use std::time::{Duration, Instant};

use tokio::time::timeout_at;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, Error, NoTls};
use tracing::warn;

use super::address::{PostgresLocation, host_words};
use super::connection::Connection;
use super::driver::Driver;
use super::error::{Failure, Role, words};
use super::wire::Link;
use super::{password, tls};

/// Oldest server that is still supported by its makers or was lately; older ones are not tried.
const VERSION_MIN: i32 = 12;

/// How long one server may take to let us in, before the next is asked.
const HOST_WAIT: Duration = Duration::from_secs(5);

/// For the sessions of either kind, in milliseconds: what a program that hangs, or one statement gone wrong, may cost the others.
/// They come by SET, because poolers refuse them among the options of a connection.
const LIMITS: &str = "SET statement_timeout = 8000; SET lock_timeout = 5000; SET idle_in_transaction_session_timeout = 10000";

/// What the server and the database are. What a connection is told at its start may be a pooler's own words.
const KIND: &str = "SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding";

/// Why there is no connection.
#[derive(Debug)]
pub struct NotConnected {
    pub reason: String,
    /// Waiting will not help.
    pub is_permanent: bool,
}

/// Connects before `until`. The server that took the last connection is asked first.
pub fn connect(location: &PostgresLocation, role: Role, until: Instant) -> Result<Connection, NotConnected> {
    let (count, first) = (location.hosts.len(), location.used.get());
    let mut last = None;
    for tried in 0..count {
        let number = (first + tried) % count;
        let rest = u32::try_from(count - tried).unwrap_or(1);
        let share = (until.saturating_duration_since(Instant::now()) / rest).min(HOST_WAIT);
        match connect_to(&location.hosts[number], location, role, Instant::now() + share) {
            Ok(connection) => {
                if let Some(NotConnected { reason, .. }) = last.filter(|_| location.used.set(number)) {
                    warn!("the database is at {} now: {reason}", host_words(&location.hosts[number]));
                }
                return Ok(connection);
            }
            Err(failed) => last = worse(last, failed),
        }
    }
    Err(last.expect("a location has a host"))
}

/// Among several servers, one that may come back is worth waiting for.
fn worse(before: Option<NotConnected>, now: NotConnected) -> Option<NotConnected> {
    match before {
        Some(before) if now.is_permanent && !before.is_permanent => Some(before),
        _ => Some(now),
    }
}

fn connect_to(host: &Config, location: &PostgresLocation, role: Role, until: Instant) -> Result<Connection, NotConnected> {
    let mut config = host.clone();
    if let Some(file) = &location.password_file {
        config.password(password::read(file).map_err(permanent)?);
    }
    let driver = Driver::new().map_err(|error| passing(error.to_string()))?;
    let connected = driver.block_on(async { timeout_at(until.into(), dial(&config, location)).await });
    let (client, link) = match connected {
        Ok(Ok(both)) => both,
        Ok(Err(Dial::Tls(reason))) => return Err(permanent(reason)),
        Ok(Err(Dial::Server(error))) => return Err(refusal(&config, &error)),
        Err(_) => return Err(passing(format!("{} does not answer", host_words(&config)))),
    };
    let mut connection = Connection::new(driver, client, link, role);
    prepare_session(&mut connection, role, until)
        .map_err(|reason| NotConnected { reason: format!("{}: {}", host_words(&config), reason.reason), ..reason })?;
    Ok(connection)
}

enum Dial {
    Tls(String),
    Server(Error),
}

async fn dial(config: &Config, location: &PostgresLocation) -> Result<(tokio_postgres::Client, Box<dyn Link>), Dial> {
    if config.get_ssl_mode() == SslMode::Disable {
        let (client, connection) = config.connect(NoTls).await.map_err(Dial::Server)?;
        return Ok((client, Box::new(connection)));
    }
    let connector = tls::connector(location.ca.as_deref()).map_err(Dial::Tls)?;
    let (client, connection) = config.connect(connector).await.map_err(Dial::Server)?;
    Ok((client, Box::new(connection)))
}

/// Refuses a server that is too old and a database that cannot hold every name, and sets what every statement relies on.
fn prepare_session(connection: &mut Connection, role: Role, until: Instant) -> Result<(), NotConnected> {
    let kind = connection.ask(until, async |client| client.query_one(KIND, &[]).await).map_err(unready)?;
    let text = |column| kind.try_get::<_, String>(column).map_err(|error| unready(error.into()));
    let (version, encoding) = (text("version")?, text("encoding")?);
    let major = version.parse::<i32>().map_or(0, |number| number / 10_000);
    if major < VERSION_MIN {
        return Err(permanent(format!("it is PostgreSQL {major}, and iroam needs {VERSION_MIN} or newer: upgrade the server")));
    }
    if encoding != "UTF8" {
        let make = "create it with --encoding=UTF8 --template=template0";
        return Err(permanent(format!("the database's encoding is {encoding}, in which not every name can be written: {make}")));
    }
    let mode = match role {
        Role::Reader => "SET default_transaction_read_only = on",
        Role::Writer => "SET default_transaction_isolation = 'serializable'",
    };
    connection.batch(&format!("{mode}; {LIMITS}"), until).map_err(unready)
}

fn unready(failure: Failure) -> NotConnected {
    match failure {
        Failure::Collision => passing("it is busy".to_owned()),
        Failure::Lost { reason, .. } => passing(reason),
        Failure::Refused(error) => permanent(error.to_string()),
    }
}

fn permanent(reason: String) -> NotConnected {
    NotConnected { reason, is_permanent: true }
}

fn passing(reason: String) -> NotConnected {
    NotConnected { reason, is_permanent: false }
}

/// The words for a server that did not let us in, with what to do about it.
fn refusal(config: &Config, error: &Error) -> NotConnected {
    let host = host_words(config);
    let said = words(error);
    if let Some(server) = error.as_db_error() {
        // 28: who we are; 3D: there is no such database; 42501: it is not for us.
        let code = server.code().code();
        let is_permanent = code.starts_with("28") || code.starts_with("3D") || code == "42501";
        let hint = if said.contains("no encryption") {
            ": write sslmode=require into the URL"
        } else {
            password::hint(server.code(), config.get_password())
        };
        return NotConnected { reason: format!("{host}: {said}{hint}"), is_permanent };
    }
    let hint = hint_for(&said);
    NotConnected { reason: format!("{host}: {said}{hint}"), is_permanent: !hint.is_empty() }
}

/// What helps against errors of the client's own, which it tells apart by words only.
fn hint_for(said: &str) -> &'static str {
    if said.contains("does not support TLS") {
        ": set TLS up on the server, or write sslmode=disable into the URL if the network between is private"
    } else if said.contains("certificate") {
        ": name the authority that signed the server's certificate with --database-ca"
    } else if said.contains("password missing") {
        ": the server asks for a password: put it into a file and name that with --database-password-file"
    } else {
        ""
    }
}
