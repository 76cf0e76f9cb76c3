//! Playlists as M3U8 and XSPF.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::gather::Gathered;
use super::names::{paths, relative};
use super::{ExportFormat, Writer};
use crate::host::import::own::{OwnPlaylist, OwnTrack};

/// A track of a playlist, and how the playlist names its file.
struct Entry<'a> {
    track: &'a OwnTrack,
    path: PathBuf,
}

impl Writer {
    pub(super) fn lists(&mut self, gathered: &Gathered, format: ExportFormat) -> anyhow::Result<()> {
        let playlists = &gathered.document.playlists;
        for (list, path) in playlists.iter().zip(paths(playlists)) {
            // What a smart one holds changes with every play: its rules are in the JSON export.
            if list.folder || list.rules.is_some() {
                continue;
            }
            let path = path.with_added_extension(if format == ExportFormat::Xspf { "xspf" } else { "m3u8" });
            let entries = self.entries(list, gathered, &path);
            let text = if format == ExportFormat::Xspf { xspf(list, &entries) } else { m3u8(list, &entries) };
            self.file(&path, |out| Ok(out.write_all(text.as_bytes())?))?;
            self.done.playlists += 1;
            self.done.tracks += entries.len();
        }
        Ok(())
    }

    fn entries<'a>(&mut self, list: &OwnPlaylist, gathered: &'a Gathered, file: &Path) -> Vec<Entry<'a>> {
        let from = match &self.root {
            Some(root) => root.clone(),
            None => self.folder.join(file).parent().map(Path::to_owned).unwrap_or_default(),
        };
        let tracks = list.tracks.iter().filter_map(|at| gathered.document.tracks.get(*at as usize));
        let entry = |track: &'a OwnTrack| {
            let path = track.path.as_ref().filter(|path| !path.contains(['\n', '\r', '\u{fffd}']))?;
            Some(Entry { track, path: relative(Path::new(path), &from) })
        };
        let entries: Vec<Entry<'a>> = tracks.filter_map(entry).collect();
        self.done.left_out += list.tracks.len() - entries.len();
        entries
    }
}

fn m3u8(list: &OwnPlaylist, entries: &[Entry<'_>]) -> String {
    let mut text = format!("#EXTM3U\n#PLAYLIST:{}\n", list.name);
    for Entry { track, path } in entries {
        let seconds = track.duration_ms.unwrap_or(0).div_ceil(1000);
        let names: Vec<&str> = [&track.artist, &track.title].into_iter().flatten().map(String::as_str).collect();
        let path = path.to_string_lossy();
        // A line that begins so would be taken for a remark.
        let here = if path.starts_with('#') { "./" } else { "" };
        text.push_str(&format!("#EXTINF:{seconds},{}\n{here}{path}\n", names.join(" - ")));
    }
    text
}

fn xspf(list: &OwnPlaylist, entries: &[Entry<'_>]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">\n<title>{}</title>\n<trackList>\n",
        escaped(&list.name)
    );
    for Entry { track, path } in entries {
        text.push_str("<track>");
        let mut element = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                text.push_str(&format!("<{name}>{}</{name}>", escaped(value)));
            }
        };
        let number = track.track_no.map(|number| number.to_string());
        let duration = track.duration_ms.map(|ms| ms.to_string());
        element("location", Some(&encoded(&path.to_string_lossy())));
        element("title", track.title.as_deref());
        element("creator", track.artist.as_deref());
        element("album", track.album.as_deref());
        element("trackNum", number.as_deref());
        element("duration", duration.as_deref());
        text.push_str("</track>\n");
    }
    text.push_str("</trackList>\n</playlist>\n");
    text
}

/// Characters that XML 1.0 cannot hold are left out.
fn escaped(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    quick_xml::escape::escape(&plain).into_owned()
}

/// A relative reference (RFC 3986, 4.2), percent-encoded.
fn encoded(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
    path.bytes().map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
