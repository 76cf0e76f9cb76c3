//! The schema's tables as data, for what goes over all of them alike. A test holds this list against the real schema.

/// What a column holds, on both engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Integer,
    Text,
    Bytes,
}
use Kind::{Bytes, Integer, Text};

/// A table that holds rows of the program's.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    pub name: &'static str,
    /// In the schema's order.
    pub columns: &'static [(&'static str, Kind)],
    /// The columns of the primary key, in its order.
    pub key: &'static [&'static str],
}

impl Table {
    /// Where the key's columns stand among all of them.
    pub fn key_positions(&self) -> impl Iterator<Item = usize> {
        self.key.iter().map(|key| self.columns.iter().position(|(name, _)| name == key).expect("a key is made of columns"))
    }
}

/// Every table, each after those that it refers to.
pub const TABLES: &[Table] = &[
    Table {
        name: "users",
        columns: &[("id", Text), ("name", Text), ("name_key", Text), ("password_phc", Text), ("created_at_ms", Integer)],
        key: &["id"],
    },
    Table {
        name: "web_sessions",
        columns: &[("token_hash", Bytes), ("user_id", Text), ("created_at_ms", Integer), ("expires_at_ms", Integer)],
        key: &["token_hash"],
    },
    Table {
        name: "sign_in_links",
        columns: &[("token_hash", Bytes), ("user_id", Text), ("created_at_ms", Integer), ("expires_at_ms", Integer)],
        key: &["token_hash"],
    },
    Table {
        name: "hosts",
        columns: &[
            ("id", Text),
            ("user_id", Text),
            ("host_key", Bytes),
            ("name", Text),
            ("access_token_hash", Bytes),
            ("paired_at_ms", Integer),
            ("last_seen_at_ms", Integer),
            ("revoked_at_ms", Integer),
        ],
        key: &["id"],
    },
    Table {
        name: "device_grants",
        columns: &[
            ("device_code_hash", Bytes),
            ("user_code", Text),
            ("host_key", Bytes),
            ("host_name", Text),
            ("address", Text),
            ("state", Text),
            ("user_id", Text),
            ("host_id", Text),
            ("created_at_ms", Integer),
            ("expires_at_ms", Integer),
            ("polled_at_ms", Integer),
        ],
        key: &["device_code_hash"],
    },
    Table {
        name: "play_sessions",
        columns: &[
            ("id", Text),
            ("user_id", Text),
            ("host_id", Text),
            ("player_key", Bytes),
            ("started_at_ms", Integer),
            ("renewed_at_ms", Integer),
        ],
        key: &["id"],
    },
    Table {
        name: "playlist_trees",
        columns: &[("user_id", Text), ("version", Integer), ("forgotten", Integer), ("playlists", Integer)],
        key: &["user_id"],
    },
    Table {
        name: "playlists",
        columns: &[
            ("id", Text),
            ("user_id", Text),
            ("kind", Text),
            ("parent_id", Text),
            ("name", Text),
            ("description", Text),
            ("rules", Text),
            ("host_id", Text),
            ("origin", Text),
            ("is_importing", Integer),
            ("items", Integer),
            ("removed_items", Integer),
            ("duration_ms", Integer),
            ("version", Integer),
            ("items_version", Integer),
            ("changed", Integer),
            ("created_at_ms", Integer),
            ("updated_at_ms", Integer),
            ("deleted_at_ms", Integer),
        ],
        key: &["id"],
    },
    Table {
        name: "playlist_items",
        columns: &[
            ("playlist_id", Text),
            ("id", Text),
            ("position", Text),
            ("host_id", Text),
            ("track_id", Text),
            ("title", Text),
            ("artist", Text),
            ("album", Text),
            ("duration_ms", Integer),
            ("added_at_ms", Integer),
            ("removed_at_ms", Integer),
        ],
        key: &["playlist_id", "id"],
    },
    Table { name: "server_identity", columns: &[("only_row", Integer), ("server_key", Bytes)], key: &["only_row"] },
];

#[cfg(test)]
mod tests;
