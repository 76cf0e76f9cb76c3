//! The embedded engine against real files.

mod backup;
mod busy;
mod children;
mod damage;
mod failing_sync;
mod faults;
mod full;
mod groups;
mod kit;
mod law;
mod locks;
mod opening;
mod schema;
