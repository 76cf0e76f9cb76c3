//! The demo's music: folders the person names, or a sample library composed here.

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
    let mut said = 0;
    crate::host::media::compose::sample_library(folder, &mut |done, total| {
        if done > said || said == 0 {
            said = done.max(1);
            eprintln!("iroam: composing the sample library: {done} of {total}");
        }
    })
    .context("the sample library could not be composed")?;
    Ok(folder.to_owned())
}
