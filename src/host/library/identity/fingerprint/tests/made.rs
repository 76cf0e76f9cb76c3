//! Files put together by their formats' rules, around coded bytes that are noise.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    Mpeg,
    Flac,
    Ogg,
    Mp4,
    Wave,
    Avi,
    Aiff,
    Dsf,
    Dsdiff,
    Au,
    Asf,
    Musepack,
    WavPack,
    Matroska,
}

impl Container {
    pub const ALL: [Self; 14] = [
        Self::Mpeg,
        Self::Flac,
        Self::Ogg,
        Self::Mp4,
        Self::Wave,
        Self::Avi,
        Self::Aiff,
        Self::Dsf,
        Self::Dsdiff,
        Self::Au,
        Self::Asf,
        Self::Musepack,
        Self::WavPack,
        Self::Matroska,
    ];
}

/// What a tagger may change.
#[derive(Clone, Debug, Default)]
pub struct Tags {
    pub front: Vec<u8>,
    pub back: Vec<u8>,
    /// Parts stand the other way round, or a tag is of its other kind.
    pub is_swapped: bool,
    /// How pages are cut, which serial they have.
    pub layout: u64,
}

/// Bytes that compress to nothing less (SplitMix64).
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31).to_le_bytes()
    };
    (0..length.div_ceil(8)).flat_map(|_| next()).take(length).collect()
}

pub fn file(container: Container, body: &[u8], tags: &Tags) -> Vec<u8> {
    match container {
        Container::Mpeg => [id3(&tags.front), frames(body), ends(tags)].concat(),
        Container::Flac => flac(body, tags),
        Container::Ogg => ogg(body, tags),
        Container::Mp4 => mp4(body, tags),
        Container::Wave => form(b"RIFF", b"WAVE", (b"fmt ", &[1; 16]), (b"data", body), (b"LIST", tags), false),
        Container::Avi => {
            let (movi, head) = ([b"movi", body].concat(), [b"hdrl".as_slice(), &[2; 60]].concat());
            form(b"RIFF", b"AVI ", (b"LIST", &head), (b"LIST", &movi), (b"JUNK", tags), false)
        }
        Container::Aiff => form(b"FORM", b"AIFF", (b"COMM", &[1; 18]), (b"SSND", body), (b"ANNO", tags), true),
        Container::Dsf => dsf(body, tags),
        Container::Dsdiff => dsdiff(body, tags),
        Container::Au => {
            let start = (24 + tags.front.len() as u32).to_be_bytes();
            [b".snd".as_slice(), &start, &[0xff; 4], &[1; 12], &tags.front, body].concat()
        }
        Container::Asf => asf(body, tags),
        Container::Musepack => {
            let packet = |name: &[u8], body: &[u8]| [name, &[(3 + body.len()) as u8], body].concat();
            let gain = packet(b"RG", &tags.front[..tags.front.len().min(9)]);
            [b"MPCK".to_vec(), packet(b"SH", &[8; 12]), gain, b"AP\x90\x00".to_vec(), body.to_vec(), ends(tags)].concat()
        }
        Container::WavPack => [b"wvpk", body, &ends(tags)].concat(),
        Container::Matroska => matroska(body, tags),
    }
}

/// MPEG 1 layer III, 128 kbit/s, 44,100 Hz.
pub const FRAME_HEAD: [u8; 4] = [0xff, 0xfb, 0x90, 0x00];
pub const FRAME: usize = 417;
pub const FRAME_BODY: usize = FRAME - 4;

fn frames(body: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    for part in body.chunks(FRAME_BODY) {
        file.extend(FRAME_HEAD);
        file.extend(part);
        file.resize(file.len() + FRAME_BODY - part.len(), 0);
    }
    file
}

fn id3(text: &[u8]) -> Vec<u8> {
    if text.is_empty() {
        return Vec::new();
    }
    let size = [(text.len() >> 14) as u8 & 0x7f, (text.len() >> 7) as u8 & 0x7f, text.len() as u8 & 0x7f];
    [b"ID3\x04\x00\x00\x00".as_slice(), &size, text].concat()
}

