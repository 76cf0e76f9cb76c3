//! The store beside bare rusqlite in one run, on the same file with the same statements: what its queues and threads cost a read,
//! and what committing in groups gives a write. Prints one JSON row a line; `run.mjs` shows them.

mod store {
    pub mod bare;
    pub mod callers;
    pub mod data;
    pub mod disk;
    pub mod reads;
    pub mod writes;
}

use std::error::Error;

use store::{data, reads, writes};

fn main() -> Result<(), Box<dyn Error>> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let folder = data::folder()?;
    let database = runtime.block_on(data::filled(&folder.path().join("bench.db")))?;
    if wanted != "writes" {
        reads::measure(&runtime, &database)?;
    }
    if wanted != "reads" {
        writes::measure(&runtime, &database, folder.path())?;
    }
    Ok(())
}

/// Prints one row of the table.
pub fn row(what: &str, value: f64, unit: &str, target: Option<f64>, note: &str) {
    println!("{}", serde_json::json!({ "what": what, "value": value, "unit": unit, "target": target, "note": note }));
}
