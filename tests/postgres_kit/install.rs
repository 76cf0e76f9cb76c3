//! Where PostgreSQL's programs are, and as whom they run: the server refuses to run as root.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::supervisor::output_of;

const MISSING: &str = "PostgreSQL's server is not installed: `make setup-test` installs it";

pub struct Install {
    /// Folder of `initdb`, `postgres`, `psql` and so on.
    pub programs: PathBuf,
    /// User and group to become, if this process is root.
    server_user: Option<(u32, u32)>,
}

impl Install {
    pub fn found() -> &'static Self {
        static FOUND: OnceLock<Install> = OnceLock::new();
        FOUND.get_or_init(|| Self { programs: newest_of_debian().or_else(on_path).expect(MISSING), server_user: server_user() })
    }

    /// Path of one of PostgreSQL's programs, as text.
    pub fn program(&self, name: &str) -> String {
        self.programs.join(name).to_string_lossy().into_owned()
    }

    /// A command that runs as the server's user, in the root folder because that user may not be allowed into ours.
    pub fn command_as_server(&self, program: &str) -> Command {
        let mut command = clean_command(program);
        if let Some((user, group)) = self.server_user {
            command.uid(user).gid(group).env("HOME", "/");
        }
        command.current_dir("/");
        command
    }

    /// Gives the server's user a file that this process has made.
    pub fn hand_over(&self, file: &Path) {
        if let Some((user, group)) = self.server_user {
            std::os::unix::fs::chown(file, Some(user), Some(group)).expect("root may give files away");
        }
    }
}

/// A command that hears nothing of the person's own PostgreSQL settings and language.
pub fn clean_command(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(&name);
        }
    }
    command.env("LC_ALL", "C").env("PGCONNECT_TIMEOUT", "30");
    command
}

fn newest_of_debian() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let version = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let folders = versions.flatten().map(|entry| entry.path()).filter(|folder| folder.join("bin/initdb").exists());
    folders.max_by_key(|folder| version(folder)).map(|folder| folder.join("bin"))
}

fn on_path() -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

fn server_user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| output_of(clean_command("id").args(arguments)).ok()?.parse().ok();
    match id(&["-u"]).expect("`id` tells who this process is") {
        0 => Some((id(&["-u", "postgres"]).expect(MISSING), id(&["-g", "postgres"]).expect(MISSING))),
        _ => None,
    }
}
