//! Any bytes are a file of another program or an error, in bounded time and memory; what is read holds together. The first byte chooses the ending.
#![no_main]

use std::collections::HashSet;
use std::path::Path;

use iroam::host::import::{Content, Place, Source, itunes_rules, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&form, bytes)) = data.split_first() else { return };
    if form == 0 {
        let (info, criteria) = bytes.split_at(bytes.len().min(112));
        if let Ok(rules) = itunes_rules(info, criteria) {
            assert_eq!(rules.check(), Ok(()));
        }
        return;
    }
    if form == 1 {
        if let Some(place) = Place::parse(&String::from_utf8_lossy(bytes), Some(Path::new("/base"))) {
            assert!(place.parts().all(|part| !matches!(part, "" | "." | "..")));
        }
        return;
    }
    let extension = ["m3u", "csv", "xml"][usize::from(form) % 3];
    let Ok(found) = read(bytes, Source { folder: Some(Path::new("/music")), name: "fuzz" }, extension) else { return };
    let mut origins = HashSet::new();
    for (at, list) in found.playlists.iter().enumerate() {
        assert!(origins.insert(&list.origin) && (1..=200).contains(&list.origin.len()) && !list.origin.contains(char::is_control));
        assert!(!list.name.is_empty());
        assert!(list.parent.is_none_or(|parent| parent < at));
        assert!(list.content.tracks().iter().all(|track| (*track as usize) < found.tracks.len()));
        if let Content::Smart { rules, .. } = &list.content {
            assert_eq!(rules.check(), Ok(()));
        }
    }
    for track in &found.tracks {
        assert!(track.address.as_ref().is_none_or(|address| !address.contains(['?', '#']) && address.contains("://")));
        assert!(track.made.rating.is_none_or(|rating| (1..=100).contains(&rating)));
    }
});
