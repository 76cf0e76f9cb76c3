//! The demo's music: folders the person names, or a sample library composed here.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The folders to play from, composing the sample library where none were named.
pub fn folders(named: Vec<PathBuf>, data: &Path) -> Result<Vec<PathBuf>> {
    if named.is_empty() {
        return compose(&data.join("sample library")).map(|folder| vec![folder]);
    }
    for folder in &named {
        if !folder.is_dir() {
            bail!("{} is not a folder: name one with music in it with --media DIR", folder.display());
        }
    }
    named.into_iter().map(|folder| std::path::absolute(&folder).with_context(|| format!("cannot use {}", folder.display()))).collect()
}

fn compose(folder: &Path) -> Result<PathBuf> {
    let on_terminal = std::io::stderr().is_terminal();
    crate::host::media::compose::sample_library(folder, &mut |done, total| say(done, total, on_terminal))
        .context("the sample library could not be composed")?;
    Ok(folder.to_owned())
}

/// One line that counts up on a terminal, a line now and then in a log.
fn say(done: u32, total: u32, on_terminal: bool) {
    if on_terminal {
        let end = if done == total { "\n" } else { "" };
        eprint!("\riroam: composing the sample library: {done} of {total}{end}");
    } else if done == total || done % 10 == 1 {
        eprintln!("iroam: composing the sample library: {done} of {total}");
    }
}
