//! Any bytes are lines of lyrics in order, or none.
#![no_main]

use iroam::host::library::parse_lrc;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Some(lrc) = parse_lrc(&text) {
        assert!(!lrc.lines.is_empty() && lrc.lines.is_sorted_by_key(|(at, _)| *at));
        assert!(lrc.lines.iter().all(|(_, line)| !line.contains(['\n', '\r'])));
    }
});
