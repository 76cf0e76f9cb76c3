//! What the disk itself can do.

use std::error::Error;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Instant;

use super::callers::A_WHILE;

/// Writes of one page, each waited for until it is on the disk, a second: over a file that is as long already (as a log is
/// that is used again), or making it longer.
pub fn sync_rate(folder: &Path, grows: bool) -> Result<f64, Box<dyn Error>> {
    let file = File::create(folder.join("sync"))?;
    let page = [7; 4096];
    for n in 0..1000 {
        file.write_all_at(&page, n * 4096)?;
    }
    file.sync_all()?;
    let (mut synced, begin) = (0, Instant::now());
    while begin.elapsed() < A_WHILE {
        let place = if grows { 1000 + synced } else { synced % 1000 };
        file.write_all_at(&page, place * 4096)?;
        file.sync_data()?;
        synced += 1;
    }
    Ok(synced as f64 / begin.elapsed().as_secs_f64())
}
