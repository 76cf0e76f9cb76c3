//! Copies a server's data folder while the server runs. The copy is a data folder too.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf, absolute};
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, bail};

use super::block_on;
use super::partial::{Partial, sync};
use super::stoppable::Stoppable;
use crate::auth::{DeviceKey, b64};
use crate::serve::data_dir::{DataDir, DataDirError, IDENTITY, METRICS_TOKEN, TICKETS};
use crate::serve::data_place::DataPlace;
use crate::serve::key_file;
use crate::store::{self, BackedUp, Location, StoreError};

/// The folder of ACME's account and certificates.
const ACME: &str = "acme";

/// Makes the new folder `folder` a whole copy of the server's data: all of it, or nothing. Tells on standard output what there is.
pub fn backup(place: &DataPlace, folder: &Path) -> Result<()> {
    let begin = Instant::now();
    let source = source(place)?;
    let target = target(place, folder)?;
    // Before there is a partial copy to be removed.
    let stoppable = Stoppable::new()?;
    let partial = Partial::begin(&target)?;
    let copied = fill(partial.path(), place, &source, stoppable).map_err(|error| match error.downcast_ref() {
        Some(StoreError::Full) => {
            anyhow!("the disk of {} is full: make room on it, or name another folder; nothing was kept", target.display())
        }
        _ => error,
    })?;
    partial.publish()?;
    let (target, seconds) = (target.display(), begin.elapsed().as_secs_f64());
    println!("backed up {} and the keys in {} to {target}:", place.url(), place.folder.display());
    println!("{} rows, {} bytes of database, in {seconds:.1} s", copied.rows, copied.bytes);
    let without = if place.database.is_some() { ", and without --database" } else { "" };
    println!("to restore: stop serve, and start it with --data {target}{without}");
    Ok(())
}

/// The database's file. A server's database is not ours to copy, and the keys alone are not what was asked for.
fn source(place: &DataPlace) -> Result<PathBuf> {
    match place.location() {
        Location::Postgres(server) => bail!(
            "PostgreSQL has its own backups: run pg_dump --format=custom for {server}, and copy {IDENTITY} and {TICKETS} from {}",
            place.folder.display()
        ),
        Location::Sqlite(path) => {
            block_on(async { Ok(DataDir::check_exists(place).await?) })?;
            Ok(path)
        }
    }
}

/// Where the copy shall be, without links on the way.
fn target(place: &DataPlace, folder: &Path) -> Result<PathBuf> {
    let shown = folder.display();
    let target = match fs::canonicalize(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => beside(&absolute(folder)?)?,
        found => found.with_context(|| format!("cannot look at {shown}"))?,
    };
    let data = fs::canonicalize(&place.folder).with_context(|| format!("cannot look at {}", place.folder.display()))?;
    if target.starts_with(&data) {
        bail!("{shown} is inside the data folder: what takes that would take the backup too; name a folder elsewhere");
    }
    match fs::read_dir(&target).map(|mut entries| entries.next().is_none()) {
        Ok(false) => bail!("{shown} is not empty: name a new folder"),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => bail!("{shown} is a file: name a new folder"),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).with_context(|| format!("cannot look at {shown}")),
        Ok(true) | Err(_) => Ok(target),
    }
}

/// A folder that is not there yet. Its parent has to be: it may be a disk that is not mounted.
fn beside(folder: &Path) -> Result<PathBuf> {
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else { bail!("{} names no folder", folder.display()) };
    Ok(fs::canonicalize(parent).with_context(|| format!("there is no folder {} to make the backup in", parent.display()))?.join(name))
}

fn fill(copy: &Path, place: &DataPlace, source: &Path, stoppable: Stoppable) -> Result<BackedUp> {
    let identity = copy_secret(place, copy, IDENTITY)?;
    copy_secret(place, copy, TICKETS)?;
    if place.folder.join(METRICS_TOKEN).try_exists()? {
        copy_secret(place, copy, METRICS_TOKEN)?;
    }
    copy_certificates(&place.folder.join(ACME), &copy.join(ACME)).context("cannot copy the certificates")?;
    let copy = DataPlace::in_folder(copy);
    let own_file = copy.own_file();
    let copied = stoppable.run(async { Ok(store::back_up(source, &own_file).await?) }, "stopped; nothing was kept")?;
    if copied.server_key.is_some_and(|owner| owner != DeviceKey::from_seed(&identity).public()) {
        return Err(DataDirError::OfAnother { folder: place.folder.clone(), url: place.url() }.into());
    }
    copy.note().context("cannot note the database")?;
    Ok(copied)
}

/// Reads it as serve does, so that one serve would refuse is found now.
fn copy_secret(place: &DataPlace, copy: &Path, name: &str) -> Result<[u8; 32]> {
    let seed = key_file::seed(&place.folder.join(name), false)?;
    let path = copy.join(name);
    key_file::replace(&path, &b64::encode(&seed)).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(seed)
}

/// Without them a restored server would have to ask for new ones, which authorities limit.
fn copy_certificates(from: &Path, to: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    fs::DirBuilder::new().mode(0o700).create(to)?;
    for entry in entries {
        let entry = entry?;
        // A draft is another process's, and soon gone.
        if entry.file_type()?.is_file() && entry.path().extension().is_some_and(|extension| extension != "new") {
            let mut copy = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to.join(entry.file_name()))?;
            io::copy(&mut File::open(entry.path())?, &mut copy)?;
            copy.sync_all()?;
        }
    }
    sync(to)
}
