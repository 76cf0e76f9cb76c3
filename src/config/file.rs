//! The TOML settings file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use serde::de::DeserializeOwned;

/// Reads `path`, or the default settings where no file is named.
pub fn read<T: DeserializeOwned + Default>(path: Option<&PathBuf>) -> Result<T> {
    path.map_or_else(|| Ok(T::default()), |path| parse(path))
}

fn parse<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the settings file {}", path.display()))?;
    toml::from_str(&text).map_err(|error| anyhow!("the settings file {} has a mistake: {}", path.display(), mistake(&text, &error)))
}

/// Where a mistake is and which, in one line. The parser's own would show the whole line of the file, and there may be a secret in it.
fn mistake(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let before = text.get(..start).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    let line = text.lines().nth(number - 1).unwrap_or_default();
    format!("line {number}: {}", words(error.message(), key_of(line)))
}

/// The name before the equals sign.
fn key_of(line: &str) -> &str {
    let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    line.split_once('=').map(|(name, _)| name.trim()).filter(is_name).unwrap_or("the value")
}

fn words(message: &str, key: &str) -> String {
    // These repeat the value.
    if let Some((_, expected)) =
        message.split_once(", expected ").filter(|_| message.starts_with("invalid type: ") || message.starts_with("invalid value: "))
    {
        return format!("{key} must be {}", kind(expected));
    }
    if message.contains("unknown field `database_password`") {
        return "database_password is not known: put the password into a file and name that with database_password_file".to_owned();
    }
    message.lines().collect::<Vec<_>>().join(", ")
}

/// A type in a person's words.
fn kind(expected: &str) -> &str {
    match expected {
        "usize" | "u64" | "u32" | "u16" => "a whole number",
        "a string" | "path string" => "text in quotes",
        "a sequence" => "a list in brackets",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        #[allow(dead_code)]
        listen: Option<String>,
        #[allow(dead_code)]
        connections: Option<usize>,
        #[allow(dead_code)]
        media: Option<Vec<PathBuf>>,
    }

    fn refusal(text: &str) -> String {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("iroam.toml");
        std::fs::write(&path, text).expect("written");
        format!("{:#}", read::<Settings>(Some(&path)).expect_err("refused"))
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
    fn a_mistake_is_told_in_one_line_without_what_may_be_secret() {
        let cases = [
            ("listen = \"x\"\ndatabase_password = \"S3cr3t\"", "line 2: database_password is not known: put the password into a file"),
            ("listen = \"postgres://a:S3cr3t@b/c", "line 1: "),
            ("listen = 'S3cr3t\nconnections = 5", "line 1: "),
            ("listen S3cr3t", "line 1: "),
            ("connections = S3cr3t", "line 1: "),
            ("listen = \"a\" S3cr3t", "line 1: "),
            ("listen = \"a\"\nlisten = \"S3cr3t\"", "line 2: "),
            ("\n\nconnections = \"S3cr3t\"", "line 3: connections must be a whole number"),
            ("connections = -1", "line 1: connections must be a whole number"),
            ("connections = 3.5", "line 1: connections must be a whole number"),
            ("listen = 5", "line 1: listen must be text in quotes"),
            ("media = \"S3cr3t\"", "line 1: media must be a list in brackets"),
            ("media = [1]", "line 1: media must be text in quotes"),
        ];
        for (text, words) in cases {
            let said = refusal(text);
            assert!(said.contains(words) && !said.contains("S3cr3t") && !said.contains('\n'), "{text}: {said}");
        }
    }

    #[test]
    fn a_file_that_is_named_must_exist() {
        assert!(read::<Settings>(Some(&PathBuf::from("/nowhere/iroam.toml"))).is_err());
        assert!(read::<Settings>(None).is_ok());
    }
}
