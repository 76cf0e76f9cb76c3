//! The HPKE context of one request, and the key of its reply.

use hpke::aead::AesGcm128;
use hpke::kdf::HkdfSha256;
use ring::aead::{AES_128_GCM, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};

use super::prekey::Kem;
use super::{ENC_BYTES, NONCE_BYTES, SealError};
use crate::types::HostId;

pub(super) type Receiver = hpke::aead::AeadCtxR<AesGcm128, HkdfSha256, Kem>;
pub(super) type Sender = hpke::aead::AeadCtxS<AesGcm128, HkdfSha256, Kem>;

/// Of the key schedule (RFC 9180, section 5.1).
const REQUEST_INFO: &[u8] = b"iroam relay request v1\n";
/// Of the exported secret (RFC 9180, section 5.3).
pub(super) const REPLY_LABEL: &[u8] = b"iroam relay reply v1";
/// The last chunk's additional data; all others have none.
const FINAL: &[u8] = b"final";

/// A request is for one host only.
pub(super) fn info(host: HostId) -> Vec<u8> {
    [REQUEST_INFO, host.0.as_bytes()].concat()
}

/// The secret that both ends export.
pub(super) fn exported(export: impl Fn(&[u8], &mut [u8]) -> Result<(), hpke::HpkeError>, label: &[u8]) -> [u8; NONCE_BYTES] {
    let mut secret = [0; NONCE_BYTES];
    export(label, &mut secret).expect("16 bytes are not too many to export");
    secret
}

/// Seals or opens the chunks of one reply, in their order: each has the nonce of its number, so that one that is missing, twice there, out
/// of its place or from another reply does not open.
pub(super) struct ChunkCipher {
    key: LessSafeKey,
    nonce: [u8; NONCE_LEN],
    count: u64,
}

struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

impl ChunkCipher {
    /// RFC 9458, section 4.4.
    pub fn new(secret: &[u8; NONCE_BYTES], enc: &[u8; ENC_BYTES], nonce: &[u8; NONCE_BYTES]) -> Self {
        let derived = Salt::new(HKDF_SHA256, &[enc.as_slice(), nonce].concat()).extract(secret);
        let key: UnboundKey = derived.expand(&[b"key"], &AES_128_GCM).expect("a key is shorter than HKDF's limit").into();
        let mut base = [0; NONCE_LEN];
        let filled = derived.expand(&[b"nonce"], Bytes(NONCE_LEN)).and_then(|bytes| bytes.fill(&mut base));
        filled.expect("a nonce is shorter than HKDF's limit");
        Self { key: LessSafeKey::new(key), nonce: base, count: 0 }
    }

    /// Seals what is in `buffer` from `start` on, and appends the tag.
    pub fn seal(&mut self, buffer: &mut Vec<u8>, start: usize, is_last: bool) {
        let nonce = self.next_nonce();
        let tag = self
            .key
            .seal_in_place_separate_tag(nonce, aad(is_last), &mut buffer[start..])
            .expect("a chunk is shorter than the cipher's limit");
        buffer.extend_from_slice(tag.as_ref());
    }

    /// Opens `chunk` in place; the plaintext is its beginning.
    pub fn open<'a>(&mut self, chunk: &'a mut [u8], is_last: bool) -> Result<&'a [u8], SealError> {
        let nonce = self.next_nonce();
        let opened = self.key.open_in_place(nonce, aad(is_last), chunk).map_err(|_| SealError::Broken)?;
        Ok(opened)
    }

    fn next_nonce(&mut self) -> Nonce {
        let mut nonce = self.nonce;
        for (byte, count) in nonce.iter_mut().rev().zip(self.count.to_le_bytes()) {
            *byte ^= count;
        }
        self.count += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}

fn aad(is_last: bool) -> ring::aead::Aad<&'static [u8]> {
    ring::aead::Aad::from(if is_last { FINAL } else { &[] })
}
