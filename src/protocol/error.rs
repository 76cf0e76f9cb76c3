//! The typed errors a host answers with.

use serde::{Deserialize, Serialize};

/// What went wrong, for programs. `detail` of [`ErrorBody`] is for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request does not parse, or passes a limit.
    BadRequest,
    /// The protocol version is not spoken here.
    UnsupportedVersion,
    /// The ticket is missing, malformed, or not signed by this host's server.
    TicketInvalid,
    TicketExpired,
    /// The ticket is for another host.
    TicketWrongHost,
    /// The player's key did not sign this request, or is not the ticket's.
    ProofInvalid,
    /// This very request was made before.
    Replayed,
    /// No such track, art, rendition or segment.
    NotFound,
    /// The file was there when the library was scanned and is not now.
    Gone,
    /// The folder that the file is in is not there now, and what lies in it comes back with it.
    Away,
    /// The file does not decode.
    Unplayable,
    /// A codec package is not installed; the detail names it.
    MissingPlugin,
    /// The host has too much to do; ask again shortly.
    Busy,
    Internal,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct ErrorBody {
    pub code: ErrorCode,
    /// One sentence: what happened and what to do. Never a path, a secret or a stack.
    pub detail: String,
}

impl ErrorBody {
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}
