//! Real PostgreSQL servers for tests, each in a temporary folder and on a port of its own. Nothing of a server outlives the test process, not
//! even when that is killed. Uses none of iRoam's code, so that it can be the judge of it.
#![allow(dead_code, reason = "each test binary uses a part")]

mod demands;
mod install;
mod processes;
mod standby;
mod supervisor;

use std::fmt::Write;
use std::fs::OpenOptions;
use std::hash::{BuildHasher, RandomState};
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

pub use demands::Demands;
use install::{Install, clean_command};
pub use processes::is_running;
use processes::{Signal, send, signal_tree, tree_of};
use supervisor::{Supervisor, last_lines, output_of};

/// How long a server may take to do what it always does: only a broken one takes so long.
const PATIENCE: Duration = Duration::from_secs(60);
/// Shared memory in the server's folder: what a killed server leaves in `/dev/shm` would stay.
const ALWAYS: &[(&str, &str)] = &[("listen_addresses", "127.0.0.1"), ("max_connections", "200"), ("dynamic_shared_memory_type", "mmap")];
const FAST: &[(&str, &str)] = &[("fsync", "off"), ("full_page_writes", "off")];

/// A running server. Its superuser is `postgres`; iRoam's user is `iroam`, who owns the databases and nothing else.
pub struct Server {
    supervisor: Mutex<Supervisor>,
    folder: PathBuf,
    port: u16,
    /// Process id of the postmaster of the last start.
    postmaster: AtomicI32,
    is_shared: bool,
}

