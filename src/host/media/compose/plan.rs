//! What is on the three albums, and the video.

use std::path::PathBuf;

use super::cover::{Motif, Rgb};
use super::encode::Format;
use super::score::{Mode, Piece, Texture};
use super::synth::{BYTES_A_FRAME, Pcm};
use super::tags::Tags;

use Mode::{Dorian, Major, Minor};
use Texture::{Clockwork, Drift, Ripple, Waltz};

/// One file of the library.
pub struct Item {
    /// Below the library's folder.
    pub path: PathBuf,
    pub tags: Tags,
    pub motif: Motif,
    pub palette: [Rgb; 3],
    pub work: Work,
}

pub enum Work {
    Song { piece: Piece, part: Part, format: Format },
    Video,
}

/// How much of a piece a track holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Whole,
    FirstHalf,
    SecondHalf,
}

impl Part {
    /// This part of `music`: the halves lie back to back, to the sample.
    pub fn of(self, music: &Pcm) -> Pcm {
        // no codec frame ends here, so that a player which joins by whole frames is caught
        let cut = ((music.frames() / 2) | 1) * BYTES_A_FRAME;
        let bytes = match self {
            Self::Whole => &music.bytes[..],
            Self::FirstHalf => &music.bytes[..cut],
            Self::SecondHalf => &music.bytes[cut..],
        };
        Pcm { rate_hz: music.rate_hz, bytes: bytes.to_vec() }
    }
}

