//! Any bytes are subtitles or an error, and what comes of them is WebVTT by a strict reading. The first byte chooses the form.
#![no_main]

#[path = "../../media/strict_vtt.rs"]
mod strict_vtt;

use iroam::host::media::extras::subtitles::{Coding, Format, Packet, file_to_webvtt, packets_to_webvtt};
use libfuzzer_sys::fuzz_target;

fn packet(data: &[u8]) -> [Packet; 1] {
    [Packet { start_ms: 0, end_ms: 1_000, data: data.to_vec() }]
}

fuzz_target!(|data: &[u8]| {
    let Some((&form, bytes)) = data.split_first() else { return };
    let file = |format| file_to_webvtt(bytes, format, None).unwrap_or_else(|_| "WEBVTT\n".to_owned());
    let made = match form % 6 {
        0 => file(Format::SubRip),
        1 => file(Format::Ass),
        2 => file(Format::WebVtt),
        3 => packets_to_webvtt(&packet(bytes), Coding::Tx3g),
        4 => packets_to_webvtt(&packet(bytes), Coding::Plain),
        _ => packets_to_webvtt(&packet(b"0,0,Default,,0,0,0,,{\\b1}a"), Coding::Ass { header: bytes }),
    };
    if let Err(reason) = strict_vtt::parse(&made) {
        panic!("{reason}: {made:?}");
    }
});
