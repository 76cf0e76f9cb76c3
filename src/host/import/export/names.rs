//! Names of files that every system takes.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use crate::host::import::own::OwnPlaylist;
use crate::host::library::fold;

/// Longest name without its ending, bytes: 255 is what file systems take.
const NAME_BYTES_MAX: usize = 120;
/// Names that Windows keeps for devices.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// A path without ending for each playlist, in folders as they are; no two differ by case or accents alone.
pub(super) fn paths(playlists: &[OwnPlaylist]) -> Vec<PathBuf> {
    let mut taken = HashSet::new();
    let mut paths: Vec<PathBuf> = Vec::with_capacity(playlists.len());
    for list in playlists {
        let above = list.parent.and_then(|at| paths.get(at)).cloned().unwrap_or_default();
        let name = safe(&list.name);
        let numbered = (1..).map(|number| if number == 1 { name.clone() } else { format!("{name} ({number})") });
        let path = numbered.map(|name| above.join(name)).find(|path| taken.insert(fold(&path.to_string_lossy())));
        paths.push(path.expect("numbers do not end"));
    }
    paths
}

/// One part of a path.
fn safe(name: &str) -> String {
    let is_bad = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let mut name: String = name.chars().map(|c| if is_bad(c) { '_' } else { c }).collect();
    while name.len() > NAME_BYTES_MAX {
        name.pop();
    }
    // Windows drops points and spaces at an end; a point at the beginning hides a file.
    let name = name.trim().trim_end_matches(['.', ' ']).trim_start_matches('.').to_owned();
    let stem = name.split('.').next().unwrap_or_default().trim().trim_end_matches(|c: char| c.is_ascii_digit()).to_lowercase();
    if name.is_empty() || DEVICES.contains(&stem.as_str()) { format!("_{name}") } else { name }
}

/// `path` as seen from the folder `from`; both are absolute.
pub(super) fn relative(path: &Path, from: &Path) -> PathBuf {
    let (mut path_parts, mut from_parts) = (path.components().peekable(), from.components().peekable());
    while path_parts.peek().is_some() && path_parts.peek() == from_parts.peek() {
        path_parts.next();
        from_parts.next();
    }
    from_parts.map(|_| Component::ParentDir).chain(path_parts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(name: &str, parent: Option<usize>) -> OwnPlaylist {
        OwnPlaylist { origin: String::new(), name: name.to_owned(), parent, folder: false, rules: None, tracks: Vec::new() }
    }

    #[test]
    fn names_do_not_meet() {
        let lists = [list("A/B", None), list("a_b", None), list("Ä_b", None), list("..", None), list("x", Some(0)), list("NUL.m3u", None)];
        let found: Vec<_> = paths(&lists).into_iter().map(|path| path.display().to_string()).collect();
        assert_eq!(found, ["A_B", "a_b (2)", "Ä_b (3)", "_", "A_B/x", "_NUL.m3u"]);
    }

    #[test]
    fn a_path_is_found_from_elsewhere() {
        assert_eq!(relative(Path::new("/a/b/c.mp3"), Path::new("/a/x/y")), Path::new("../../b/c.mp3"));
        assert_eq!(relative(Path::new("/a/b/c.mp3"), Path::new("/a/b")), Path::new("c.mp3"));
    }

    proptest! {
        #[test]
        fn a_name_is_one_part(name in any::<String>()) {
            let name = safe(&name);
            prop_assert!(name.len() <= NAME_BYTES_MAX + 1);
            prop_assert_eq!(Path::new(&name).components().map(|part| matches!(part, Component::Normal(_))).collect::<Vec<_>>(), [true]);
        }
    }
}
