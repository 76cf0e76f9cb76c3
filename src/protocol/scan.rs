//! How far a host's scan has come.

use serde::{Deserialize, Serialize};

/// A scan that runs. Names of files and folders are nobody's business but the owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanStatus {
    pub phase: ScanPhase,
    /// How many files there are to look at: as the last scan found until this one has walked all folders; `None` when there was none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub files: Option<u64>,
    /// Come to so far.
    pub found: u64,
    /// Done with: unchanged, read or skipped.
    pub done: u64,
    /// New or changed, and in the library now.
    pub read: u64,
    /// Files done with a second, of late.
    pub per_second: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seconds_left: Option<u64>,
    pub elapsed_ms: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanPhase {
    /// Folders are walked, and what is new in them is read.
    Looking,
    /// All folders are walked.
    Reading,
    /// What is gone is noted.
    Finishing,
}
