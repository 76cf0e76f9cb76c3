//! The server's HTTP API as a host uses it. Blocking.

use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::http::{Response, Uri};
use ureq::{Agent, Body};

use super::{Pairing, TunnelEntry};
use crate::auth::device_key::pairing_message;
use crate::auth::{DeviceKey, b64};
use crate::types::HostId;

pub(super) const CLIENT_ID: &str = "iroam-host";
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// A whole exchange with the server, however slow it is.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Where its tunnel is the server must say in so long, for meanwhile the host dials nobody.
const TUNNEL_TIMEOUT: Duration = Duration::from_secs(5);
/// The server's answers are short JSON.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// Why this host is not paired.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    #[error("{0} is not a server URL: give one such as https://iroam.example")]
    BadUrl(String),
    #[error("{0} is not encrypted: use https:// (plain http:// is for this machine only)")]
    NotEncrypted(String),
    #[error("the server {url} cannot be reached: {cause}")]
    Unreachable { url: String, cause: String },
    #[error("the server {url} has no valid TLS certificate: {cause}")]
    Tls { url: String, cause: String },
    #[error("{0} is not an iRoam server: check the URL")]
    NotIroam(String),
    #[error("the server refused to pair this host: {0}")]
    Refused(String),
    #[error("pairing was refused by its owner")]
    Denied,
    #[error("this host was removed from its account; start it again to pair it anew")]
    Removed,
}

/// A server, at a URL that was checked.
#[derive(Clone, Debug)]
pub struct Server {
    url: String,
    pub(super) agent: Agent,
}

/// The answer to a device authorization request (RFC 8628, section 3.2).
#[derive(Debug, Deserialize)]
pub(super) struct Authorization {
    pub(super) device_code: String,
    pub(super) user_code: String,
    pub(super) verification_uri_complete: String,
    pub(super) expires_in: u64,
    /// Seconds between polls.
    #[serde(default = "default_interval")]
    pub(super) interval: u64,
}

fn default_interval() -> u64 {
    5
}

/// The answer to one poll (RFC 8628, section 3.5).
pub(super) enum Poll {
    Paired(Pairing),
    Pending,
    SlowDown,
    Expired,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    host_id: HostId,
    tunnel: TunnelEntry,
}

/// An OAuth error (RFC 6749, section 5.2).
#[derive(Deserialize)]
struct OauthError {
    error: String,
    #[serde(default)]
    error_description: Option<String>,
}

impl Server {
    /// # Errors
    /// A URL that is none, or would carry secrets unencrypted over a network.
    pub fn new(url: &str) -> Result<Self, PairError> {
        let url = url.trim_end_matches('/').to_owned();
        let uri: Uri = url.parse().map_err(|_| PairError::BadUrl(url.clone()))?;
        match (uri.scheme_str(), uri.host()) {
            (Some("https"), Some(_)) => {}
            (Some("http"), Some(host)) if is_loopback(host) => {}
            (Some("http"), Some(_)) => return Err(PairError::NotEncrypted(url)),
            _ => return Err(PairError::BadUrl(url)),
        }
        let agent = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            // A redirect could lead the secrets elsewhere: an iRoam server makes none here.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("iroam-host/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Ok(Self { url, agent })
    }

    /// The URL without a slash at its end: what a pairing is known by.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks for a code; shows by a signature that `key` is this host's own.
    pub(super) fn authorize(&self, key: &DeviceKey, name: &str) -> Result<Authorization, PairError> {
        let signature = b64::encode(&key.sign(&pairing_message(&self.url)));
        let host_key = key.public().to_string();
        let form = [("client_id", CLIENT_ID), ("host_key", host_key.as_str()), ("host_name", name), ("signature", signature.as_str())];
        let response = self.agent.post(self.at("/oauth/device_authorization")).send_form(form);
        let response = response.map_err(|error| self.failed(&error))?;
        if response.status().is_success() {
            return self.read(response);
        }
        let error: OauthError = self.read(response)?;
        Err(PairError::Refused(error.error_description.map_or(error.error, |text| super::show::printable(&text))))
    }

