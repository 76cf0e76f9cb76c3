//! A library of which some files are not to be seen: its readers' own tables leave them out, so that no question can forget to.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Error, OptionalExtension};

use super::identity::SLACK_MS;
use super::row::path_of;
use super::{Library, LibraryError, Shared};
use crate::types::ArtId;

/// Whether a file may be seen.
pub type Sight = Arc<dyn Fn(&Path) -> bool + Send + Sync>;

/// Names are looked for among a connection's temporary views first. Whatever names a track, by its number, goes with it.
const VIEWS: &str = "
    CREATE TEMP VIEW folder AS SELECT * FROM main.folder WHERE seen(path);
    CREATE TEMP VIEW credit AS SELECT * FROM main.credit WHERE EXISTS (SELECT 1 FROM temp.track AS its WHERE its.n = main.credit.track);
    CREATE TEMP VIEW track_genre AS SELECT * FROM main.track_genre
        WHERE EXISTS (SELECT 1 FROM temp.track AS its WHERE its.n = main.track_genre.track);
    CREATE TEMP VIEW analysis AS SELECT * FROM main.analysis
        WHERE EXISTS (SELECT 1 FROM temp.track AS its WHERE its.n = main.analysis.track);";

/// Narrows a reader to what `sight` lets through.
pub(super) fn narrow(reader: &Connection, sight: &Sight) -> rusqlite::Result<()> {
    let sight = sight.clone();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    // Whoever reads many tracks meets those of one folder together.
    let last = RefCell::new((Vec::new(), sight(path_of(&[]))));
    let seen = move |path: &[u8]| {
        let mut last = last.borrow_mut();
        if last.0 != path {
            *last = (path.to_vec(), sight(path_of(path)));
        }
        last.1
    };
    reader.create_scalar_function("seen", 1, flags, move |context| Ok(seen(context.get_raw(0).as_blob()?)))?;
    reader.execute_batch(&track_view(reader)?)?;
    reader.execute_batch(VIEWS)?;
    let sql: String = reader.query_row("SELECT sql FROM main.sqlite_schema WHERE name = 'track_row'", [], |row| row.get(0))?;
    let shown = sql.strip_prefix("CREATE VIEW").ok_or(Error::InvalidQuery)?;
    reader.execute_batch(&format!("CREATE TEMP VIEW{shown}"))
}

/// The tracks that are seen. One of which only what is hidden is another copy is no duplicate: what is there twice among the seen is so
/// among all.
fn track_view(reader: &Connection) -> rusqlite::Result<String> {
    let mut statement = reader.prepare("SELECT name FROM pragma_table_info('track', 'main')")?;
    let twin = |is_same: String| {
        format!(
            "EXISTS (SELECT 1 FROM main.track AS twin JOIN main.folder AS above ON above.n = twin.folder
             WHERE twin.duplicate AND twin.state = 'present' AND twin.n <> it.n AND {is_same} AND seen(above.path))"
        )
    };
    let by_sound = twin("twin.fingerprint = it.fingerprint".to_owned());
    let by_name = twin(format!("twin.song = it.song AND abs(twin.duration_ms - it.duration_ms) <= {SLACK_MS}"));
    let column = |name: String| {
        if name == "duplicate" { format!("(it.duplicate AND ({by_sound} OR {by_name})) AS duplicate") } else { format!("it.{name}") }
    };
    let columns: Vec<String> = statement.query_map([], |row| row.get(0).map(column))?.collect::<Result<_, _>>()?;
    let is_seen = "(SELECT seen(above.path) FROM main.folder AS above WHERE above.n = it.folder)";
    Ok(format!("CREATE TEMP VIEW track AS SELECT {} FROM main.track AS it WHERE {is_seen}", columns.join(", ")))
}

impl Library {
    /// The same library, but for the files that `sight` hides: nothing that is asked of it tells of them.
    #[must_use]
    pub fn seen_by(&self, sight: Sight) -> Self {
        Self { shared: Arc::new(Shared::narrowed(&self.shared, sight)) }
    }

    /// Whether a picture is that of a track which may be seen.
    pub(super) fn shows(&self, art: &ArtId) -> Result<bool, LibraryError> {
        if self.shared.sight == 0 {
            return Ok(true);
        }
        self.shared.readers.read(|index| {
            let mut statement =
                index.prepare_cached("SELECT 1 FROM track JOIN picture ON picture.n = track.art WHERE picture.id = ? LIMIT 1")?;
            Ok(statement.query_row([art.as_str()], |_| Ok(())).optional()?.is_some())
        })
    }
}
