//! Rhythmbox: `rhythmdb.xml` (tracks, ratings, counts) and `playlists.xml`.

mod query;

use std::collections::HashMap;
use std::io::BufRead;

use super::error::ImportError;
use super::model::{Content, ENTRIES_MAX, ForeignPlaylist, ForeignTrack, Format, Imported, PLAYLISTS_MAX, TRACKS_MAX, digest, stars};
use super::xml::{Step, Xml};
use crate::types::{UnixMs, showable};

/// Reads `rhythmdb.xml`.
pub fn read_database(input: impl BufRead) -> Result<Imported, ImportError> {
    let mut xml = root(input, "rhythmdb")?;
    let mut tracks = Vec::new();
    while xml.step()? == Step::Open {
        if xml.name() != "entry" || xml.attribute("type") != Some("song") {
            xml.skip()?;
            continue;
        }
        tracks.push(entry(&mut xml)?);
        if tracks.len() > TRACKS_MAX {
            return Err(ImportError::TooMuch("more tracks than can be"));
        }
    }
    end(&mut xml)?;
    Ok(Imported { format: Format::Rhythmbox, tracks, playlists: Vec::new() })
}

fn root<'a>(input: impl BufRead + 'a, name: &str) -> Result<Xml<'a>, ImportError> {
    let mut xml = Xml::new(input)?;
    if xml.step()? == Step::Open && xml.name() == name { Ok(xml) } else { Err(ImportError::UnknownKind) }
}

fn end(xml: &mut Xml<'_>) -> Result<(), ImportError> {
    if xml.step()? == Step::Done { Ok(()) } else { Err(xml.damaged()) }
}

fn entry(xml: &mut Xml<'_>) -> Result<ForeignTrack, ImportError> {
    let mut track = ForeignTrack::default();
    while xml.step()? == Step::Open {
        let name = xml.name().to_owned();
        let text = xml.leaf()?;
        take(&mut track, &name, &text);
    }
    Ok(track)
}

fn take(track: &mut ForeignTrack, name: &str, text: &str) {
    let made = &mut track.made;
    let seconds = || text.trim().parse::<i64>().ok().filter(|s| *s > 0);
    let at = || seconds().and_then(|s| s.checked_mul(1000)).map(UnixMs);
    match name {
        "title" => track.title = showable::line(text),
        "artist" => track.artist = showable::line(text),
        "album-artist" => track.album_artist = showable::line(text),
        "album" => track.album = showable::line(text),
        "track-number" => track.track_no = text.trim().parse().ok(),
        "disc-number" => track.disc_no = text.trim().parse().ok(),
        // Whole seconds: half of one is what it is off by in the middle.
        "duration" => track.duration_ms = seconds().and_then(|s| u64::try_from(s).ok()).map(|s| s.saturating_mul(1000).saturating_add(500)),
        "location" => track.locate(text.trim(), None),
        "rating" => made.rating = text.trim().parse().ok().and_then(|value| stars(value, 5.0)),
        "play-count" => made.plays = text.trim().parse().unwrap_or(0),
        "last-played" => made.last_played = at(),
        "first-seen" => made.added = at(),
        _ => {}
    }
}

/// Reads `playlists.xml`.
pub fn read_playlists(input: impl BufRead) -> Result<Imported, ImportError> {
    let mut xml = root(input, "rhythmdb-playlists")?;
    let mut found = Imported { format: Format::RhythmboxPlaylists, tracks: Vec::new(), playlists: Vec::new() };
    let mut places = HashMap::new();
    let mut entries = 0;
    while xml.step()? == Step::Open {
        let name = xml.attribute("name").and_then(showable::line);
        let kind = xml.attribute("type").unwrap_or_default().to_owned();
        let content = match (xml.name(), kind.as_str()) {
            ("playlist", "static") => {
                let list = locations(&mut xml, &mut found.tracks, &mut places)?;
                entries += list.len();
                Content::Tracks(list)
            }
            ("playlist", "automatic") => match query::read(&mut xml)? {
                Ok(rules) => Content::Smart { rules, tracks: Vec::new() },
                Err(reason) => Content::Frozen { tracks: Vec::new(), reason },
            },
            // The queue is what was to be played next.
            _ => {
                xml.skip()?;
                continue;
            }
        };
        let name = name.unwrap_or_else(|| "Untitled".to_owned());
        found.playlists.push(ForeignPlaylist { origin: origin(&name), name, parent: None, content, oddities: Vec::new() });
        if found.playlists.len() > PLAYLISTS_MAX || entries > ENTRIES_MAX || found.tracks.len() > TRACKS_MAX {
            return Err(ImportError::TooMuch("more playlists than can be"));
        }
    }
    end(&mut xml)?;
    Ok(found)
}

