//! What a paired host asks of its server with its access token: whose it is, and the owner's playlists. Blocking.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ureq::Body;
use ureq::http::Response;

use super::http::{PairError, Server};
use super::{Pairing, show};
use crate::types::UserId;

/// A page of playlists, or 5,000 items that were sent.
const TIMEOUT: Duration = Duration::from_secs(60);
/// A page of a thousand playlists with their rules.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Why the server did not do it.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error(transparent)]
    Server(#[from] PairError),
    #[error("the server {url} does not keep playlists yet: update it")]
    TooOld { url: String },
    #[error("the server refused: {0}")]
    Refused(String),
}

#[derive(Deserialize)]
struct Owned {
    owner: Option<UserId>,
}

/// The server's error envelope.
#[derive(Deserialize)]
struct Envelope {
    errors: Vec<EnvelopeError>,
}

#[derive(Deserialize)]
struct EnvelopeError {
    detail: String,
}

impl Server {
    /// Whose host this is.
    pub fn owner(&self, pairing: &Pairing) -> Result<UserId, ApiError> {
        let owned: Owned = self.get(pairing, "/api/v1/host/tunnel")?;
        owned.owner.ok_or_else(|| ApiError::TooOld { url: self.url().to_owned() })
    }

    /// GET of a path of the API, query included.
    pub fn get<T: DeserializeOwned>(&self, pairing: &Pairing, path: &str) -> Result<T, ApiError> {
        let request = self.agent.get(self.at(path)).header("Authorization", bearer(pairing));
        let response = request.config().timeout_global(Some(TIMEOUT)).build().call();
        self.answered(response)
    }

    /// PUT of a JSON body.
    pub fn put<T: DeserializeOwned>(&self, pairing: &Pairing, path: &str, body: &impl Serialize) -> Result<T, ApiError> {
        let body = serde_json::to_vec(body).expect("plain texts and numbers serialise");
        let request = self.agent.put(self.at(path)).header("Authorization", bearer(pairing)).header("Content-Type", "application/json");
        let response = request.config().timeout_global(Some(TIMEOUT)).build().send(&body);
        self.answered(response)
    }

    fn answered<T: DeserializeOwned>(&self, response: Result<Response<Body>, ureq::Error>) -> Result<T, ApiError> {
        let mut response = response.map_err(|error| self.failed(&error))?;
        let status = response.status().as_u16();
        let json = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec().map_err(|error| self.failed(&error))?;
        let not_iroam = || PairError::NotIroam(self.url().to_owned());
        match status {
            200..300 => Ok(serde_json::from_slice(&json).map_err(|_| not_iroam())?),
            401 => Err(PairError::Removed.into()),
            404 => Err(ApiError::TooOld { url: self.url().to_owned() }),
            _ => match serde_json::from_slice::<Envelope>(&json).ok().and_then(|envelope| envelope.errors.into_iter().next()) {
                Some(error) => Err(ApiError::Refused(show::printable(&error.detail))),
                None => Err(PairError::Unreachable { url: self.url().to_owned(), cause: format!("HTTP status {status}") }.into()),
            },
        }
    }
}

fn bearer(pairing: &Pairing) -> String {
    format!("Bearer {}", pairing.access_token)
}
