//! What holds for any bytes.

use proptest::prelude::*;

use super::{Coding, Format, INPUT_BYTES_MAX, Packet, SubtitleError, file_to_webvtt, packets_to_webvtt};
use crate::strict_vtt;

/// Words that mean something to one of the readers, so that chance finds the corners.
fn any_word() -> impl Strategy<Value = String> {
    let words = [
        "WEBVTT",
        "STYLE",
        "NOTE",
        "REGION",
        "-->",
        "00:00:01,000 --> 00:00:02,000",
        "00:00:01.500 --> 99:59:59.999 line:-1 align:end",
        "-1:00:00,0 --> 0:0:1",
        "[Events]",
        "[V4+ Styles]",
        "Format: Start, End, Text",
        "Format: Name, Bold, Alignment",
        "Style: Default,-1,9",
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,",
        "{\\an8}",
        "{\\pos(1e9,-5)}",
        "{\\p1}",
        "{",
        "}",
        "\\N",
        "\\h",
        "<i>",
        "</i>",
        "<b",
        "<v x>",
        "<script>",
        "&",
        "&amp;",
        "&#x2028;",
        "&#10;",
        "&lt",
        "1",
        "99999999999",
        "\n",
        "\r\n",
        "\n\n",
        "\r",
        "\0",
        "\u{feff}",
        "\u{2028}",
        "\u{85}",
        "é漢",
    ];
    prop_oneof![3 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

fn any_file() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..400),
        prop::collection::vec(any_word(), 0..40).prop_map(|words| words.concat().into_bytes()),
    ]
}

proptest! {
    #[test]
    fn any_file_is_safe_web_vtt_or_an_error(bytes in any_file(), language in prop::option::of("[a-z]{2}")) {
        for format in [Format::SubRip, Format::Ass, Format::WebVtt] {
            match file_to_webvtt(&bytes, format, language.as_deref()) {
                Ok(file) => {
                    let cues = strict_vtt::parse(&file);
                    prop_assert!(cues.as_ref().is_ok_and(|cues| !cues.is_empty()), "{cues:?} in {file:?}");
                    // What is safe stays what it is.
                    prop_assert_eq!(file_to_webvtt(file.as_bytes(), Format::WebVtt, None).map(|again| strict_vtt::parse(&again).is_ok()), Ok(true));
                }
                Err(error) => prop_assert_eq!(error, SubtitleError::Empty),
            }
        }
    }

    #[test]
    fn any_packets_are_safe_web_vtt(packets in prop::collection::vec((any::<i64>(), any::<i64>(), any_file()), 0..8), header in any_file()) {
        let packets: Vec<Packet> = packets.into_iter().map(|(start_ms, end_ms, data)| Packet { start_ms, end_ms, data }).collect();
        for coding in [Coding::Plain, Coding::Ass { header: &header }, Coding::WebVtt, Coding::Tx3g] {
            let file = packets_to_webvtt(&packets, coding);
            prop_assert!(strict_vtt::parse(&file).is_ok(), "{:?} in {file:?}", strict_vtt::parse(&file));
        }
    }
}

/// Files of the size that is allowed, made to be as much work as can be.
#[test]
fn bombs_are_cut_down() {
    let fill = |unit: &str| unit.repeat(INPUT_BYTES_MAX / unit.len()).into_bytes();
    let srt = "00:00:01,000 --> 24:00:00,000\n";
    let bombs = [
        ("one endless cue", Format::SubRip, [srt.as_bytes(), &fill("a<b>&")[..INPUT_BYTES_MAX - 100]].concat()),
        ("a million cues", Format::SubRip, fill("0:1 --> 9:9\na\n")),
        ("cues of a day", Format::SubRip, fill(&format!("{srt}text <i>\n"))),
        ("nested tags", Format::SubRip, [srt.as_bytes(), &fill("<i>")[..INPUT_BYTES_MAX - 100]].concat()),
        ("tags without an end", Format::WebVtt, [srt.as_bytes(), &fill("<")[..INPUT_BYTES_MAX - 100]].concat()),
        ("references without an end", Format::WebVtt, [srt.as_bytes(), &fill("&")[..INPUT_BYTES_MAX - 100]].concat()),
        (
            "a million events",
            Format::Ass,
            [b"[Events]\n".as_slice(), &fill("Dialogue: 0,0:0:1,9:0:0,,,,,,,{\\i1}a\n")[..INPUT_BYTES_MAX - 100]].concat(),
        ),
        (
            "overrides without an end",
            Format::Ass,
            [b"[Events]\nDialogue: 0,0:0:1,0:0:2,,,,,,,".as_slice(), &fill("{\\")[..INPUT_BYTES_MAX - 100]].concat(),
        ),
        ("styles only", Format::Ass, [b"[V4+ Styles]\nFormat: Name\n".as_slice(), &fill("Style: a\n")[..INPUT_BYTES_MAX - 100]].concat()),
    ];
    for (name, format, bytes) in bombs {
        match file_to_webvtt(&bytes, format, None) {
            Ok(file) => {
                let cues = strict_vtt::parse(&file).expect(name);
                assert!(
                    cues.len() <= super::CUES_MAX && file.len() < 16 * 1024 * 1024,
                    "{name}: {} cues, {} bytes",
                    cues.len(),
                    file.len()
                );
            }
            Err(error) => assert_eq!(error, SubtitleError::Empty, "{name}"),
        }
    }
    assert_eq!(file_to_webvtt(&vec![b'a'; INPUT_BYTES_MAX + 1], Format::SubRip, None), Err(SubtitleError::TooLarge));
}
