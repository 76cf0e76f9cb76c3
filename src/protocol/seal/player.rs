//! The player's side, as `assets/pcd/seal.js` has it: what the tests and the host's own checks ask with.

use std::convert::Infallible;

use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable as _, OpModeS, Serializable as _, setup_sender_with_rng};

use super::context::{ChunkCipher, REPLY_LABEL, Sender, exported, info};
use super::prekey::{Kem, PrekeyId, PublicKey};
use super::{CHUNK_BYTES_MAX, ENC_BYTES, NONCE_BYTES, REPLY_SEALED, SealError, TAG_BYTES, VERSION, varint};
use crate::types::HostId;

/// Opens the reply to one request.
pub struct ReplyOpener {
    secret: [u8; NONCE_BYTES],
    enc: [u8; ENC_BYTES],
    cipher: Option<ChunkCipher>,
    pending: Vec<u8>,
    /// The zero that comes before the last chunk was read.
    is_ending: bool,
}

/// Seals `request` to a host's prekey. `seed` is 32 random bytes, used for nothing else.
pub fn seal(request: &[u8], urgency: u8, prekey: &[u8; 32], host: HostId, seed: [u8; 32]) -> Result<(Vec<u8>, ReplyOpener), SealError> {
    let public = PublicKey::from_bytes(prekey).map_err(|_| SealError::UnknownPrekey)?;
    let set_up = setup_sender_with_rng::<_, _, Kem>(&OpModeS::Base, &public, &info(host), &mut Seed(seed));
    let (enc, mut context): (_, Sender) = set_up.map_err(|_| SealError::UnknownPrekey)?;
    let enc: [u8; ENC_BYTES] = enc.to_bytes().into();
    let head = [&[VERSION, urgency], PrekeyId::of(prekey).0.as_slice()].concat();
    let ciphertext = context.seal(request, &head).map_err(|_| SealError::TooLong)?;
    let secret = exported(|label, out| context.export(label, out), REPLY_LABEL);
    let wire = [head.as_slice(), &enc, &ciphertext].concat();
    Ok((wire, ReplyOpener::new(secret, enc)))
}

impl ReplyOpener {
    fn new(secret: [u8; NONCE_BYTES], enc: [u8; ENC_BYTES]) -> Self {
        Self { secret, enc, cipher: None, pending: Vec::new(), is_ending: false }
    }

    /// Takes what came and appends to `out` what of it can be opened. A reply that is not sealed is [`SealError::Version`].
    pub fn push(&mut self, wire: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        self.pending.extend_from_slice(wire);
        if self.cipher.is_none() && !self.begin()? {
            return Ok(());
        }
        while !self.is_ending && self.open_chunk(out)? {}
        if self.is_ending && self.pending.len() > CHUNK_BYTES_MAX + TAG_BYTES { Err(SealError::TooLong) } else { Ok(()) }
    }

    /// The reply has ended: its last chunk must be there and whole.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), SealError> {
        let Some(cipher) = self.cipher.as_mut().filter(|_| self.is_ending) else { return Err(SealError::Cut) };
        out.extend_from_slice(cipher.open(&mut self.pending, true)?);
        Ok(())
    }

    fn begin(&mut self) -> Result<bool, SealError> {
        let Some(first) = self.pending.first() else { return Ok(false) };
        if *first != REPLY_SEALED {
            return Err(SealError::Version);
        }
        let Some(nonce) = self.pending[1..].first_chunk() else { return Ok(false) };
        self.cipher = Some(ChunkCipher::new(&self.secret, &self.enc, nonce));
        self.pending.drain(..=NONCE_BYTES);
        Ok(true)
    }

    /// Whether there was a whole chunk.
    fn open_chunk(&mut self, out: &mut Vec<u8>) -> Result<bool, SealError> {
        let Some((length, prefix)) = varint::take(&self.pending) else { return Ok(false) };
        if length == 0 {
            self.pending.drain(..prefix);
            self.is_ending = true;
            return Ok(false);
        }
        if length > CHUNK_BYTES_MAX + TAG_BYTES {
            return Err(SealError::TooLong);
        }
        let Some(chunk) = self.pending.get_mut(prefix..prefix + length) else { return Ok(false) };
        let cipher = self.cipher.as_mut().expect("it was begun");
        out.extend_from_slice(cipher.open(chunk, false)?);
        self.pending.drain(..prefix + length);
        Ok(true)
    }
}

/// Gives the seed, once, to what asks for so many random bytes.
struct Seed([u8; 32]);

impl TryRng for Seed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("a key pair is made of bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("a key pair is made of bytes")
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.copy_from_slice(&std::mem::take(&mut self.0));
        Ok(())
    }
}

impl TryCryptoRng for Seed {}
