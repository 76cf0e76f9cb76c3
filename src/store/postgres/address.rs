//! Which servers, as whom, and how: from a URL.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use crate::store::location::{LocationError, ServerOptions};

/// Connections of one program when nothing is said: more would not make a small server faster, and many servers allow 100 in all.
const CONNECTIONS: usize = 16;

/// One to read, one to write.
const CONNECTIONS_MIN: usize = 2;

/// Each has a thread, and a process of the server's: more would only take memory from both.
const CONNECTIONS_MAX: usize = 500;

/// How long one address may take to answer at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// When a silent connection is probed, and how soon it counts as lost.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_RETRIES: u32 = 3;
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);

/// A PostgreSQL database: its server or servers, of which one takes writes, and how to come in.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresLocation {
    /// One for each host, in the URL's order. Each is tried by itself, so that one that hangs does not use up the others' time.
    pub(super) hosts: Vec<Config>,
    pub(super) used: UsedHost,
    pub(super) password_file: Option<PathBuf>,
    pub(super) ca: Option<PathBuf>,
    pub(super) connections: usize,
}

/// Which of the hosts took the last connection: known to all clones, so that one that hangs is waited for once only.
#[derive(Clone, Default)]
pub(super) struct UsedHost(Arc<AtomicUsize>);

impl UsedHost {
    pub(super) fn get(&self) -> usize {
        self.0.load(Relaxed)
    }

    /// Whether that is news.
    pub(super) fn set(&self, number: usize) -> bool {
        self.0.swap(number, Relaxed) != number
    }
}

