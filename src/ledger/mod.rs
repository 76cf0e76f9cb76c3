//! What a minute costs. Pure: no clock, no storage.

pub mod tariff;

pub use tariff::{Quote, Tariff};
