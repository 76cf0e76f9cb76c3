//! The frames of an ID3v2 tag (ID3v2.2 to 2.4), in time that grows with their bytes only.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;

/// What is read of a longer tag is this much: covers are most of it.
const TAG_BYTES_MAX: usize = 32 * 1024 * 1024;
/// A packed frame that unpacks to more is left out.
const UNPACKED_BYTES_MAX: u64 = 16 * 1024 * 1024;
const HEADER_BYTES: usize = 10;

/// A tag as it lies in a file, without its header.
#[derive(Clone, Debug)]
pub struct Id3 {
    frames: Vec<u8>,
    version: u8,
}

/// A frame's four letters (three and a zero in ID3v2.2), and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    pub id: [u8; 4],
    pub body: Cow<'a, [u8]>,
}

impl Id3 {
    /// The tag at byte `at` of a file; `None` when there is none of a version that is known.
    pub fn read(file: &File, at: u64) -> Option<Self> {
        let mut header = [0u8; HEADER_BYTES];
        file.read_exact_at(&mut header, at).ok()?;
        let (version, flags, length) = head(&header)?;
        let mut tag = Vec::new();
        let length_read = length.min(TAG_BYTES_MAX);
        // Not by what the header claims: memory is for bytes that are there. Most tags are short, and a scan reads many.
        let mut portion = 64 * 1024;
        while tag.len() < length_read {
            let have = tag.len();
            tag.resize(have + portion.min(length_read - have), 0);
            let more = file.read_at(&mut tag[have..], at.checked_add((HEADER_BYTES + have) as u64)?).ok()?;
            tag.truncate(have + more);
            if more == 0 {
                break;
            }
            portion = 1024 * 1024;
        }
        Self::of(version, flags, tag)
    }

    /// The tag that `bytes` begin with.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (version, flags, length) = head(bytes.first_chunk()?)?;
        let rest = &bytes[HEADER_BYTES..];
        Self::of(version, flags, rest[..length.min(rest.len()).min(TAG_BYTES_MAX)].to_vec())
    }

    fn of(version: u8, flags: u8, tag: Vec<u8>) -> Option<Self> {
        // Before 2.4 the whole tag was made so; there each frame says it of itself.
        let tag = if flags & 0x80 != 0 && version < 4 { resynchronised(&tag) } else { tag };
        let frames = if flags & 0x40 != 0 && version > 2 { tag.get(extended_header(&tag, version)?..)?.to_vec() } else { tag };
        Some(Self { frames, version })
    }

    /// 2 to 4.
    pub fn version(&self) -> u8 {
        self.version
    }

    pub fn frames(&self) -> Frames<'_> {
        Frames::new(&self.frames, self.version)
    }
}

/// Version, flags and length of what follows the header.
fn head(header: &[u8; HEADER_BYTES]) -> Option<(u8, u8, usize)> {
    let (b"ID3", version @ 2..=4, flags) = (header.first_chunk::<3>()?, header[3], header[5]) else { return None };
    // Bit 6 of 2.2 is for a compression that was never defined.
    (version > 2 || flags & 0x40 == 0).then_some((version, flags, synchsafe(&header[6..])?))
}

/// Frames one after another, until one does not fit.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    rest: &'a [u8],
    version: u8,
}

impl<'a> Frames<'a> {
    pub fn new(bytes: &'a [u8], version: u8) -> Self {
        Self { rest: bytes, version }
    }

    /// Whether a frame, padding or the end follows one of that length.
    fn is_frame_after(&self, length: usize) -> bool {
        let after = HEADER_BYTES.checked_add(length).and_then(|at| self.rest.get(at..));
        after.is_some_and(|rest| {
            rest.iter().take(4).all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) || rest.iter().take(4).all(|byte| *byte == 0)
        })
    }

    /// Of a frame of version 2.3 or 2.4: its letters, the length of its body and its flags.
    fn header(&self) -> Option<([u8; 4], usize, u8)> {
        let id = *self.rest.first_chunk::<4>()?;
        let plain = usize::try_from(u32::from_be_bytes(*self.rest.get(4..)?.first_chunk()?)).ok()?;
        let length = match synchsafe(&self.rest[4..8]).filter(|_| self.version == 4) {
            // Programs that write plain sizes into version 2.4 are many; what follows tells.
            Some(length) if self.is_frame_after(length) || !self.is_frame_after(plain) => length,
            _ => plain,
        };
        Some((id, length, *self.rest.get(9)?))
    }

    fn next_short(&mut self) -> Option<Frame<'a>> {
        let (header, rest) = self.rest.split_first_chunk::<6>()?;
        let [a, b, c, high, middle, low] = *header;
        let length = usize::try_from(u32::from_be_bytes([0, high, middle, low])).ok()?;
        let body = rest.get(..length)?;
        self.rest = &rest[length..];
        (a != 0).then_some(Frame { id: [a, b, c, 0], body: Cow::Borrowed(body) })
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.version == 2 {
            return self.next_short();
        }
        let (id, length, flags) = self.header()?;
        let body = self.rest.get(HEADER_BYTES..HEADER_BYTES.checked_add(length)?)?;
        self.rest = &self.rest[HEADER_BYTES + length..];
        // Padding ends the tag.
        (id[0] != 0).then(|| Frame { id, body: unpacked(body, flags, self.version).unwrap_or_default() })
    }
}