/// Tags behind the sound: APE, Lyrics3 and ID3v1.
fn ends(tags: &Tags) -> Vec<u8> {
    let mut end = Vec::new();
    if tags.back.is_empty() {
        return end;
    }
    let size = (tags.back.len() as u32 + 32).to_le_bytes();
    if tags.is_swapped {
        let ape = |flags: u8| [b"APETAGEX\xd0\x07\x00\x00".as_slice(), &size, &[1, 0, 0, 0, 0, 0, 0, flags], &[0; 8]].concat();
        end.extend([ape(0xa0), tags.back.clone(), ape(0x80)].concat());
    } else {
        end.extend([b"LYRICSBEGIN", tags.back.as_slice(), format!("{:06}LYRICS200", tags.back.len() + 11).as_bytes()].concat());
    }
    if tags.layout & 1 == 0 {
        end.extend([b"TAG".as_slice(), &[b'x'; 125]].concat());
    }
    end
}

fn flac(body: &[u8], tags: &Tags) -> Vec<u8> {
    let block = |kind: u8, body: &[u8]| [&[kind], &(body.len() as u32).to_be_bytes()[1..], body].concat();
    let id3 = if tags.is_swapped { id3(&tags.back) } else { Vec::new() };
    [id3, b"fLaC".to_vec(), block(0, &[0; 34]), block(4, &tags.front), block(0x81, &tags.back), body.to_vec()].concat()
}

pub fn page(serial: u32, granule: u64, flags: u8, lacing: &[u8], body: &[u8]) -> Vec<u8> {
    let mut page = b"OggS\0".to_vec();
    page.push(flags);
    page.extend(granule.to_le_bytes());
    page.extend(serial.to_le_bytes());
    // Number and sum: nobody reads them here.
    page.extend([7; 8]);
    page.push(lacing.len() as u8);
    page.extend(lacing);
    page.extend(body);
    page
}

/// Vorbis: two headers after the first share pages, sound begins a page of its own.
fn ogg(body: &[u8], tags: &Tags) -> Vec<u8> {
    let serial = tags.layout as u32;
    let first = [b"\x01vorbis".as_slice(), &[4; 23]].concat();
    let comments = [b"\x03vorbis", tags.front.as_slice()].concat();
    let setup = [b"\x05vorbis".as_slice(), &[6; 700]].concat();
    let mut file = paged(serial, &[&first], 255, 0);
    let pieces = 1 + (tags.layout >> 32) as usize % 255;
    file.extend(paged(serial, &[&comments, &setup], 255, 0));
    let packets: Vec<&[u8]> = body.chunks(301).collect();
    file.extend(paged(serial, &packets, pieces, body.len() as u64));
    file
}

/// Packets in pages of so many pieces; the last page has the time.
fn paged(serial: u32, packets: &[&[u8]], pieces: usize, granule: u64) -> Vec<u8> {
    let (mut lacing, mut body) = (Vec::new(), Vec::new());
    for packet in packets {
        lacing.extend(std::iter::repeat_n(255, packet.len() / 255));
        lacing.push((packet.len() % 255) as u8);
        body.extend_from_slice(packet);
    }
    let (mut file, mut rest) = (Vec::new(), body.as_slice());
    let count = lacing.chunks(pieces).count();
    for (k, lacing) in lacing.chunks(pieces).enumerate() {
        let (part, after) = rest.split_at(lacing.iter().map(|length| usize::from(*length)).sum());
        rest = after;
        let granule = if k + 1 == count { granule } else { k as u64 };
        file.extend(page(serial, granule, 0, lacing, part));
    }
    file
}

fn mp4(body: &[u8], tags: &Tags) -> Vec<u8> {
    let boxed = |kind: &[u8; 4], body: &[u8]| [&(body.len() as u32 + 8).to_be_bytes(), kind.as_slice(), body].concat();
    let (moov, free) = (boxed(b"moov", &tags.front), boxed(b"free", &tags.back));
    // Samples in two boxes, the first with a long size.
    let (one, other) = body.split_at(body.len() / 3);
    let long = [b"\0\0\0\x01mdat".as_slice(), &(one.len() as u64 + 16).to_be_bytes(), one].concat();
    let data = [long, boxed(b"mdat", other)].concat();
    let ftyp = boxed(b"ftyp", b"M4A \0\0\0\0");
    if tags.is_swapped { [ftyp, moov, free, data].concat() } else { [ftyp, data, free, moov].concat() }
}

