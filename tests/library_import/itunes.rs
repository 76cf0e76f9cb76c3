//! Writes a library as iTunes does, from a library of ours.

use std::fmt::Write as _;

use iroam::protocol::TrackRow;

/// What iTunes knew of a track beside its tags.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub location: String,
    pub rating: Option<u8>,
    pub computed: bool,
    pub plays: u32,
    /// When last; as iTunes writes dates.
    pub played: String,
    pub skips: u32,
    pub skipped: String,
    pub loved: bool,
    pub added: String,
}

pub struct Library {
    tracks: String,
    playlists: String,
    count: usize,
}

impl Library {
    pub fn new() -> Self {
        Self { tracks: String::new(), playlists: String::new(), count: 0 }
    }

    /// Returns the number by which playlists name it.
    pub fn track(&mut self, row: &TrackRow, known: &Known) -> usize {
        self.count += 1;
        let number = 1000 + 2 * self.count;
        let mut dict = format!("<key>{number}</key><dict><key>Track ID</key><integer>{number}</integer>");
        text(&mut dict, "Name", &row.title);
        row.artist.iter().for_each(|artist| text(&mut dict, "Artist", artist));
        row.album.iter().for_each(|album| text(&mut dict, "Album", album));
        integer(&mut dict, "Total Time", row.duration_ms);
        known.rating.iter().for_each(|rating| integer(&mut dict, "Rating", u64::from(*rating)));
        if known.computed {
            dict.push_str("<key>Rating Computed</key><true/>");
        }
        integer(&mut dict, "Album Rating", 100);
        if known.plays > 0 {
            integer(&mut dict, "Play Count", u64::from(known.plays));
            write!(dict, "<key>Play Date UTC</key><date>{}</date>", known.played).expect("written");
        }
        if known.skips > 0 {
            integer(&mut dict, "Skip Count", u64::from(known.skips));
            write!(dict, "<key>Skip Date</key><date>{}</date>", known.skipped).expect("written");
        }
        if known.loved {
            dict.push_str("<key>Loved</key><true/>");
        }
        write!(dict, "<key>Date Added</key><date>{}</date>", known.added).expect("written");
        text(&mut dict, "Track Type", "File");
        text(&mut dict, "Location", &known.location);
        self.tracks.push_str(&dict);
        self.tracks.push_str("</dict>\n");
        number
    }

    /// `more` are keys of the playlist.
    pub fn playlist(&mut self, id: &str, name: &str, more: &str, tracks: &[usize]) {
        let mut dict = "<dict>".to_owned();
        text(&mut dict, "Name", name);
        text(&mut dict, "Playlist Persistent ID", id);
        dict.push_str(more);
        dict.push_str("<key>All Items</key><true/><key>Playlist Items</key><array>");
        for track in tracks {
            write!(dict, "<dict><key>Track ID</key><integer>{track}</integer></dict>").expect("written");
        }
        self.playlists.push_str(&dict);
        self.playlists.push_str("</array></dict>\n");
    }

    pub fn xml(&self) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple Computer//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">
<plist version=\"1.0\"><dict><key>Major Version</key><integer>1</integer><key>Application Version</key><string>12.8</string>
<key>Tracks</key><dict>\n{}</dict>\n<key>Playlists</key><array>\n{}</array></dict></plist>\n",
            self.tracks, self.playlists
        )
    }
}

fn text(dict: &mut String, key: &str, value: &str) {
    let value = value.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;");
    write!(dict, "<key>{key}</key><string>{value}</string>").expect("written");
}

fn integer(dict: &mut String, key: &str, value: u64) {
    write!(dict, "<key>{key}</key><integer>{value}</integer>").expect("written");
}

/// A `file:` URL as iTunes writes it.
pub fn url(prefix: &str, path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/!'(),&".contains(&byte);
    let encoded: String =
        path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect();
    format!("{prefix}{encoded}")
}

/// The keys of a smart playlist.
pub fn smart(info: &[u8], criteria: &[u8]) -> String {
    format!("<key>Smart Info</key><data>\n\t{}\n</data><key>Smart Criteria</key><data>\n\t{}\n</data>", base64(info), base64(criteria))
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
