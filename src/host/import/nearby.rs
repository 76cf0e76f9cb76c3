//! Libraries of other programs that lie beside the media.

use std::path::PathBuf;

/// What iTunes and Music call theirs.
const NAMES: [&str; 3] = ["iTunes Library.xml", "iTunes Music Library.xml", "Library.xml"];
/// Where they lie below a folder of music.
const FOLDERS: [&str; 3] = ["", "iTunes", "Music/iTunes"];

/// The libraries that can be imported. May wait for a disk.
pub fn libraries_in(media: &[PathBuf]) -> Vec<PathBuf> {
    let folders = media.iter().flat_map(|folder| FOLDERS.iter().map(move |below| folder.join(below)));
    let paths = folders.flat_map(|folder| NAMES.iter().map(move |name| folder.join(name)));
    let mut found: Vec<PathBuf> = paths.filter(|path| path.symlink_metadata().is_ok_and(|file| file.is_file())).collect();
    // Where names know no case or a link leads back, one is found twice.
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn libraries_are_found_where_itunes_puts_them() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("iTunes/Library.xml")).expect("made");
        assert_eq!(libraries_in(&[folder.path().to_owned()]), Vec::<PathBuf>::new());
        let file = folder.path().join("iTunes/iTunes Music Library.xml");
        fs::write(&file, "").expect("written");
        assert_eq!(libraries_in(&[folder.path().to_owned()]), [file]);
    }
}
