//! Words every room shares: ids, money, secrets, time, randomness and texts to show.

pub mod clock;
pub mod ids;
pub mod money;
pub mod random;
pub mod secret;
pub mod showable;

pub use clock::{Clock, SystemClock, UnixMs};
pub use ids::{AlbumId, ArtId, HostId, ItemId, PlaylistId, SessionId, TrackId, UserId};
pub use money::Money;
pub use secret::Secret;