struct Album {
    artist: &'static str,
    title: &'static str,
    genre: &'static str,
    year: u16,
    motif: Motif,
    palette: [Rgb; 3],
    tracks: [(&'static str, Format, Part, Piece); 8],
}

const fn piece(tonic: u8, mode: Mode, beats_a_minute: u16, bars: u16, texture: Texture, chords: &'static [u8], seed: u32) -> Piece {
    Piece { tonic, mode, beats_a_minute, bars, texture, chords, seed }
}

/// Cut in two, it makes the pair of tracks that must join without a gap: it ripples on right through the cut.
const SLACK_WATER: Piece = piece(50, Dorian, 84, 18, Ripple, &[0, 3, 6, 4], 104);

const HARBOUR_LIGHTS: Album = Album {
    artist: "The Paper Lanterns",
    title: "Harbour Lights",
    genre: "Ambient",
    year: 2021,
    motif: Motif::Waves,
    palette: [[22, 28, 66], [196, 120, 128], [16, 44, 72]],
    tracks: [
        ("First Ferry", Format::Flac, Part::Whole, piece(48, Major, 66, 8, Drift, &[0, 4, 5, 3], 101)),
        ("Salt and Rope", Format::Flac, Part::Whole, piece(45, Minor, 92, 12, Ripple, &[0, 5, 2, 6], 102)),
        ("Lamplighter", Format::Flac, Part::Whole, piece(53, Major, 108, 16, Waltz, &[0, 5, 1, 4], 103)),
        ("Slack Water, Part One", Format::Flac, Part::FirstHalf, SLACK_WATER),
        ("Slack Water, Part Two", Format::Flac, Part::SecondHalf, SLACK_WATER),
        ("Gulls at Noon", Format::Flac, Part::Whole, piece(55, Major, 126, 18, Waltz, &[0, 3, 1, 4, 5, 3, 4, 0], 105)),
        ("Fog Signal", Format::Flac, Part::Whole, piece(43, Minor, 60, 7, Drift, &[0, 3, 5, 6], 106)),
        ("Last Ferry", Format::Flac, Part::Whole, piece(48, Major, 80, 11, Ripple, &[3, 0, 4, 5], 107)),
    ],
};

const SMALL_MACHINES: Album = Album {
    artist: "Ada Quill",
    title: "Small Machines",
    genre: "Electronic",
    year: 2023,
    motif: Motif::Rings,
    palette: [[250, 226, 190], [232, 150, 92], [38, 70, 83]],
    tracks: [
        ("Wind-Up", Format::Mp3, Part::Whole, piece(45, Minor, 116, 16, Clockwork, &[0, 5, 2, 6], 201)),
        ("Paper Tape", Format::Mp3, Part::Whole, piece(50, Dorian, 104, 14, Ripple, &[0, 3, 0, 6], 202)),
        ("Escapement", Format::Mp3, Part::Whole, piece(52, Minor, 124, 16, Clockwork, &[0, 0, 5, 6], 203)),
        ("Brass and Glass", Format::Mp3, Part::Whole, piece(48, Major, 100, 12, Ripple, &[0, 2, 3, 4], 204)),
        ("Nine Gears", Format::Mp3, Part::Whole, piece(47, Dorian, 112, 18, Clockwork, &[0, 6, 3], 205)),
        ("Typewriter Waltz", Format::M4a, Part::Whole, piece(50, Major, 138, 20, Waltz, &[0, 4, 5, 3], 206)),
        ("Night Shift", Format::M4a, Part::Whole, piece(43, Minor, 96, 13, Clockwork, &[0, 3, 5, 4], 207)),
        ("Clocking Out", Format::M4a, Part::Whole, piece(53, Major, 72, 9, Drift, &[3, 4, 0, 5], 208)),
    ],
};

const LETTERS_FROM_THE_NORTH: Album = Album {
    artist: "Fern & Fjord",
    title: "Letters from the North",
    genre: "Folk",
    year: 2024,
    motif: Motif::Hills,
    palette: [[120, 178, 214], [246, 220, 200], [36, 74, 62]],
    tracks: [
        ("Thaw", Format::OggVorbis, Part::Whole, piece(50, Major, 88, 12, Ripple, &[0, 4, 3, 4], 301)),
        ("Birch Bark", Format::OggVorbis, Part::Whole, piece(55, Dorian, 132, 20, Waltz, &[0, 6, 3, 4], 302)),
        ("A Letter Home", Format::OggVorbis, Part::Whole, piece(48, Major, 76, 10, Drift, &[0, 5, 3, 4], 303)),
        ("Rowan", Format::OggVorbis, Part::Whole, piece(52, Minor, 120, 18, Waltz, &[0, 3, 6, 2, 5, 3, 4, 4], 304)),
        ("Snow Lantern", Format::Opus, Part::Whole, piece(53, Major, 64, 8, Drift, &[0, 2, 3, 0], 305)),
        ("The Long Light", Format::Opus, Part::Whole, piece(50, Major, 96, 13, Ripple, &[0, 3, 5, 4], 306)),
        ("Woodsmoke", Format::Opus, Part::Whole, piece(45, Dorian, 90, 12, Ripple, &[0, 3, 4, 6], 307)),
        ("Goodnight, Island", Format::Opus, Part::Whole, piece(48, Major, 100, 15, Waltz, &[0, 4, 5, 2, 3, 0, 4, 0], 308)),
    ],
};

/// Every file, the slowest first so that two workers end together.
pub fn items() -> Vec<Item> {
    let albums = [HARBOUR_LIGHTS, SMALL_MACHINES, LETTERS_FROM_THE_NORTH];
    std::iter::once(video()).chain(albums.iter().rev().flat_map(songs)).collect()
}

fn songs(album: &Album) -> impl Iterator<Item = Item> + '_ {
    let of = u32::try_from(album.tracks.len()).expect("eight tracks");
    (1u32..).zip(&album.tracks).map(move |(number, (title, format, part, piece))| Item {
        path: [album.artist, album.title, &format!("{number:02} {title}.{}", format.extension())].iter().collect(),
        tags: Tags { title, artist: album.artist, album: album.title, genre: album.genre, year: album.year, track: Some((number, of)) },
        motif: album.motif,
        palette: album.palette,
        work: Work::Song { piece: *piece, part: *part, format: *format },
    })
}

fn video() -> Item {
    let tags = Tags { title: "Colour Clock", artist: "Ada Quill", album: "Moving Pictures", genre: "Electronic", year: 2023, track: None };
    Item {
        path: ["Videos", "Colour Clock.mp4"].iter().collect(),
        tags,
        motif: Motif::Rings,
        palette: [[30, 30, 40], [90, 60, 120], [240, 210, 90]],
        work: Work::Video,
    }
}
