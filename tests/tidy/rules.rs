//! The tables of `src/ARCHITECTURE.md` and the rules over them for Rust sources.

use crate::paths::{self, NamedPath};

/// A rule that a file breaks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    pub file: String,
    pub line: usize,
    pub rule: &'static str,
    pub detail: String,
}

pub const LINES_MAX: usize = 400;

const PURE: [&str; 4] = ["types", "auth", "ledger", "protocol"];

/// Each room and the rooms that it may import. `None`: an edge of the house, which may import all.
const ROOMS: [(&str, Option<&[&str]>); 14] = [
    ("types", Some(&[])),
    ("auth", Some(&["types"])),
    ("ledger", Some(&["types"])),
    ("protocol", Some(&["types"])),
    ("store", Some(&["types", "auth", "ledger", "protocol"])),
    ("net", Some(&["types", "auth", "protocol"])),
    ("telemetry", Some(&["types"])),
    ("web", Some(&["types", "telemetry"])),
    ("serve", Some(&["types", "auth", "ledger", "protocol", "store", "net", "web", "telemetry"])),
    ("host", Some(&["types", "auth", "ledger", "protocol", "net", "telemetry"])),
    ("config", None),
    ("demo", None),
    ("cli", None),
    ("main", None),
];

/// Crates with one owner: the beginning of the crate's name, and the places that may name it.
const OWNED_CRATES: [(&str, &[&str]); 6] = [
    ("rusqlite", &["store/sqlite/", "host/library/", "host/library.rs"]),
    ("tokio_postgres", &["store/postgres/"]),
    ("gstreamer", &["host/media/", "host/media.rs"]),
    ("quinn", &["net/", "net.rs"]),
    ("actix", &["serve/", "web/", "web.rs"]),
    ("tokio", &["store/", "net/", "serve/", "host/", "demo/", "demo.rs", "web/", "web.rs", "telemetry.rs", "cli/", "cli.rs", "main.rs"]),
];

/// What a pure room never calls, and the files that are the two sources of it.
const IMPURE: [(&[&str], &[&str]); 11] = [
    (&["std", "fs"], &[]),
    (&["std", "net"], &[]),
    (&["std", "process"], &[]),
    (&["std", "env"], &[]),
    (&["SystemTime", "now"], &["types/clock.rs"]),
    (&["Instant", "now"], &["types/clock.rs"]),
    (&["OffsetDateTime", "now_utc"], &["types/clock.rs"]),
    (&["clock", "SystemClock"], &["types/mod.rs"]),
    (&["types", "random"], &["types/mod.rs"]),
    (&["getrandom"], &["types/random.rs"]),
    (&["Uuid", "now_v7"], &[]),
];

/// Checks one Rust file; `file` is its path below `src/`, with `/`.
pub fn check_rust(file: &str, source: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut add = |line, rule, detail: String| found.push(Violation { file: file.to_owned(), line, rule, detail });

    let lines = source.lines().count();
    if lines > LINES_MAX {
        add(lines, "too_long", format!("{lines} lines, at most {LINES_MAX}: two ideas live here"));
    }
    let all = paths::tokens(source);
    for (name, line) in paths::macros(&all) {
        if ["todo", "unimplemented", "dbg"].contains(&name.as_str()) {
            add(line, "unfinished", format!("{name}!"));
        }
    }
    let Some(room) = room_of(file) else { return found };
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        add(1, "unknown_room", format!("{room} has no row in tests/tidy/rules.rs and src/ARCHITECTURE.md"));
        return found;
    };
    for path in paths::paths(&paths::without_tests(&all)) {
        if let Some(target) = imported_room(file, &path) {
            let known = ROOMS.iter().any(|(name, _)| *name == target);
            if known && target != room && allowed.is_some_and(|rooms| !rooms.contains(&target)) {
                add(path.line, "forbidden_import", format!("{room} imports {target}"));
            }
        }
        if let Some(name) = foreign_crate(file, &path) {
            add(path.line, "foreign_crate", format!("{name} belongs to another room"));
        }
        if let Some(call) = impurity(file, room, &path) {
            add(path.line, "impure", format!("{call} in a pure room: take it as an argument"));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// `serve/http/mod.rs` is of room `serve`, `web.rs` of `web`; `lib.rs` is the map and of none.
fn room_of(file: &str) -> Option<&str> {
    let first = file.split('/').next()?;
    let room = first.strip_suffix(".rs").unwrap_or(first);
    (room != "lib").then_some(room)
}

/// The room that a `crate::…` path, or a `super::…` path that climbs to the root, leads to.
fn imported_room<'a>(file: &str, path: &'a NamedPath) -> Option<&'a str> {
    let segments: Vec<&str> = path.segments.iter().map(String::as_str).collect();
    let climbed = segments.iter().take_while(|name| **name == "super").count();
    match segments.as_slice() {
        ["crate" | "iroam", room, ..] => Some(room),
        _ if climbed > 0 && climbed == module_depth(file) => segments.get(climbed).copied(),
        _ => None,
    }
}

/// How many `super` lead from this file's module to the crate root.
fn module_depth(file: &str) -> usize {
    file.split('/').filter(|part| *part != "mod.rs").count()
}

fn foreign_crate<'a>(file: &str, path: &'a NamedPath) -> Option<&'a str> {
    let name = path.segments.first()?.as_str();
    let (_, owners) = OWNED_CRATES.iter().find(|(start, _)| name.starts_with(start) && is_crate_name(name, start))?;
    let owned = owners.iter().any(|owner| if owner.ends_with('/') { file.starts_with(owner) } else { file == *owner });
    (!owned).then_some(name)
}

/// `actix_web` is of `actix`, `quinn_proto` of `quinn`; `quinnipiac` is a word of its own.
fn is_crate_name(name: &str, start: &str) -> bool {
    name.len() == start.len() || name[start.len()..].starts_with('_')
}

fn impurity(file: &str, room: &str, path: &NamedPath) -> Option<String> {
    if !PURE.contains(&room) {
        return None;
    }
    let named = |parts: &[&str]| path.segments.windows(parts.len()).any(|window| window == parts);
    let (parts, _) = IMPURE.iter().find(|(parts, sources)| named(parts) && !sources.contains(&file))?;
    Some(parts.join("::"))
}
