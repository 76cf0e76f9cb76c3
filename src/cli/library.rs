//! `iroam host import` and `iroam host export`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use super::HostRunArgs;
use crate::config;
use crate::host::import::{self, Existing, ExportFormat, Place};

/// What a command returns when it was done, but not everything arrived: the report says what.
const NOT_WHOLE: u8 = 3;

#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Libraries of iTunes, Music and Rhythmbox, playlists (M3U, PLS, XSPF), tables (CSV), exports of iRoam
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only say what would come of it
    #[arg(long)]
    dry_run: bool,
    /// A folder that the files name, and where it is now (may be given several times), e.g. 'D:\Music=/srv/music'
    #[arg(long = "map", value_name = "OLD=NEW", value_parser = moved)]
    moved: Vec<(Place, Place)>,
    /// What to do with a playlist that was imported before
    #[arg(long, value_enum, default_value = "add")]
    existing: ExistingArg,
    /// Write everything that was found, and what was not, to this file as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    host: HostRunArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ExistingArg {
    /// Leave it alone
    Keep,
    /// Append what was never in it
    Add,
    /// Make it as it is in the file
    Replace,
}

#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The folder to write to; it is made when it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// json and csv hold all tracks and what was made of them; m3u8 and xspf playlists only
    #[arg(long, value_enum, default_value = "json")]
    format: FormatArg,
    /// Write paths in playlists relative to this folder [default: the playlists' own]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    host: HostRunArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatArg {
    Json,
    M3u8,
    Xspf,
    Csv,
}

fn moved(text: &str) -> Result<(Place, Place), String> {
    let (old, new) = text.split_once('=').ok_or("say OLD=NEW")?;
    let new = std::path::absolute(new).map_err(|error| error.to_string())?;
    Place::parse(old, None).zip(Place::of(&new)).ok_or_else(|| "both are folders".to_owned())
}

pub fn import(args: ImportArgs) -> Result<ExitCode> {
    let host = config::library(args.host)?;
    let existing = match args.existing {
        ExistingArg::Keep => Existing::Keep,
        ExistingArg::Add => Existing::Add,
        ExistingArg::Replace => Existing::Replace,
    };
    let (files, moved, dry_run) = (args.files, args.moved, args.dry_run);
    let report = import::import(&import::ImportConfig { files, media: host.media, data: host.data, moved, existing, dry_run })?;
    if let Some(path) = &args.report {
        let json = serde_json::to_vec_pretty(&report).expect("plain texts and numbers serialise");
        std::fs::write(path, json).with_context(|| format!("cannot write {}", path.display()))?;
    }
    print!("{report}");
    Ok(match (report.is_failure(), report.is_whole()) {
        (true, _) => ExitCode::FAILURE,
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(NOT_WHOLE),
    })
}

pub fn export(args: ExportArgs) -> Result<ExitCode> {
    let host = config::library(args.host)?;
    let format = match args.format {
        FormatArg::Json => ExportFormat::Json,
        FormatArg::M3u8 => ExportFormat::M3u8,
        FormatArg::Xspf => ExportFormat::Xspf,
        FormatArg::Csv => ExportFormat::Csv,
    };
    let done = import::export(&import::ExportConfig { folder: args.folder, format, root: args.root, data: host.data })?;
    print!("{done}");
    Ok(ExitCode::SUCCESS)
}