impl Server {
    /// One for all tests of this process, fast instead of durable. It can be neither stopped nor doubled.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| Self { is_shared: true, ..Self::made(FAST, &Demands::default()) })
    }

    /// One of a test's own, as durable as PostgreSQL is by default, with further `settings` of postgresql.conf. Ends when dropped.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        Self::made(settings, &Demands::default())
    }

    /// One of a test's own that asks for a password, for TLS or both.
    pub fn demanding(demands: &Demands) -> Self {
        Self::made(FAST, demands)
    }

    fn made(settings: &[(&str, &str)], demands: &Demands) -> Self {
        let install = Install::found();
        let initdb = install.program("initdb");
        let supervisor = Supervisor::new(install, &[&initdb, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        let folder = supervisor.folder.clone();
        demands.write_access(&folder.join("data"));
        let mut text = settings_text(ALWAYS) + &settings_text(settings);
        demands.write_certificate(install, &folder, &mut text);
        configure(&folder, &text);
        let server = Self::on_a_free_port(supervisor);
        let password = demands.password.map(|password| format!(" PASSWORD '{}'", password.replace('\'', "''"))).unwrap_or_default();
        server.psql("postgres", &format!("CREATE ROLE iroam LOGIN{password}"));
        server
    }

    /// Starts what is in the supervisor's folder. Another process may take the port between our look and the start: then the next one.
    fn on_a_free_port(mut supervisor: Supervisor) -> Self {
        let folder = supervisor.folder.clone();
        for _ in 0..5 {
            let port = free_port();
            let path = folder.display();
            // the last one makes the server's processes recognisable
            configure(&folder, &format!("port = {port}\nunix_socket_directories = '{path}'\ncluster_name = '{path}'\n"));
            let postmaster = supervisor.start().into();
            let server = Self { supervisor: Mutex::new(supervisor), folder: folder.clone(), port, postmaster, is_shared: false };
            if server.answers() {
                return server;
            }
            server.supervisor().wait();
            supervisor = server.supervisor.into_inner().expect("no test panics while it holds the supervisor");
        }
        panic!("PostgreSQL does not start:\n{}", last_lines(&folder));
    }

    /// TCP port on 127.0.0.1, the same after each restart.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Folder of the unix socket.
    pub fn socket_folder(&self) -> &Path {
        &self.folder
    }

    /// PEM file of the authority that signed the server's certificate, if it demands TLS.
    pub fn authority(&self) -> PathBuf {
        self.folder.join("authority.pem")
    }

    /// Process id of the postmaster.
    pub fn postmaster(&self) -> i32 {
        self.postmaster.load(Relaxed)
    }

    /// Creates an empty database, and returns its address. It sorts as English does, so that an order that was not asked for is found out.
    pub fn new_database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", COUNT.fetch_add(1, Relaxed));
        // before 15 a database could not have ICU's order, and libc has none but C's without further packages
        let has_icu = self.psql("postgres", "SELECT current_setting('server_version_num')::int >= 150000") == "t";
        let order = if has_icu { "LOCALE_PROVIDER icu ICU_LOCALE 'en'" } else { "LOCALE 'C.UTF-8'" };
        self.psql("postgres", &format!("CREATE DATABASE {name} OWNER iroam TEMPLATE template0 ENCODING 'UTF8' {order}"));
        self.url(&name)
    }

    /// Address of a database on this server; it holds no password.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://iroam@127.0.0.1:{}/{database}", self.port)
    }

    /// What the real psql prints, as superuser: a line for each row, `|` between columns. `database` is a name or an address of ours.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        self.try_psql(database, sql).unwrap_or_else(|e| panic!("{sql}: {e}"))
    }

    /// As `psql`; the error is what psql complained of.
    pub fn try_psql(&self, database: &str, sql: &str) -> Result<String, String> {
        let database = database.rsplit('/').next().expect("a split has a last part");
        let mut command = clean_command(&program("psql"));
        command.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, "-p", &self.port.to_string(), "-c", sql]);
        output_of(command.arg("-h").arg(&self.folder))
    }

    /// Kills every process of the server at once, as a power cut would; returns when none is left.
    pub fn kill(&self) {
        self.must_be_own();
        let tree = tree_of(self.postmaster());
        self.signal(Signal::Kill);
        self.supervisor().wait();
        wait_until("killed processes are gone", || !tree.iter().any(|&process| is_running(process)));
    }

    /// Stops the server in order, with what its clients were doing rolled back.
    pub fn stop_fast(&self) {
        self.must_be_own();
        send(self.postmaster(), Signal::Interrupt);
        self.supervisor().wait();
    }

    /// Starts a server that was killed or stopped, in its folder and on its port; returns when it answers.
    pub fn restart(&self) {
        self.must_be_own();
        assert!(!is_running(self.postmaster()), "kill or stop the server before starting it again");
        self.postmaster.store(self.supervisor().start(), Relaxed);
        assert!(self.answers(), "PostgreSQL does not start again:\n{}", last_lines(&self.folder));
    }

    /// Lets the server hang: connections stay, nothing answers.
    pub fn suspend(&self) {
        self.must_be_own();
        self.signal(Signal::Suspend);
    }

    /// Ends a `suspend`.
    pub fn resume(&self) {
        self.signal(Signal::Resume);
    }

    fn signal(&self, signal: Signal) {
        signal_tree(self.postmaster(), signal);
    }

    /// Waits until the server answers (true) or has ended (false).
    fn answers(&self) -> bool {
        let postmaster = self.postmaster();
        let mut answered = false;
        wait_until("the server answers", || {
            answered = self.try_psql("postgres", "SELECT 1").is_ok();
            answered || !is_running(postmaster)
        });
        answered
    }

    fn must_be_own(&self) {
        assert!(!self.is_shared, "the shared server belongs to all tests: start one of your own");
    }

    fn supervisor(&self) -> MutexGuard<'_, Supervisor> {
        self.supervisor.lock().expect("no test panics while it holds the supervisor")
    }
}

/// Path of one of PostgreSQL's programs, for a client of a test's own.
pub fn program(name: &str) -> String {
    Install::found().program(name)
}

fn settings_text(settings: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in settings {
        writeln!(text, "{name} = '{}'", value.replace('\'', "''")).expect("a string takes it");
    }
    text
}

/// Adds to postgresql.conf, whose last word on a setting counts.
fn configure(folder: &Path, text: &str) {
    let mut file = OpenOptions::new().append(true).open(folder.join("data/postgresql.conf")).expect("the data folder has its settings");
    file.write_all(text.as_bytes()).expect("the data folder can be written");
}

/// Below the range that the system itself gives away: nobody gets it by chance while the server is down between two starts.
fn free_port() -> u16 {
    let random = RandomState::new();
    let candidates = (0_u16..1000).map(|n| 20_000 + (random.hash_one(n) % 12_000) as u16);
    candidates.into_iter().find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok()).expect("one of a thousand ports is free")
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