fn locations(xml: &mut Xml<'_>, tracks: &mut Vec<ForeignTrack>, places: &mut HashMap<String, u32>) -> Result<Vec<u32>, ImportError> {
    let mut list = Vec::new();
    while xml.step()? == Step::Open {
        if xml.name() != "location" {
            xml.skip()?;
            continue;
        }
        let text = xml.leaf()?;
        let mut track = ForeignTrack::default();
        track.locate(text.trim(), None);
        let Some(known_by) = track.place.as_ref().map(|place| place.as_str().to_owned()).or(track.address.clone()) else { continue };
        let number = *places.entry(known_by).or_insert_with(|| {
            tracks.push(track);
            tracks.len() as u32 - 1
        });
        list.push(number);
    }
    Ok(list)
}

/// Rhythmbox knows playlists by their names alone.
fn origin(name: &str) -> String {
    format!("rhythmbox:{}", digest(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::import::place::Place;

    #[test]
    fn ratings_counts_and_dates_are_read() {
        let text = "<?xml version=\"1.0\" standalone=\"yes\"?><rhythmdb version=\"2.0\"><entry type=\"iradio\"><title>no</title></entry>
            <entry type=\"song\"><title>Jóga</title><artist>Björk</artist><album>Homogenic</album><track-number>2</track-number><duration>305</duration>
            <location>file:///home/ann/M%C3%BAsica/J%C3%B3ga.ogg</location><rating>4</rating><play-count>9</play-count><last-played>1234567890</last-played>
            <first-seen>1200000000</first-seen><mtime>1</mtime></entry></rhythmdb>";
        let found = read_database(text.as_bytes()).expect("a library");
        let [track] = &found.tracks[..] else { panic!("one: {found:?}") };
        assert_eq!(track.place.as_ref().map(Place::as_str), Some("/home/ann/Música/Jóga.ogg"));
        assert_eq!((track.made.rating, track.made.plays), (Some(80), 9));
        assert_eq!((track.made.last_played, track.made.added), (Some(UnixMs(1_234_567_890_000)), Some(UnixMs(1_200_000_000_000))));
    }

    #[test]
    fn playlists_of_both_kinds_are_read() {
        let text = "<rhythmdb-playlists><playlist name=\"Mine\" type=\"static\"><location>file:///a.ogg</location><location>file:///b.ogg</location><location>file:///a.ogg</location></playlist>
            <playlist name=\"Play Queue\" type=\"queue\"><location>file:///c.ogg</location></playlist>
            <playlist name=\"Top\" type=\"automatic\" sort-key=\"PlayCount\" sort-direction=\"1\" limit-count=\"25\"><conjunction><equals prop=\"type\">song</equals><subquery><conjunction>
            <greater prop=\"rating\">4</greater><like prop=\"genre-folded\">jazz</like></conjunction></subquery></conjunction></playlist>
            <playlist name=\"Odd\" type=\"automatic\"><conjunction><like prop=\"mountpoint\">x</like></conjunction></playlist></rhythmdb-playlists>";
        let found = read_playlists(text.as_bytes()).expect("playlists");
        assert_eq!(found.tracks.len(), 2);
        assert_eq!(found.playlists[0].content, Content::Tracks(vec![0, 1, 0]));
        let Content::Smart { rules, .. } = &found.playlists[1].content else { panic!("smart: {found:?}") };
        let expected = r#"{"match":"all","rules":[{"field":"rating","op":"greater","value":79},{"field":"genre","op":"contains","value":"jazz"}],"limit":{"count":25,"unit":"items","by":"most_played"}}"#;
        assert_eq!(serde_json::to_string(rules).expect("serialises"), expected);
        assert_eq!(found.playlists[2].content, Content::Frozen { tracks: Vec::new(), reason: "mountpoint".to_owned() });
        assert_eq!(found.playlists.len(), 3);
    }
}
