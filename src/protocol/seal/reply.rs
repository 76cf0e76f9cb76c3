//! Sealing a reply: the host's side.

use super::context::ChunkCipher;
use super::{CHUNK_BYTES, ENC_BYTES, NONCE_BYTES, REPLY_SEALED, TAG_BYTES, varint};

/// Seals one reply, chunk by chunk. Without [`ReplySealer::last`] the reply is a cut one to whoever opens it.
pub struct ReplySealer {
    nonce: [u8; NONCE_BYTES],
    cipher: ChunkCipher,
}

impl ReplySealer {
    pub(super) fn new(secret: &[u8; NONCE_BYTES], enc: &[u8; ENC_BYTES], nonce: [u8; NONCE_BYTES]) -> Self {
        Self { nonce, cipher: ChunkCipher::new(secret, enc, &nonce) }
    }

    /// What the reply begins with.
    pub fn head(&self) -> Vec<u8> {
        [&[REPLY_SEALED], self.nonce.as_slice()].concat()
    }

    /// Appends `plain`, which is not the end, to `out`, in chunks of [`CHUNK_BYTES`] at most. Nothing gives nothing.
    pub fn push(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        out.reserve(plain.len() + (plain.len() / CHUNK_BYTES + 1) * (TAG_BYTES + 4));
        for chunk in plain.chunks(CHUNK_BYTES) {
            varint::put(out, chunk.len() + TAG_BYTES);
            let start = out.len();
            out.extend_from_slice(chunk);
            self.cipher.seal(out, start, false);
        }
    }

    /// Appends the end, which holds nothing more.
    pub fn last(mut self, out: &mut Vec<u8>) {
        varint::put(out, 0);
        let start = out.len();
        self.cipher.seal(out, start, true);
    }
}
