//! What the store promises, on both engines: each test is written once, and runs as `sqlite::…` and as `postgres::…`.

mod broken;
mod catalogue;
mod engines;
mod fixtures;
mod gate;
mod grants;
mod hosts;
mod hygiene;
mod laws;
mod links;
mod model;
mod play_sessions;
mod playlists;
mod psql;
mod races;
mod schema;
mod sweep;
mod text;
mod users;
mod web_sessions;
