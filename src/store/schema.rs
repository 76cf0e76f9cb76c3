//! The numbered migrations, the same on both engines. They are written for SQLite; `postgres::dialect` maps the few types.

/// Migration n brings schema n-1 to n.
pub const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_accounts_and_hosts.sql"),
    include_str!("migrations/0002_server_identity.sql"),
    include_str!("migrations/0003_playlists.sql"),
];

/// The schema this program knows.
pub fn current() -> i64 {
    i64::try_from(MIGRATIONS.len()).expect("a few migrations")
}
