//! Ids are newtypes: a host's id is never passed where a user's belongs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::clock::UnixMs;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A UUIDv7 (RFC 9562, section 5.7) of this instant and these random bytes.
            pub fn new(now: UnixMs, random: [u8; 10]) -> Self {
                let millis = u64::try_from(now.0).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

uuid_id! {
    /// An account on serve.
    UserId,
    /// A paired home PC.
    HostId,
    /// One play session: a player talking to a host.
    SessionId,
    /// One library item of one host.
    TrackId,
    /// A playlist, or a folder of some, on serve.
    PlaylistId,
    /// A place in a playlist.
    ItemId,
}

/// An album of one host, named by a digest of what makes it one (32 lower-case hex digits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AlbumId(pub [u8; 16]);

/// What was given is not 32 lower-case hex digits.
#[derive(Debug, thiserror::Error)]
#[error("an album id is 32 lower-case hex digits")]
pub struct BadAlbumId;

impl TryFrom<String> for AlbumId {
    type Error = BadAlbumId;
    fn try_from(text: String) -> Result<Self, BadAlbumId> {
        let is_plain = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = u128::from_str_radix(&text, 16).ok().filter(|_| is_plain).ok_or(BadAlbumId)?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl From<AlbumId> for String {
    fn from(id: AlbumId) -> Self {
        format!("{:032x}", u128::from_be_bytes(id.0))
    }
}

/// A cover picture, named by the SHA-256 of its bytes (64 lower-case hex digits).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ArtId(String);

/// What was given is not 64 lower-case hex digits.
#[derive(Debug, thiserror::Error)]
#[error("an art id is 64 lower-case hex digits")]
pub struct BadArtId;

impl ArtId {
    pub fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ArtId {
    type Error = BadArtId;
    fn try_from(text: String) -> Result<Self, BadArtId> {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == 64 && text.bytes().all(is_hex) { Ok(Self(text)) } else { Err(BadArtId) }
    }
}

impl From<ArtId> for String {
    fn from(id: ArtId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_read_back() {
        let early = TrackId::new(UnixMs(1_000), [9; 10]);
        let late = TrackId::new(UnixMs(2_000), [1; 10]);
        assert!(early < late);
        assert_eq!(late.to_string().parse::<TrackId>().ok(), Some(late));
    }

    #[test]
    fn art_ids_cannot_name_a_path() {
        assert!(ArtId::try_from("../".repeat(22)).is_err());
        assert!(ArtId::try_from("A".repeat(64)).is_err());
        assert_eq!(ArtId::from_digest([0xab; 32]).as_str(), "ab".repeat(32));
    }
}
