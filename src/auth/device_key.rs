//! The Ed25519 key (RFC 8032) that is a device's identity: a host's, a server's, a player's.

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::b64;

/// DER of an Ed25519 PKCS#8 v1 private key up to its seed (RFC 8410, section 7).
const PKCS8_PREFIX: [u8; 16] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// DER of an Ed25519 SubjectPublicKeyInfo up to its key (RFC 8410, section 4).
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A private identity key. `Debug` shows the public half only.
#[derive(Clone)]
pub struct DeviceKey(SigningKey);

/// The public half: how a device is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DevicePublicKey([u8; 32]);

/// The bytes are not an Ed25519 key, or not one that may be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a usable Ed25519 public key")]
pub struct BadKey;

impl DeviceKey {
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The 32 bytes to keep on disk, mode 0600.
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    pub fn public(&self) -> DevicePublicKey {
        DevicePublicKey(self.0.verifying_key().to_bytes())
    }

    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// PKCS#8 DER, as TLS wants it.
    pub fn pkcs8_der(&self) -> Vec<u8> {
        [PKCS8_PREFIX.as_slice(), &self.seed()].concat()
    }
}

impl DevicePublicKey {
    /// Refuses keys of small order: they would verify anything.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, BadKey> {
        match VerifyingKey::from_bytes(&bytes) {
            Ok(key) if !key.is_weak() => Ok(Self(bytes)),
            _ => Err(BadKey),
        }
    }

    pub fn parse(text: &str) -> Result<Self, BadKey> {
        Self::from_bytes(b64::decode(text).ok_or(BadKey)?)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// SubjectPublicKeyInfo DER: the raw public key of TLS (RFC 7250).
    pub fn spki_der(&self) -> Vec<u8> {
        [SPKI_PREFIX.as_slice(), &self.0].concat()
    }

    pub fn from_spki_der(der: &[u8]) -> Result<Self, BadKey> {
        let key = der.strip_prefix(&SPKI_PREFIX).and_then(|rest| <[u8; 32]>::try_from(rest).ok());
        Self::from_bytes(key.ok_or(BadKey)?)
    }

    /// Strict verification: one signature has one encoding.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let key = VerifyingKey::from_bytes(&self.0).expect("checked when this key was made");
        key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Display for DevicePublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&b64::encode(&self.0))
    }
}

impl fmt::Debug for DevicePublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DevicePublicKey({self})")
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({})", self.public())
    }
}

/// What a host signs to show, when it asks to be paired, that its key is its own.
pub fn pairing_message(server_url: &str) -> Vec<u8> {
    [b"iroam pair v1\n".as_slice(), server_url.trim_end_matches('/').as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_rfc_8032_test_1_does() {
        let seed = b64::decode::<32>("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").expect("32 bytes");
        let key = DeviceKey::from_seed(&seed);
        assert_eq!(key.public().to_string(), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        let signature = key.sign(b"");
        assert_eq!(signature[..4], [0xe5, 0x56, 0x43, 0x00]);
        assert!(key.public().verify(b"", &signature));
        assert!(!key.public().verify(b"x", &signature));
    }

    #[test]
    fn reads_its_own_spki_and_refuses_others() {
        let public = DeviceKey::from_seed(&[7; 32]).public();
        assert_eq!(DevicePublicKey::from_spki_der(&public.spki_der()), Ok(public));
        assert_eq!(DevicePublicKey::from_spki_der(&[0; 44]), Err(BadKey));
        assert_eq!(DevicePublicKey::from_spki_der(&[]), Err(BadKey));
    }

    #[test]
    fn refuses_keys_of_small_order() {
        let mut identity_point = [0; 32];
        identity_point[0] = 1;
        assert_eq!(DevicePublicKey::from_bytes(identity_point), Err(BadKey));
    }

    #[test]
    fn debug_never_shows_the_seed() {
        let key = DeviceKey::from_seed(&[7; 32]);
        assert!(!format!("{key:?}").contains(&b64::encode(&[7; 32])));
    }
}
