//! A host's prekeys: X25519 keys that live for a day or two, so that a host that is taken over one day opens nothing of the days before.

use std::fmt;

use hpke::kem::{Kem as _, X25519HkdfSha256};
use hpke::{Deserializable as _, Serializable as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::types::{HostId, UnixMs};

pub(super) type Kem = X25519HkdfSha256;
pub(super) type PrivateKey = <Kem as hpke::Kem>::PrivateKey;
pub(super) type PublicKey = <Kem as hpke::Kem>::PublicKey;

/// What the identity key signs begins with this, so that no other signature of a host's can be taken for it.
const STATEMENT: &[u8] = b"iroam prekey v1\n";

/// 32 and 64 bytes in base64url.
const KEY_CHARS: usize = 43;
const SIGNATURE_CHARS: usize = 86;

/// Names a prekey: the first 8 bytes of SHA-256 over its public half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PrekeyId(pub [u8; 8]);

/// A host's own prekey. Its private half is never written down.
pub struct Prekey {
    private: PrivateKey,
    public: [u8; 32],
}

/// What a player is told of a prekey. Binary fields are base64url without padding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicPrekey {
    /// X25519, 32 bytes.
    pub key: String,
    /// Not to be used from here on.
    pub not_after_ms: UnixMs,
    /// Ed25519 by the host's identity key over [`statement`].
    pub signature: String,
}

impl PrekeyId {
    pub fn of(public: &[u8; 32]) -> Self {
        let digest = Sha256::digest(public);
        Self(digest[..8].try_into().expect("a digest has 32 bytes"))
    }
}

impl Prekey {
    /// `seed` is 32 random bytes, used for nothing else.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let (private, public) = Kem::derive_keypair(seed);
        Self { private, public: public.to_bytes().into() }
    }

    /// From the private key's own bytes (RFC 7748).
    pub fn from_private(private: &[u8; 32]) -> Option<Self> {
        let private = PrivateKey::from_bytes(private).ok()?;
        let public = Kem::sk_to_pk(&private).to_bytes().into();
        Some(Self { private, public })
    }

    pub fn id(&self) -> PrekeyId {
        PrekeyId::of(&self.public)
    }

    pub fn public(&self) -> &[u8; 32] {
        &self.public
    }

    pub(super) fn private(&self) -> &PrivateKey {
        &self.private
    }
}

impl PublicPrekey {
    /// Whether its fields have the lengths of a key and of a signature. Whose they are, only a player can tell.
    pub fn is_well_formed(&self) -> bool {
        self.key.len() == KEY_CHARS && self.signature.len() == SIGNATURE_CHARS
    }
}

impl fmt::Debug for Prekey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prekey").field("id", &self.id()).finish_non_exhaustive()
    }
}

/// What the host's identity key signs: this key is `host`'s until `not_after`.
pub fn statement(host: HostId, public: &[u8; 32], not_after: UnixMs) -> Vec<u8> {
    [STATEMENT, host.0.as_bytes(), public, &not_after.0.to_be_bytes()].concat()
}
