//! What a track is called, in which language, and whether it is meant to play.

use super::boxes::{child, children};
use crate::host::media::streams::{language_tag, packed_language};

#[derive(Clone, Debug, Default)]
pub struct Labels {
    /// BCP 47.
    pub language: Option<String>,
    pub title: Option<String>,
    pub id: u32,
    /// The track that names the chapters of this one (`tref`, `chap`).
    pub chapters: Option<u32>,
    /// Of timed text: shown whatever the viewer chose.
    pub is_forced: bool,
}

const TITLE_BYTES_MAX: usize = 1_000;

impl Labels {
    pub fn read(trak: &[u8], mdia: &[u8], stbl: &[u8]) -> Self {
        let extended = child(mdia, b"elng").and_then(|body| body.get(4..)).and_then(|tag| language_tag(&text(tag)));
        let packed = || child(mdia, b"mdhd").and_then(mdhd_language);
        let title = child(trak, b"udta").and_then(|udta| child(udta, b"name")).map(text).filter(|title| !title.is_empty());
        let word = |body: &[u8], at: usize| body.get(at..)?.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes));
        let tkhd = child(trak, b"tkhd").unwrap_or_default();
        let id = word(tkhd, if tkhd.first() == Some(&1) { 20 } else { 12 }).unwrap_or(0);
        let chapters = child(trak, b"tref").and_then(|tref| child(tref, b"chap")).and_then(|ids| word(ids, 0));
        Self { language: extended.or_else(packed), title, id, chapters, is_forced: is_forced(stbl) }
    }
}

/// Text without its end mark.
pub fn text(bytes: &[u8]) -> String {
    let bytes = bytes.get(..TITLE_BYTES_MAX).unwrap_or(bytes);
    String::from_utf8_lossy(bytes).trim_matches(['\0', ' ']).to_owned()
}

fn mdhd_language(mdhd: &[u8]) -> Option<String> {
    let at = if *mdhd.first()? == 1 { 32 } else { 20 };
    packed_language(u16::from_be_bytes(*mdhd.get(at..)?.first_chunk::<2>()?))
}

/// `displayFlags` of a `tx3g` (3GPP TS 26.245, section 5.16): all of its samples are forced.
fn is_forced(stbl: &[u8]) -> bool {
    const ALL_FORCED: u32 = 0x8000_0000;
    let entry = child(stbl, b"stsd").and_then(|body| children(body.get(8..)?).find(|(kind, _)| kind == b"tx3g"));
    let flags = entry.and_then(|(_, body)| body.get(8..)?.first_chunk::<4>());
    flags.is_some_and(|flags| u32::from_be_bytes(*flags) & ALL_FORCED != 0)
}
