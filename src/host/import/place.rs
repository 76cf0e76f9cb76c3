//! Where a file was, on whatever system: as URL, Windows path, share or Unix path.

use std::path::Path;

use crate::types::showable;

/// Longest path kept, bytes.
const BYTES_MAX: usize = 8 * 1024;

/// A path in one form: `/` between its parts, no `.` or `..` in it, e.g. `C:/Music/a.mp3`, `//server/share/a.mp3`, `/home/me/a.mp3`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place(String);

impl Place {
    /// What a library or playlist says; `None` for what is no file. What is relative is below `base`.
    pub fn parse(text: &str, base: Option<&Path>) -> Option<Self> {
        let text = text.trim_matches(['\0', '\r', '\n', '\u{feff}']);
        if text.is_empty() || text.len() > BYTES_MAX {
            return None;
        }
        let (path, is_url) = match scheme(text) {
            Some(("file", rest)) => (from_url(rest), true),
            Some((_, rest)) if is_share(text) => (from_share(rest), true),
            Some(_) => return None,
            None => (text.replace('\\', "/"), false),
        };
        if is_url || is_absolute(&path) {
            return Self::tidy(&path);
        }
        match base {
            Some(base) => Self::tidy(&format!("{}/{path}", base.to_string_lossy())),
            None => Self::tidy(&path),
        }
    }

    /// As [`Self::parse`], of an URL reference: what is relative is percent-encoded too.
    pub fn parse_url(text: &str, base: Option<&Path>) -> Option<Self> {
        if scheme(text).is_some() { Self::parse(text, base) } else { Self::parse(&decode(text), base) }
    }

    /// A path of this machine.
    pub fn of(path: &Path) -> Option<Self> {
        Self::tidy(&path.to_string_lossy().replace('\\', "/"))
    }

    fn tidy(path: &str) -> Option<Self> {
        // Before it is parted: what is left may be a `..`.
        let path = &path.replace('\0', "");
        let lead = if path.starts_with("//") {
            "//"
        } else if path.starts_with('/') {
            "/"
        } else {
            ""
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        let path = format!("{lead}{}", parts.join("/"));
        (!parts.is_empty()).then_some(Self(path))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }
}

/// `file` and what is behind `file:`. A single letter is a drive.
fn scheme(text: &str) -> Option<(&'static str, &str)> {
    let (name, rest) = text.split_once(':')?;
    let is_scheme = name.len() > 1 && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    if name.eq_ignore_ascii_case("file") && rest.starts_with('/') {
        return Some(("file", rest));
    }
    // `Artist: Title.mp3` is a name.
    (is_scheme && rest.starts_with("//")).then_some(("other", rest))
}

/// Folders of another machine, as desktops name them.
fn is_share(text: &str) -> bool {
    let name = text.split(':').next().unwrap_or_default();
    ["smb", "cifs", "afp", "nfs", "sftp"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// `//ann@nas/music/a.mp3` without who opens it, as Windows has it.
fn from_share(rest: &str) -> String {
    let rest = rest.trim_start_matches('/');
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    format!("//{}{}", authority.rsplit('@').next().unwrap_or_default(), decode(path))
}

/// An address of the net as it may be shown: without what may be secret in it (credentials, query and fragment, RFC 3986, 3).
pub(super) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let ("other", rest) = scheme(text)? else { return None };
    if is_share(text) {
        return None;
    }
    let name = &text[..text.len() - rest.len() - 1];
    let rest = rest.trim_start_matches('/');
    let (authority, path) = rest.find(['/', '?', '#', '\\']).map_or((rest, ""), |at| rest.split_at(at));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let port = host.rsplit_once(':').filter(|_| !host.ends_with(']')).map(|(_, port)| port);
    // A password that is not encoded as it should be may reach beyond the host.
    let is_plain = !host.is_empty() && port.is_none_or(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    let is_sure = is_plain && (port.is_none() || !text.contains('@') || authority.contains('@'));
    showable::line(&if is_sure { format!("{name}://{host}{path}") } else { format!("{name}://…") })
}

/// What is behind `file:` (RFC 8089, with appendix E): a host that is not this one is a Windows share.
fn from_url(rest: &str) -> String {
    let Some(authority) = rest.strip_prefix("//") else { return decode(rest) };
    let (host, path) = authority.find('/').map_or((authority, ""), |at| authority.split_at(at));
    let path = decode(path);
    if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") && !host.ends_with(':') {
        return format!("//{}{path}", decode(host));
    }
    // `/C:/Music` is `C:/Music`.
    match path.strip_prefix('/') {
        Some(drive) if has_drive(drive) => drive.to_owned(),
        _ => path,
    }
}

/// Whether a text has percent-encoded parts, and nothing that would be encoded.
pub(super) fn is_encoded(text: &str) -> bool {
    let encoded = |at: usize| text.as_bytes().get(at + 1..at + 3).and_then(hex).is_some();
    let mut escapes = text.match_indices('%').peekable();
    escapes.peek().is_some() && escapes.all(|(at, _)| encoded(at)) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Percent-decoded (RFC 3986, 2.1), with `/` alone between parts. Bytes that are not UTF-8 become U+FFFD, as they do in paths of the index.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let value = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten().and_then(hex);
        out.push(value.unwrap_or(bytes[at]));
        at += if value.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).replace('\\', "/")
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(digits[0])? * 16 + digit(digits[1])?).ok()
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || has_drive(path)
}

