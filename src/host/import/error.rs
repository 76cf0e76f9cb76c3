//! Why a file of another program is not taken.

use std::io;

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the file cannot be read: {0}")]
    Read(io::Error),
    #[error(
        "this is no file that iRoam can import: it takes libraries of iTunes, Music and Rhythmbox, playlists (M3U, PLS, XSPF), tables (CSV) and its own exports"
    )]
    UnknownKind,
    #[error("the file is damaged, or was cut short, near byte {at}: write it anew with the program that it comes from")]
    Damaged { at: u64 },
    #[error("the file defines entities of its own, as no library does: it is not read")]
    Entities,
    #[error("the file holds {0}, which no library does: it is not read")]
    TooMuch(&'static str),
    #[error("the table has no column that iRoam knows: name them in its first line, such as title, artist, album, rating, plays, path")]
    NoColumns,
}

/// A reader's complaint that it met more than is allowed; it travels within an [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct TooMuch(pub(super) &'static str);

impl From<io::Error> for ImportError {
    fn from(error: io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<TooMuch>()) {
            Some(TooMuch(what)) => Self::TooMuch(what),
            None => Self::Read(error),
        }
    }
}