fn form(
    outer: &[u8; 4],
    kind: &[u8; 4],
    format: (&[u8; 4], &[u8]),
    data: (&[u8; 4], &[u8]),
    text: (&[u8; 4], &Tags),
    is_big_endian: bool,
) -> Vec<u8> {
    let chunk = |name: &[u8; 4], body: &[u8]| {
        let length = body.len() as u32;
        let length = if is_big_endian { length.to_be_bytes() } else { length.to_le_bytes() };
        [name.as_slice(), &length, body, &[0][..body.len() % 2]].concat()
    };
    let texts = |text: &[u8]| if text.is_empty() { Vec::new() } else { chunk(b"INFO", text) };
    let (name, tags) = text;
    let front = [chunk(name, b"a text "), texts(&tags.front)].concat();
    let inside = [kind.to_vec(), chunk(format.0, format.1), front, chunk(data.0, data.1), texts(&tags.back)].concat();
    chunk(outer, &inside)
}

fn dsf(body: &[u8], tags: &Tags) -> Vec<u8> {
    let tag = id3(&tags.back);
    let total = (92 + body.len() + tag.len()) as u64;
    let place = if tag.is_empty() { 0 } else { 92 + body.len() as u64 };
    let head = [b"DSD ".as_slice(), &28_u64.to_le_bytes(), &total.to_le_bytes(), &place.to_le_bytes()].concat();
    let format = [b"fmt ".as_slice(), &52_u64.to_le_bytes(), &[1; 40]].concat();
    [head, format, b"data".to_vec(), (body.len() as u64 + 12).to_le_bytes().to_vec(), body.to_vec(), tag].concat()
}

fn dsdiff(body: &[u8], tags: &Tags) -> Vec<u8> {
    let chunk = |name: &[u8; 4], body: &[u8]| [name.as_slice(), &(body.len() as u64).to_be_bytes(), body, &[0][..body.len() % 2]].concat();
    let inside = [b"DSD ".to_vec(), chunk(b"FVER", &[1; 4]), chunk(b"COMT", &tags.front), chunk(b"DSD ", body), chunk(b"ID3 ", &tags.back)];
    chunk(b"FRM8", &inside.concat())
}

fn asf(body: &[u8], tags: &Tags) -> Vec<u8> {
    let rest = [0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9, 0x00, 0xaa, 0x00, 0x62, 0xce, 0x6c];
    let object = |first: [u8; 4], body: &[u8]| [&first, rest.as_slice(), &(body.len() as u64 + 24).to_le_bytes(), body].concat();
    let data = [[9; 26].as_slice(), body].concat();
    [object([0x30, 0x26, 0xb2, 0x75], &tags.front), object([0x36, 0x26, 0xb2, 0x75], &data), object([9; 4], &tags.back)].concat()
}

fn matroska(body: &[u8], tags: &Tags) -> Vec<u8> {
    let element = |id: &[u8], body: &[u8]| [id, &(body.len() as u64 | 1 << 56).to_be_bytes(), body].concat();
    let cluster = |body: &[u8]| {
        let blocks = body.chunks(700).flat_map(|frame| element(&[0xa3], &[b"\x81\0\0\x80", frame].concat()));
        element(&[0x1f, 0x43, 0xb6, 0x75], &[element(&[0xe7], &[0]), blocks.collect()].concat())
    };
    let seek_head = |place: u64| {
        let seek = [element(&[0x53, 0xab], &[0x1c, 0x53, 0xbb, 0x6b]), element(&[0x53, 0xac], &place.to_be_bytes())].concat();
        element(&[0x11, 0x4d, 0x9b, 0x74], &element(&[0x4d, 0xbb], &seek))
    };
    let front = element(&[0x12, 0x54, 0xc3, 0x67], &tags.front);
    let start = (seek_head(0).len() + front.len()) as u64;
    let (mut clusters, mut points) = (Vec::new(), Vec::new());
    for part in body.chunks(20_000) {
        let place = element(&[0xf1], &(start + clusters.len() as u64).to_be_bytes());
        points.extend(element(&[0xbb], &[element(&[0xb3], &[1]), element(&[0xb7], &place)].concat()));
        clusters.extend(cluster(part));
    }
    let head = seek_head(start + clusters.len() as u64);
    let index = element(&[0x1c, 0x53, 0xbb, 0x6b], &points);
    let back = element(&[0x12, 0x54, 0xc3, 0x67], &tags.back);
    let segment = element(&[0x18, 0x53, 0x80, 0x67], &[head, front, clusters, index, back].concat());
    [element(&[0x1a, 0x45, 0xdf, 0xa3], &[]), segment].concat()
}
