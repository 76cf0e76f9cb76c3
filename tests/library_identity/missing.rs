//! Tracks whose file has vanished: missing until they are purged, and not forgotten after.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use iroam::host::library::Library;
use iroam::protocol::{Browse, Only, Selection, SortKey};
use iroam::types::{Clock, SystemClock, UnixMs};

use crate::host_kit::{Home, everything, prober, rows};
use crate::songs::{ids, songs, title};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

struct Later(i64);

impl Clock for Later {
    fn now(&self) -> UnixMs {
        UnixMs(SystemClock.now().0 + self.0)
    }
}

fn missing(library: &Library) -> usize {
    let selection = Selection { only: Some(Only::Missing), ..Selection::default() };
    rows(library, &Browse { selection, ..everything(SortKey::Title) }).len()
}

#[test]
fn a_purge_can_be_undone_and_a_file_that_comes_back_is_the_track_it_was() {
    let home = Home::new();
    let paths = songs(&home, 4);
    home.scan();
    let library = home.library();
    let (before, added) = (ids(&library), rows(&library, &everything(SortKey::Title))[0].added_at.clone());
    let kept: Vec<_> = paths[..3].iter().map(|path| (path, fs::read(path).expect("read"))).collect();
    kept.iter().for_each(|(path, _)| fs::remove_file(path).expect("removed"));
    home.scan();
    assert_eq!((missing(&library), ids(&library).len()), (3, 1));

    let selection = Selection { only: Some(Only::Missing), ..Selection::default() };
    let gone = rows(&library, &Browse { selection, files: true, ..everything(SortKey::Title) }).remove(0).file.expect("told");
    assert_eq!(Path::new(&gone.folder).join(&gone.name), paths[0]);
    assert!(gone.missing_since_ms.is_some_and(|since| since <= SystemClock.now().0), "{gone:?}");

    // What is there is not purged, whoever asks.
    let wanted = [before[&title(0)], before[&title(3)]];
    let at = Later(0).now();
    assert_eq!(library.purge(Some(&wanted), at).expect("purged"), [before[&title(0)]]);
    assert_eq!(missing(&library), 2);
    // A purge of another time is not undone with it.
    assert_eq!(library.purge(None, UnixMs(at.0 + 1)).expect("purged").len(), 2);
    assert_eq!(home.scan().missing, 0);
    assert_eq!(missing(&library), 0);
    assert_eq!(library.unpurge(Some(at), at).expect("back"), [before[&title(0)]]);
    assert_eq!(missing(&library), 1);
    library.purge(None, at).expect("purged");

    // One comes back before it is forgotten, one after.
    fs::write(kept[1].0, &kept[1].1).expect("written");
    home.scan();
    assert_eq!(ids(&library).len(), 2);
    let media = std::slice::from_ref(&home.media);
    library.scan(media, &mut prober(), &Later(31 * DAY_MS), &AtomicBool::new(false)).expect("scans");
    fs::write(home.media.join("elsewhere.mp3"), &kept[0].1).expect("written");
    library.scan(media, &mut prober(), &Later(31 * DAY_MS), &AtomicBool::new(false)).expect("scans");
    assert_eq!(library.unpurge(None, at).expect("none is left").len(), 0);
    fs::write(kept[2].0, &kept[2].1).expect("written");
    home.scan();
    assert_eq!(ids(&library), before);
    assert_eq!(rows(&library, &everything(SortKey::Title))[0].added_at, added);
}
