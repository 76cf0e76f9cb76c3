//! The command line. Every value is looked for in this order: flag, `IROAM_*` environment, TOML file, default.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::config;

#[cfg(feature = "serve")]
mod admin;
#[cfg(feature = "host")]
mod library;
#[cfg(feature = "serve")]
mod server;

#[cfg(feature = "serve")]
pub use admin::AdminArgs;
#[cfg(feature = "serve")]
pub use server::{DatabaseArgs, PostgresArgs, ServeArgs};

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
    /// Look after a server's accounts and data
    #[cfg(feature = "serve")]
    Admin {
        #[command(subcommand)]
        command: admin::AdminCommand,
    },
    /// Decode and encode for a host (started by it)
    #[cfg(feature = "host")]
    #[command(hide = true)]
    MediaWorker,
}

#[cfg(feature = "host")]
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct HostArgs {
    #[command(subcommand)]
    command: Option<HostCommand>,
    #[command(flatten)]
    run: HostRunArgs,
}

#[cfg(feature = "host")]
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
    /// Do not listen to the library in the background for loudness and waveforms [in the file: analysis = false]
    #[arg(long, env = "IROAM_NO_ANALYSIS")]
    pub no_analysis: bool,
    /// Settings file, TOML: the same names with underscores
    #[arg(long, env = "IROAM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[cfg(feature = "host")]
#[derive(Debug, Subcommand)]
enum HostCommand {
    /// Scan the folders once and print a JSON summary
    Scan(HostRunArgs),
    /// Bring along stars, counts, dates and playlists from another program (the host may run meanwhile)
    ///
    /// Returns 0 when everything arrived, 3 when something was left out (the report says what), 1 when nothing was done.
    Import(Box<library::ImportArgs>),
    /// Write stars, counts, dates and playlists to files that other programs read
    Export(Box<library::ExportArgs>),
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

/// Parses the command line and does what it says.
pub fn run() -> Result<ExitCode> {
    let cli = Cli::parse();
    let done = match cli.command {
        #[cfg(feature = "serve")]
        Command::Serve(args) => {
            crate::telemetry::init_logging();
            let config = config::serve(*args)?;
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            let ended = runtime.block_on(crate::serve::run(config));
            // A look for the database may be going on: a stop does not wait for it.
            runtime.shutdown_background();
            ended
        }
        #[cfg(feature = "host")]
        Command::Host(args) => return host(*args),
        #[cfg(all(feature = "serve", feature = "host"))]
        Command::Demo(args) => {
            crate::telemetry::init_logging();
            crate::demo::run(config::demo(args)?)
        }
        #[cfg(feature = "serve")]
        Command::Admin { command } => admin::run(command),
        #[cfg(feature = "host")]
        Command::MediaWorker => crate::host::media::worker::run(),
    };
    done.map(|()| ExitCode::SUCCESS)
}

#[cfg(feature = "host")]
fn host(args: HostArgs) -> Result<ExitCode> {
    crate::telemetry::init_logging();
    match args.command {
        Some(HostCommand::Scan(args)) => {
            let scan = config::scan(args)?;
            let summary = crate::host::scan_once(&scan.media, &scan.apart, &scan.data, std::env::current_exe()?)?;
            println!("{}", serde_json::to_string_pretty(&summary)?);
            return Ok(ExitCode::SUCCESS);
        }
        Some(HostCommand::Import(args)) => return library::import(*args),
        Some(HostCommand::Export(args)) => return library::export(*args),
        None => {}
    }
    let config = config::host(args.run)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(crate::host::run(config));
    // A look at a dead network share may be going on: a stop does not wait for it.
    runtime.shutdown_background();
    ended.map(|()| ExitCode::SUCCESS)
}
