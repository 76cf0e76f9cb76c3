//! Why a file says nothing.

use std::error::Error;
use std::io;
use std::iter::successors;

/// What came of a file's bytes, or whether there were any.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum Silent {
    /// They are of no use.
    #[error("{0}")]
    Damaged(String),
    /// The system could not read them just now.
    #[error("it cannot be read: {0}")]
    Unread(io::ErrorKind),
}

impl Silent {
    pub(in super::super) fn damaged(reason: &str) -> Self {
        Self::Damaged(reason.to_owned())
    }

    /// By what a parser says. An error of the system is no damage, but for places beyond what a file may have, where damage sent it.
    pub(in super::super) fn of(error: &(dyn Error + 'static)) -> Self {
        let mut causes = successors(Some(error), |error| (*error).source()).filter_map(|error| error.downcast_ref::<io::Error>());
        let is_of_system = |error: &&io::Error| error.raw_os_error().is_some_and(|code| ![libc::EINVAL, libc::EOVERFLOW].contains(&code));
        match causes.find(is_of_system) {
            Some(error) => Self::Unread(error.kind()),
            None => Self::Damaged(format!("it is damaged or not what its name says: {error}")),
        }
    }
}
