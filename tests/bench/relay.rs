//! The relay beside raw quinn in one run, and what a tunnel costs serve at rest. Prints one JSON row a line; `run.mjs` shows them.
//!
//! Sender, relay and reader are processes of their own, as they are in life: this program starts itself again as the sender.

mod relay {
    pub mod processes;
    pub mod raw;
    pub mod relayed;
    pub mod tunnels;
}

use std::error::Error;

use relay::processes::row;
use relay::{raw, relayed, tunnels};

/// Bytes sent in each measurement.
pub const TOTAL: u64 = 512 * 1024 * 1024;
pub const CHUNK: usize = 256 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match args.get(1).map(String::as_str) {
        Some("--raw-sender") => return runtime.block_on(raw::send()),
        Some("--host") => return runtime.block_on(relayed::host(&args[2..])),
        _ => {}
    }
    let raw = runtime.block_on(raw::receive())?;
    row("raw quinn, one stream", raw.rate, "MB/s", None, "");
    let relayed = runtime.block_on(relayed::measure())?;
    row("relay, host to HTTP reader, one stream", relayed.rate, "MB/s", None, "");
    row("relay / raw quinn", relayed.rate / raw.rate, "x", Some(0.9), "three processes on the relay's side, two on quinn's");
    row("raw quinn, the receiver's CPU a GB", raw.cpu_s_per_gb, "s", None, "");
    row("relay, serve's CPU a GB", relayed.serve_cpu_s_per_gb, "s", None, "");
    row(
        "relay / raw quinn, CPU",
        relayed.serve_cpu_s_per_gb / raw.cpu_s_per_gb,
        "x",
        Some(1.3),
        "serve receives as quinn does, and sends by TCP besides",
    );
    row("idle tunnel, serve's memory", runtime.block_on(tunnels::measure())?, "KiB", Some(32.0), "mean of 300 tunnels");
    Ok(())
}
