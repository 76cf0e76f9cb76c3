//! What other programs know of a library: tracks with what was made of them, and playlists; and writing the same for them.
//!
//! A file is read to one model, whatever its format; its tracks are matched to those of the index; then stars, counts and dates
//! are written to the host, and playlists are sent to the server, which keeps them.

mod bounded;
mod course;
mod detect;
mod error;
mod export;
mod fetching;
mod itunes;
mod matching;
mod model;
mod nearby;
mod own;
mod place;
mod playlists;
mod plist;
mod report;
mod rhythmbox;
mod run;
mod sending;
mod table;
mod text;
mod xml;

pub use detect::{read, read_from};
pub use error::ImportError;
pub use export::{ExportConfig, ExportFormat, Exported, export};
pub use itunes::rules as itunes_rules;
pub use matching::{Mapping, Outcome, Shelf, Way, matched};
pub use model::{Content, ForeignPlaylist, ForeignTrack, Format, Imported, Made, Oddity};
pub use nearby::libraries_in;
pub use place::Place;
pub use playlists::Source;
pub use report::{FileReport, ListOutcome, NotMatched, PlaylistReport, Report};
pub use run::{ImportConfig, import};
pub use sending::Existing;
