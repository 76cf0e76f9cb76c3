//! Any bytes are an MP4, a Matroska file or an error: their headers, and the packets of their subtitles by walking all of their index.
#![no_main]

use std::io::Write;

use iroam::host::media::streams::{facts, text_packets};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a temp file");
    file.write_all(data).expect("written");
    if let Ok(Some(facts)) = facts(file.path()) {
        for stream in 0..facts.subtitles.len().min(4) {
            let _ = text_packets(file.path(), stream, &mut |_| Ok(()));
        }
    }
});
