//! Everything that is stored, as lines of text: a database's, and the model's.

use std::fmt::Write;

use super::rules::{Hash, Model, Pass, name_key};
use crate::auth::device_grant::GrantState;
use crate::auth::token::TokenHash;
use crate::store::job::Durability::Relaxed;
use crate::store::row::{Column, Row};
use crate::store::statement::Statement;
use crate::store::value::{Value, params};
use crate::store::{Store, StoreError};

/// A table, and its columns in the order of a line.
struct Table {
    name: &'static str,
    columns: &'static [&'static str],
    all: Statement,
}

macro_rules! tables {
    ($($table:literal: $($column:literal),+;)+) => {
        static TABLES: &[Table] = &[$(Table {
            name: $table,
            columns: &[$($column),+],
            all: Statement::new(concat!("ALL_OF_", $table), concat!("SELECT * FROM ", $table)),
        }),+];
    };
}

tables! {
    "users": "id", "name", "name_key", "password_phc", "created_at_ms";
    "sign_in_links": "token_hash", "user_id", "created_at_ms", "expires_at_ms";
    "web_sessions": "token_hash", "user_id", "created_at_ms", "expires_at_ms";
    "hosts": "id", "user_id", "host_key", "name", "access_token_hash", "paired_at_ms", "last_seen_at_ms", "revoked_at_ms";
    "device_grants": "device_code_hash", "user_code", "host_key", "host_name", "address", "state", "user_id", "host_id",
        "created_at_ms", "expires_at_ms", "polled_at_ms";
    "play_sessions": "id", "user_id", "host_id", "player_key", "started_at_ms", "renewed_at_ms";
    "server_identity": "only_row", "server_key";
}

static NO_USERS: Statement = Statement::new("NO_USERS", "DELETE FROM users");
static NO_GRANTS: Statement = Statement::new("NO_GRANTS", "DELETE FROM device_grants");
static NO_SERVER: Statement = Statement::new("NO_SERVER", "DELETE FROM server_identity");

/// Empties the database: most rows belong to users.
pub async fn wipe(store: &Store) {
    let emptied = store.transact(Relaxed, |tx| {
        tx.execute(&NO_USERS, params![])?;
        tx.execute(&NO_GRANTS, params![])?;
        tx.execute(&NO_SERVER, params![])
    });
    emptied.await.expect("a database that can be emptied");
}

/// Every row there is, sorted.
pub async fn contents(store: &Store) -> Vec<String> {
    let lines = store.snapshot(|tx| {
        let mut lines = Vec::new();
        for table in TABLES {
            lines.extend(tx.all(&table.all, params![], |row| line(table, row))?);
        }
        Ok(lines)
    });
    let mut lines = lines.await.expect("a database that can be read");
    lines.sort();
    lines
}

fn line(table: &Table, row: &dyn Row) -> Result<String, StoreError> {
    let mut line = table.name.to_owned();
    for name in table.columns {
        let column = row.column(name).map_err(|detail| StoreError::failed(format!("{name}: {}", detail.0)))?;
        show(&mut line, column);
    }
    Ok(line)
}

fn show(line: &mut String, column: Column<'_>) {
    match column {
        Column::Null => write!(line, " -"),
        Column::Int(value) => write!(line, " {value}"),
        Column::Text(text) => write!(line, " {text:?}"),
        Column::Blob(bytes) => {
            line.push(' ');
            bytes.iter().try_for_each(|byte| write!(line, "{byte:02x}"))
        }
    }
    .expect("a string takes it");
}

fn row(table: &str, values: &[Value<'_>]) -> String {
    let mut line = table.to_owned();
    for value in values {
        show(
            &mut line,
            match value {
                Value::Null => Column::Null,
                Value::Int(value) => Column::Int(*value),
                Value::Text(text) => Column::Text(text),
                Value::Blob(bytes) => Column::Blob(bytes),
            },
        );
    }
    line
}

fn pass(table: &str, token: &Hash, pass: &Pass) -> String {
    row(table, params![TokenHash(*token), pass.user, pass.created_at, pass.expires_at])
}

impl Model {
    /// As [`contents`] of a database.
    pub fn contents(&self) -> Vec<String> {
        let users = self.users.values().map(|(user, phc)| {
            let key = name_key(&user.name);
            row("users", params![user.id, user.name, key, phc, user.created_at])
        });
        let links = self.links.iter().map(|(token, link)| pass("sign_in_links", token, link));
        let sessions = self.sessions.iter().map(|(token, session)| pass("web_sessions", token, session));
        let plays = self
            .plays
            .values()
            .map(|(play, renewed)| row("play_sessions", params![play.id, play.user, play.host, play.player_key, play.started_at, renewed]));
        let server = self.server.iter().map(|key| row("server_identity", params![1, key]));
        let passes = users.chain(links).chain(sessions);
        let mut lines: Vec<String> = passes.chain(plays).chain(self.hosts()).chain(self.grants()).chain(server).collect();
        lines.sort();
        lines
    }

    fn hosts(&self) -> impl Iterator<Item = String> {
        self.hosts.values().map(|all| {
            let host = &all.host;
            let token = all.token.map(TokenHash);
            row("hosts", params![host.id, host.owner, host.key, host.name, token, all.paired_at, host.last_seen_at, all.revoked_at])
        })
    }

    fn grants(&self) -> impl Iterator<Item = String> {
        self.grants.iter().map(|(device, all)| {
            let (state, user) = match all.grant.state {
                GrantState::Pending => ("pending", None),
                GrantState::Approved(user) => ("approved", Some(user)),
                GrantState::Denied => ("denied", None),
            };
            let device = TokenHash(*device);
            let who = params![device, all.user_code, all.host_key, all.host_name, all.address, state, user, all.host_id];
            let when = params![all.created_at, all.grant.expires_at, all.grant.polled_at];
            row("device_grants", &[who.as_slice(), when.as_slice()].concat())
        })
    }
}
