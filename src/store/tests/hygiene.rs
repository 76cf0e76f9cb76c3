//! SQL stands in the catalogue, where both engines are tested with it, and nowhere else.

use std::fs;
use std::path::{Path, PathBuf};

/// Places under `src/store` that hold SQL of their own, each with its reason.
const MAY: [(&str, &str); 4] = [
    ("sqlite/", "what this engine alone is told"),
    ("postgres/", "what this engine alone is told"),
    ("tests", "look at what is stored behind the store's back"),
    ("move_database/", "makes a move's statements from the schema's tables"),
];

/// What SQL begins with.
const BEGINNINGS: [&str; 14] = [
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "DELETE ",
    "CREATE ",
    "DROP ",
    "ALTER ",
    "WITH ",
    "PRAGMA ",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT ",
    "TRUNCATE ",
];

#[test]
fn no_statement_hides_from_the_catalogue() {
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let files = files_below(&store);
    assert!(files.len() > 15, "the test looks in the wrong place");
    for file in files {
        let name = file.strip_prefix(&store).expect("found below it").to_string_lossy().replace('\\', "/");
        if !may(&name) {
            let text = fs::read_to_string(&file).expect("a source file is readable text");
            assert_eq!(hidden(&text), [""; 0], "{name}: write it into statements!");
        }
    }
}

fn may(name: &str) -> bool {
    MAY.iter().any(|(place, _)| name.starts_with(place)) || name.ends_with("/tests.rs")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the source tree can be listed").map(|entry| entry.expect("a source").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let rust = files.into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    rust.chain(folders.iter().flat_map(|folder| files_below(folder))).collect()
}

/// Strings that begin as SQL does outside of `statements!` and of the macros it uses.
fn hidden(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut is_catalogue = false;
    for line in text.lines() {
        if line.starts_with("statements! {") || line.starts_with("macro_rules! select_") {
            is_catalogue = true;
        } else if line == "}" {
            is_catalogue = false;
        }
        let is_comment = line.trim_start().starts_with("//");
        let strings = line.split('"').skip(1).step_by(2);
        if !is_catalogue && !is_comment && strings.map(str::trim_start).any(|string| BEGINNINGS.iter().any(|word| string.starts_with(word)))
        {
            found.push(line.trim());
        }
    }
    found
}

#[test]
fn finds_a_hidden_statement() {
    let bad = "fn f() {\n    run(\"DELETE FROM users\");\n}\n";
    assert_eq!(hidden(bad), ["run(\"DELETE FROM users\");"]);
    let good = "statements! {\n    A = \"SELECT 1\";\n}\n\n// as \"SELECT 1\" does\nfn f() {\n    say(\"Selected\");\n}\n";
    assert_eq!(hidden(good), [""; 0]);
}
