fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("media-worker") => iroam::host::media::worker::run(),
        _ => anyhow::bail!("usage: iroam media-worker"),
    }
}
