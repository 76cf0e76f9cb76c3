//! The media engine: how soon a segment is there, how fast it encodes beside ffmpeg in the same run, what rest and many tracks cost, and
//! whether a load of players stalls. Prints one JSON row a line; `run.mjs` shows them. `IROAM_BENCH_TRACKS`: how many tracks are changed.

mod media {
    pub mod first;
    pub mod kit;
    pub mod load;
    pub mod rest;
    pub mod speed;
}

use media::{first, kit, load, rest, speed};

fn main() -> kit::Result<()> {
    let wanted = std::env::args().nth(1).filter(|arg| !arg.starts_with('-'));
    let is_wanted = |part: &str| wanted.as_deref().is_none_or(|wanted| wanted == part);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let stage = kit::Stage::new()?;
        if is_wanted("first") {
            first::measure(&stage).await?;
        }
        if is_wanted("speed") {
            speed::measure(&stage).await?;
        }
        if is_wanted("load") {
            load::measure(&stage).await?;
        }
        if is_wanted("rest") {
            rest::idle(&stage).await?;
            rest::tracks(&stage).await?;
        }
        stage.engine.shutdown().await;
        Ok(())
    })
}