fn has_drive(path: &str) -> bool {
    let bytes = path.as_bytes();
    bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && bytes.get(2).is_none_or(|byte| *byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_system_writes_paths_its_own_way() {
        for (text, place) in [
            ("file://localhost/C:/Users/Ann/My%20Music/a%23b.mp3", "C:/Users/Ann/My Music/a#b.mp3"),
            ("file:///C:/Music/a.mp3", "C:/Music/a.mp3"),
            ("file:///Users/ann/Music/Bjo%CC%88rk/a.m4a", "/Users/ann/Music/Bjo\u{308}rk/a.m4a"),
            ("file:///Volumes/My%20Disk/a.mp3", "/Volumes/My Disk/a.mp3"),
            ("file://nas/music/a.mp3", "//nas/music/a.mp3"),
            ("file://localhost//nas/music/a.mp3", "//nas/music/a.mp3"),
            ("file:/home/ann/a.mp3", "/home/ann/a.mp3"),
            ("smb://ann:secret@nas/music/Bj%C3%B6rk/a.mp3", "//nas/music/Björk/a.mp3"),
            (r"C:\Music\AC\DC\a.mp3", "C:/Music/AC/DC/a.mp3"),
            (r"\\nas\music\a.mp3", "//nas/music/a.mp3"),
            ("/home/ann/../bob/./a.mp3", "/home/bob/a.mp3"),
            ("100%.mp3", "/lists/100%.mp3"),
            (r"..\b\Re: a.mp3", "/b/Re: a.mp3"),
            ("/a/b/.\0./\0/.\0/c", "/a/c"),
            ("file:///a/b/%00.%00./c", "/a/c"),
            ("../../../../etc/a.mp3", "/etc/a.mp3"),
            ("file:///a%zz%2", "/a%zz%2"),
        ] {
            assert_eq!(Place::parse(text, Some(Path::new("/lists"))).map(|place| place.0).as_deref(), Some(place), "{text}");
        }
    }

    #[test]
    fn streams_and_nothing_are_no_files() {
        for text in ["", "http://radio.example/a.mp3", "spotify://x", "/", "..", &"a/".repeat(5_000)] {
            assert_eq!(Place::parse(text, None), None, "{text}");
        }
    }

    #[test]
    fn an_address_is_shown_without_secrets() {
        for (text, shown) in [
            ("http://radio.example/stream.mp3", Some("http://radio.example/stream.mp3")),
            ("HTTPS://ann:secret@music.example:8443/rest/stream?u=ann&t=secret#secret", Some("HTTPS://music.example:8443/rest/stream")),
            ("https://[2001:db8::1]/a", Some("https://[2001:db8::1]/a")),
            ("rtsp://a.example", Some("rtsp://a.example")),
            ("http://ann:sec/ret@radio.example/x", Some("http://…")),
            ("http://ann:1/secret@radio.example/x", Some("http://…")),
            ("http://ann:se?cret@radio.example/x", Some("http://…")),
            ("http://ann:se#cret@radio.example/x", Some("http://…")),
            ("https://video.example/@ann/1", Some("https://video.example/@ann/1")),
            ("http://\u{1b}[2J\u{202e}x/", Some("http://[2Jx/")),
            ("file:///a.mp3", None),
            ("/a.mp3", None),
            ("smb://nas/a.mp3", None),
            ("C:/a.mp3", None),
            ("Re: a.mp3", None),
        ] {
            assert_eq!(address(text).as_deref(), shown, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_place_is_always_tidy(text in r"(file:/{0,3})?[a-zA-Z%0-9./\\: é\x00-]{0,40}") {
            if let Some(place) = Place::parse(&text, Some(Path::new("/base"))) {
                prop_assert!(place.parts().count() > 0);
                prop_assert!(place.parts().all(|part| part != ".." && part != "."));
            }
        }
    }
}
