//! Where a server keeps what it knows.

use std::io;
use std::path::{Path, PathBuf, absolute};

use super::key_file;
use crate::store::Location;

/// The folder's own database.
const OWN: &str = "iroam.db";
/// Names the database that the folder was last used with.
const NOTE: &str = "database";

/// A server's folder and its database.
#[derive(Clone, Debug)]
pub struct DataPlace {
    /// Of the keys and the lock; made when missing.
    pub folder: PathBuf,
    /// `None`: a file in the folder.
    pub database: Option<Location>,
}

/// A database as it is said on the command line.
pub fn url(location: &Location) -> String {
    match location {
        Location::Sqlite(path) => format!("sqlite:{}", path.display()),
        server @ Location::Postgres(_) => server.to_string(),
    }
}

impl DataPlace {
    /// A folder that holds everything.
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), database: None }
    }

    /// The database that it has when none is said.
    pub fn own_file(&self) -> PathBuf {
        self.folder.join(OWN)
    }

    pub fn location(&self) -> Location {
        self.database.clone().unwrap_or_else(|| Location::Sqlite(self.own_file()))
    }

    /// The database as it is said on the command line.
    pub fn url(&self) -> String {
        url(&self.location())
    }

    /// The same, for the note: it stays true when the folder is moved.
    fn lasting_url(&self) -> io::Result<String> {
        match self.location() {
            Location::Sqlite(path) => {
                let path = absolute(path)?;
                if path == absolute(self.own_file())? { Ok(format!("sqlite:{OWN}")) } else { Ok(format!("sqlite:{}", path.display())) }
            }
            server @ Location::Postgres(_) => Ok(server.to_string()),
        }
    }

    /// The database that this folder was last used with; `None`: with none so far.
    pub fn used_with(&self) -> io::Result<Option<String>> {
        match std::fs::read_to_string(self.folder.join(NOTE)) {
            Ok(text) => Ok(Some(text.trim_end().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether `noted` is this place's database.
    pub fn is(&self, noted: &str) -> io::Result<bool> {
        Ok(self.lasting_url()? == noted)
    }

    /// Notes that the folder is used with this database.
    pub fn note(&self) -> io::Result<()> {
        let url = self.lasting_url()?;
        if self.used_with()?.as_deref() == Some(&url) { Ok(()) } else { key_file::replace(&self.folder.join(NOTE), &url) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_its_database_also_where_it_is_moved_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let (here, there) = (folder.path().join("here"), folder.path().join("there"));
        std::fs::create_dir(&here).expect("made");
        let place = DataPlace::in_folder(&here);
        assert_eq!(place.used_with().expect("readable"), None);
        place.note().expect("written");
        std::fs::rename(&here, &there).expect("moved");
        let noted = DataPlace::in_folder(&there).used_with().expect("readable").expect("noted");
        assert!(DataPlace::in_folder(&there).is(&noted).expect("a path"));
        let elsewhere = DataPlace { database: Some(Location::Sqlite("/elsewhere.db".into())), ..DataPlace::in_folder(&there) };
        assert!(!elsewhere.is(&noted).expect("a path"));
        elsewhere.note().expect("written over");
        assert_eq!(elsewhere.used_with().expect("readable").as_deref(), Some("sqlite:/elsewhere.db"));
    }
}
