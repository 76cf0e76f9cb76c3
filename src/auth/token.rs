//! Bearer tokens: a prefix that says what they are, 32 random bytes; stored hashed.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::b64;
use crate::types::Secret;

/// What a token is for; its prefix makes a leaked one recognisable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A browser's signed-in session, in its cookie.
    WebSession,
    /// A link that signs in once.
    SignInLink,
    /// A device code (RFC 8628).
    DeviceCode,
    /// A paired host's access to serve's HTTP API.
    HostAccess,
}

impl TokenKind {
    pub fn prefix(self) -> &'static str {
        match self {
            Self::WebSession => "irs_",
            Self::SignInLink => "irl_",
            Self::DeviceCode => "ird_",
            Self::HostAccess => "irh_",
        }
    }
}

/// What is stored of a token: SHA-256 is enough for 256 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

/// Makes a token of `random`.
pub fn make(kind: TokenKind, random: [u8; 32]) -> Secret<String> {
    Secret::new(format!("{}{}", kind.prefix(), b64::encode(&random)))
}

/// The hash to look a presented token up by; `None` when it is not of this kind.
pub fn hash(kind: TokenKind, presented: &str) -> Option<TokenHash> {
    let random: [u8; 32] = b64::decode(presented.strip_prefix(kind.prefix())?)?;
    let digest = Sha256::new().chain_update(kind.prefix()).chain_update(random).finalize();
    Some(TokenHash(digest.into()))
}

/// Compares two short secrets without telling by the time where they differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_one_kind_is_nothing_to_another() {
        let token = make(TokenKind::WebSession, [3; 32]);
        assert!(hash(TokenKind::WebSession, token.expose()).is_some());
        assert_eq!(hash(TokenKind::HostAccess, token.expose()), None);
        assert_eq!(hash(TokenKind::WebSession, "irs_"), None);
        assert_eq!(hash(TokenKind::WebSession, ""), None);
    }

    #[test]
    fn different_tokens_have_different_hashes() {
        let hashes = [[1; 32], [2; 32]].map(|random| hash(TokenKind::SignInLink, make(TokenKind::SignInLink, random).expose()));
        assert_ne!(hashes[0], hashes[1]);
    }
}
