//! Passwords: Argon2id (RFC 9106), kept as PHC strings.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

use crate::types::Secret;

/// Fewest characters of a password (NIST SP 800-63B: at least 8 with a second factor, 15 alone; we ask 10 until there is one).
pub const LENGTH_MIN: usize = 10;
/// Most bytes: longer ones only cost us work.
pub const BYTES_MAX: usize = 1024;

/// OWASP's second choice: 19 MiB, 2 passes, 1 lane. A sign-in costs a small VPS about 30 ms and 19 MiB.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// A hash of a password nobody has: verified for unknown users, so that they take as long as known ones.
const NOBODYS_SALT: [u8; 16] = *b"nobody's account";

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("a password needs at least {LENGTH_MIN} characters")]
    TooShort,
    #[error("a password has at most {BYTES_MAX} bytes")]
    TooLong,
    #[error("the password could not be hashed")]
    Hashing,
}

fn argon2id() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("constants within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Checks the rules and hashes, about 30 ms and 19 MiB: run it off the event loop, a few at a time.
pub fn hash(password: &Secret<String>, salt: [u8; 16]) -> Result<String, PasswordError> {
    let password = password.expose();
    if password.chars().count() < LENGTH_MIN {
        return Err(PasswordError::TooShort);
    }
    if password.len() > BYTES_MAX {
        return Err(PasswordError::TooLong);
    }
    hash_unchecked(password.as_bytes(), salt)
}

fn hash_unchecked(password: &[u8], salt: [u8; 16]) -> Result<String, PasswordError> {
    let hashed = argon2id().hash_password_with_salt(password, &salt).map_err(|_| PasswordError::Hashing)?;
    Ok(hashed.to_string())
}

/// Whether `password` is the one behind `phc`. `None` (no such user) does the same work and says no.
pub fn verify(password: &Secret<String>, phc: Option<&str>) -> bool {
    let password = password.expose().as_bytes();
    if password.len() > BYTES_MAX {
        return false;
    }
    match phc.map(PasswordHash::new) {
        Some(Ok(parsed)) => argon2id().verify_password(password, &parsed).is_ok(),
        _ => {
            let _ = hash_unchecked(password, NOBODYS_SALT);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn verifies_the_right_password_only() {
        let phc = hash(&secret("correct horse battery"), [1; 16]).expect("long enough");
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify(&secret("correct horse battery"), Some(&phc)));
        assert!(!verify(&secret("correct horse batterz"), Some(&phc)));
    }

    #[test]
    fn fails_closed_without_a_user_or_with_a_broken_hash() {
        assert!(!verify(&secret("anything at all"), None));
        assert!(!verify(&secret(""), Some("")));
        assert!(!verify(&secret("anything at all"), Some("$argon2id$broken")));
    }

    #[test]
    fn refuses_short_and_endless_passwords() {
        assert_eq!(hash(&secret("short"), [1; 16]), Err(PasswordError::TooShort));
        assert_eq!(hash(&secret(&"x".repeat(2000)), [1; 16]), Err(PasswordError::TooLong));
    }
}
