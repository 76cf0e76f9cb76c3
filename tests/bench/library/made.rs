//! A library as collectors have them: few artists, albums, genres and words are in many tracks, most in few (Zipf).

use iroam::host::library::{AlbumTag, Brought, Described, Made, MoreTags};
use iroam::protocol::{MediaKind, SourceAudio, SourceMedia};
use iroam::types::{TrackId, UnixMs};
use uuid::Uuid;

/// Words that titles and names are made of.
const WORDS: u64 = 60_000;
const GENRES: u64 = 400;
const TRACKS_AN_ALBUM: u32 = 11;
const TRACKS_AN_ARTIST: u64 = 14;
/// One in so many has the sound of the one before it.
const DUPLICATES: u64 = 60;
const START_MS: i64 = 1_500_000_000_000;
/// Nothing happened after it.
pub const END_MS: i64 = START_MS + 260_000_000_000;
/// One in so many was listened to.
const HEARD: u32 = 10;

/// Numbers without end, the same every time (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    /// 0 most often, `of - 1` least: the chance of k is about 1 / (k + 1).
    pub fn zipf(&mut self, of: u64) -> u64 {
        let uniform = self.roll(1 << 40) as f64 / (1_u64 << 40) as f64;
        ((of as f64 + 1.0).powf(uniform) as u64).saturating_sub(1).min(of - 1)
    }
}

/// The k-th word: two to four syllables, always the same.
pub fn word(k: u64) -> String {
    const SYLLABLES: [&str; 40] = [
        "ba", "be", "bo", "ca", "co", "da", "de", "di", "el", "fa", "fi", "ga", "go", "ha", "he", "in", "jo", "ka", "ko", "la", "le", "li",
        "lo", "ma", "mi", "mo", "na", "ne", "no", "or", "pa", "ra", "re", "ri", "sa", "se", "sto", "ta", "the", "ve",
    ];
    let mut dice = Dice(k.wrapping_mul(7_919));
    (0..2 + dice.roll(3)).map(|_| SYLLABLES[dice.roll(40) as usize]).collect()
}

fn words(dice: &mut Dice, most: u64) -> String {
    let count = 1 + dice.roll(most);
    let mut text = (0..count).map(|_| capital(&word(dice.zipf(WORDS)))).collect::<Vec<_>>().join(" ");
    if dice.roll(12) == 0 {
        text.push_str(" (Remastered)");
    }
    text
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

fn artist(k: u64) -> String {
    let mut dice = Dice(k.wrapping_mul(104_729) + 1);
    format!("{}{} {}", if dice.roll(6) == 0 { "The " } else { "" }, capital(&word(dice.zipf(WORDS))), capital(&word(dice.roll(WORDS))))
}

pub fn genre(k: u64) -> String {
    capital(&word(k + 1_000_000))
}

/// What the tracks of one album share.
struct Album {
    title: String,
    artist: u64,
    genre: u64,
    year: i32,
    added: i64,
}

fn album(k: u32, tracks: u32) -> Album {
    let mut dice = Dice(u64::from(k) << 20);
    let artists = (u64::from(tracks) / TRACKS_AN_ARTIST).max(10);
    let artist = dice.zipf(artists);
    let year = 1955 + dice.roll(70) as i32;
    Album { title: words(&mut dice, 4), artist, genre: dice.zipf(GENRES), year, added: START_MS + dice.roll(250_000_000_000) as i64 }
}

pub fn tracks(count: u32) -> impl Iterator<Item = Made> {
    (0..count).map(move |n| made(n, count))
}

/// What a listener made of some of them: most were played a few times, some have stars, some were added long before.
pub fn heard(count: u32) -> Vec<Brought> {
    (0..count).step_by(HEARD as usize).map(heard_of).collect()
}

fn heard_of(n: u32) -> Brought {
    let mut dice = Dice(u64::from(n) << 22 | 0x1234);
    Brought {
        track: id(n),
        plays: 1 + dice.zipf(200) as u32,
        skips: dice.zipf(5) as u32,
        last_played_ms: Some(END_MS - dice.roll(100_000_000_000) as i64),
        last_skipped_ms: None,
        rating: (dice.roll(3) == 0).then(|| 20 * (1 + dice.roll(5) as u8)),
        loved: dice.roll(20) == 0,
        added_ms: (dice.roll(4) == 0).then(|| START_MS - dice.roll(100_000_000_000) as i64),
        is_own: false,
    }
}

/// Not in the order of the tracks.
fn id(n: u32) -> TrackId {
    TrackId(Uuid::from_u128(u128::from(Dice(u64::from(n)).roll(u64::MAX)) << 64 | u128::from(n)))
}

fn made(n: u32, count: u32) -> Made {
    let (album, track_no) = (album(n / TRACKS_AN_ALBUM, count), n % TRACKS_AN_ALBUM + 1);
    let mut dice = Dice(u64::from(n) << 24 | 0xabcd);
    let (title, whose) = (words(&mut dice, 5), artist(album.artist));
    let mut artists = vec![whose.clone()];
    if dice.roll(20) == 0 {
        artists.push(artist(dice.zipf(u64::from(count) / TRACKS_AN_ARTIST + 1)));
    }
    let composers = if dice.roll(4) == 0 { vec![artist(dice.zipf(2_000))] } else { Vec::new() };
    let duration_ms = 60_000 + dice.roll(360_000);
    let kbps = 128 + dice.roll(900) as u32;
    let path = format!("/srv/music/{whose}/{} ({})/{track_no:02} - {title}.flac", album.title, album.year);
    let source = SourceAudio {
        codec: "FLAC".to_owned(),
        mime: Some("audio/mp4; codecs=\"flac\"".to_owned()),
        kbps: Some(kbps),
        rate: 44_100,
        channels: 2,
        bits: Some(16),
        lossless: true,
    };
    let file = Described {
        kind: if dice.roll(100) == 0 { MediaKind::Video } else { MediaKind::Audio },
        title,
        artists,
        album: Some(AlbumTag::new(&[&whose, &album.title], album.title.clone(), Some(whose.clone()))),
        album_artists: vec![whose],
        composers,
        genres: vec![genre(album.genre)],
        track_no: Some(track_no),
        disc_no: Some(1),
        year: Some(album.year),
        bpm: (dice.roll(3) == 0).then(|| 60 + dice.roll(120) as u32),
        rating: None,
        compilation: false,
        has_lyrics: false,
        duration_ms,
        codec: "FLAC".to_owned(),
        source: SourceMedia { audio: Some(source), video: None },
        more: MoreTags::default(),
    };
    let sound = if dice.roll(DUPLICATES) == 0 && n > 0 { n - 1 } else { n };
    Made {
        id: id(n),
        path: path.into(),
        size: duration_ms * u64::from(kbps) / 8,
        fingerprint: u128::from(Dice(sound.into()).roll(u64::MAX)).to_be_bytes(),
        added: UnixMs(album.added),
        file,
    }
}
