//! Settings of `iroam demo`.

use std::path::PathBuf;

use anyhow::Result;

use super::paths;
use crate::cli::DemoArgs;

/// What the demo was asked for.
#[derive(Debug)]
pub struct DemoConfig {
    /// Empty: compose the sample library.
    pub media: Vec<PathBuf>,
    /// `None`: the usual port, or a free one when that is taken.
    pub port: Option<u16>,
    pub data: PathBuf,
    pub open_browser: bool,
}

pub fn demo(args: DemoArgs) -> Result<DemoConfig> {
    let data = args.data.map_or_else(|| paths::default_data("demo"), Ok)?;
    Ok(DemoConfig { media: args.media, port: args.port, data, open_browser: !args.no_open })
}
