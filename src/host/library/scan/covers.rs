//! Names of pictures that belong to the files beside them. Pictures of artists are none: they say nothing of an album.

use std::ffi::OsStr;
use std::path::Path;

/// Best first, in lower case.
const STEMS: [&str; 4] = ["cover", "folder", "front", "album"];
const ENDINGS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

/// How well a picture of that name stands for its folder, the least first; `None` when it is no cover.
pub(super) fn rank(name: &OsStr) -> Option<usize> {
    let path = Path::new(name);
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    let ending = ENDINGS.iter().position(|known| *known == ending)?;
    let stem = path.file_stem()?.to_str()?.to_ascii_lowercase();
    let stem = STEMS.iter().position(|known| *known == stem).or_else(|| album_art(&stem))?;
    Some(stem * ENDINGS.len() + ending)
}

/// As Windows leaves them: `AlbumArt_{…}_Large.jpg`, and a small one beside it.
fn album_art(stem: &str) -> Option<usize> {
    stem.starts_with("albumart").then(|| STEMS.len() + usize::from(stem.ends_with("small")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_name_wins_and_artists_are_none() {
        let mut names = ["AlbumArtSmall.jpg", "artist.jpg", "Front.WEBP", "album.png", "AlbumArt_{1}_Large.jpg", "Cover.PNG", "folder.jpg"];
        names.sort_by_key(|name| rank(OsStr::new(name)).unwrap_or(usize::MAX));
        assert_eq!(
            names,
            ["Cover.PNG", "folder.jpg", "Front.WEBP", "album.png", "AlbumArt_{1}_Large.jpg", "AlbumArtSmall.jpg", "artist.jpg"]
        );
        for name in ["artist.jpg", "cover.txt", "cover", ".jpg", "my cover.jpg", "scan0001.jpg"] {
            assert_eq!(rank(OsStr::new(name)), None, "{name}");
        }
    }
}
