//! Puts the demo's parts together and waits until a browser could play.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::child::{Kept, Plan};
use super::http::Client;
use super::owner::Owner;
use super::{Stop, library, player, ports, until};
use crate::config::DemoConfig;
use crate::serve::{DataPlace, admin};
use crate::types::Secret;

const START_SECONDS: u64 = 30;
const SCAN_SECONDS: u64 = 120;
/// A person may come back to the terminal much later.
const LINK_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// The running demo. Dropping it ends the host, then the server.
pub struct Stage {
    host: Kept,
    serve: Kept,
    serve_data: DataPlace,
    url: String,
}

impl Stage {
    pub fn set_up(config: DemoConfig, stop: &Stop) -> Result<Self> {
        std::fs::create_dir_all(&config.data).with_context(|| format!("cannot use the folder {}", config.data.display()))?;
        let data = std::path::absolute(&config.data)?;
        // Ports first: a taken one is told before minutes are spent on music.
        let website = ports::website(config.port)?;
        let tunnel = ports::tunnel(website)?;
        let media = library::folders(config.media, &data)?;
        let url = format!("http://{website}");
        let serve_data = DataPlace::in_folder(&data.join("serve"));
        check_is_own(&serve_data)?;
        Owner::ensure_account(&serve_data)?;
        let serve = Kept::start(serve_plan(&data, &serve_data, website, tunnel, &url), stop)?;
        wait_for_serve(&serve, &url, stop)?;
        let mut owner = Owner::sign_in(&serve_data, &url)?;
        let host = Kept::start(host_plan(&data, &media, &url), stop)?;
        let host_id = wait_for_host(&host, &mut owner, stop)?;
        wait_for_library(&host, &mut owner, &host_id, stop)?;
        Ok(Self { host, serve, serve_data, url })
    }

    /// A fresh link that signs in once and leads to the player.
    pub fn ready_url(&self) -> Result<Secret<String>> {
        admin::sign_in_link_for(&self.serve_data, super::owner::NAME, &self.url, LINK_LIFETIME)
    }

    /// Until Ctrl-C, or until a part cannot be kept running.
    pub fn wait(&self, stop: &Stop) -> Result<()> {
        while !stop.is_set() {
            self.serve.check()?;
            self.host.check()?;
            // A host that was removed from the account asks to be paired anew: its owner needs the code.
            while let Some(line) = self.host.line() {
                println!("{line}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

/// The demo has no flag for a database: one that was moved elsewhere is a server's from then on.
fn check_is_own(place: &DataPlace) -> Result<()> {
    let Some(used) = place.used_with()? else { return Ok(()) };
    if place.is(&used)? {
        return Ok(());
    }
    let folder = place.folder.display();
    bail!(
        "the demo's server was moved to the database {used}: go on with iroam serve --data {folder} --database {used}, or begin another demo with --data"
    )
}

fn serve_plan(data: &Path, place: &DataPlace, website: SocketAddr, tunnel: SocketAddr, url: &str) -> Plan {
    let mut args: Vec<OsString> = vec!["serve".into(), "--data".into(), place.folder.clone().into()];
    // Said, so that a database in the environment stays out of it.
    args.extend(["--database".into(), place.url().into()]);
    args.extend(["--listen".into(), website.to_string().into(), "--quic".into(), tunnel.to_string().into()]);
    args.extend(["--public-url".into(), url.into()]);
    Plan { name: "server", args, log: data.join("serve.log") }
}

fn host_plan(data: &Path, media: &[PathBuf], url: &str) -> Plan {
    let mut args: Vec<OsString> = vec!["host".into(), "--server".into(), url.into(), "--data".into(), data.join("host").into()];
    args.extend(["--name".into(), "Home PC".into()]);
    args.extend(media.iter().flat_map(|folder| ["--media".into(), folder.into()]));
    Plan { name: "host", args, log: data.join("host.log") }
}

fn wait_for_serve(serve: &Kept, url: &str, stop: &Stop) -> Result<()> {
    let mut client = Client::new(url);
    until(
        stop,
        "starting the server",
        START_SECONDS,
        || serve.check(),
        || Ok(client.get("/healthz").ok().filter(|answer| answer.status == 200).map(|_| ())),
    )
}

/// Approves the host's pairing when it asks for it, and waits until its tunnel is up.
fn wait_for_host(host: &Kept, owner: &mut Owner, stop: &Stop) -> Result<String> {
    until(
        stop,
        "connecting the host",
        START_SECONDS,
        || host.check(),
        || {
            while let Some(line) = host.line() {
                if let Some(code) = line.strip_prefix("pair ").and_then(|rest| rest.split_whitespace().last()) {
                    owner.approve(code)?;
                }
            }
            owner.online_host()
        },
    )
}

fn wait_for_library(host: &Kept, owner: &mut Owner, host_id: &str, stop: &Stop) -> Result<()> {
    until(
        stop,
        "finding music",
        SCAN_SECONDS,
        || host.check(),
        || {
            let tracks = player::tracks(owner.client(), host_id)?;
            Ok((tracks > 0).then_some(()))
        },
    )
    .context("no playable music was found: check the folders given with --media DIR")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_to_do_with_a_demo_whose_database_was_moved() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = DataPlace::in_folder(folder.path());
        check_is_own(&place).expect("a new one");
        place.note().expect("written");
        check_is_own(&place).expect("its own");
        std::fs::write(folder.path().join("database"), "sqlite:/elsewhere.db").expect("as a move was followed by");
        let said = check_is_own(&place).expect_err("moved").to_string();
        assert!(said.contains("iroam serve --data") && said.contains("--database sqlite:/elsewhere.db"), "{said}");
    }
}
