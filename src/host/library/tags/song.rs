//! A song by its tags and headers.

use std::fs::File;
use std::io::{BufReader, Seek};
use std::path::Path;

use lofty::aac::AacFile;
use lofty::ape::ApeFile;
use lofty::config::ParseOptions;
use lofty::file::{AudioFile, FileType};
use lofty::flac::FlacFile;
use lofty::iff::aiff::AiffFile;
use lofty::iff::wav::WavFile;
use lofty::mp4::{Mp4Codec, Mp4File};
use lofty::mpeg::MpegFile;
use lofty::musepack::MpcFile;
use lofty::ogg::{OggPictureStorage, OpusFile, SpeexFile, VorbisFile};
use lofty::probe::Probe;
use lofty::properties::FileProperties;
use lofty::wavpack::WavPackFile;

use super::fields::Fields;
use super::{Silent, ape, asf, chunks, comments, id3, mp4};
use crate::host::media::Probed;
use crate::host::media::copy_mime;
use crate::protocol::{SourceAudio, SourceMedia};

/// Whether its tags, and what they say of its sound, are read for a song of such a name: far faster than decoding a little of it.
pub fn is_tagged(path: &Path) -> bool {
    const NAMES: [&str; 17] =
        ["mp3", "flac", "ogg", "oga", "opus", "m4a", "m4b", "aac", "wav", "aiff", "aif", "aifc", "mp2", "mpc", "ape", "wv", "spx"];
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| NAMES.contains(&extension.as_str()))
}

/// What a song is and says.
pub(super) fn read(path: &Path, file: &File) -> Result<(Probed, Fields), Silent> {
    let by_name = path.extension().and_then(FileType::from_ext).unwrap_or(FileType::Mpeg);
    let probe = Probe::with_file_type(BufReader::new(file), by_name).guess_file_type().map_err(|error| Silent::of(&error))?;
    let kind = probe.file_type().ok_or(Silent::damaged("its format is not known"))?;
    // A film that is named like a song.
    if kind == FileType::Mp4 && by_name != FileType::Mp4 {
        return Err(Silent::damaged("it is not what its name says"));
    }
    let mut fields = Fields::default();
    let (properties, name) = parse(file, kind, true, &mut fields)?;
    let (name, lossless) = name.or(codec(kind)).ok_or(Silent::damaged("its format is not played here"))?;
    let duration_ms = u64::try_from(properties.duration().as_millis()).unwrap_or(0);
    if duration_ms == 0 {
        return Err(Silent::damaged("it holds no sound"));
    }
    let audio = SourceAudio {
        codec: name.to_owned(),
        // Only these have a copy that is worth sending: what loses nothing is sent as FLAC.
        mime: if ["MP3", "AAC", "Opus"].contains(&name) { copy_mime(path) } else { None },
        kbps: properties.audio_bitrate(),
        rate: properties.sample_rate().unwrap_or(0),
        channels: properties.channels().unwrap_or(0),
        bits: properties.bit_depth().filter(|_| lossless),
        lossless,
    };
    let probed = Probed { duration_ms, source: SourceMedia { audio: Some(audio), video: None }, ..Probed::default() };
    Ok((probed, fields))
}

/// The tags of a file that was looked at in another way; by what its bytes say plainly, or a song's name.
pub(super) fn tags_of(path: &Path, file: &File, fields: &mut Fields) {
    // Somebody may have read in it before.
    let _ = (&*file).rewind();
    if !asf::read(file, fields) {
        let by_bytes = Probe::new(BufReader::new(file)).guess_file_type().ok().and_then(|probe| probe.file_type());
        let by_name = path.extension().filter(|_| is_tagged(path)).and_then(FileType::from_ext);
        if let Some(kind) = by_bytes.or(by_name) {
            // Tags that cannot be read are none.
            let _ = parse(file, kind, false, fields);
        }
    }
    fields.decode();
}

