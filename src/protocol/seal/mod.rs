//! Sealing: what the relay carries between player and host, so that the server in the middle has none of it in readable form.
//!
//! A request is sealed to the host's prekey by HPKE (RFC 9180, base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM). Its reply
//! is sealed in chunks under a key that is exported from the same context, as in chunked Oblivious HTTP (RFC 9458, section 4.4, and
//! draft-ietf-ohai-chunked-ohttp, section 6.2). There is no handshake: requests stay parallel and independent of each other.
//! Who asks is proved by what is inside, the ticket and its proof.
//!
//! ```text
//! request = version: u8 | urgency: u8 | prekey id: 8 bytes | enc: 32 bytes | ciphertext
//! reply   = 1: u8 | nonce: 16 bytes | (chunk length: varint | ciphertext)* | 0: u8 | the last ciphertext, to the end
//!         | 0: u8 | a reply that is not sealed, because the request could not be opened
//! ```
//!
//! Pure: randomness is an argument. The twin of [`player`] is `assets/pcd/seal.js`; both read `tests/vectors/seal.json`.

mod context;
pub mod player;
pub mod prekey;
mod reply;
mod request;
mod varint;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use prekey::{Prekey, PrekeyId, PublicPrekey};
pub use reply::ReplySealer;
pub use request::{Opened, SealedRequest};

/// The version of the sealing that this build speaks.
pub const VERSION: u8 = 1;
/// Bytes before the encapsulated key: version, urgency, prekey id. They are sent openly, and changing one makes the request worthless.
pub const HEAD_BYTES: usize = 10;
/// An encapsulated X25519 key.
pub const ENC_BYTES: usize = 32;
/// The tag of AES-128-GCM.
pub const TAG_BYTES: usize = 16;
/// What sealing adds to a request.
pub const REQUEST_OVERHEAD: usize = HEAD_BYTES + ENC_BYTES + TAG_BYTES;
/// The response nonce: as long as the longer of key and nonce (RFC 9458, section 4.4).
pub const NONCE_BYTES: usize = 16;
/// The longest chunk of a reply that is read, before it was sealed.
pub const CHUNK_BYTES_MAX: usize = 64 * 1024;
/// What a reply is sealed in. A chunk can be used when all of it is there: on a narrow way a long one would be waited for.
pub const CHUNK_BYTES: usize = 16 * 1024;
/// How often a host makes a new prekey.
pub const PREKEY_PERIOD: Duration = Duration::from_secs(24 * 60 * 60);
/// How long players may use one: a page that sleeps over night goes on with the one that it has.
pub const PREKEY_LIFETIME: Duration = Duration::from_secs(2 * 24 * 60 * 60);
/// The most urgent is 0, as in RFC 9218, section 4.1.
pub const URGENCY_MAX: u8 = 7;

/// First byte of a reply.
pub const REPLY_OPEN: u8 = 0;
pub const REPLY_SEALED: u8 = 1;

/// Why something sealed cannot be read. It says no more on purpose: whoever sent it wrong may be an attacker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("it is too short to be sealed")]
    TooShort,
    #[error("it is sealed by another version")]
    Version,
    /// Made for a key that is not there any more: ask for the present one.
    #[error("it is sealed to a key that this host does not have")]
    UnknownPrekey,
    #[error("it was changed on the way, or was not sealed for this host")]
    Broken,
    #[error("it was cut")]
    Cut,
    #[error("a chunk is longer than allowed")]
    TooLong,
}
