//! `iroam admin move-database` by the real program, between real databases. The judges are rusqlite and psql, which know nothing of how it works.

#[path = "move_database/command.rs"]
mod command;
#[path = "move_database/content.rs"]
mod content;
#[path = "move_database/faults.rs"]
mod faults;
#[path = "move_database/judge.rs"]
mod judge;
#[path = "move_database/million.rs"]
mod million;
#[path = "move_database/pairs.rs"]
mod pairs;
#[path = "postgres_kit/mod.rs"]
mod postgres_kit;
#[path = "move_database/refusals.rs"]
mod refusals;
