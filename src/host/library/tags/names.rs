//! What files and folders say by their names, for songs whose tags say nothing.

use std::path::Path;

use crate::types::showable;

/// What a name says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) title: String,
    pub(super) artist: Option<String>,
    pub(super) album: Option<String>,
    pub(super) track_no: Option<u32>,
    pub(super) disc_no: Option<u32>,
    pub(super) year: Option<String>,
}

/// Below a media folder `Artist/Album/03 - Title`, `Artist - Album/03 Title`, with `CD1` or `Disc 2` between them, and what lies between
/// these. The names of `root` and of what it lies in say nothing; `None`: nothing is known of it, and no folder says anything.
pub(super) fn named(path: &Path, root: Option<&Path>) -> Named {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().replace('_', " ")).unwrap_or_default();
    let (disc, track, title) = numbered(stem.trim());
    let mut named = Named { track_no: track, disc_no: disc, ..folders(path, root, track.is_some()) };
    let title = match title.split_once(" - ") {
        // `03 - Artist - Title`.
        Some((artist, title)) if named.artist.as_ref().is_none_or(|known| same(known, artist)) && !title.trim().is_empty() => {
            named.artist = named.artist.or_else(|| showable::line(artist));
            title
        }
        _ => title,
    };
    if named.disc_no.is_none() {
        named.disc_no = path.parent().and_then(|folder| disc_of(folder_name(folder)?.as_str()));
    }
    named.title = showable::line(title).or_else(|| showable::line(&stem)).unwrap_or_else(|| "Untitled".to_owned());
    named
}

/// The folder that all discs of an album lie in.
pub(super) fn album_folder<'a>(path: &'a Path, root: Option<&Path>) -> Option<&'a Path> {
    let folder = path.parent()?;
    let is_disc = folder_name(folder).is_some_and(|name| disc_of(&name).is_some()) && root != Some(folder);
    if is_disc { folder.parent() } else { Some(folder) }
}

fn folder_name(folder: &Path) -> Option<String> {
    Some(folder.file_name()?.to_string_lossy().replace('_', " ").trim().to_owned())
}

fn same(a: &str, b: &str) -> bool {
    crate::host::library::fold::fold(a) == crate::host::library::fold::fold(b)
}

/// Artist, album and year as the folders have them.
fn folders(path: &Path, root: Option<&Path>, is_numbered: bool) -> Named {
    let is_below = |folder: &Path| root.is_some_and(|root| folder.starts_with(root) && folder != root);
    let Some(folder) = album_folder(path, root).filter(|folder| is_below(folder)) else { return Named::default() };
    let Some(name) = folder_name(folder) else { return Named::default() };
    let above = folder.parent().filter(|above| is_below(above)).and_then(folder_name);
    let (name, mut year) = dated(&name);
    let (artist, album) = match (name.split_once(" - "), above) {
        (Some((artist, rest)), above) if above.as_ref().is_none_or(|above| same(above, artist)) => {
            // `Artist - 1999 - Album`.
            let (album, inner) = dated(rest.trim());
            year = year.or(inner);
            (showable::line(artist), album)
        }
        (_, Some(above)) => (showable::line(&above), name),
        // A lone folder whose files do not count is a heap of songs.
        (_, None) if !is_numbered => return Named::default(),
        (_, None) => (None, name),
    };
    Named { artist, album: showable::line(&album), year, ..Named::default() }
}

/// `1999 - Album`, `(1999) Album`, `Album (1999)`, `Album [1999]`.
fn dated(name: &str) -> (String, Option<String>) {
    let is_year = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) && ("1900".."2100").contains(&text);
    for (open, close) in [('(', ')'), ('[', ']')] {
        if let Some((year, rest)) = name.strip_prefix(open).and_then(|rest| rest.split_once(close)).filter(|(year, _)| is_year(year)) {
            return (rest.trim_start_matches([' ', '-']).to_owned(), Some(year.to_owned()));
        }
        if let Some((rest, year)) = name.strip_suffix(close).and_then(|rest| rest.rsplit_once(open)).filter(|(_, year)| is_year(year)) {
            return (rest.trim().to_owned(), Some(year.to_owned()));
        }
    }
    match name.split_once(" - ") {
        Some((year, rest)) if is_year(year.trim()) => (rest.trim().to_owned(), Some(year.trim().to_owned())),
        _ => (name.to_owned(), None),
    }
}

