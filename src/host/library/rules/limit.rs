//! Which tracks a limit takes first, and how many.

use sha2::{Digest, Sha256};

use super::sql::Sql;
use crate::protocol::rules::{Limit, LimitBy, LimitUnit, Rules};
use crate::types::UnixMs;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const MINUTE_MS: i64 = 60 * 1000;
const MEGABYTE: i64 = 1_000_000;

/// How much a track counts.
pub(super) fn measure(limit: &Limit) -> &'static str {
    match limit.unit {
        LimitUnit::Items => "1",
        LimitUnit::Minutes => "t.duration_ms",
        LimitUnit::Megabytes => "t.size",
    }
}

/// How much all may count together.
pub(super) fn most(limit: &Limit) -> i64 {
    let count = i64::try_from(limit.count).unwrap_or(i64::MAX);
    match limit.unit {
        LimitUnit::Items => count,
        LimitUnit::Minutes => count.saturating_mul(MINUTE_MS),
        LimitUnit::Megabytes => count.saturating_mul(MEGABYTE),
    }
}

/// Whether the order is one of what the listener made of the tracks.
pub(super) fn is_by_listener(limit: &Limit) -> bool {
    !matches!(limit.by, LimitBy::Random | LimitBy::Title | LimitBy::Artist | LimitBy::Album | LimitBy::Genre)
}

/// Names a random order: another one each day, and for other rules.
pub(super) fn seed(rules: &Rules, now: UnixMs) -> i64 {
    let mut digest = Sha256::new();
    digest.update(serde_json::to_vec(rules).expect("rules serialise"));
    digest.update(now.0.div_euclid(DAY_MS).to_be_bytes());
    let digest: [u8; 32] = digest.finalize().into();
    i64::from_be_bytes(std::array::from_fn(|at| digest[at]))
}

macro_rules! by {
    (album) => {
        "t.album IS NULL, (SELECT fold(ifnull(sort_title, title)) FROM album WHERE n = t.album), t.album, t.disc_no, t.track_no"
    };
    (artist) => {
        concat!("t.artist IS NULL, fold(t.artist), ", by!(album))
    };
    (rating) => {
        "coalesce(h.rating, t.rating, 0)"
    };
    (plays) => {
        "ifnull(h.plays, 0)"
    };
    (played) => {
        // Never is longer ago than anything.
        "ifnull(h.last_played_ms, -9223372036854775808)"
    };
    (added) => {
        "ifnull(h.added_ms, t.added_at_ms)"
    };
}

/// What makes tracks differ where the limit's own order does not, comes after it; the id is last, so that there is one order only.
pub(super) fn order<'s>(sql: &'s mut Sql, limit: &Limit, seed: i64) -> &'s mut Sql {
    sql.text(" ORDER BY ");
    match limit.by {
        LimitBy::Random => sql.text("shuffled(t.id, ").bind(seed).text(")"),
        LimitBy::Title => sql.text("fold(ifnull(t.sort_title, t.title))"),
        LimitBy::Artist => sql.text(by!(artist)),
        LimitBy::Album => sql.text(by!(album)),
        LimitBy::Genre => sql.text(concat!("t.genre IS NULL, fold(t.genre), ", by!(artist))),
        LimitBy::HighestRating => sql.text(concat!(by!(rating), " DESC, ", by!(plays), " DESC, ", by!(added), " DESC")),
        LimitBy::LowestRating => sql.text(concat!(by!(rating), ", ", by!(plays), ", ", by!(added))),
        LimitBy::MostPlayed => sql.text(concat!(by!(plays), " DESC, ", by!(played), " DESC")),
        LimitBy::LeastPlayed => sql.text(concat!(by!(plays), ", ", by!(played))),
        LimitBy::MostRecentlyPlayed => sql.text(concat!(by!(played), " DESC")),
        LimitBy::LeastRecentlyPlayed => sql.text(concat!(by!(played), ", ", by!(plays))),
        LimitBy::MostRecentlyAdded => sql.text(concat!(by!(added), " DESC")),
        LimitBy::LeastRecentlyAdded => sql.text(by!(added)),
    };
    sql.text(", t.id")
}
