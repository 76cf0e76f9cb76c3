//! Many songs out of a few: copies of what ffmpeg made, each with coded bytes of its own.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use iroam::host::library::Library;
use iroam::protocol::{Browse, SortKey};
use iroam::types::TrackId;
use lofty::config::WriteOptions;
use lofty::file::TaggedFileExt;
use lofty::tag::{Accessor, Tag, TagExt};

use crate::host_kit::{Home, everything, ffmpeg, rows};

pub const FORMATS: [&str; 6] = ["mp3", "flac", "ogg", "opus", "m4a", "wav"];

/// A second of sound in each format, made once.
fn bases() -> &'static BTreeMap<&'static str, Vec<u8>> {
    static BASES: OnceLock<BTreeMap<&'static str, Vec<u8>>> = OnceLock::new();
    BASES.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let made = |format: &&'static str| {
            let path = folder.path().join("base").with_extension(format);
            ffmpeg(&["-f", "lavfi", "-i", "anoisesrc=duration=1:seed=7:sample_rate=44100", "-b:a", "64k"], &[("title", "Base")], &path);
            (*format, fs::read(path).expect("made"))
        };
        FORMATS.iter().map(made).collect()
    })
}

/// The bytes of the `number`-th song, untagged but for the title of all.
fn bytes(number: usize) -> Vec<u8> {
    let format = format(number);
    let mut bytes = bases()[format].clone();
    let at = match format {
        // The digest of its samples.
        "flac" => bytes.windows(4).position(|word| word == b"fLaC").expect("a FLAC file") + 4 + 4 + 18,
        "m4a" => bytes.windows(4).position(|word| word == b"mdat").expect("an MP4 file") + 4 + 500,
        // Within a frame, a page, and the samples: no header is near.
        _ => calm(&bytes, bytes.len() / 2),
    };
    bytes[at..at + 4].copy_from_slice(&(number as u32 + 1).to_be_bytes());
    bytes
}

/// A place from here on without a frame's or page's mark around it.
fn calm(bytes: &[u8], from: usize) -> usize {
    let is_calm = |at: usize| !bytes[at - 40..at + 40].iter().any(|byte| [0xff, b'O'].contains(byte));
    (from..bytes.len() - 40).find(|at| is_calm(*at)).expect("noise is calm somewhere")
}

pub fn format(number: usize) -> &'static str {
    FORMATS[number % FORMATS.len()]
}

pub fn title(number: usize) -> String {
    format!("Song {number:04}")
}

/// Writes the `number`-th song somewhere, under its title.
pub fn song(path: &Path, number: usize) {
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("made");
    fs::write(path, bytes(number)).expect("written");
    tag(path, number, "First pressing", "");
}

/// `count` songs, twenty a folder.
pub fn songs(home: &Home, count: usize) -> Vec<PathBuf> {
    let place = |number: usize| home.media.join(format!("album {:02}/{number:04}.{}", number / 20, format(number)));
    let paths: Vec<PathBuf> = (0..count).map(place).collect();
    paths.iter().enumerate().for_each(|(number, path)| song(path, number));
    paths
}

/// Tags a file anew, with a tag that may be of another length.
pub fn tag(path: &Path, number: usize, album: &str, comment: &str) {
    let tagged = lofty::read_from_path(path).expect("a song");
    let mut tag = Tag::new(tagged.primary_tag_type());
    tag.set_title(title(number));
    tag.set_artist(format!("Artist {}", number % 50));
    tag.set_album(album.to_owned());
    tag.set_comment(comment.to_owned());
    tag.save_to_path(path, WriteOptions::default()).expect("written");
}

/// Every track that is there by its title.
pub fn ids(library: &Library) -> HashMap<String, TrackId> {
    let mut ids = HashMap::new();
    loop {
        let offset = u32::try_from(ids.len()).expect("few");
        let page = rows(library, &Browse { offset, ..everything(SortKey::Title) });
        if page.is_empty() {
            return ids;
        }
        for row in page {
            assert_eq!(ids.insert(row.title.clone(), row.id), None, "{} is there twice", row.title);
        }
    }
}
