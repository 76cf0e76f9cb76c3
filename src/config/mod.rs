//! Settings from flags, `IROAM_*` environment, a TOML file and defaults, in this order.

#[cfg(feature = "serve")]
mod database;
#[cfg(all(feature = "serve", feature = "host"))]
mod demo;
mod file;
#[cfg(feature = "host")]
mod host;
#[cfg(feature = "serve")]
mod password;
mod paths;
#[cfg(feature = "serve")]
mod serve;

#[cfg(feature = "serve")]
pub use database::{data_place, end_of_move};
#[cfg(all(feature = "serve", feature = "host"))]
pub use demo::{DemoConfig, demo};
#[cfg(feature = "host")]
pub use host::{ScanConfig, host, library, scan};
#[cfg(feature = "serve")]
pub use password::read_password;
#[cfg(feature = "serve")]
pub use serve::serve;
