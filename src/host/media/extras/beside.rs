//! Subtitle files beside a video: which they are, and what their names say.
//!
//! Only regular files in the video's own folder, or in a folder for subtitles within it; links are not followed.

use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::language;
use super::subtitles::Format;
use crate::protocol::Subtitle;
use crate::types::showable;

/// What a file's id begins with, so that it is never taken for a stream's.
const ID_PREFIX: &str = "f-";
/// Folders that hold nothing but subtitles, in lower case.
const FOLDERS: [&str; 3] = ["subs", "subtitles", "sub"];
const VIDEOS: [&str; 18] =
    ["mp4", "m4v", "mov", "mkv", "webm", "avi", "wmv", "asf", "mpg", "mpeg", "ts", "m2ts", "mts", "vob", "flv", "3gp", "ogv", "divx"];
/// Names of one folder that are looked at.
const NAMES_MAX: usize = 20_000;
const FOUND_MAX: usize = 64;

/// A subtitle file, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    pub path: PathBuf,
    pub mtime_ms: i64,
    /// Bytes.
    pub size: u64,
    pub subtitle: Subtitle,
}

/// The subtitle files of a video, by name. A folder that cannot be read has none.
pub fn beside(video: &Path) -> Vec<Beside> {
    let (Some(folder), Some(stem)) = (video.parent(), video.file_stem().map(lower)) else { return Vec::new() };
    let entries = entries(folder);
    let others: Vec<Vec<u8>> =
        entries.iter().filter(|entry| is_video(entry)).filter_map(|entry| Some(lower(entry.path().file_stem()?))).collect();
    let mut found: Vec<Beside> = entries.iter().filter_map(|entry| of_stem(entry, &stem, &others)).collect();
    for sub in entries
        .iter()
        .filter(|entry| FOLDERS.iter().any(|name| lower(&entry.file_name()) == name.as_bytes()))
        .filter(|entry| is_folder(entry))
    {
        for entry in self::entries(&sub.path()) {
            if is_folder(&entry) && lower(&entry.file_name()) == stem {
                found.extend(self::entries(&entry.path()).iter().filter_map(|entry| describe(entry, entry.path().file_stem()?)));
            } else if others.len() <= 1 {
                // The folder's only video: whatever is here is its.
                found.extend(of_stem(&entry, &stem, &others).or_else(|| describe(&entry, entry.path().file_stem()?)));
            } else {
                found.extend(of_stem(&entry, &stem, &others));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.truncate(FOUND_MAX);
    found
}

/// Whether an id is that of a file beside a video.
pub fn is_beside(id: &str) -> bool {
    id.starts_with(ID_PREFIX)
}

/// What a file's id says of its language, which its encoding is guessed by.
pub fn language_of_id(id: &str) -> Option<&str> {
    id.strip_prefix(ID_PREFIX)?.split_once('-').map(|(_, language)| language)
}

fn entries(folder: &Path) -> Vec<DirEntry> {
    fs::read_dir(folder).map(|entries| entries.flatten().take(NAMES_MAX).collect()).unwrap_or_default()
}

/// Not through a link.
fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_dir())
}

fn is_video(entry: &DirEntry) -> bool {
    let path = entry.path();
    let extension = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| VIDEOS.contains(&extension.as_str()))
}

fn lower(name: &OsStr) -> Vec<u8> {
    name.as_bytes().to_ascii_lowercase()
}

/// `Film.srt` or `Film.en.srt` of `Film.mkv`, but not `Film.Part 2.srt` where there is a `Film.Part 2.mkv`.
fn of_stem(entry: &DirEntry, stem: &[u8], others: &[Vec<u8>]) -> Option<Beside> {
    let path = entry.path();
    let name = path.file_stem()?;
    let belongs =
        |stem: &[u8]| lower(name).strip_prefix(stem).is_some_and(|rest| rest.first().is_none_or(|byte| matches!(byte, b'.' | b'_' | b'-')));
    if !belongs(stem) || others.iter().any(|other| other.len() > stem.len() && belongs(other)) {
        return None;
    }
    describe(entry, OsStr::from_bytes(&name.as_bytes()[stem.len()..]))
}

/// `said` is the part of the name that speaks of language and kind.
fn describe(entry: &DirEntry, said: &OsStr) -> Option<Beside> {
    let path = entry.path();
    Format::of_extension(path.extension()?.to_str()?)?;
    let metadata = entry.metadata().ok().filter(|metadata| metadata.is_file() && metadata.len() > 0)?;
    let mtime_ms = metadata.mtime().saturating_mul(1000).saturating_add(metadata.mtime_nsec() / 1_000_000);
    let mut subtitle = read_name(&said.to_string_lossy());
    let digest = Sha256::digest(path.as_os_str().as_bytes());
    let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let language = subtitle.language.as_deref().map(|language| format!("-{}", language.to_ascii_lowercase())).unwrap_or_default();
    subtitle.id = format!("{ID_PREFIX}{digest}{language}");
    Some(Beside { path, mtime_ms, size: metadata.len(), subtitle })
}

