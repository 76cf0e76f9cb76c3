//! What a muxer did to frames to make them smaller (RFC 9559, section 5.1.4.1.31).

use std::io::Read;

use super::ebml::{broken, child, children, number_in};
use super::ids;
use crate::host::media::error::MediaError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Frames are as they were, after these bytes, which all of them began with.
    Stripped(Vec<u8>),
    Zlib,
}

impl Packing {
    /// `None` when frames are packed in a way that is not known.
    pub fn read(encodings: Option<&[u8]>) -> Option<Self> {
        const FRAMES: u64 = 1;
        let mut found =
            children(encodings.unwrap_or_default()).filter(|(id, _)| *id == ids::CONTENT_ENCODING).map(|(_, encoding)| encoding);
        let Some(encoding) = found.next() else { return Some(Self::Stripped(Vec::new())) };
        let compression = child(encoding, ids::CONTENT_COMPRESSION);
        if found.next().is_some() || number_in(encoding, ids::CONTENT_ENCODING_SCOPE).unwrap_or(FRAMES) != FRAMES {
            return None;
        }
        match number_in(compression?, ids::CONTENT_COMP_ALGO).unwrap_or(0) {
            0 => Some(Self::Zlib),
            3 => Some(Self::Stripped(child(compression?, ids::CONTENT_COMP_SETTINGS).unwrap_or_default().to_vec())),
            _ => None,
        }
    }

    /// What each frame lost at its start; `None` when frames have to be unpacked.
    pub fn prefix(&self) -> Option<&[u8]> {
        match self {
            Self::Stripped(prefix) => Some(prefix),
            Self::Zlib => None,
        }
    }

    /// A frame as it was, when that is no longer than `most`.
    pub fn unpack(&self, frame: Vec<u8>, most: usize) -> Result<Vec<u8>, MediaError> {
        match self {
            Self::Stripped(prefix) if prefix.is_empty() => Ok(frame),
            Self::Stripped(prefix) => Ok([prefix.as_slice(), &frame].concat()),
            Self::Zlib => {
                let mut whole = Vec::new();
                let mut unpacked = flate2::read::ZlibDecoder::new(frame.as_slice()).take(most as u64 + 1);
                unpacked.read_to_end(&mut whole).map_err(|_| broken())?;
                if whole.len() > most { Err(broken()) } else { Ok(whole) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_bomb_is_not_unpacked() {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&vec![0; 1 << 20]).expect("in memory");
        let packed = packed.finish().expect("in memory");
        assert_eq!(Packing::Zlib.unpack(packed.clone(), 1 << 20).map(|whole| whole.len()), Ok(1 << 20));
        assert!(Packing::Zlib.unpack(packed, 1000).is_err());
        assert_eq!(Packing::Stripped(vec![1, 2]).unpack(vec![3], 9), Ok(vec![1, 2, 3]));
    }
}
