//! Proof of possession: a player's key signs every request, so that a ticket seen by someone else is worth nothing.

use sha2::{Digest, Sha256};

use super::device_key::DevicePublicKey;

const CONTEXT: &[u8] = b"iroam proof v1\n";

/// The signed bytes: `context || nonce || SHA-256(ticket) || SHA-256(request frame's payload)`.
pub fn message(nonce: &[u8; 16], ticket: &str, request: &[u8]) -> Vec<u8> {
    [CONTEXT, nonce, &Sha256::digest(ticket.as_bytes()), &Sha256::digest(request)].concat()
}

/// How a ticket names the key that may use it (claim `cnf`): base64url of SHA-256 of the raw public key.
pub fn thumbprint(key: &DevicePublicKey) -> String {
    super::b64::encode(&Sha256::digest(key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::DeviceKey;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_proof_is_for_one_request_only(
            nonce in any::<[u8; 16]>(), other_nonce in any::<[u8; 16]>(),
            ticket in "[a-z.]{1,40}", other_ticket in "[a-z.]{1,40}",
            request in prop::collection::vec(any::<u8>(), 0..64), other_request in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            let key = DeviceKey::from_seed(&[5; 32]);
            let proof = key.sign(&message(&nonce, &ticket, &request));
            let good = |nonce, ticket, request| key.public().verify(&message(nonce, ticket, request), &proof);
            prop_assert!(good(&nonce, &ticket, &request));
            prop_assert_eq!(good(&other_nonce, &ticket, &request), nonce == other_nonce);
            prop_assert_eq!(good(&nonce, &other_ticket, &request), ticket == other_ticket);
            prop_assert_eq!(good(&nonce, &ticket, &other_request), request == other_request);
        }
    }
}
