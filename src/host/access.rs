//! Who may see which files: the one place where that is decided.
//!
//! Every request is answered from the library as its asker may see it ([`Libraries::of`]): the index's own readers leave out what is
//! not theirs, so that lists, counts, searches, pictures and single tracks cannot tell it from what does not exist.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::library::Library;
use crate::auth::Standing;

/// With whom a media folder is shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Its owner alone.
    Private,
    /// Who lives in the house. What somebody plays at home all of them hear anyway; strangers do not.
    #[default]
    Household,
    /// Also guests, who were sent a link.
    Link,
}

/// The media folders, and with whom each is shared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules(Vec<(PathBuf, Access)>);

impl Rules {
    /// `folders`: absolute.
    pub fn new(folders: impl IntoIterator<Item = (PathBuf, Access)>) -> Self {
        Self(folders.into_iter().collect())
    }

    /// Whether an asker of that standing may see that file, or know that it exists. Of folders within folders the innermost counts.
    pub fn may_see(&self, standing: Standing, file: &Path) -> bool {
        let access = self.0.iter().filter(|(folder, _)| file.starts_with(folder)).max_by_key(|(folder, _)| folder.components().count());
        match (standing, access.map(|(_, access)| access)) {
            (Standing::Owner, _) => true,
            (Standing::Household, Some(Access::Household | Access::Link)) | (Standing::Guest, Some(Access::Link)) => true,
            // Also what lies in no media folder any more.
            (Standing::Household | Standing::Guest, _) => false,
        }
    }
}

/// The library as each kind of asker may see it. Cheap to clone.
#[derive(Clone)]
pub struct Libraries {
    owner: Library,
    household: Library,
    guest: Library,
}

impl Libraries {
    pub fn new(library: Library, rules: Rules) -> Self {
        let rules = Arc::new(rules);
        let seen_by = |standing| {
            let rules = rules.clone();
            library.seen_by(Arc::new(move |file: &Path| rules.may_see(standing, file)))
        };
        Self { household: seen_by(Standing::Household), guest: seen_by(Standing::Guest), owner: library }
    }

    pub fn of(&self, standing: Standing) -> &Library {
        match standing {
            Standing::Owner => &self.owner,
            Standing::Household => &self.household,
            Standing::Guest => &self.guest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_folder_decides_and_what_is_in_none_is_the_owners() {
        let rules =
            Rules::new([("/m".into(), Access::Household), ("/m/diary".into(), Access::Private), ("/m/diary/party".into(), Access::Link)]);
        let seen =
            |file: &str| [Standing::Owner, Standing::Household, Standing::Guest].map(|standing| rules.may_see(standing, Path::new(file)));
        assert_eq!(seen("/m/song.mp3"), [true, true, false]);
        assert_eq!(seen("/m/diary/song.mp3"), [true, false, false]);
        assert_eq!(seen("/m/diary/party/song.mp3"), [true, true, true]);
        assert_eq!(seen("/m/diary-2/song.mp3"), [true, true, false]);
        assert_eq!(seen("/elsewhere/song.mp3"), [true, false, false]);
    }
}
