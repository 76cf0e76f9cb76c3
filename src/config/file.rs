//! The TOML settings file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

/// Reads `path`, or the default settings where no file is named.
pub fn read<T: DeserializeOwned + Default>(path: Option<&PathBuf>) -> Result<T> {
    path.map_or_else(|| Ok(T::default()), |path| parse(path))
}

fn parse<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the settings file {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("the settings file {} has a mistake", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        #[allow(dead_code)]
        listen: Option<String>,
    }

    #[test]
    fn a_misspelt_setting_is_named() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("iroam.toml");
        std::fs::write(&path, "lissten = \"x\"").expect("written");
        let error = format!("{:#}", read::<Settings>(Some(&path)).expect_err("refused"));
        assert!(error.contains("lissten"), "{error}");
    }

    #[test]
    fn a_file_that_is_named_must_exist() {
        assert!(read::<Settings>(Some(&PathBuf::from("/nowhere/iroam.toml"))).is_err());
        assert!(read::<Settings>(None).is_ok());
    }
}
