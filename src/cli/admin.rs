//! `iroam admin`: what an operator does by the command line.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::server::{DatabaseArgs, PostgresArgs};
use crate::config;
use crate::serve::admin;

#[derive(Debug, Subcommand)]
pub enum AdminCommand {
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
    /// Copy a server's keys and its SQLite database, also while serve runs
    ///
    /// The copy is a data folder too: to restore, start iroam serve with it. It is there whole, or not at all. A PostgreSQL database has
    /// pg_dump instead.
    Backup {
        /// A new folder, outside the server's own
        folder: PathBuf,
        #[command(flatten)]
        at: AdminArgs,
    },
    /// Move a server's database to another file or server, also from one engine to the other; serve must be stopped
    ///
    /// Every row is compared at the end. The old database is only read; the new one must be empty, or is made. When a move is
    /// interrupted in whatever way, the same command goes on where it was. Between two PostgreSQL databases the password file, the
    /// certificates and the connections are the same for both.
    MoveDatabase {
        /// The database that serve uses now: sqlite:PATH or postgres://USER@HOST/NAME
        #[arg(long, value_name = "URL")]
        from: String,
        /// The one that it shall use: sqlite:PATH or postgres://USER@HOST/NAME
        #[arg(long, value_name = "URL")]
        to: String,
        #[command(flatten)]
        server: PostgresArgs,
    },
}

/// Which server is meant: told in the same words as `iroam serve` is.
#[derive(Debug, Default, Args)]
pub struct AdminArgs {
    /// The server's data folder [default: ~/.local/share/iroam/serve]
    #[arg(long, env = "IROAM_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The server's settings file, TOML
    #[arg(long, env = "IROAM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub database: DatabaseArgs,
}

/// Does what was asked.
pub fn run(command: AdminCommand) -> Result<()> {
    match command {
        AdminCommand::CreateUser { name, at } => {
            let place = config::data_place(at)?;
            let password = config::read_password()?;
            let id = admin::create_user(&place, &name, password)?;
            println!("created {name} {id}");
        }
        AdminCommand::SignInLink { name, public_url, at } => {
            println!("{}", admin::sign_in_link(&config::data_place(at)?, &name, &public_url)?.expose());
        }
        AdminCommand::Users { at } => {
            let place = config::data_place(at)?;
            admin::require_server(&place)?;
            for user in admin::list_users(&place)? {
                println!("{} {}", user.id, user.name);
            }
        }
        AdminCommand::Backup { folder, at } => admin::backup(&config::data_place(at)?, &folder)?,
        AdminCommand::MoveDatabase { from, to, server } => {
            admin::move_database(&config::end_of_move(&from, &server)?, &config::end_of_move(&to, &server)?)?;
        }
    }
    Ok(())
}
