//! Stateless resets (RFC 9000, section 10.3) that survive a restart: a server that was killed and started again tells its
//! old peers at their next keep-alive that it has forgotten them, instead of letting them wait for the idle timeout.

use std::time::Duration;

use quinn::crypto::{CryptoError, HmacKey};
use quinn::{ConnectionId, ConnectionIdGenerator};
use sha2::{Digest, Sha256};

use crate::auth::DeviceKey;
use crate::auth::token::same;
use crate::types::random;

const CONTEXT: &[u8] = b"iroam stateless reset v1\n";
/// quinn takes the first 16 bytes as the token.
const SIGNATURE_BYTES: usize = 16;
const CONNECTION_ID_BYTES: usize = 8;

/// A key for reset tokens, derived from the device's own so that it is the same after a restart.
pub(super) struct ResetKey([u8; 32]);

impl ResetKey {
    pub(super) fn derive(key: &DeviceKey) -> Self {
        Self(Sha256::new().chain_update(CONTEXT).chain_update(key.seed()).finalize().into())
    }

    // A keyed hash cut to half its length: no length extension, and connection ids are short anyway.
    fn token(&self, data: &[u8]) -> [u8; SIGNATURE_BYTES] {
        let digest: [u8; 32] = Sha256::new().chain_update(self.0).chain_update(data).finalize().into();
        *digest.first_chunk().expect("a SHA-256 digest has 32 bytes")
    }
}

impl HmacKey for ResetKey {
    fn sign(&self, data: &[u8], signature_out: &mut [u8]) {
        signature_out.copy_from_slice(&self.token(data));
    }

    fn signature_len(&self) -> usize {
        SIGNATURE_BYTES
    }

    fn verify(&self, data: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        if same(&self.token(data), signature) { Ok(()) } else { Err(CryptoError) }
    }
}

/// Plain random connection ids: an id from before a restart must not look foreign, or no reset would be sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct RandomIds;

impl ConnectionIdGenerator for RandomIds {
    fn generate_cid(&mut self) -> ConnectionId {
        ConnectionId::new(&random::bytes::<CONNECTION_ID_BYTES>())
    }

    fn cid_len(&self) -> usize {
        CONNECTION_ID_BYTES
    }

    fn cid_lifetime(&self) -> Option<Duration> {
        None
    }
}
