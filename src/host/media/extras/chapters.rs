//! Chapters, of whatever kind of file.

mod id3;
mod vorbis;

use std::path::Path;

use crate::protocol::Chapter;
use crate::types::showable;

/// More are left out; an audio book has a few hundred.
const CHAPTERS_MAX: usize = 2_000;
/// Bytes of all titles together; details travel in one frame.
const TITLES_BYTES_MAX: usize = 200_000;

/// By start, no two at one moment, with titles that can be shown.
pub fn tidy(mut chapters: Vec<Chapter>) -> Vec<Chapter> {
    chapters.sort_by_key(|chapter| chapter.start_ms);
    chapters.dedup_by_key(|chapter| chapter.start_ms);
    chapters.truncate(CHAPTERS_MAX);
    let mut bytes = 0;
    for (number, chapter) in (1..).zip(&mut chapters) {
        let title = showable::line(&chapter.title).filter(|title| bytes + title.len() <= TITLES_BYTES_MAX);
        chapter.title = title.unwrap_or_else(|| format!("Chapter {number}"));
        bytes += chapter.title.len();
    }
    chapters
}

/// Of the tags of an MP3, or of a FLAC or Ogg file; none when they hold none.
pub fn of_tags(path: &Path) -> Vec<Chapter> {
    tidy(id3::chapters(path).or_else(|| vorbis::chapters(path)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_are_in_order_and_can_be_shown() {
        let chapter = |start_ms, title: &str| Chapter { start_ms, title: title.to_owned() };
        let wild = vec![chapter(9_000, "\u{202e}end"), chapter(0, " \0"), chapter(9_000, "again"), chapter(5_000, "middle\n")];
        assert_eq!(tidy(wild), [chapter(0, "Chapter 1"), chapter(5_000, "middle"), chapter(9_000, "end")]);
    }

    #[test]
    fn a_heap_of_chapters_fits_into_a_frame() {
        let heap: Vec<Chapter> = (0..100_000).map(|start_ms| Chapter { start_ms, title: "\"\\é".repeat(500) }).collect();
        let tidied = tidy(heap);
        assert_eq!(tidied.len(), CHAPTERS_MAX);
        let wire = serde_json::to_vec(&tidied).expect("serialises");
        assert!(wire.len() < crate::host::media::job::ANSWER_BYTES_MAX / 2, "{} bytes", wire.len());
    }
}
