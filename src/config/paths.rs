//! Where data goes by default: the XDG base directory specification's data home.

use std::path::PathBuf;

use anyhow::{Context, Result};

/// `$XDG_DATA_HOME/iroam/<mode>`, or `~/.local/share/iroam/<mode>`.
pub fn default_data(mode: &str) -> Result<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
    Ok(home.context("HOME is not set: say where data goes with --data DIR")?.join("iroam").join(mode))
}
