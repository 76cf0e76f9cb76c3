//! Moves a server's database to another place or engine.

use std::io;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};

use super::progress::Progress;
use super::stoppable::Stoppable;
use crate::serve::data_place::{DataPlace, url};
use crate::store::{self, Location, Moved};

/// Moves all of `from` to `to`, which must be empty or hold what an earlier run has brought there. Tells on standard error how far it
/// has come, and at the end on standard output what there is now.
pub fn move_database(from: &Location, to: &Location) -> Result<()> {
    let begin = Instant::now();
    let mut progress = Progress::new();
    let mut watch = |tick| progress.note(tick);
    let moved = Stoppable::new()?.run(
        async { Ok(store::move_database(from, to, &mut watch).await?) },
        "stopped; what was copied so far is safe: run the same command again to go on",
    )?;
    print_summary(&moved, from, to, begin);
    note_move(from, to).context("everything was moved, but the old data folder could not be told")?;
    Ok(())
}

fn print_summary(moved: &Moved, from: &Location, to: &Location, begin: Instant) {
    let (from, to) = (url(from), url(to));
    println!("moved {from} to {to}, and compared every row:");
    for (table, rows) in &moved.tables {
        println!("{rows:>12} {table}");
    }
    let rows: u64 = moved.tables.iter().map(|(_, rows)| rows).sum();
    println!("{rows:>12} rows in all, in {:.1} s", begin.elapsed().as_secs_f64());
    println!("next: start iroam serve with --database {to}, and the same --data as before. {from} is as it was: keep it until");
    println!("you have seen the new one work, and start no serve with it again.");
}

/// A folder whose own database was moved belongs to the new one: a start that does not say so would go on with the old one.
fn note_move(from: &Location, to: &Location) -> io::Result<()> {
    let Location::Sqlite(path) = from else { return Ok(()) };
    let folder = path.parent().unwrap_or(Path::new("."));
    let before = DataPlace { folder: folder.to_owned(), database: Some(from.clone()) };
    match before.used_with()? {
        Some(used) if before.is(&used)? => DataPlace { database: Some(to.clone()), ..before }.note(),
        _ => Ok(()),
    }
}
