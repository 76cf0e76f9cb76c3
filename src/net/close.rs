//! Why a tunnel ended.

use quinn::{ConnectionError, VarInt};

use crate::protocol::tunnel::CloseCode;

/// Longest reason that is taken over from a peer, characters.
const REASON_CHARS_MAX: usize = 200;

/// The end of a tunnel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Closed {
    /// What the peer closed it with; `None` when the connection was lost or was closed on this side.
    pub code: Option<CloseCode>,
    /// For people; free of control characters.
    pub reason: String,
}

impl Closed {
    pub(super) fn lost(reason: impl Into<String>) -> Self {
        Self { code: None, reason: reason.into() }
    }
}

impl From<ConnectionError> for Closed {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::ApplicationClosed(close) => {
                let code = CloseCode::from_u64(close.error_code.into_inner());
                Self { code, reason: printable(&close.reason, "closed by the other side") }
            }
            ConnectionError::TimedOut => Self::lost("the other side no longer answers"),
            ConnectionError::Reset => Self::lost("the other side has forgotten this tunnel"),
            ConnectionError::LocallyClosed => Self::lost("closed on this side"),
            other => Self::lost(other.to_string()),
        }
    }
}

/// A peer's text may hold anything: keep what a log line can show.
fn printable(bytes: &[u8], otherwise: &str) -> String {
    let text: String = String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).take(REASON_CHARS_MAX).collect();
    if text.is_empty() { otherwise.to_owned() } else { text }
}

pub(super) fn wire_code(code: CloseCode) -> VarInt {
    VarInt::from_u32(code.as_u32())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peers_reason_cannot_write_control_characters_or_endless_text() {
        assert_eq!(printable(b"\x1b[31mred\n", "x"), "[31mred");
        assert_eq!(printable(&[b'a'; 5000], "x").len(), REASON_CHARS_MAX);
        assert_eq!(printable(b"", "nothing said"), "nothing said");
    }
}