/// A body as it was before its frame's flags were applied; `None` when nothing here can undo them.
fn unpacked(body: &[u8], flags: u8, version: u8) -> Option<Cow<'_, [u8]>> {
    let flag = |bit: u8| flags & bit != 0;
    let (packed, encrypted, grouped) = if version == 4 { (0x08, 0x04, 0x40) } else { (0x80, 0x40, 0x20) };
    if flag(encrypted) {
        return None;
    }
    let mut body = Cow::Borrowed(body);
    let mut skip = usize::from(flag(grouped));
    if version == 4 {
        skip += if flag(0x01) { 4 } else { 0 };
    } else if flag(packed) {
        skip += 4;
    }
    if skip > 0 {
        body = Cow::Owned(body.get(skip..)?.to_vec());
    }
    if version == 4 && flag(0x02) {
        body = Cow::Owned(resynchronised(&body));
    }
    if flag(packed) {
        let mut plain = Vec::new();
        flate2::read::ZlibDecoder::new(&*body).take(UNPACKED_BYTES_MAX).read_to_end(&mut plain).ok()?;
        body = Cow::Owned(plain);
    }
    Some(body)
}

fn extended_header(tag: &[u8], version: u8) -> Option<usize> {
    // In 2.3 the size leaves itself out, in 2.4 it does not.
    if version == 4 { synchsafe(tag) } else { usize::try_from(u32::from_be_bytes(*tag.first_chunk()?)).ok()?.checked_add(4) }
}

/// 28 bits in four bytes.
fn synchsafe(bytes: &[u8]) -> Option<usize> {
    let bytes = bytes.first_chunk::<4>()?;
    bytes.iter().try_fold(0usize, |sum, byte| (*byte < 0x80).then_some(sum << 7 | usize::from(*byte)))
}

/// A zero after each 0xFF was put there.
fn resynchronised(bytes: &[u8]) -> Vec<u8> {
    let mut before = 0;
    let keep = |byte: &u8| {
        let is_put = before == 0xff && *byte == 0;
        before = *byte;
        !is_put
    };
    let mut bytes = bytes.to_vec();
    bytes.retain(keep);
    bytes
}

/// A text by its encoding byte; ISO 8859-1 as it says, byte by byte.
pub fn text(encoding: u8, bytes: &[u8]) -> String {
    match encoding {
        0 => bytes.iter().map(|byte| char::from(*byte)).collect(),
        // With a byte order mark, which `decode` honours.
        1 => encoding_rs::UTF_16LE.decode(bytes).0.into_owned(),
        2 => encoding_rs::UTF_16BE.decode(bytes).0.into_owned(),
        _ => encoding_rs::UTF_8.decode(bytes).0.into_owned(),
    }
}

/// The bytes before the text's end by that encoding, and those after it; all of them when nothing ends it.
pub fn terminated(encoding: u8, bytes: &[u8]) -> (&[u8], &[u8]) {
    let wide = matches!(encoding, 1 | 2);
    let end = if wide {
        bytes.chunks_exact(2).position(|pair| pair == [0, 0]).map(|at| at * 2)
    } else {
        bytes.iter().position(|byte| *byte == 0)
    };
    match end {
        Some(end) => (&bytes[..end], &bytes[end + if wide { 2 } else { 1 }..]),
        None => (bytes, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub fn frame(id: &[u8; 4], flags: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).expect("short");
        [id.as_slice(), &length.to_be_bytes(), &[0, flags], body].concat()
    }

    fn bodies(frames: &[u8], version: u8) -> Vec<Vec<u8>> {
        Frames::new(frames, version).map(|frame| frame.body.into_owned()).collect()
    }

    #[test]
    fn flags_are_undone() {
        let zipped = {
            use std::io::Write;
            let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            writer.write_all(b"\0Blue").expect("packs");
            writer.finish().expect("packs")
        };
        let sized = [&[0, 0, 0, 5], zipped.as_slice()].concat();
        assert_eq!(bodies(&frame(b"TIT2", 0x80, &sized), 3), [b"\0Blue"]);
        assert_eq!(bodies(&frame(b"TIT2", 0x09, &sized), 4), [b"\0Blue"]);
        assert_eq!(bodies(&frame(b"TIT2", 0x20, b"g\0Blue"), 3), [b"\0Blue"]);
        assert_eq!(bodies(&frame(b"TIT2", 0x02, b"\x01\xff\0\xfe"), 4), [b"\x01\xff\xfe"]);
        assert_eq!(bodies(&frame(b"TIT2", 0x40, b"x\0Blue"), 3), [b""], "encrypted");
        assert_eq!(bodies(b"TT2\0\0\x05\0Blue\0\0\0\0\0\0", 2), [b"\0Blue"]);
    }

    #[test]
    fn texts_end_where_their_encoding_says() {
        assert_eq!(terminated(0, b"ab\0cd"), (b"ab".as_slice(), b"cd".as_slice()));
        assert_eq!(terminated(1, b"a\0\0b\0\0c"), (b"a\0\0b".as_slice(), b"c".as_slice()));
        assert_eq!(terminated(3, b"ab"), (b"ab".as_slice(), b"".as_slice()));
        assert_eq!(text(0, b"Bj\xf6rk"), "Björk");
        assert_eq!(text(1, b"\xfe\xff\0H\0i"), "Hi");
    }

    proptest! {
        #[test]
        fn any_bytes_are_frames_that_end(bytes in prop::collection::vec(any::<u8>(), 0..300), version in 0u8..8, flags: u8) {
            let tag = [b"ID3".as_slice(), &[version, 0, flags, 0, 0, 2, 0], b"TIT2", &bytes].concat();
            if let Some(tag) = Id3::parse(&tag) {
                prop_assert!(tag.frames().count() <= bytes.len());
            }
        }
    }
}
