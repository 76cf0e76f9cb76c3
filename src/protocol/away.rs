//! What of a library lies in folders that are not there now: their disk is unplugged, their share is down.

use serde::{Deserialize, Serialize};

/// Tracks that come back with their folders. Of others than the owner's, only how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Away {
    pub tracks: u64,
    pub videos: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<AwayFolder>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwayFolder {
    /// Its own, without the folders around it.
    pub name: String,
    pub tracks: u64,
    pub videos: u64,
}

impl Away {
    pub fn is_nothing(&self) -> bool {
        self.tracks + self.videos == 0
    }
}
