//! Who a track is: it keeps its id when its file is moved, renamed or tagged anew, and when it comes back after it was away.

mod duplicates;
mod fingerprint;
mod ids;
mod key;
mod purge;
mod whereabouts;

pub(super) use duplicates::{SLACK_MS, Twins, duplicate_groups, mark_duplicates, song};
pub use fingerprint::Fingerprint;
pub(super) use ids::Identities;
pub(super) use key::IdKey;
pub(super) use purge::forget_purged;
pub(super) use whereabouts::{Reach, witnesses};