/// `CD1`, `CD 2`, `Disc 2`, `disk-3 (live)`: which disc.
fn disc_of(name: &str) -> Option<u32> {
    let lower = name.trim().to_ascii_lowercase();
    let rest = ["cd", "disc", "disk", "dvd", "vinyl", "side"].iter().find_map(|word| lower.strip_prefix(word))?;
    let rest = rest.trim_start_matches([' ', '-', '.', '#']);
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let number = rest[..end].parse().ok().filter(|number| (1..=99).contains(number))?;
    (end == rest.len() || rest[end..].starts_with([' ', '-', ':', '(', '['])).then_some(number)
}

/// Disc and track before a title: `03 - Title`, `03. Title`, `03 Title`, `1-03 Title`, `[03] Title`. A number alone is the title.
fn numbered(stem: &str) -> (Option<u32>, Option<u32>, &str) {
    let all = (None, None, stem);
    let (first, rest) = digits(stem.trim_start_matches(['[', '(']));
    let Some(first) = first else { return all };
    let (disc, track, rest) = match rest.strip_prefix(['-', '.']).map(digits) {
        Some((Some(track), rest)) if first < 30 => (Some(first), track, rest),
        _ => (None, first, rest),
    };
    let title = rest.trim_start_matches([' ', '-', '.', ']', ')', '–']);
    let is_parted = title.len() < rest.len();
    if is_parted && !title.is_empty() && track > 0 { (disc, Some(track), title) } else { all }
}

/// A number of at most three digits, and what follows it.
fn digits(text: &str) -> (Option<u32>, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    if (1..=3).contains(&end) { (text[..end].parse().ok(), &text[end..]) } else { (None, text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_and_folders_say_what_tags_do_not() {
        type Said = (&'static str, Option<&'static str>, Option<&'static str>, Option<u32>, Option<u32>);
        let cases: [(&str, Said); 18] = [
            ("Ada/Sea/03 - Blue.mp3", ("Blue", Some("Ada"), Some("Sea"), None, Some(3))),
            ("Ada/Sea (1999)/03. Blue.mp3", ("Blue", Some("Ada"), Some("Sea"), None, Some(3))),
            ("Ada/1999 - Sea/03_Blue_sky.mp3", ("Blue sky", Some("Ada"), Some("Sea"), None, Some(3))),
            ("Ada - Sea/03 Blue.mp3", ("Blue", Some("Ada"), Some("Sea"), None, Some(3))),
            ("Ada/Ada - Sea/03 Blue.mp3", ("Blue", Some("Ada"), Some("Sea"), None, Some(3))),
            ("Ada/Sea - Live/Blue.mp3", ("Blue", Some("Ada"), Some("Sea - Live"), None, None)),
            ("Ada/Sea/CD1/03 Blue.mp3", ("Blue", Some("Ada"), Some("Sea"), Some(1), Some(3))),
            ("Ada - Sea/Disc 2/1-03 Blue.mp3", ("Blue", Some("Ada"), Some("Sea"), Some(1), Some(3))),
            ("Sea/03 - Ada - Blue.mp3", ("Blue", Some("Ada"), Some("Sea"), None, Some(3))),
            ("Ada/Sea/03 - Ada - Blue.mp3", ("Blue", Some("Ada"), Some("Sea"), None, Some(3))),
            ("Ada/Sea/03 - Blue - Reprise.mp3", ("Blue - Reprise", Some("Ada"), Some("Sea"), None, Some(3))),
            ("Downloads/Ada - Blue.mp3", ("Blue", Some("Ada"), None, None, None)),
            ("Downloads/Blue.mp3", ("Blue", None, None, None, None)),
            ("03 Blue.mp3", ("Blue", None, None, None, Some(3))),
            ("99.mp3", ("99", None, None, None, None)),
            ("1999.mp3", ("1999", None, None, None, None)),
            ("99 Luftballons.mp3", ("Luftballons", None, None, None, Some(99))),
            ("Ada/CD Extra/Blue.mp3", ("Blue", Some("Ada"), Some("CD Extra"), None, None)),
        ];
        let root = Path::new("/home/me/music");
        for (path, expected) in cases {
            let found = named(&root.join(path), Some(root));
            let found = (found.title.as_str(), found.artist.as_deref(), found.album.as_deref(), found.disc_no, found.track_no);
            assert_eq!(found, expected, "{path}");
        }
        assert_eq!(named(Path::new("/home/me/music/03 Blue.mp3"), None).album, None);
        let years = named(&root.join("Ada/[1999] Sea/1.mp3"), Some(root));
        assert_eq!((years.year.as_deref(), years.title.as_str()), (Some("1999"), "1"));
    }

    proptest! {
        #[test]
        fn any_name_has_a_title(name in "[^/\0]{1,40}", folder in "[^/\0]{1,20}") {
            let root = Path::new("/m");
            let named = named(&root.join(folder).join(name), Some(root));
            prop_assert!(!named.title.is_empty());
        }
    }
}
