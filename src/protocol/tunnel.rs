//! The tunnel between host and serve: QUIC, ALPN `iroam/1`, both ends known by their Ed25519 keys.
//!
//! The host opens the first bidirectional stream and sends [`Hello`]; serve answers [`Answer`], and the stream stays open
//! for [`Notice`]s from serve and [`Report`]s from the host. Every later bidirectional stream is opened by serve: [`Open`], then bytes.

use serde::{Deserialize, Serialize};

use super::seal::PublicPrekey;
use crate::types::{HostId, UnixMs};

/// ALPN of the tunnel (RFC 7301).
pub const ALPN: &[u8] = b"iroam/1";

/// Versions of the tunnel protocol that this build speaks.
pub const VERSIONS: VersionRange = VersionRange { min: 1, max: 1 };

/// An inclusive range of versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRange {
    pub min: u16,
    pub max: u16,
}

impl VersionRange {
    /// The highest version that both sides speak.
    pub fn negotiate(self, other: Self) -> Option<u16> {
        let highest = self.max.min(other.max);
        (highest >= self.min.max(other.min)).then_some(highest)
    }
}

/// Host to serve, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    pub versions: VersionRange,
    /// What the host calls itself, for people.
    pub name: String,
    /// The program's version.
    pub software: String,
    /// What players seal their requests to.
    pub prekey: PublicPrekey,
}

/// Serve to host, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Answer {
    Welcome(Welcome),
    Refused { code: RefusalCode, detail: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    pub version: u16,
    pub host_id: HostId,
    /// Serve's clock when it answered: the host corrects its own by it.
    pub server_time_ms: UnixMs,
    /// Keys that sign tickets: id and 32-byte Ed25519 public key, base64url.
    pub ticket_keys: Vec<TicketKey>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketKey {
    pub kid: String,
    pub key: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// No version is spoken by both.
    NoCommonVersion,
    /// The hello does not parse.
    BadHello,
    /// The key was never paired, or was revoked.
    NotPaired,
}

/// Serve to host, at any time after the welcome, on the first stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Notice {
    /// Ticket keys changed; these are all of them.
    TicketKeys { ticket_keys: Vec<TicketKey> },
}

/// Host to serve, at any time after the welcome, on the first stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Report {
    /// From now on this one; the one before is good until its time is over.
    Prekey { prekey: PublicPrekey },
}

/// Serve to host, first on every relayed stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Open {
    /// A sealed request follows to the end of the stream; the sealed reply comes back.
    Relay {},
}

/// Application close codes of the tunnel connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseCode {
    /// A side is shutting down; reconnect later.
    GoingAway,
    /// The owner removed this host; do not reconnect.
    Revoked,
    /// The same identity connected from elsewhere; do not fight over it.
    Replaced,
    /// Hello refused or broken; the refusal says why.
    Refused,
}

impl CloseCode {
    pub fn as_u32(self) -> u32 {
        match self {
            Self::GoingAway => 1,
            Self::Revoked => 2,
            Self::Replaced => 3,
            Self::Refused => 4,
        }
    }

    pub fn from_u64(code: u64) -> Option<Self> {
        [Self::GoingAway, Self::Revoked, Self::Replaced, Self::Refused].into_iter().find(|known| u64::from(known.as_u32()) == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn range() -> impl Strategy<Value = VersionRange> {
        (0u16..20, 0u16..20).prop_map(|(a, b)| VersionRange { min: a.min(b), max: a.max(b) })
    }

    proptest! {
        #[test]
        fn negotiation_is_symmetric_and_spoken_by_both(ours in range(), theirs in range()) {
            let agreed = ours.negotiate(theirs);
            prop_assert_eq!(agreed, theirs.negotiate(ours));
            let common: Vec<u16> = (ours.min..=ours.max).filter(|v| (theirs.min..=theirs.max).contains(v)).collect();
            prop_assert_eq!(agreed, common.last().copied());
        }
    }
}