/// `.en.forced`, `_English`, `.pt-BR.Director's notes`: language, kind, and what is left as a title.
fn read_name(said: &str) -> Subtitle {
    let mut subtitle = Subtitle::default();
    let mut title = Vec::new();
    for word in said.split(['.', '_', ' ', '(', ')', '[', ']']).filter(|word| !word.is_empty()).take(16) {
        match word.to_ascii_lowercase().as_str() {
            "forced" | "foreign" => subtitle.is_forced = true,
            "default" => subtitle.is_default = true,
            // Hindi, unless a language was said: then it is for the hearing impaired.
            "hi" if subtitle.language.is_some() => title.push("SDH"),
            "sdh" | "cc" => title.push("SDH"),
            _ if subtitle.language.is_none() && language::tag(word.trim_matches('-')).is_some() => {
                subtitle.language = language::tag(word.trim_matches('-'));
            }
            // A running number.
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {}
            _ => title.push(word),
        }
    }
    subtitle.title = showable::line(&title.join(" "));
    subtitle
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(folder: &Path, names: &[&str]) {
        for name in names {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("in a folder")).expect("made");
            fs::write(path, "1").expect("written");
        }
    }

    fn names(video: &Path) -> Vec<String> {
        beside(video).iter().map(|found| found.path.file_name().expect("a file").to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn finds_the_files_of_a_video_and_of_no_other() {
        let dir = tempfile::tempdir().expect("a temp dir");
        let folder = dir.path();
        touch(
            folder,
            &[
                "Film.mkv",
                "Film.srt",
                "film.EN.forced.ASS",
                "Film.Part 2.mkv",
                "Film.Part 2.de.srt",
                "Films.srt",
                "Film.txt",
                "Film.fr.srt.bak",
            ],
        );
        touch(
            folder,
            &["Subs/Film.it.vtt", "Subs/English.srt", "Subs/Film/2_English.srt", "Subs/Film.Part 2/3_French.srt", "other/Film.es.srt"],
        );
        std::os::unix::fs::symlink("/etc/hostname", folder.join("Film.ja.srt")).expect("linked");
        std::os::unix::fs::symlink("/etc", folder.join("subtitles")).expect("linked");
        fs::create_dir(folder.join("Film.ko.srt")).expect("made");
        assert_eq!(names(&folder.join("Film.mkv")), ["Film.srt", "2_English.srt", "Film.it.vtt", "film.EN.forced.ASS"]);
        assert_eq!(names(&folder.join("Film.Part 2.mkv")), ["Film.Part 2.de.srt", "3_French.srt"]);
        assert_eq!(names(Path::new("/nowhere/Film.mkv")), [""; 0]);
        fs::remove_file(folder.join("Film.Part 2.mkv")).expect("removed");
        assert!(names(&folder.join("Film.mkv")).contains(&"English.srt".to_owned()), "the folder's only video");
    }

    #[test]
    fn names_tell_language_and_kind() {
        let said = |name: &str| {
            let Subtitle { language, title, is_forced, is_default, .. } = read_name(name);
            (language.unwrap_or_default(), title.unwrap_or_default(), is_forced, is_default)
        };
        assert_eq!(said(""), (String::new(), String::new(), false, false));
        assert_eq!(said(".en.forced"), ("en".into(), String::new(), true, false));
        assert_eq!(said(".pt-BR.default"), ("pt-BR".into(), String::new(), false, true));
        assert_eq!(said("2_English"), ("en".into(), String::new(), false, false));
        assert_eq!(said(".en.hi"), ("en".into(), "SDH".into(), false, false));
        assert_eq!(said(".hi"), ("hi".into(), String::new(), false, false));
        assert_eq!(said(".Signs & Songs"), (String::new(), "Signs & Songs".into(), false, false));
    }

    #[test]
    fn an_id_fits_the_wire_and_says_the_language() {
        let dir = tempfile::tempdir().expect("a temp dir");
        touch(dir.path(), &["Film.mkv", "Film.zh-Hant-TW.srt"]);
        let found = beside(&dir.path().join("Film.mkv")).remove(0).subtitle;
        assert!(found.id.len() <= crate::protocol::limits::SUBTITLE_ID_BYTES_MAX);
        assert!(found.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{}", found.id);
        assert_eq!(language_of_id(&found.id), Some("zh-hant-tw"));
        assert_eq!(language_of_id("f-0011223344556677"), None);
    }
}
