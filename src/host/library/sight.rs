//! A library of which some files are not to be seen: its readers' own tables leave them out, so that no question can forget to.

use std::path::Path;
use std::sync::Arc;

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Error, OptionalExtension};

use super::row::path_of;
use super::{Library, LibraryError, Shared};
use crate::types::ArtId;

/// Whether a file may be seen.
pub type Sight = Arc<dyn Fn(&Path) -> bool + Send + Sync>;

/// Names are looked for among a connection's temporary views first. Whatever names a track, by its number, goes with it.
const VIEWS: &str = "
    CREATE TEMP VIEW folder AS SELECT * FROM main.folder WHERE seen(path);
    CREATE TEMP VIEW track AS SELECT * FROM main.track
        WHERE (SELECT seen(above.path) FROM main.folder AS above WHERE above.n = main.track.folder);
    CREATE TEMP VIEW credit AS SELECT * FROM main.credit WHERE EXISTS (SELECT 1 FROM temp.track AS its WHERE its.n = main.credit.track);
    CREATE TEMP VIEW track_genre AS SELECT * FROM main.track_genre
        WHERE EXISTS (SELECT 1 FROM temp.track AS its WHERE its.n = main.track_genre.track);
    CREATE TEMP VIEW analysis AS SELECT * FROM main.analysis
        WHERE EXISTS (SELECT 1 FROM temp.track AS its WHERE its.n = main.analysis.track);";

/// Narrows a reader to what `sight` lets through.
pub(super) fn narrow(reader: &Connection, sight: &Sight) -> rusqlite::Result<()> {
    let sight = sight.clone();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    reader.create_scalar_function("seen", 1, flags, move |context| Ok(sight(path_of(context.get_raw(0).as_blob()?))))?;
    reader.execute_batch(VIEWS)?;
    let sql: String = reader.query_row("SELECT sql FROM main.sqlite_schema WHERE name = 'track_row'", [], |row| row.get(0))?;
    let shown = sql.strip_prefix("CREATE VIEW").ok_or(Error::InvalidQuery)?;
    reader.execute_batch(&format!("CREATE TEMP VIEW{shown}"))
}

impl Library {
    /// The same library, but for the files that `sight` hides: nothing that is asked of it tells of them.
    #[must_use]
    pub fn seen_by(&self, sight: Sight) -> Self {
        Self { shared: Arc::new(Shared::narrowed(&self.shared, sight)) }
    }

    /// Whether a picture is that of a track which may be seen.
    pub(super) fn shows(&self, art: &ArtId) -> Result<bool, LibraryError> {
        if !self.shared.is_narrowed {
            return Ok(true);
        }
        self.shared.readers.read(|index| {
            let mut statement =
                index.prepare_cached("SELECT 1 FROM track JOIN picture ON picture.n = track.art WHERE picture.id = ? LIMIT 1")?;
            Ok(statement.query_row([art.as_str()], |_| Ok(())).optional()?.is_some())
        })
    }
}
