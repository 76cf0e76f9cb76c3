//! Speaks of `tokio::spawn` and `crate::serve` in words only.
use crate::types::{TrackId, UnixMs};

/* std::fs::read in a comment /* nested */ and quinn::Endpoint too */
pub const TEXT: &str = "crate::store::open and \"std::net::TcpStream\"";
pub const RAW: &str = r#"use actix_web::web; "quoted" "#;

pub fn first<'a>(ids: &'a [TrackId], at: UnixMs) -> Option<&'a TrackId> {
    let quote = '"';
    let tokio = ids.first();
    tokio.filter(|_| at.0 > 0 && quote != '\'')
}

#[cfg(test)]
mod tests {
    use super::super::super::store::Anything;

    #[test]
    fn reads_the_vectors() {
        assert!(std::fs::read("tests/vectors/frames.json").is_ok());
    }
}
