//! Settings of `iroam host`.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{file, paths};
use crate::cli::HostRunArgs;
use crate::host::HostConfig;
use crate::host::access::Access;

const CACHE_MIB: u64 = 2048;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct HostFile {
    server: Option<String>,
    #[serde(default)]
    media: Vec<PathBuf>,
    /// Media folders of which it is said with whom they are shared.
    #[serde(default)]
    folder: Vec<Folder>,
    data: Option<PathBuf>,
    name: Option<String>,
    cache_mib: Option<u64>,
    analysis: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Folder {
    path: PathBuf,
    #[serde(default)]
    access: Access,
}

/// What `iroam host scan` needs.
#[derive(Debug)]
pub struct ScanConfig {
    pub media: Vec<PathBuf>,
    /// Folders of which it is said with whom they are shared.
    pub apart: Vec<PathBuf>,
    pub data: PathBuf,
}

/// Resolves the settings, or says which one is missing or wrong.
pub fn host(args: HostRunArgs) -> Result<HostConfig> {
    let file: HostFile = file::read(args.config.as_ref())?;
    let cache_mib = args.cache_mib.or(file.cache_mib).unwrap_or(CACHE_MIB);
    Ok(HostConfig {
        server_url: args.server.or(file.server).context("say which server to pair with: --server URL")?,
        access: file.folder.iter().map(|folder| (folder.path.clone(), folder.access)).collect(),
        media: media(args.media, file.media, file.folder)?,
        data: args.data.or(file.data).map_or_else(|| paths::default_data("host"), Ok)?,
        name: args.name.or(file.name).unwrap_or_else(machine_name),
        cache_bytes_max: cache_mib.saturating_mul(1024 * 1024),
        analysis: !args.no_analysis && file.analysis.unwrap_or(true),
    })
}

/// The settings of a single scan: no server is needed.
pub fn scan(args: HostRunArgs) -> Result<ScanConfig> {
    let file: HostFile = file::read(args.config.as_ref())?;
    Ok(ScanConfig {
        apart: file.folder.iter().map(|folder| folder.path.clone()).collect(),
        media: media(args.media, file.media, file.folder)?,
        data: args.data.or(file.data).map_or_else(|| paths::default_data("host"), Ok)?,
    })
}

/// The settings of an import or export, which beside the host's own folder only use what is told.
pub fn library(args: HostRunArgs) -> Result<ScanConfig> {
    let file: HostFile = file::read(args.config.as_ref())?;
    let apart = file.folder.iter().map(|folder| folder.path.clone()).collect();
    let media = if args.media.is_empty() { listed(file.media, file.folder) } else { args.media };
    let media = media.iter().map(std::path::absolute).collect::<Result<_, _>>()?;
    Ok(ScanConfig { media, apart, data: args.data.or(file.data).map_or_else(|| paths::default_data("host"), Ok)? })
}

fn listed(mut media: Vec<PathBuf>, shared: Vec<Folder>) -> Vec<PathBuf> {
    media.extend(shared.into_iter().map(|folder| folder.path));
    media
}

/// Flags replace what the file lists; what it says of sharing holds all the same.
fn media(flags: Vec<PathBuf>, file: Vec<PathBuf>, shared: Vec<Folder>) -> Result<Vec<PathBuf>> {
    let file = listed(file, shared);
    let folders = if flags.is_empty() { file } else { flags };
    if folders.is_empty() {
        bail!("say where the music is: --media DIR");
    }
    Ok(folders)
}

fn machine_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "Home PC".to_owned())
}
