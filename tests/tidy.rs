//! The shape of the house is tested: who imports whom, who names which crate, how long a file grows. The rules are those of
//! `src/ARCHITECTURE.md`, the tables are in `tests/tidy/rules.rs`. `tests/tidy/good` and `tests/tidy/bad` prove that each fires.

#[path = "tidy/paths.rs"]
mod paths;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/scripts.rs"]
mod scripts;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rules::Violation;

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every broken rule under `root/src` and `root/assets`.
fn check_tree(root: &Path) -> Vec<Violation> {
    let mut found = Vec::new();
    for (file, text) in files_below(&root.join("src"), "rs") {
        found.extend(rules::check_rust(&file, &text));
    }
    for (file, text) in files_below(&root.join("assets"), "js") {
        found.extend(scripts::check_script(&file, &text));
    }
    found
}

/// Path below `folder` with `/`, and text, of each file that ends in `.extension`; a missing folder holds none.
fn files_below(folder: &Path, extension: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry.expect("the source tree can be listed").path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|end| end == extension) {
                let name = path.strip_prefix(folder).expect("found below it").to_string_lossy().replace('\\', "/");
                out.push((name, fs::read_to_string(&path).expect("a source file is readable text")));
            }
        }
    }
    out.sort();
    out
}

#[test]
fn the_house_is_tidy() {
    assert!(!files_below(&project().join("src"), "rs").is_empty(), "no sources found: the test looks in the wrong place");
    let found: Vec<String> = check_tree(&project()).iter().map(|v| format!("{}:{} {}: {}", v.file, v.line, v.rule, v.detail)).collect();
    assert!(found.is_empty(), "\n{}\nThe rules are in src/ARCHITECTURE.md and tests/tidy/rules.rs", found.join("\n"));
}

#[test]
fn accepts_what_the_rules_allow() {
    assert_eq!(check_tree(&project().join("tests/tidy/good")), Vec::new());
}

/// Each line of the bad tree that breaks a rule says so at its end: `//~ rule detail`.
#[test]
fn finds_every_broken_rule_and_no_other() {
    let bad = project().join("tests/tidy/bad");
    let mut expected = BTreeSet::new();
    for (folder, extension) in [("src", "rs"), ("assets", "js")] {
        for (file, text) in files_below(&bad.join(folder), extension) {
            for (index, line) in text.lines().enumerate() {
                for mark in line.split("//~ ").skip(1) {
                    expected.insert((file.clone(), index + 1, mark.trim().to_owned()));
                }
            }
        }
    }
    let found: BTreeSet<_> = check_tree(&bad).into_iter().map(|v| (v.file, v.line, format!("{} {}", v.rule, v.detail))).collect();
    assert_eq!(found, expected);
    let rules: BTreeSet<&str> = expected.iter().filter_map(|(_, _, mark)| mark.split(' ').next()).collect();
    let all = [
        "dynamic_import",
        "element_imports_pcd",
        "forbidden_import",
        "foreign_crate",
        "impure",
        "pcd_imports_player",
        "unfinished",
        "unknown_room",
    ];
    assert_eq!(rules, BTreeSet::from(all));
}

#[test]
fn finds_a_file_that_grew_too_long() {
    let just_fits = "//\n".repeat(rules::LINES_MAX);
    assert_eq!(rules::check_rust("serve/http/mod.rs", &just_fits), Vec::new());
    let found = rules::check_rust("serve/http/mod.rs", &format!("{just_fits}//\n"));
    assert_eq!(found.iter().map(|v| v.rule).collect::<Vec<_>>(), ["too_long"]);
}