/// What is known of a database's hosts does not make it another one.
impl PartialEq for UsedHost {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for UsedHost {}

impl PostgresLocation {
    /// Reads a URL as libpq's manual describes it, in as far as tokio-postgres knows it.
    pub(in crate::store) fn parse(url: &str, options: &ServerOptions) -> Result<Self, LocationError> {
        let config: Config = with_known_modes(url).parse().map_err(|error| LocationError::Url(words(&error)))?;
        if config.get_password().is_some() {
            return Err(LocationError::PasswordInUrl);
        }
        if config.get_target_session_attrs() == TargetSessionAttrs::ReadOnly {
            return Err(LocationError::ReadOnly);
        }
        let connections = options.connections.unwrap_or(CONNECTIONS);
        if !(CONNECTIONS_MIN..=CONNECTIONS_MAX).contains(&connections) {
            return Err(LocationError::Connections { min: CONNECTIONS_MIN, max: CONNECTIONS_MAX });
        }
        let hosts = each_host(&config, options.ca.is_some())?;
        Ok(Self { hosts, used: UsedHost::default(), password_file: options.password_file.clone(), ca: options.ca.clone(), connections })
    }
}

impl PostgresLocation {
    /// What to do when the role may not make tables.
    pub(super) fn words_for_owner(&self) -> String {
        let first = &self.hosts[0];
        let (name, user) = (first.get_dbname().unwrap_or("NAME"), first.get_user().unwrap_or("USER"));
        format!("make the role the database's owner: ALTER DATABASE \"{name}\" OWNER TO \"{user}\"")
    }
}

/// libpq's two modes that verify are what `require` is here; tokio-postgres does not know their names.
fn with_known_modes(url: &str) -> String {
    let Some((address, parameters)) = url.split_once('?') else { return url.to_owned() };
    let known = parameters.split('&').map(|parameter| match parameter {
        "sslmode=verify-full" | "sslmode=verify-ca" => "sslmode=require",
        other => other,
    });
    format!("{address}?{}", known.collect::<Vec<_>>().join("&"))
}

/// What is wrong with a URL. tokio-postgres names the part, never its value.
fn words(error: &tokio_postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

fn each_host(config: &Config, has_ca: bool) -> Result<Vec<Config>, LocationError> {
    let (names, addresses, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let count = names.len().max(addresses.len());
    if count == 0 {
        return Err(LocationError::NoHost);
    }
    let fits = |len: usize, others: &[usize]| len == count || others.contains(&len);
    if !fits(names.len(), &[0]) || !fits(addresses.len(), &[0]) || !fits(ports.len(), &[0, 1]) {
        return Err(LocationError::Url("there must be as many ports and addresses as hosts".to_owned()));
    }
    let port = |index: usize| ports.get(index).or(ports.first()).copied();
    Ok((0..count).map(|i| one_host(config, names.get(i), addresses.get(i).copied(), port(i), has_ca)).collect())
}

/// `config` with only this host; a `Config` cannot forget hosts.
fn one_host(config: &Config, name: Option<&Host>, address: Option<IpAddr>, port: Option<u16>, has_ca: bool) -> Config {
    let mut one = Config::new();
    match name {
        Some(Host::Tcp(name)) => drop(one.host(name)),
        Some(Host::Unix(folder)) => drop(one.host_path(folder)),
        None => {}
    }
    address.map(|address| one.hostaddr(address));
    port.map(|port| one.port(port));
    config.get_user().map(|user| one.user(user));
    config.get_dbname().map(|name| one.dbname(name));
    config.get_options().map(|options| one.options(options));
    one.application_name(config.get_application_name().unwrap_or("iroam"));
    one.ssl_mode(transport(config.get_ssl_mode(), name, address, has_ca)).ssl_negotiation(config.get_ssl_negotiation());
    one.channel_binding(config.get_channel_binding());
    one.connect_timeout(config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT));
    one.tcp_user_timeout(config.get_tcp_user_timeout().copied().unwrap_or(TCP_USER_TIMEOUT));
    set_keepalives(&mut one, config);
    // Also for reading: what was just written must be seen.
    one.target_session_attrs(TargetSessionAttrs::ReadWrite);
    one
}

fn set_keepalives(one: &mut Config, config: &Config) {
    let is_default = config.get_keepalives_idle() == Config::new().get_keepalives_idle();
    one.keepalives(config.get_keepalives());
    one.keepalives_idle(if is_default { KEEPALIVE_IDLE } else { config.get_keepalives_idle() });
    one.keepalives_interval(config.get_keepalives_interval().unwrap_or(KEEPALIVE_INTERVAL));
    one.keepalives_retries(config.get_keepalives_retries().unwrap_or(KEEPALIVE_RETRIES));
}

/// TLS or none, never "perhaps": without a word in the URL, only what stays on this machine goes without.
fn transport(said: SslMode, name: Option<&Host>, address: Option<IpAddr>, has_ca: bool) -> SslMode {
    let is_socket = matches!(name, Some(Host::Unix(_))) && address.is_none();
    match said {
        SslMode::Disable => SslMode::Disable,
        _ if is_socket => SslMode::Disable,
        SslMode::Require => SslMode::Require,
        _ if has_ca || !is_loopback(name, address) => SslMode::Require,
        _ => SslMode::Disable,
    }
}

fn is_loopback(name: Option<&Host>, address: Option<IpAddr>) -> bool {
    match (address, name) {
        (Some(address), _) => address.is_loopback(),
        (None, Some(Host::Tcp(name))) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        (None, Some(Host::Unix(_))) => true,
        (None, None) => false,
    }
}

impl fmt::Display for PostgresLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = &self.hosts[0];
        let user = first.get_user().map(|user| format!("{user}@")).unwrap_or_default();
        let hosts = self.hosts.iter().map(host_words).collect::<Vec<_>>().join(",");
        write!(f, "postgres://{user}{hosts}/{}", first.get_dbname().unwrap_or_default())
    }
}

/// The host and port of a configuration of one host.
pub(super) fn host_words(config: &Config) -> String {
    let host = match (config.get_hosts().first(), config.get_hostaddrs().first()) {
        (Some(Host::Tcp(name)), _) if name.contains(':') => format!("[{name}]"),
        (Some(Host::Tcp(name)), _) => name.clone(),
        (Some(Host::Unix(folder)), _) => folder.display().to_string(),
        (None, Some(address)) => address.to_string(),
        (None, None) => String::new(),
    };
    format!("{host}:{}", config.get_ports().first().copied().unwrap_or(5432))
}

impl fmt::Debug for PostgresLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
