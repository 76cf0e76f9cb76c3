//! Play tickets: PASETO v4.public tokens that serve signs and a host verifies offline.

use std::time::Duration;

use pasetors::Public;
use pasetors::keys::{AsymmetricPublicKey, AsymmetricSecretKey};
use pasetors::token::UntrustedToken;
use pasetors::version4::{PublicToken, V4};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::device_key::{DeviceKey, DevicePublicKey};
use crate::types::{HostId, SessionId, UnixMs, UserId};

/// What a ticket permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Browse the library and play from it.
    Media,
}

/// A ticket's claims. Times are Unix milliseconds: hence `iat_ms` and `exp_ms`, not the seconds of `iat` and `exp`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The only host that may honour it: `host:<uuid>`.
    pub aud: String,
    /// Who it was given to: `user:<uuid>`.
    pub sub: String,
    /// The play session.
    pub sid: SessionId,
    /// Names this ticket.
    pub jti: Uuid,
    pub iat_ms: UnixMs,
    pub exp_ms: UnixMs,
    pub scope: Scope,
    /// Thumbprint of the player's key, [`super::proof::thumbprint`].
    pub cnf: String,
    /// The session's minute that this ticket was paid for.
    pub minute: u32,
}

#[derive(Serialize, Deserialize)]
struct Footer {
    kid: String,
}

/// Why a ticket is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    #[error("the ticket is not one of this server's")]
    Invalid,
    #[error("the ticket has expired")]
    Expired,
    #[error("the ticket is from the future: a clock is wrong")]
    NotYetValid,
    #[error("the ticket is for another host")]
    WrongHost,
}

impl Claims {
    pub fn audience(host: HostId) -> String {
        format!("host:{host}")
    }

    pub fn subject(user: UserId) -> String {
        format!("user:{user}")
    }

    /// Whose subject it is; `None` when it is nobody's.
    pub fn user(&self) -> Option<UserId> {
        self.sub.strip_prefix("user:")?.parse().ok()
    }
}

/// Serve's side: holds the signing key.
#[derive(Debug, Clone)]
pub struct TicketSigner {
    key: DeviceKey,
    kid: String,
}

impl TicketSigner {
    pub fn new(key: DeviceKey) -> Self {
        let kid = key_id(&key.public());
        Self { key, kid }
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub fn public(&self) -> DevicePublicKey {
        self.key.public()
    }

    /// # Panics
    /// Never: claims serialise, and the key was an Ed25519 key when it was made.
    pub fn sign(&self, claims: &Claims) -> String {
        let pair = [self.key.seed(), *self.key.public().as_bytes()].concat();
        let secret = AsymmetricSecretKey::<V4>::from(&pair).expect("seed and public key belong together");
        let message = serde_json::to_vec(claims).expect("claims serialise");
        let footer = serde_json::to_vec(&Footer { kid: self.kid.clone() }).expect("the footer serialises");
        PublicToken::sign(&secret, &message, Some(&footer), None).expect("a non-empty message is signed")
    }
}

/// Names a signing key: the first 16 characters of its thumbprint.
pub fn key_id(key: &DevicePublicKey) -> String {
    super::proof::thumbprint(key)[..16].to_owned()
}

/// A host's side: knows its server's keys and itself.
#[derive(Clone, Debug)]
pub struct TicketVerifier {
    audience: String,
    keys: Vec<(String, DevicePublicKey)>,
    grace: Duration,
}

impl TicketVerifier {
    pub fn new(host: HostId, keys: Vec<(String, DevicePublicKey)>, grace: Duration) -> Self {
        Self { audience: Claims::audience(host), keys, grace }
    }

    /// Checks signature, audience and time (`now` is server time), in this order.
    pub fn verify(&self, token: &str, now: UnixMs) -> Result<Claims, TicketError> {
        let untrusted = UntrustedToken::<Public, V4>::try_from(token).map_err(|_| TicketError::Invalid)?;
        let footer: Footer = serde_json::from_slice(untrusted.untrusted_footer()).map_err(|_| TicketError::Invalid)?;
        let (_, key) = self.keys.iter().find(|(kid, _)| *kid == footer.kid).ok_or(TicketError::Invalid)?;
        let public = AsymmetricPublicKey::<V4>::from(key.as_bytes()).map_err(|_| TicketError::Invalid)?;
        let trusted = PublicToken::verify(&public, &untrusted, None, None).map_err(|_| TicketError::Invalid)?;
        let claims: Claims = serde_json::from_str(trusted.payload()).map_err(|_| TicketError::Invalid)?;
        self.check(&claims, now)?;
        Ok(claims)
    }

