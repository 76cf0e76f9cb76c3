//! Settings from flags, `IROAM_*` environment, a TOML file and defaults, in this order.

mod file;
mod paths;
#[cfg(feature = "host")]
mod host;
#[cfg(feature = "serve")]
mod password;
#[cfg(feature = "serve")]
mod serve;
#[cfg(all(feature = "serve", feature = "host"))]
mod demo;

#[cfg(all(feature = "serve", feature = "host"))]
pub use demo::{DemoConfig, demo};
#[cfg(feature = "host")]
pub use host::{ScanConfig, host, scan};
#[cfg(feature = "serve")]
pub use password::read_password;
#[cfg(feature = "serve")]
pub use serve::serve;
