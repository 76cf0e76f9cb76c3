//! The address that browsers and hosts know serve by.

use std::fmt;
use std::net::IpAddr;

use actix_web::http::Uri;
use actix_web::http::uri::Authority;

/// An origin (RFC 6454): scheme, host and port, nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    is_https: bool,
    /// As in a URL: IPv6 addresses have their brackets.
    host: String,
    port: Option<u16>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    #[error("--public-url {0:?} is not an address like https://music.example.org")]
    Malformed(String),
    #[error(
        "--public-url {0:?} must begin with https:// (http:// is allowed for this machine's own addresses only, like http://127.0.0.1:8080)"
    )]
    NotHttps(String),
}

impl PublicUrl {
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        let malformed = || PublicUrlError::Malformed(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| malformed())?;
        let authority = uri.authority().ok_or_else(malformed)?;
        let is_plain = matches!(uri.path(), "" | "/") && uri.query().is_none() && !authority.as_str().contains('@');
        let is_https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(malformed()),
        };
        if !is_plain || authority.host().is_empty() {
            return Err(malformed());
        }
        let port = port(authority).ok_or_else(malformed)?;
        let url = Self { is_https, host: authority.host().to_ascii_lowercase(), port };
        if url.is_https || url.is_loopback() { Ok(url) } else { Err(PublicUrlError::NotHttps(text.to_owned())) }
    }

    /// Port 0 stands for "the one that was bound".
    pub fn with_bound_port(mut self, bound: u16) -> Self {
        if self.port == Some(0) {
            self.port = Some(bound);
        }
        self
    }

    pub fn is_https(&self) -> bool {
        self.is_https
    }

    /// A name or address of this very machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    pub fn host(&self) -> &str {
        &self.host
    }
}

/// The port that is written, if one is; `None` when it is no port.
fn port(authority: &Authority) -> Option<Option<u16>> {
    match authority.as_str().strip_prefix(authority.host())? {
        "" => Some(None),
        written => Some(Some(written.strip_prefix(':')?.parse().ok()?)),
    }
}

/// Whether `host` (as in a URL) can only mean this machine (RFC 6761, section 6.3).
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.ends_with(".localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The origin, as a browser's `Origin` header writes it: default ports are left out.
impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, default_port) = if self.is_https { ("https", 443) } else { ("http", 80) };
        write!(f, "{scheme}://{}", self.host)?;
        match self.port {
            Some(port) if port != default_port => write!(f, ":{port}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_https_anywhere_and_http_at_home_only() {
        for good in
            ["https://music.example.org", "https://music.example.org/", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:80"]
        {
            assert!(PublicUrl::parse(good).is_ok(), "{good}");
        }
        for bad in ["http://music.example.org", "http://192.168.1.2:8080", "http://127.0.0.1.example.org"] {
            assert!(matches!(PublicUrl::parse(bad), Err(PublicUrlError::NotHttps(_))), "{bad}");
        }
        for bad in [
            "",
            "music.example.org",
            "ftp://x",
            "https://",
            "https://a/b",
            "https://user@a",
            "https://a?b",
            "https://a:99999",
            "https://a:",
            "https://a:x",
        ] {
            assert!(matches!(PublicUrl::parse(bad), Err(PublicUrlError::Malformed(_))), "{bad}");
        }
    }

    #[test]
    fn is_written_as_a_browser_writes_an_origin() {
        let origin = |text| PublicUrl::parse(text).map(|url| url.to_string());
        assert_eq!(origin("https://Music.example.org:443/").as_deref(), Ok("https://music.example.org"));
        assert_eq!(origin("http://localhost:8080").as_deref(), Ok("http://localhost:8080"));
        assert_eq!(
            PublicUrl::parse("http://127.0.0.1:0").map(|url| url.with_bound_port(99).to_string()).as_deref(),
            Ok("http://127.0.0.1:99")
        );
    }
}