    fn check(&self, claims: &Claims, now: UnixMs) -> Result<(), TicketError> {
        if claims.aud != self.audience {
            return Err(TicketError::WrongHost);
        }
        if now >= claims.exp_ms.plus(self.grace) {
            return Err(TicketError::Expired);
        }
        if now.plus(self.grace) < claims.iat_ms {
            return Err(TicketError::NotYetValid);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: UnixMs = UnixMs(1_700_000_000_000);
    const GRACE: Duration = Duration::from_secs(5);

    fn host(n: u8) -> HostId {
        HostId::new(NOW, [n; 10])
    }

    fn signer() -> TicketSigner {
        TicketSigner::new(DeviceKey::from_seed(&[9; 32]))
    }

    fn claims() -> Claims {
        Claims {
            aud: Claims::audience(host(1)),
            sub: Claims::subject(UserId::new(NOW, [2; 10])),
            sid: SessionId::new(NOW, [3; 10]),
            jti: Uuid::from_u128(4),
            iat_ms: NOW,
            exp_ms: NOW.plus(Duration::from_secs(120)),
            scope: Scope::Media,
            cnf: "thumbprint".to_owned(),
            minute: 0,
        }
    }

    fn verifier(host: HostId, signer: &TicketSigner) -> TicketVerifier {
        TicketVerifier::new(host, vec![(signer.kid().to_owned(), signer.public())], GRACE)
    }

    #[test]
    fn a_good_ticket_reads_back() {
        let token = signer().sign(&claims());
        assert!(token.starts_with("v4.public."));
        assert_eq!(verifier(host(1), &signer()).verify(&token, NOW), Ok(claims()));
    }

    #[test]
    fn refuses_another_hosts_ticket() {
        let token = signer().sign(&claims());
        assert_eq!(verifier(host(2), &signer()).verify(&token, NOW), Err(TicketError::WrongHost));
    }

    #[test]
    fn refuses_before_its_time_and_after_it() {
        let token = signer().sign(&claims());
        let verify_at = |ms: i64| verifier(host(1), &signer()).verify(&token, UnixMs(NOW.0 + ms)).map(|_| ());
        assert_eq!(verify_at(-5_000), Ok(()));
        assert_eq!(verify_at(-5_001), Err(TicketError::NotYetValid));
        assert_eq!(verify_at(124_999), Ok(()));
        assert_eq!(verify_at(125_000), Err(TicketError::Expired));
    }

    #[test]
    fn refuses_a_forger_who_borrows_the_key_id() {
        let forger = TicketSigner { key: DeviceKey::from_seed(&[66; 32]), kid: signer().kid().to_owned() };
        let token = forger.sign(&claims());
        assert_eq!(verifier(host(1), &signer()).verify(&token, NOW), Err(TicketError::Invalid));
    }

    #[test]
    fn fails_closed_without_keys() {
        let token = signer().sign(&claims());
        let keyless = TicketVerifier::new(host(1), Vec::new(), GRACE);
        assert_eq!(keyless.verify(&token, NOW), Err(TicketError::Invalid));
    }

    proptest! {
        #[test]
        fn one_changed_character_is_refused(at in 0usize..400, to in prop::char::range('!', '~')) {
            let token = signer().sign(&claims());
            let mut forged: Vec<char> = token.chars().collect();
            let at = at % forged.len();
            prop_assume!(forged[at] != to);
            forged[at] = to;
            let forged: String = forged.into_iter().collect();
            prop_assert!(verifier(host(1), &signer()).verify(&forged, NOW).is_err());
        }

        #[test]
        fn any_text_is_refused_without_a_panic(text in ".{0,300}") {
            prop_assert_eq!(verifier(host(1), &signer()).verify(&text, NOW), Err(TicketError::Invalid));
        }
    }
}
