use super::*;
use image::{GenericImageView, ImageFormat};

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(width, height).write_to(&mut bytes, ImageFormat::Png).expect("encodes");
    bytes.into_inner()
}

fn kept(folder: &Path, art: &ArtId, size: ArtSize) -> (u32, u32) {
    let bytes = load(folder, art, size).expect("readable").expect("kept");
    image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).expect("a JPEG").dimensions()
}

#[test]
fn a_picture_is_scaled_to_each_size_and_named_by_what_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let art = keep(folder.path(), &png(2400, 1600)).expect("written").expect("decodes");
    let full = fs::read(file(folder.path(), &art)).expect("kept");
    assert_eq!(art, ArtId::from_digest(digest(&full)));
    let made = |folder: &Path| fs::read_dir(folder).expect("listed").count();
    assert_eq!(made(folder.path()), 5, "and nothing unfinished");
    for (size, sides) in [
        (ArtSize::Full, (1200, 800)),
        (ArtSize::S600, (600, 400)),
        (ArtSize::S320, (320, 213)),
        (ArtSize::S160, (160, 107)),
        (ArtSize::S64, (64, 43)),
    ] {
        assert_eq!(kept(folder.path(), &art, size), sides);
    }
    assert_eq!(made(folder.path()), 5, "none was made twice");
}

#[test]
fn a_small_picture_is_as_large_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let art = keep(folder.path(), &png(100, 100)).expect("written").expect("decodes");
    assert_eq!([ArtSize::Full, ArtSize::S600, ArtSize::S160].map(|size| kept(folder.path(), &art, size)), [(100, 100); 3]);
    assert_eq!(kept(folder.path(), &art, ArtSize::S64), (64, 64));
}

#[test]
fn art_of_an_earlier_version_is_scaled_when_it_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = jpeg(&DynamicImage::new_rgb8(600, 600)).expect("encodes");
    let art = ArtId::from_digest(digest(&old));
    fs::write(file(folder.path(), &art), &old).expect("written");
    assert_eq!(load(folder.path(), &art, ArtSize::S600).expect("readable").as_ref(), Some(&old));
    assert_eq!(kept(folder.path(), &art, ArtSize::S160), (160, 160));
    assert!(smaller_file(folder.path(), &art, ArtSize::S160).exists(), "made once");
    let none = ArtId::from_digest([7; 32]);
    assert_eq!(load(folder.path(), &none, ArtSize::S160).expect("no failure"), None);
}

/// A PNG of these sides with next to nothing in it.
fn bomb(width: u32, height: u32, interlaced: u8) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 6, 0, 0, interlaced]);
    for (name, data) in [(b"IHDR", &header), (b"IDAT", &vec![0x78, 0x9c, 0x63, 0, 0, 0, 0, 0]), (b"IEND", &vec![])] {
        bytes.extend((data.len() as u32).to_be_bytes());
        let body = [&name[..], data].concat();
        bytes.extend(&body);
        bytes.extend(crc32(&body).to_be_bytes());
    }
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// A JPEG whose header claims these sides; `kind` is 0xc0 for baseline, 0xc2 for progressive.
fn jpeg_bomb(kind: u8, width: u16, height: u16, scans: usize) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, kind, 0, 17, 8];
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend([3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
    for _ in 0..scans {
        bytes.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0, 0]);
    }
    bytes.extend([0xff, 0xd9]);
    bytes
}

#[test]
fn what_is_no_picture_or_a_bomb_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let bombs = [
        b"not a picture".to_vec(),
        Vec::new(),
        // Wider than any cover, and small in bytes.
        png(20_000, 1),
        bomb(60_000, 60_000, 0),
        bomb(60_000, 60_000, 1),
        // Each side would pass.
        bomb(9_999, 9_999, 1),
        jpeg_bomb(0xc0, 65_535, 65_535, 1),
        jpeg_bomb(0xc2, 9_999, 9_999, 10_000),
        jpeg_bomb(0xc2, 6_000, 6_000, 10_000),
    ];
    for (number, bomb) in bombs.iter().enumerate() {
        assert_eq!(keep(folder.path(), bomb).expect("no failure"), None, "bomb {number} of {} bytes", bomb.len());
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
