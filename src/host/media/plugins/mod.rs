//! What is installed of GStreamer and what is not: which Debian package holds a missing part.

mod codecs;
mod lacks;

pub use codecs::{is_codec, is_name, named};
pub use lacks::lacks;

use gstreamer as gst;
use gstreamer_pbutils as pbutils;

use super::error::MediaError;
use codecs::CODECS;

/// Where most of what is rare is decoded.
const LIBAV: &str = "gstreamer1.0-libav";

/// Media types of containers and the package that takes each apart.
const DEMUXERS: [(&str, &str); 19] = [
    ("application/ogg", "gstreamer1.0-plugins-base"),
    ("application/vnd.rn-realmedia", "gstreamer1.0-plugins-ugly"),
    ("application/mxf", "gstreamer1.0-plugins-bad"),
    ("application/x-3gp", "gstreamer1.0-plugins-good"),
    ("application/x-id3", "gstreamer1.0-plugins-good"),
    ("application/x-apetag", "gstreamer1.0-plugins-good"),
    ("audio/x-aiff", "gstreamer1.0-plugins-bad"),
    ("audio/x-au", "gstreamer1.0-plugins-good"),
    ("audio/x-m4a", "gstreamer1.0-plugins-good"),
    ("audio/x-wav", "gstreamer1.0-plugins-good"),
    ("audio/webm", "gstreamer1.0-plugins-good"),
    ("video/mpeg", "gstreamer1.0-plugins-bad"),
    ("video/mpegts", "gstreamer1.0-plugins-bad"),
    ("video/quicktime", "gstreamer1.0-plugins-good"),
    ("video/webm", "gstreamer1.0-plugins-good"),
    ("video/x-flv", "gstreamer1.0-plugins-good"),
    ("video/x-matroska", "gstreamer1.0-plugins-good"),
    ("video/x-ms-asf", "gstreamer1.0-plugins-ugly"),
    ("video/x-msvideo", "gstreamer1.0-plugins-good"),
];

/// Elements that are asked for by name.
const ELEMENTS: [(&str, &str); 8] = [
    ("opusenc", "gstreamer1.0-plugins-base"),
    ("voaacenc", "gstreamer1.0-plugins-bad"),
    ("flacenc", "gstreamer1.0-plugins-good"),
    ("flacparse", "gstreamer1.0-plugins-good"),
    ("x264enc", "gstreamer1.0-plugins-ugly"),
    ("openh264enc", "gstreamer1.0-plugins-bad"),
    ("h264parse", "gstreamer1.0-plugins-bad"),
    ("opusparse", "gstreamer1.0-plugins-bad"),
];

/// The package of an element, by its name.
pub fn package_of(element: &str) -> &'static str {
    ELEMENTS.iter().find(|(name, _)| *name == element).map_or("gstreamer1.0-plugins-base", |(_, package)| package)
}

/// A missing element as an error for people.
pub fn no_element(name: &str) -> MediaError {
    MediaError::MissingPlugin(format!("The host lacks GStreamer's {name}: install {} to play this.", package_of(name)))
}

/// The error in a `missing-plugin` message; `None` for any other message.
pub fn missing_in(message: &gst::Message) -> Option<MediaError> {
    let message = pbutils::MissingPluginMessage::parse(message).ok()?;
    Some(missing(&message.installer_detail()))
}

/// By GStreamer's words for installers, `gstreamer|1.0|program|Windows Media Audio 8 decoder|decoder-audio/x-wma, wmaversion=(int)2`.
pub fn missing(detail: &str) -> MediaError {
    told(detail, gst::Registry::get().find_plugin("libav").is_some())
}

fn told(detail: &str, has_libav: bool) -> MediaError {
    let mut parts = detail.split('|').skip(3);
    let what = parts.next().filter(|what| !what.is_empty()).unwrap_or("plugin");
    let package = parts.next().map_or(LIBAV, package_for);
    if package == LIBAV && has_libav {
        // The last resort is there, and did not help.
        return MediaError::Unplayable(format!("The host has no {what}, and no usual package brings one."));
    }
    MediaError::MissingPlugin(format!("The host has no {what}: install {package} to play this."))
}

/// By the last part of those words: what kind of element, and what for.
fn package_for(wanted: &str) -> &'static str {
    let (kind, what) = wanted.split_once('-').unwrap_or((wanted, ""));
    let media_type = what.split(',').next().unwrap_or(what).trim();
    match kind {
        "element" => package_of(what),
        // An MPEG system stream is a container, an elementary one is a codec, and both have the same media type.
        "decoder" if !what.contains("systemstream=(boolean)true") => {
            let known = CODECS.iter().filter(|known| known.media_type() == media_type);
            known.map(|known| known.package).next().or_else(|| demuxer(media_type)).unwrap_or(LIBAV)
        }
        _ => demuxer(media_type).unwrap_or(LIBAV),
    }
}

fn demuxer(media_type: &str) -> Option<&'static str> {
    DEMUXERS.iter().find(|(known, _)| *known == media_type).map(|(_, package)| *package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_package_that_holds_what_is_missing() {
        let of = |wanted: &str| told(&format!("gstreamer|1.0|iroam|A thing|{wanted}"), false).to_string();
        for (wanted, package) in [
            ("decoder-audio/x-wma, wmaversion=(int)2", "install gstreamer1.0-libav to play this"),
            ("decoder-video/x-ms-asf", "install gstreamer1.0-plugins-ugly to play this"),
            ("decoder-video/mpeg, mpegversion=(int)2, systemstream=(boolean)true", "install gstreamer1.0-plugins-bad to play this"),
            ("decoder-video/mpeg, mpegversion=(int)2, systemstream=(boolean)false", "install gstreamer1.0-libav to play this"),
            ("decoder-video/mpegts, systemstream=(boolean)true", "install gstreamer1.0-plugins-bad to play this"),
            ("decoder-video/x-vp9", "install gstreamer1.0-plugins-good to play this"),
            ("decoder-audio/x-never-heard-of", "install gstreamer1.0-libav to play this"),
            ("element-voaacenc", "install gstreamer1.0-plugins-bad to play this"),
        ] {
            assert!(of(wanted).contains(package), "{wanted}: {}", of(wanted));
        }
        assert_eq!(
            told("", false),
            MediaError::MissingPlugin("The host has no plugin: install gstreamer1.0-libav to play this.".to_owned())
        );
    }

    #[test]
    fn names_no_package_that_is_installed_and_did_not_help() {
        let wanted = "gstreamer|1.0|iroam|Monkey's Audio decoder|decoder-audio/x-ape";
        assert!(matches!(told(wanted, false), MediaError::MissingPlugin(_)));
        assert!(matches!(told(wanted, true), MediaError::Unplayable(_)));
    }
}
