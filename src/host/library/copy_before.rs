//! A copy of the index before it is brought up to date, for whoever has to go back; it goes when all went well.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};

use super::LibraryError;
use super::row::path_bytes;

/// Makes `library.db.before-<version>`, whole or not at all.
pub(super) fn make(connection: &Connection, index: &Path, version: usize) -> Result<(), LibraryError> {
    let (copy, part) = (copy(index, version, ""), copy(index, version, ".part"));
    remove(&part)?;
    connection.execute("VACUUM INTO ?", [Name(&part)])?;
    fs::File::open(&part)?.sync_all()?;
    Ok(fs::rename(part, copy)?)
}

/// Of all versions up to this one: also what a kill has left.
pub(super) fn drop_all(index: &Path, version: usize) -> io::Result<()> {
    (1..version).flat_map(|version| ["", ".part"].map(|end| copy(index, version, end))).try_for_each(|copy| remove(&copy))
}

/// Names of files are bytes, which SQL takes for a text.
struct Name<'a>(&'a Path);

impl ToSql for Name<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(path_bytes(self.0))))
    }
}

fn copy(index: &Path, version: usize, end: &str) -> PathBuf {
    let mut name: OsString = index.as_os_str().to_owned();
    name.push(format!(".before-{version}{end}"));
    PathBuf::from(name)
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
