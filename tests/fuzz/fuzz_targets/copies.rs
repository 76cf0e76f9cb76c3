//! Any bytes are sound or pictures that can be sent as they are, or an error: MP3 with its Xing and LAME tags, ADTS, Ogg, MP4 with its gapless
//! note, Matroska; and what is made of them, which the writer of CMAF must take.
#![no_main]

use std::io::Write;

use iroam::host::media::worker::open_segments;
use iroam::host::media::Encoding;
use iroam::protocol::Rendition;
use libfuzzer_sys::fuzz_target;

/// Segments made of each, so that a lie about the length costs no time.
const SEGMENTS_MAX: u32 = 8;

fuzz_target!(|data: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a temp file");
    file.write_all(data).expect("written");
    for rendition in [Rendition::AudioCopy, Rendition::VideoCopy] {
        let Ok(mut open) = open_segments(file.path(), Encoding { stream: 0, rendition }) else { continue };
        let _ = open.init();
        for index in 0..open.timeline().segment_count().min(SEGMENTS_MAX) {
            let _ = open.segment(index, &mut |_| Ok(()));
        }
    }
});
