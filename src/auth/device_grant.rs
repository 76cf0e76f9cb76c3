//! The device authorization grant's rules (RFC 8628), without storage or clock.

use std::time::Duration;

use crate::types::{UnixMs, UserId};

/// How long a code may wait for its owner.
pub const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// Least time between two polls (section 3.5).
pub const INTERVAL: Duration = Duration::from_secs(2);

/// Consonants that are not mistaken for one another or make words (section 6.1).
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const CODE_LETTERS: usize = 8;

/// Where a grant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantState {
    Pending,
    Approved(UserId),
    Denied,
}

/// A device code's stored state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    pub state: GrantState,
    pub expires_at: UnixMs,
    pub polled_at: Option<UnixMs>,
}

/// The answer to one poll (sections 3.5 and 5.2 of RFC 6749).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    AuthorizationPending,
    SlowDown,
    AccessDenied,
    ExpiredToken,
    Approved(UserId),
}

impl Poll {
    /// The error code on the wire; `None` for an approval.
    pub fn error_code(self) -> Option<&'static str> {
        match self {
            Self::AuthorizationPending => Some("authorization_pending"),
            Self::SlowDown => Some("slow_down"),
            Self::AccessDenied => Some("access_denied"),
            Self::ExpiredToken => Some("expired_token"),
            Self::Approved(_) => None,
        }
    }
}

impl Grant {
    pub fn new(now: UnixMs) -> Self {
        Self { state: GrantState::Pending, expires_at: now.plus(LIFETIME), polled_at: None }
    }

    pub fn is_expired(&self, now: UnixMs) -> bool {
        now >= self.expires_at
    }

    /// A device asks at `now`; the caller stores `polled_at` afterwards.
    pub fn poll(&mut self, now: UnixMs) -> Poll {
        let too_soon = self.polled_at.is_some_and(|last| now.since_ms(last) < i64::try_from(INTERVAL.as_millis()).unwrap_or(i64::MAX));
        self.polled_at = Some(now);
        match self.state {
            _ if self.is_expired(now) => Poll::ExpiredToken,
            GrantState::Denied => Poll::AccessDenied,
            // An approved device need not wait: nothing is left to guess.
            GrantState::Approved(user) => Poll::Approved(user),
            GrantState::Pending if too_soon => Poll::SlowDown,
            GrantState::Pending => Poll::AuthorizationPending,
        }
    }
}

/// A code for people, `XXXX-XXXX`, about 34 bits: short-lived, throttled and confirmed by its owner.
pub fn user_code(random: [u8; 16]) -> String {
    // Two bytes a letter keep the modulo's bias below a thousandth.
    let letter = |pair: &[u8]| char::from(ALPHABET[usize::from(u16::from_be_bytes([pair[0], pair[1]])) % ALPHABET.len()]);
    let letters: String = random.chunks_exact(2).map(letter).collect();
    format!("{}-{}", &letters[..CODE_LETTERS / 2], &letters[CODE_LETTERS / 2..])
}

/// What a person typed, as [`user_code`] writes it; `None` when it cannot be a code.
pub fn normalise_user_code(typed: &str) -> Option<String> {
    if typed.len() > 64 {
        return None;
    }
    let letters: String = typed.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()).collect();
    let known = letters.bytes().all(|byte| ALPHABET.contains(&byte));
    (known && letters.len() == CODE_LETTERS).then(|| format!("{}-{}", &letters[..CODE_LETTERS / 2], &letters[CODE_LETTERS / 2..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: UnixMs = UnixMs(1_000_000);

    #[test]
    fn a_hasty_device_is_slowed_down() {
        let mut grant = Grant::new(START);
        assert_eq!(grant.poll(START), Poll::AuthorizationPending);
        assert_eq!(grant.poll(START.plus(Duration::from_millis(100))), Poll::SlowDown);
        assert_eq!(grant.poll(START.plus(Duration::from_secs(10))), Poll::AuthorizationPending);
    }

    #[test]
    fn an_expired_grant_is_expired_even_when_approved() {
        let user = UserId::new(START, [1; 10]);
        let mut grant = Grant { state: GrantState::Approved(user), ..Grant::new(START) };
        assert_eq!(grant.poll(START), Poll::Approved(user));
        assert_eq!(grant.poll(START.plus(LIFETIME)), Poll::ExpiredToken);
    }

    proptest! {
        #[test]
        fn codes_survive_sloppy_typing(random in any::<[u8; 16]>()) {
            let code = user_code(random);
            let sloppy = format!(" {} ", code.to_lowercase().replace('-', " "));
            prop_assert_eq!(normalise_user_code(&sloppy), Some(code));
        }

        #[test]
        fn anything_typed_is_a_code_or_nothing(typed in ".{0,80}") {
            if let Some(code) = normalise_user_code(&typed) {
                prop_assert_eq!(code.len(), CODE_LETTERS + 1);
            }
        }
    }
}
