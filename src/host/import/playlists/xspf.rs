//! XSPF (version 1): `<playlist><title/><trackList><track><location/>…`.

use std::io::BufRead;

use super::{Source, list};
use crate::host::import::error::ImportError;
use crate::host::import::model::{ForeignTrack, Format, Imported, TRACKS_MAX};
use crate::host::import::place::{Place, address};
use crate::host::import::xml::{Step, Xml};
use crate::types::showable;

pub fn read(input: impl BufRead, source: Source<'_>) -> Result<Imported, ImportError> {
    let mut xml = Xml::new(input)?;
    if xml.step()? != Step::Open || xml.name() != "playlist" {
        return Err(ImportError::UnknownKind);
    }
    let mut name = None;
    let mut tracks = Vec::new();
    while xml.step()? == Step::Open {
        match xml.name() {
            "title" => name = showable::line(&xml.leaf()?),
            "trackList" => {
                while xml.step()? == Step::Open {
                    if xml.name() != "track" {
                        xml.skip()?;
                        continue;
                    }
                    tracks.push(track(&mut xml, source)?);
                    if tracks.len() > TRACKS_MAX {
                        return Err(ImportError::TooMuch("more tracks than can be"));
                    }
                }
            }
            _ => xml.skip()?,
        }
    }
    if xml.step()? != Step::Done {
        return Err(xml.damaged());
    }
    list(Format::Xspf, source, name, tracks)
}

fn track(xml: &mut Xml<'_>, source: Source<'_>) -> Result<ForeignTrack, ImportError> {
    let mut track = ForeignTrack::default();
    while xml.step()? == Step::Open {
        match xml.name() {
            // Several may be given; the first that is a file counts.
            "location" => {
                let text = xml.leaf()?;
                track.place = track.place.or_else(|| Place::parse_url(text.trim(), source.folder));
                track.address = track.address.or_else(|| address(&text));
            }
            "title" => track.title = showable::line(&xml.leaf()?),
            "creator" => track.artist = showable::line(&xml.leaf()?),
            "album" => track.album = showable::line(&xml.leaf()?),
            "trackNum" => track.track_no = xml.leaf()?.trim().parse().ok(),
            "duration" => track.duration_ms = xml.leaf()?.trim().parse().ok().filter(|ms| *ms > 0),
            _ => xml.skip()?,
        }
    }
    Ok(track)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn tracks_and_their_places_are_read() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\"><title>A &amp; B</title><trackList>
            <track><location>a%20b.ogg</location><title>T</title><creator>C</creator><album>L</album><trackNum>3</trackNum><duration>1500</duration><extension application=\"x\"><y/></extension></track>
            <track><location>http://x/y</location><location>file:///m/c.ogg</location></track></trackList></playlist>";
        let found = read(text.as_bytes(), Source { folder: Some(Path::new("/m")), name: "x" }).expect("a playlist");
        assert_eq!(found.playlists[0].name, "A & B");
        let first = &found.tracks[0];
        assert_eq!((first.place.as_ref().map(Place::as_str), first.track_no, first.duration_ms), (Some("/m/a b.ogg"), Some(3), Some(1500)));
        assert_eq!(found.tracks[1].place.as_ref().map(Place::as_str), Some("/m/c.ogg"));
        for length in 0..text.len() {
            if let Some(cut) = text.get(..length) {
                assert!(read(cut.as_bytes(), Source { folder: None, name: "x" }).is_err(), "{length}");
            }
        }
    }
}
