//! Chapters among Vorbis comments, of FLAC and Ogg: `CHAPTER001=00:01:02.003` and `CHAPTER001NAME=…` (Xiph's chapter extension).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Seek};
use std::path::Path;

use lofty::config::ParseOptions;
use lofty::file::{AudioFile, FileType};
use lofty::flac::FlacFile;
use lofty::ogg::tag::VorbisComments;
use lofty::ogg::{OpusFile, VorbisFile};
use lofty::probe::Probe;

use super::super::subtitles::parse_clock;
use crate::protocol::Chapter;

const CHAPTERS_MAX: usize = 10_000;

/// `None` for any other file, and without chapters.
pub fn chapters(path: &Path) -> Option<Vec<Chapter>> {
    let mut file = BufReader::new(File::open(path).ok()?);
    let kind = Probe::new(&mut file).guess_file_type().ok()?.file_type()?;
    file.rewind().ok()?;
    let options = ParseOptions::new().read_properties(false).read_cover_art(false);
    let found = match kind {
        FileType::Flac => of(FlacFile::read_from(&mut file, options).ok()?.vorbis_comments()?),
        FileType::Opus => of(OpusFile::read_from(&mut file, options).ok()?.vorbis_comments()),
        FileType::Vorbis => of(VorbisFile::read_from(&mut file, options).ok()?.vorbis_comments()),
        _ => return None,
    };
    (!found.is_empty()).then_some(found)
}

fn of(comments: &VorbisComments) -> Vec<Chapter> {
    let mut found: BTreeMap<u32, (Option<u64>, String)> = BTreeMap::new();
    for (key, value) in comments.items().take(4 * CHAPTERS_MAX) {
        let Some(rest) = key.get(..7).filter(|name| name.eq_ignore_ascii_case("CHAPTER")).and_then(|_| key.get(7..)) else { continue };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (Ok(number), what) = (rest[..digits].parse(), &rest[digits..]) else { continue };
        if found.len() >= CHAPTERS_MAX {
            break;
        }
        let chapter = found.entry(number).or_default();
        match what.to_ascii_uppercase().as_str() {
            "" => chapter.0 = parse_clock(value).and_then(|ms| u64::try_from(ms).ok()),
            "NAME" => value.clone_into(&mut chapter.1),
            _ => {}
        }
    }
    found.into_values().filter_map(|(start, title)| Some(Chapter { start_ms: start?, title })).collect()
}