/// Reads by the format: lofty the headers, and tags that it reads in time that grows with their bytes only; the rest is ours.
fn parse(file: &File, kind: FileType, with_properties: bool, fields: &mut Fields) -> Result<(FileProperties, Codec), Silent> {
    let length = file.metadata().map_err(|error| Silent::of(&error))?.len();
    let mut reader = BufReader::new(file);
    reader.rewind().map_err(|error| Silent::of(&error))?;
    let all = ParseOptions::new().read_properties(with_properties);
    let bare = ParseOptions::new().read_properties(with_properties).read_tags(false);
    let mut codec = None;
    let properties = match kind {
        FileType::Flac => {
            id3::skip(&mut reader).map_err(|error| Silent::of(&error))?;
            let flac = FlacFile::read_from(&mut reader, all).map_err(|error| Silent::of(&error))?;
            comments::pictures(flac.pictures(), fields);
            if let Some(tag) = flac.vorbis_comments() {
                comments::push(tag, fields);
            }
            let mut other = fields.beside();
            id3::read(file, 0, &mut other);
            fields.fill(other);
            properties(&flac)
        }
        FileType::Vorbis => {
            let ogg = VorbisFile::read_from(&mut reader, all).map_err(|error| Silent::of(&error))?;
            comments::push(ogg.vorbis_comments(), fields);
            properties(&ogg)
        }
        FileType::Opus => {
            let ogg = OpusFile::read_from(&mut reader, all).map_err(|error| Silent::of(&error))?;
            comments::push(ogg.vorbis_comments(), fields);
            properties(&ogg)
        }
        FileType::Speex => {
            let ogg = SpeexFile::read_from(&mut reader, all).map_err(|error| Silent::of(&error))?;
            comments::push(ogg.vorbis_comments(), fields);
            properties(&ogg)
        }
        FileType::Mp4 => {
            let file = Mp4File::read_from(&mut reader, all).map_err(|error| Silent::of(&error))?;
            if let Some(ilst) = file.ilst() {
                mp4::push(ilst, fields);
            }
            codec = Some(mp4_codec(file.properties().codec()));
            properties(&file)
        }
        FileType::Wav => {
            chunks::wav(file, length, fields);
            properties(&WavFile::read_from(&mut reader, bare).map_err(|error| Silent::of(&error))?)
        }
        FileType::Aiff => {
            chunks::aiff(file, length, fields);
            properties(&AiffFile::read_from(&mut reader, bare).map_err(|error| Silent::of(&error))?)
        }
        _ => {
            ends(file, length, fields);
            match kind {
                FileType::Mpeg => properties(&MpegFile::read_from(&mut reader, bare).map_err(|error| Silent::of(&error))?),
                FileType::Aac => properties(&AacFile::read_from(&mut reader, bare).map_err(|error| Silent::of(&error))?),
                FileType::Ape => properties(&ApeFile::read_from(&mut reader, bare).map_err(|error| Silent::of(&error))?),
                FileType::WavPack => properties(&WavPackFile::read_from(&mut reader, bare).map_err(|error| Silent::of(&error))?),
                FileType::Mpc => properties(&MpcFile::read_from(&mut reader, bare).map_err(|error| Silent::of(&error))?),
                _ => return Err(Silent::damaged("its format is not played here")),
            }
        }
    };
    fields.decode();
    Ok((properties, codec))
}

type Codec = Option<(&'static str, bool)>;

/// Tags before and after sound that has no container.
fn ends(file: &File, length: u64, fields: &mut Fields) {
    id3::read(file, 0, fields);
    let (mut old, mut ape) = (fields.beside(), fields.beside());
    let has_v1 = id3::version_1(file, length, &mut old);
    ape::read(file, length, has_v1, &mut ape);
    fields.fill(ape);
    fields.fill(old);
}

fn properties<F: AudioFile>(file: &F) -> FileProperties
where
    F::Properties: Clone + Into<FileProperties>,
{
    file.properties().clone().into()
}

/// The codec's name for people, and whether it keeps every sample.
fn codec(kind: FileType) -> Codec {
    Some(match kind {
        FileType::Flac => ("FLAC", true),
        FileType::Wav => ("WAV", true),
        FileType::Aiff => ("AIFF", true),
        FileType::Mpeg => ("MP3", false),
        FileType::Opus => ("Opus", false),
        FileType::Vorbis => ("Vorbis", false),
        FileType::Aac => ("AAC", false),
        FileType::Ape => ("APE", true),
        FileType::WavPack => ("WavPack", true),
        FileType::Mpc => ("Musepack", false),
        FileType::Speex => ("Speex", false),
        _ => return None,
    })
}

fn mp4_codec(codec: Option<Mp4Codec>) -> (&'static str, bool) {
    match codec {
        Some(Mp4Codec::ALAC) => ("ALAC", true),
        Some(Mp4Codec::FLAC) => ("FLAC", true),
        Some(Mp4Codec::MP3) => ("MP3", false),
        _ => ("AAC", false),
    }
}
