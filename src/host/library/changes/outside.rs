//! Changes that another process made, or a part of this one that said nothing of them: SQLite tells that a file was written to.

use rusqlite::{Connection, OptionalExtension};

use super::super::listeners::IMPORTS;
use super::super::{Library, LibraryError};

/// Looks at both files; each keeps a connection open, because only to one that stays does SQLite tell what is new.
pub struct Outside {
    library: Library,
    index: Connection,
    listeners: Connection,
    /// How often the files had been replaced when they were opened.
    replaced: u64,
    seen: Seen,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    index: i64,
    listeners: i64,
    imports: Option<Vec<u8>>,
}

impl Library {
    pub fn outside(&self) -> Result<Outside, LibraryError> {
        let replaced = self.shared.readers.replaced();
        let (index, listeners) = (self.shared.readers.open()?, self.shared.listeners.open_reader()?);
        let seen = Seen::look(&index, &listeners)?;
        Ok(Outside { library: self.clone(), index, listeners, replaced, seen })
    }
}

impl Outside {
    /// Raises the version if somebody else has written since the last look, or a file was replaced. An error means that a file is damaged:
    /// look anew with another one of these.
    pub fn look(&mut self) -> Result<(), LibraryError> {
        // The file that was replaced is still open, and reads well, but nobody writes to it.
        if self.replaced != self.library.shared.readers.replaced() {
            *self = self.library.outside()?;
            self.library.shared.changes.of_everything();
            return Ok(());
        }
        let seen = Seen::look(&self.index, &self.listeners)?;
        let changes = &self.library.shared.changes;
        let mut is_foreign = seen.imports != self.seen.imports;
        {
            let mut own = changes.own();
            if seen.index != self.seen.index {
                is_foreign |= !std::mem::take(&mut own.index);
            }
            if seen.listeners != self.seen.listeners {
                is_foreign |= !std::mem::take(&mut own.listeners);
            }
        }
        self.seen = seen;
        if is_foreign {
            changes.of_everything();
        }
        Ok(())
    }
}

impl Seen {
    fn look(index: &Connection, listeners: &Connection) -> rusqlite::Result<Self> {
        let version = |file: &Connection| file.pragma_query_value(Some("main"), "data_version", |row| row.get(0));
        let sql = "SELECT value FROM meta WHERE name = ?";
        let imports = listeners.prepare_cached(sql)?.query_row([IMPORTS], |row| row.get(0)).optional()?;
        Ok(Self { index: version(index)?, listeners: version(listeners)?, imports })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Made;
    use super::*;
    use crate::types::{UnixMs, UserId};

    #[test]
    fn what_others_write_is_noticed_after_the_index_was_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::open(folder.path()).expect("opens");
        let mut outside = library.outside().expect("opens");
        super::super::super::recover::replace(&library.index()).expect("replaced");
        library.renew().expect("sound");
        let version = || library.changes().since(UserId::new(UnixMs(1), [1; 10]), None).version;
        let before = version();
        outside.look().expect("looked");
        let replaced = version();
        assert!(replaced > before);
        outside.look().expect("looked");
        assert_eq!(version(), replaced, "nothing happened since");
        library.keep_made([Made::plain(1)]).expect("written");
        outside.look().expect("looked");
        assert!(version() > replaced);
    }
}
