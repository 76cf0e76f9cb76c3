//! Who may use a relay, and to which host: the seam where shares and billing plug in.

use futures_util::future::BoxFuture;

use crate::store::Host;
use crate::types::UserId;

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// To this user the host does not exist: others' hosts are not to be found by trying ids.
    Unknown,
    /// The host is known to the user, but may not be used now; the text says why and what to do.
    Forbidden(String),
}

/// Asked before a play session begins or goes on, and before each relayed request.
pub trait AccessControl: Send + Sync {
    fn may_use<'a>(&'a self, user: UserId, host: &'a Host) -> BoxFuture<'a, Result<(), Refusal>>;
}

/// Today's rule: a host is its owner's.
pub struct OwnerOnly;

impl AccessControl for OwnerOnly {
    fn may_use<'a>(&'a self, user: UserId, host: &'a Host) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(async move { if host.owner == user { Ok(()) } else { Err(Refusal::Unknown) } })
    }
}
