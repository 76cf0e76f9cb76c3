//! The sizes in which a host has its pictures.

use serde::{Deserialize, Serialize};

/// Pixels of the longer side at most; a picture that is smaller stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum ArtSize {
    S64,
    S160,
    S320,
    #[default]
    S600,
    /// 1200
    Full,
}

impl ArtSize {
    pub const ALL: [Self; 5] = [Self::S64, Self::S160, Self::S320, Self::S600, Self::Full];

    pub fn side(self) -> u32 {
        u16::from(self).into()
    }
}

impl From<ArtSize> for u16 {
    fn from(size: ArtSize) -> Self {
        match size {
            ArtSize::S64 => 64,
            ArtSize::S160 => 160,
            ArtSize::S320 => 320,
            ArtSize::S600 => 600,
            ArtSize::Full => 1200,
        }
    }
}

impl TryFrom<u16> for ArtSize {
    type Error = &'static str;

    fn try_from(side: u16) -> Result<Self, Self::Error> {
        Self::ALL.into_iter().find(|size| u16::from(*size) == side).ok_or("a picture's size is 64, 160, 320, 600 or 1200")
    }
}
