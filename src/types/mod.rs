//! Words every room shares: ids, money, secrets, time and randomness.

pub mod clock;
pub mod ids;
pub mod money;
pub mod random;
pub mod secret;

pub use clock::{Clock, SystemClock, UnixMs};
pub use ids::{ArtId, HostId, SessionId, TrackId, UserId};
pub use money::Money;
pub use secret::Secret;
