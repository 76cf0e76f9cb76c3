//! The command line. Every value is looked for in this order: flag, `IROAM_*` environment, TOML file, default.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::config;

#[derive(Debug, Parser)]
#[command(name = "iroam", version, about = "Your music and video at home, played in any browser anywhere")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the registration server website (on a VPS)
    #[cfg(feature = "serve")]
    Serve(Box<ServeArgs>),
    /// Run the media server (on the home PC)
    ///
    /// SIGHUP makes it scan its folders again; started from a terminal, it ends when that is closed.
    #[cfg(feature = "host")]
    Host(Box<HostArgs>),
    /// Try it: a server and a host on this machine, with a sample library
    #[cfg(all(feature = "serve", feature = "host"))]
    Demo(DemoArgs),
    /// Look after a server's accounts
    #[cfg(feature = "serve")]
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Decode and encode for a host (started by it)
    #[cfg(feature = "host")]
    #[command(hide = true)]
    MediaWorker,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Folder for the database and keys [default: ~/.local/share/iroam/serve]
    #[arg(long, env = "IROAM_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address of the website (TCP) [default: 127.0.0.1:8080]
    #[arg(long, env = "IROAM_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Address that hosts connect to (UDP) [default: the website's address]
    #[arg(long, env = "IROAM_QUIC", value_name = "ADDR")]
    pub quic: Option<SocketAddr>,
    /// The website's URL as browsers see it [default: http:// and the website's address]
    #[arg(long, env = "IROAM_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// HOST:PORT that hosts connect to, where it differs from the public URL's host and the --quic port
    #[arg(long, env = "IROAM_QUIC_PUBLIC", value_name = "HOST:PORT")]
    pub quic_public: Option<String>,
    /// TLS certificate chain, PEM
    #[arg(long, env = "IROAM_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// TLS private key, PEM
    #[arg(long, env = "IROAM_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Get certificates by ACME for the public URL's host, with this contact address
    #[arg(long, env = "IROAM_ACME_EMAIL", value_name = "EMAIL", conflicts_with = "tls_cert")]
    pub acme_email: Option<String>,
    /// ACME directory [default: Let's Encrypt's]
    #[arg(long, env = "IROAM_ACME_DIRECTORY", value_name = "URL", requires = "acme_email")]
    pub acme_directory: Option<String>,
    /// Root certificates to trust for the ACME directory, PEM [default: the public ones]
    #[arg(long, env = "IROAM_ACME_CA", value_name = "FILE", requires = "acme_directory")]
    pub acme_ca: Option<PathBuf>,
    /// Settings file, TOML: the same names with underscores
    #[arg(long, env = "IROAM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct HostArgs {
    #[command(subcommand)]
    command: Option<HostCommand>,
    #[command(flatten)]
    run: HostRunArgs,
}

