//! Who may see which files: the one place where that is decided.
//!
//! Every request is answered from the library as its asker may see it ([`Libraries::of`]): the index's own readers leave out what is
//! not theirs, so that lists, counts, searches, pictures and single tracks cannot tell it from what does not exist.

mod real;

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::library::Library;
use crate::auth::Standing;

/// With whom a media folder is shared; the strictest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
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

/// The media folders, and with whom each is shared. What lies in a private folder is private by whatever name it is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Each by the name it was given and by its place.
    folders: Vec<(PathBuf, Access)>,
    /// The media folders whose place has another name, and that. No link is followed within: it is the place of all below as well.
    places: Vec<(PathBuf, PathBuf)>,
}

impl Rules {
    /// `said`: with whom folders are shared; `media`: the media folders; all absolute. Links are followed as they are now.
    pub fn new(media: &[PathBuf], said: Vec<(PathBuf, Access)>) -> Self {
        let media_places = real::places(media);
        let said_places = real::places(&said.iter().map(|(folder, _)| folder.clone()).collect::<Vec<_>>());
        let mut rules = Self::default();
        rules.folders.extend(said.iter().zip(said_places).map(|((_, access), place)| (place, *access)));
        rules.folders.extend(said.iter().cloned());
        rules.places.extend(media.iter().cloned().zip(media_places).filter(|(name, place)| name != place));
        let is_said = |folder: &Path| said.iter().any(|(other, _)| other == folder);
        // Of which nothing is said is as by default, but no more open than what it lies in.
        let open =
            |folder: &PathBuf| (folder.clone(), rules.access(folder).map_or(Access::default(), |around| around.min(Access::default())));
        let unsaid: Vec<_> = media.iter().filter(|folder| !is_said(folder)).map(open).collect();
        rules.folders.extend(unsaid);
        rules
    }

    /// Whether an asker of that standing may see that file, or know that it exists. Of folders within folders the innermost counts,
    /// of several names for a file the strictest.
    pub fn may_see(&self, standing: Standing, file: &Path) -> bool {
        match (standing, self.access(file)) {
            (Standing::Owner, _) => true,
            (Standing::Household, Some(Access::Household | Access::Link)) | (Standing::Guest, Some(Access::Link)) => true,
            // Also what lies in no media folder any more.
            (Standing::Household | Standing::Guest, _) => false,
        }
    }

    fn access(&self, file: &Path) -> Option<Access> {
        let below = |(name, place): &(PathBuf, PathBuf)| file.strip_prefix(name).ok().map(|below| place.join(below));
        let places = self.places.iter().filter_map(below).filter_map(|file| self.access_by_name(&file));
        places.chain(self.access_by_name(file)).min()
    }

    fn access_by_name(&self, file: &Path) -> Option<Access> {
        let around = self.folders.iter().filter(|(folder, _)| file.starts_with(folder));
        around.max_by_key(|(folder, access)| (folder.components().count(), Reverse(*access))).map(|(_, access)| *access)
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
        let said = vec![("/m".into(), Access::Household), ("/m/diary".into(), Access::Private), ("/m/diary/party".into(), Access::Link)];
        let rules = Rules::new(&["/m".into()], said);
        let seen =
            |file: &str| [Standing::Owner, Standing::Household, Standing::Guest].map(|standing| rules.may_see(standing, Path::new(file)));
        assert_eq!(seen("/m/song.mp3"), [true, true, false]);
        assert_eq!(seen("/m/diary/song.mp3"), [true, false, false]);
        assert_eq!(seen("/m/diary/party/song.mp3"), [true, true, true]);
        assert_eq!(seen("/m/diary-2/song.mp3"), [true, true, false]);
        assert_eq!(seen("/elsewhere/song.mp3"), [true, false, false]);
    }

    #[test]
    fn what_lies_in_a_private_folder_is_private_by_every_name() {
        let dir = tempfile::tempdir().expect("a folder");
        let dir = dir.path().canonicalize().expect("there");
        std::fs::create_dir_all(dir.join("music/diary")).expect("made");
        std::os::unix::fs::symlink("music", dir.join("link")).expect("linked");
        let (plain, link) = (dir.join("music"), dir.join("link"));
        let dots = dir.join("none/../music");
        let sees = |media: &[PathBuf], private: PathBuf, file: PathBuf| {
            Rules::new(media, vec![(private, Access::Private)]).may_see(Standing::Household, &file)
        };
        for media in [&plain, &link, &dots] {
            for private in [&plain, &link, &dots] {
                let media = std::slice::from_ref(media);
                let names = format!("{} by {}", media[0].display(), private.display());
                assert!(!sees(media, private.join("diary"), media[0].join("diary/song.mp3")), "{names}");
                assert!(sees(media, private.join("diary"), media[0].join("song.mp3")), "{names}");
                // A media folder of which nothing is said, within.
                let inner = [media[0].join("diary")];
                assert!(!sees(&inner, private.clone(), inner[0].join("song.mp3")), "{names}");
            }
        }
    }
}
