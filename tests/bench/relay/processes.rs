//! Starting the programs under test, and reading what they cost.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use iroam::auth::token::{self, TokenKind};
use iroam::auth::{DeviceKey, DevicePublicKey};
use iroam::serve::{DataPlace, admin};
use iroam::types::{Clock, HostId, Secret, SystemClock, UserId, random};
use rusqlite::{Connection, params};

/// A process that ends with its owner.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

pub fn row(what: &str, value: f64, unit: &str, target: Option<f64>, note: &str) {
    println!("{}", serde_json::json!({ "what": what, "value": value, "unit": unit, "target": target, "note": note }));
}

/// Starts this program again in another role; gives its first line of output.
pub fn start_self(args: &[String]) -> Result<(Running, String), Box<dyn Error>> {
    let mut child = Command::new(std::env::current_exe()?).args(args).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    Ok((Running(child), line.trim().to_owned()))
}

/// A real serve with an account and paired hosts, all written beforehand.
pub struct Serve {
    pub process: Running,
    pub http: String,
    pub quic: String,
    pub server_key: DevicePublicKey,
    pub cookie: Secret<String>,
    _folder: tempfile::TempDir,
}

impl Serve {
    pub fn start(host_keys: &[DeviceKey]) -> Result<(Self, Vec<HostId>), Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("serve");
        off_runtime(|| admin::create_user(&DataPlace::in_folder(&data), "bench", Secret::new("a password for the bench".to_owned())))?;
        let http = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let quic = UdpSocket::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let start = || -> Result<Running, Box<dyn Error>> {
            let args =
                ["serve", "--listen", &http, "--quic", &quic, "--public-url", &format!("http://{http}"), "--data"].map(str::to_owned);
            let process = Running(Command::new(binary()).args(args).arg(&data).env("IROAM_LOG", "warn").spawn()?);
            wait_for(&http)?;
            Ok(process)
        };
        // Once, so that it makes its database and keys.
        drop(start()?);
        let (ids, cookie) = fill(&database(&data)?, host_keys)?;
        let server_key = server_key(&data)?;
        Ok((Self { process: start()?, http, quic, server_key, cookie, _folder: folder }, ids))
    }

    pub fn pid(&self) -> u32 {
        self.process.0.id()
    }
}

fn binary() -> PathBuf {
    std::env::var_os("IROAM_BIN").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_iroam")), PathBuf::from)
}

fn wait_for(http: &str) -> Result<(), Box<dyn Error>> {
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(http).is_err() {
        if Instant::now() > deadline {
            return Err("serve did not start".into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn database(data: &Path) -> Result<Connection, Box<dyn Error>> {
    let file = std::fs::read_dir(data)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| matches!(extension.to_str(), Some("sqlite" | "sqlite3" | "db"))));
    Ok(Connection::open(file.ok_or("serve keeps no database here")?)?)
}

fn fill(db: &Connection, keys: &[DeviceKey]) -> Result<(Vec<HostId>, Secret<String>), Box<dyn Error>> {
    let now = SystemClock.now();
    let user: String = db.query_row("SELECT id FROM users", [], |row| row.get(0))?;
    let user: UserId = user.parse()?;
    let mut ids = Vec::new();
    for key in keys {
        let id = HostId::new(now, random::bytes());
        db.execute(
            "INSERT INTO hosts (id, user_id, host_key, name, paired_at_ms) VALUES ($1, $2, $3, 'bench', $4)",
            params![id.to_string(), user.to_string(), key.public().as_bytes(), now.0],
        )?;
        ids.push(id);
    }
    let cookie = token::make(TokenKind::WebSession, random::bytes());
    let hash = token::hash(TokenKind::WebSession, cookie.expose()).ok_or("a token of our own")?;
    db.execute(
        "INSERT INTO web_sessions (token_hash, user_id, created_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4)",
        params![hash.0, user.to_string(), now.0, now.plus(Duration::from_secs(3600)).0],
    )?;
    Ok((ids, cookie))
}

/// Serve's tunnel key, as a host would have learnt it when it was paired.
fn server_key(data: &Path) -> Result<DevicePublicKey, Box<dyn Error>> {
    off_runtime(|| admin::tunnel_key(&DataPlace::in_folder(data)))
}

/// The operator's commands have a little runtime of their own, which cannot stand inside another.
fn off_runtime<T: Send>(work: impl FnOnce() -> anyhow::Result<T> + Send) -> Result<T, Box<dyn Error>> {
    let done = std::thread::scope(|scope| scope.spawn(work).join());
    Ok(done.map_err(|_| "the command panicked")??)
}

/// Resident memory of a process, KiB.
pub fn resident_kib(pid: u32) -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse()?)
}

/// CPU time that a process has used, seconds (proc(5): fields 14 and 15 of stat, in clock ticks of 10 ms).
pub fn cpu_seconds(pid: u32) -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after_name = stat.rsplit_once(") ").ok_or("an odd stat")?.1;
    let ticks: Vec<f64> = after_name.split(' ').skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    Ok(ticks.iter().sum::<f64>() / 100.0)
}
