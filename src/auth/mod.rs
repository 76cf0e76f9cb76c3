//! Who may do what, as pure rules: bytes, times and randomness come in as arguments.

pub mod b64;
pub mod device_grant;
pub mod device_key;
pub mod password;
pub mod proof;
pub mod replay;
pub mod ticket;
pub mod token;

pub use device_key::{DeviceKey, DevicePublicKey};
pub use replay::ReplayGuard;
pub use ticket::{Claims, Standing, TicketError, TicketSigner, TicketVerifier};