#[derive(Debug, Args)]
pub struct HostRunArgs {
    /// URL of the server to pair with
    #[arg(long, env = "IROAM_SERVER", value_name = "URL")]
    pub server: Option<String>,
    /// A folder of music and video (may be given several times)
    #[arg(long, env = "IROAM_MEDIA", value_name = "DIR", value_delimiter = ':')]
    pub media: Vec<PathBuf>,
    /// Folder for the index, keys and cache [default: ~/.local/share/iroam/host]
    #[arg(long, env = "IROAM_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// What this host is called [default: this machine's name]
    #[arg(long, env = "IROAM_NAME", value_name = "NAME")]
    pub name: Option<String>,
    /// Most disk the segment cache may take, MiB [default: 2048]
    #[arg(long, env = "IROAM_CACHE_MIB", value_name = "MIB")]
    pub cache_mib: Option<u64>,
    /// Settings file, TOML: the same names with underscores
    #[arg(long, env = "IROAM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum HostCommand {
    /// Scan the folders once and print a JSON summary
    Scan(HostRunArgs),
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Play these folders instead of the sample library (may be given several times)
    #[arg(long, value_name = "DIR")]
    pub media: Vec<PathBuf>,
    /// Port of the website on 127.0.0.1 [default: 8747, or a free one when that is taken]
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// Folder for everything the demo keeps [default: ~/.local/share/iroam/demo]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print the URL only, do not open a browser
    #[arg(long)]
    pub no_open: bool,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Create an account; the password is asked for, or read from standard input
    CreateUser {
        #[arg(long, value_name = "NAME")]
        name: String,
        #[command(flatten)]
        at: AdminArgs,
    },
    /// Print a link that signs an account in once
    SignInLink {
        #[arg(long, value_name = "NAME")]
        name: String,
        /// The website's URL as browsers see it
        #[arg(long, env = "IROAM_PUBLIC_URL", value_name = "URL")]
        public_url: String,
        #[command(flatten)]
        at: AdminArgs,
    },
    /// List the accounts
    Users {
        #[command(flatten)]
        at: AdminArgs,
    },
    /// Move a server's database to another file or server, also from one engine to the other; serve must be stopped
    ///
    /// Every row is compared at the end. The old database is only read; the new one must be empty, or is made. When a move is
    /// interrupted in whatever way, the same command goes on where it was.
    MoveDatabase {
        /// The database that serve uses now: sqlite:PATH or postgres://USER@HOST/NAME
        #[arg(long, value_name = "URL")]
        from: String,
        /// The one that it shall use: sqlite:PATH or postgres://USER@HOST/NAME
        #[arg(long, value_name = "URL")]
        to: String,
    },
}

#[derive(Debug, Args)]
struct AdminArgs {
    /// The server's data folder
    #[arg(long, env = "IROAM_DATA", value_name = "DIR")]
    data: PathBuf,
}

/// Parses the command line and does what it says.
pub fn run() -> Result<()> {
    let cli = Cli::parse();
    match cli.command {
        #[cfg(feature = "serve")]
        Command::Serve(args) => {
            crate::telemetry::init_logging();
            let config = config::serve(*args)?;
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            runtime.block_on(crate::serve::run(config))
        }
        #[cfg(feature = "host")]
        Command::Host(args) => host(*args),
        #[cfg(all(feature = "serve", feature = "host"))]
        Command::Demo(args) => {
            crate::telemetry::init_logging();
            crate::demo::run(config::demo(args)?)
        }
        #[cfg(feature = "serve")]
        Command::Admin { command } => admin(command),
        #[cfg(feature = "host")]
        Command::MediaWorker => crate::host::media::worker::run(),
    }
}

#[cfg(feature = "host")]
fn host(args: HostArgs) -> Result<()> {
    crate::telemetry::init_logging();
    if let Some(HostCommand::Scan(args)) = args.command {
        let scan = config::scan(args)?;
        let summary = crate::host::scan_once(&scan.media, &scan.data)?;
        println!("{}", serde_json::to_string_pretty(&summary)?);
        return Ok(());
    }
    let config = config::host(args.run)?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(crate::host::run(config))
}

#[cfg(feature = "serve")]
fn admin(command: AdminCommand) -> Result<()> {
    use crate::serve::admin;
    match command {
        AdminCommand::CreateUser { name, at } => {
            let password = config::read_password()?;
            let id = admin::create_user(&at.data, &name, password)?;
            println!("created {name} {id}");
        }
        AdminCommand::SignInLink { name, public_url, at } => {
            println!("{}", admin::sign_in_link(&at.data, &name, &public_url)?.expose());
        }
        AdminCommand::Users { at } => {
            admin::require_server(&at.data)?;
            for user in admin::list_users(&at.data)? {
                println!("{} {}", user.id, user.name);
            }
        }
        AdminCommand::MoveDatabase { from, to } => {
            let [from, to] = [from, to].map(|url| crate::store::Location::parse(&url, &Default::default()));
            admin::move_database(&from?, &to?)?;
        }
    }
    Ok(())
}
