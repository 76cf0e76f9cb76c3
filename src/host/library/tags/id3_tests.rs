use std::io::Write;

use proptest::prelude::*;

use super::*;

fn frame(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("short");
    [id.as_slice(), &length.to_be_bytes(), &[0, 0], body].concat()
}

fn tag(version: u8, frames: &[u8]) -> Vec<u8> {
    let length = frames.len();
    let size = [length >> 21, length >> 14, length >> 7, length].map(|part| (part & 0x7f) as u8);
    [b"ID3".as_slice(), &[version, 0, 0], &size, frames].concat()
}

fn fields(version: u8, frames: &[u8]) -> Fields {
    let mut fields = Fields::default();
    version_2(&Id3::parse(&tag(version, frames)).expect("a tag"), &mut fields);
    fields.decode();
    fields
}

#[test]
fn repeated_frames_and_zeros_are_several_values() {
    let frames = [frame(b"TPE1", b"\x03Ada\0Bob"), frame(b"TPE1", b"\x01\xff\xfeZ\0o\0e\0\0\0\xff\xfeY\0")].concat();
    assert_eq!(fields(4, &frames).texts(Key::Artist), ["Ada", "Bob", "Zoe", "Y"]);
    assert_eq!(fields(3, &frame(b"TPE1", b"\0AC/DC")).texts(Key::Artist), ["AC/DC"]);
}

#[test]
fn dates_of_version_3_are_put_together() {
    let frames = [frame(b"TYER", b"\x001999"), frame(b"TDAT", b"\x000105")].concat();
    assert_eq!(fields(3, &frames).text(Key::Date).as_deref(), Some("1999-05-01"));
    let frames = [frame(b"TYER", b"\x001999"), frame(b"TDAT", b"\x00soon")].concat();
    assert_eq!(fields(3, &frames).text(Key::Date).as_deref(), Some("1999"));
}

#[test]
fn technical_comments_are_none() {
    let frames = [frame(b"COMM", b"\0engiTunNORM\0 00000A"), frame(b"COMM", b"\0eng\0Good"), frame(b"COMM", b"\0engSongs-DB_Occasion\0x")];
    assert_eq!(fields(3, &frames.concat()).texts(Key::Comment), ["Good"]);
}

#[test]
fn gains_and_peaks_of_rva2_are_read() {
    let body = b"track\0\x01\xfb\x00\x10\x40\x00";
    let fields = fields(4, &frame(b"RVA2", body));
    assert_eq!(fields.text(Key::TrackGain).as_deref(), Some("-2.500 dB"));
    assert_eq!(fields.text(Key::TrackPeak).as_deref(), Some("0.500000"));
}

#[test]
fn a_tag_of_a_million_frames_ends_soon_and_a_title_of_10_megabytes_is_cut() {
    let mut frames = frame(b"TIT2", &[b"\x03".as_slice(), &vec![b'a'; 10_000_000]].concat());
    for _ in 0..1_000_000 {
        frames.extend_from_slice(b"TXXX\0\0\0\x04\0\0\x03k\0v");
    }
    let fields = fields(3, &frames);
    assert_eq!(fields.text(Key::Title).map(|title| title.len()), Some(crate::types::showable::CHARS_MAX));
}

#[test]
fn version_1_is_read_from_the_end() {
    let mut file = tempfile::tempfile().expect("a file");
    let mut bytes = vec![0u8; 10];
    bytes.extend_from_slice(b"TAG");
    for (text, length) in [("Blue\0junk", 30), ("Ada", 30), ("Sea", 30), ("1999", 4), ("Fine", 28)] {
        let mut field = text.as_bytes().to_vec();
        field.resize(length, 0);
        bytes.extend(field);
    }
    bytes.extend([0, 7, 17]);
    file.write_all(&bytes).expect("written");
    let mut fields = Fields::default();
    assert!(version_1(&file, bytes.len() as u64, &mut fields));
    for (key, text) in
        [(Key::Title, "Blue"), (Key::Artist, "Ada"), (Key::Date, "1999"), (Key::Comment, "Fine"), (Key::Track, "7"), (Key::Genre, "17")]
    {
        assert_eq!(fields.text(key).as_deref(), Some(text));
    }
    assert!(!version_1(&file, 100, &mut fields));
}

proptest! {
    #[test]
    fn any_frame_is_read_or_left(body in prop::collection::vec(any::<u8>(), 0..100), version in 2u8..5, which in 0usize..12) {
        let ids = [b"TXXX", b"COMM", b"USLT", b"SYLT", b"APIC", b"POPM", b"UFID", b"RVA2", b"TIT2", b"TYER", b"TDAT", b"PIC\0"];
        fields(version, &frame(ids[which], &body));
    }
}