    /// Asks whether the owner has confirmed the code.
    pub(super) fn poll(&self, device_code: &str) -> Result<Poll, PairError> {
        let form = [("grant_type", GRANT_TYPE), ("device_code", device_code), ("client_id", CLIENT_ID)];
        let response = self.agent.post(self.at("/oauth/token")).send_form(form).map_err(|error| self.failed(&error))?;
        if response.status().is_success() {
            let token: Token = self.read(response)?;
            let Token { access_token, host_id, tunnel } = token;
            tunnel.public_key().ok_or_else(|| PairError::NotIroam(self.url.clone()))?;
            return Ok(Poll::Paired(Pairing { server: self.url.clone(), host_id, access_token, tunnel }));
        }
        let error: OauthError = self.read(response)?;
        match error.error.as_str() {
            "authorization_pending" => Ok(Poll::Pending),
            "slow_down" => Ok(Poll::SlowDown),
            "expired_token" => Ok(Poll::Expired),
            "access_denied" => Err(PairError::Denied),
            other => Err(PairError::Refused(super::show::printable(other))),
        }
    }

    /// Where the server takes tunnels now, and its key.
    ///
    /// # Errors
    /// [`PairError::Removed`] when the server no longer knows this host.
    pub fn tunnel(&self, pairing: &Pairing) -> Result<TunnelEntry, PairError> {
        let authorization = format!("Bearer {}", pairing.access_token);
        let request = self.agent.get(self.at("/api/v1/host/tunnel")).config().timeout_global(Some(TUNNEL_TIMEOUT)).build();
        let response = request.header("Authorization", authorization).call().map_err(|error| self.failed(&error))?;
        match response.status().as_u16() {
            200 => {
                let entry: TunnelEntry = self.read(response)?;
                entry.public_key().ok_or_else(|| PairError::NotIroam(self.url.clone()))?;
                Ok(entry)
            }
            401 | 403 => Err(PairError::Removed),
            // A proxy in front of a server that is down answers so: it is to be tried again.
            status @ 500.. => Err(PairError::Unreachable { url: self.url.clone(), cause: format!("HTTP status {status}") }),
            _ => Err(PairError::NotIroam(self.url.clone())),
        }
    }

    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn read<T: DeserializeOwned>(&self, mut response: Response<Body>) -> Result<T, PairError> {
        if response.status().is_server_error() {
            let cause = format!("HTTP status {}", response.status().as_u16());
            return Err(PairError::Unreachable { url: self.url.clone(), cause });
        }
        let json = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        let json = json.map_err(|error| self.failed(&error))?;
        serde_json::from_slice(&json).map_err(|_| PairError::NotIroam(self.url.clone()))
    }

    pub(super) fn failed(&self, error: &ureq::Error) -> PairError {
        let (url, cause) = (self.url.clone(), error.to_string());
        match error {
            ureq::Error::Timeout(_) => PairError::Unreachable { url, cause: "it does not answer in time".to_owned() },
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => PairError::Tls { url, cause },
            // A handshake that fails comes as an input-output error.
            ureq::Error::Io(io) if io.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => PairError::Tls { url, cause },
            ureq::Error::Protocol(_) | ureq::Error::BodyExceedsLimit(_) => PairError::NotIroam(url),
            _ => PairError::Unreachable { url, cause },
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_encrypted_or_stay_on_this_machine() {
        for good in ["https://iroam.example", "http://127.0.0.1:8080/", "http://[::1]:80", "http://localhost:1"] {
            assert!(Server::new(good).is_ok(), "{good}");
        }
        for plain in ["http://iroam.example", "http://192.168.1.2", "http://127.0.0.1.evil.example", "http://localhost.evil.example"] {
            assert!(matches!(Server::new(plain), Err(PairError::NotEncrypted(_))), "{plain}");
        }
        for bad in ["", "iroam.example", "ftp://iroam.example", "https://", "file:///etc/passwd", "not a url"] {
            assert!(matches!(Server::new(bad), Err(PairError::BadUrl(_))), "{bad}");
        }
    }

    #[test]
    fn a_server_that_keeps_silent_is_told_in_plain_words() {
        let server = Server::new("http://127.0.0.1:8080").expect("a good URL");
        let told = server.failed(&ureq::Error::Timeout(ureq::Timeout::Global)).to_string();
        assert_eq!(told, "the server http://127.0.0.1:8080 cannot be reached: it does not answer in time");
    }
}
