//! The atoms of an MP4's `ilst`, as iTunes named them.

use lofty::mp4::{AtomData, AtomIdent, Ilst};

use super::fields::Fields;
use super::key::Key;

const TEXTS: [(&[u8; 4], Key); 27] = [
    (b"\xa9nam", Key::Title),
    (b"\xa9ART", Key::Artist),
    (b"\xa9alb", Key::Album),
    (b"aART", Key::AlbumArtist),
    (b"\xa9wrt", Key::Composer),
    (b"\xa9gen", Key::Genre),
    (b"\xa9day", Key::Date),
    (b"cpil", Key::Compilation),
    (b"tmpo", Key::Bpm),
    (b"\xa9cmt", Key::Comment),
    (b"desc", Key::Comment),
    (b"\xa9grp", Key::Grouping),
    (b"\xa9wrk", Key::Work),
    (b"\xa9mvn", Key::Movement),
    (b"\xa9mvi", Key::MovementNo),
    (b"\xa9mvc", Key::MovementTotal),
    (b"\xa9con", Key::Conductor),
    (b"\xa9pub", Key::Label),
    (b"cprt", Key::Copyright),
    (b"\xa9cpy", Key::Copyright),
    (b"sonm", Key::SortTitle),
    (b"soar", Key::SortArtist),
    (b"soal", Key::SortAlbum),
    (b"soaa", Key::SortAlbumArtist),
    (b"soco", Key::SortComposer),
    (b"rate", Key::RatingPercent),
    (b"\xa9lyr", Key::Lyrics),
];

pub(super) fn push(ilst: &Ilst, fields: &mut Fields) {
    for atom in ilst {
        match atom.ident() {
            AtomIdent::Fourcc(id) if id == b"trkn" || id == b"disk" => atom.data().for_each(|data| pair(id == b"trkn", data, fields)),
            AtomIdent::Fourcc(id) => {
                if let Some((_, key)) = TEXTS.iter().find(|(known, _)| *known == id) {
                    atom.data().for_each(|data| value(*key, data, fields));
                }
            }
            AtomIdent::Freeform { name, .. } => {
                if let Some(key) = Key::named(name) {
                    atom.data().for_each(|data| value(key, data, fields));
                }
            }
        }
    }
    // Nothing says which of them is the front.
    if let Some(picture) = ilst.pictures().and_then(|mut pictures| pictures.next()) {
        fields.push_picture(true, || picture.data().to_vec());
    }
}

fn value(key: Key, data: &AtomData, fields: &mut Fields) {
    match data {
        AtomData::UTF8(text) | AtomData::UTF16(text) => fields.push(key, text),
        AtomData::SignedInteger(number) => fields.push(key, &number.to_string()),
        AtomData::UnsignedInteger(number) => fields.push(key, &number.to_string()),
        AtomData::Bool(is_set) => fields.push(key, if *is_set { "1" } else { "0" }),
        // A free field whose writer did not say that it is a text.
        AtomData::Unknown { data, .. } => {
            if let Ok(text) = std::str::from_utf8(data) {
                fields.push(key, text);
            }
        }
        _ => {}
    }
}

/// Two bytes of nothing, a number, how many there are.
fn pair(is_track: bool, data: &AtomData, fields: &mut Fields) {
    let AtomData::Unknown { data, .. } = data else { return };
    let number = |at: usize| data.get(at..at + 2).map_or(0, |bytes| u16::from_be_bytes([bytes[0], bytes[1]]));
    let (one, all) = if is_track { (Key::Track, Key::TrackTotal) } else { (Key::Disc, Key::DiscTotal) };
    for (key, number) in [(one, number(2)), (all, number(4))] {
        if number > 0 {
            fields.push(key, &number.to_string());
        }
    }
}
