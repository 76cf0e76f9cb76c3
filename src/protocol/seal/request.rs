//! Opening a sealed request: the host's side.

use hpke::{Deserializable as _, OpModeR, setup_receiver};

use super::context::{REPLY_LABEL, exported, info};
use super::prekey::{Kem, Prekey, PrekeyId};
use super::reply::ReplySealer;
use super::{ENC_BYTES, HEAD_BYTES, NONCE_BYTES, SealError, URGENCY_MAX, VERSION};
use crate::types::HostId;

/// A request as it came, its open beginning read.
#[derive(Debug)]
pub struct SealedRequest<'a> {
    /// How urgent its sender says it is; 0 is the most. It only orders what this host sends.
    pub urgency: u8,
    pub prekey: PrekeyId,
    head: &'a [u8; HEAD_BYTES],
    enc: &'a [u8; ENC_BYTES],
    ciphertext: &'a [u8],
}

/// What was inside, and what its reply is sealed with.
pub struct Opened {
    pub request: Vec<u8>,
    pub reply: ReplySealer,
}

impl<'a> SealedRequest<'a> {
    pub fn parse(wire: &'a [u8]) -> Result<Self, SealError> {
        let (head, rest) = wire.split_first_chunk::<HEAD_BYTES>().ok_or(SealError::TooShort)?;
        let (enc, ciphertext) = rest.split_first_chunk().ok_or(SealError::TooShort)?;
        let [version, urgency, prekey @ ..] = head;
        if *version != VERSION {
            return Err(SealError::Version);
        }
        Ok(Self { urgency: (*urgency).min(URGENCY_MAX), prekey: PrekeyId(*prekey), head, enc, ciphertext })
    }

    /// Opens it with the key that it names. `reply_nonce` is 16 random bytes.
    pub fn open(&self, key: &Prekey, host: HostId, reply_nonce: [u8; NONCE_BYTES]) -> Result<Opened, SealError> {
        let enc = <Kem as hpke::Kem>::EncappedKey::from_bytes(self.enc).map_err(|_| SealError::Broken)?;
        let context = setup_receiver::<_, _, Kem>(&OpModeR::Base, key.private(), &enc, &info(host));
        let mut context: super::context::Receiver = context.map_err(|_| SealError::Broken)?;
        let request = context.open(self.ciphertext, self.head).map_err(|_| SealError::Broken)?;
        let secret = exported(|label, out| context.export(label, out), REPLY_LABEL);
        Ok(Opened { request, reply: ReplySealer::new(&secret, self.enc, reply_nonce) })
    }
}
