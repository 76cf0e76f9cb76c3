//! A small HTTP client for the demo's own server.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::types::Secret;

/// Talks to one server, and keeps its session cookie.
pub struct Client {
    agent: Agent,
    base: String,
    cookie: Option<Secret<String>>,
}

/// An answer, read whole.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

const BODY_BYTES_MAX: u64 = 4 * 1024 * 1024;

impl Client {
    pub fn new(base: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .build();
        Self { agent: config.into(), base: base.to_owned(), cookie: None }
    }

    pub fn get(&mut self, path: &str) -> Result<Answer> {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        if let Some(cookie) = &self.cookie {
            request = request.header("Cookie", cookie.expose());
        }
        let response = request.call().with_context(|| format!("GET {path}"))?;
        self.take(response)
    }

    /// Posts as a page of the server's own origin would.
    pub fn post(&mut self, path: &str, content_type: &str, body: &[u8]) -> Result<Answer> {
        let mut request = self.agent.post(format!("{}{path}", self.base));
        request = request.header("Origin", &self.base).header("Content-Type", content_type);
        if let Some(cookie) = &self.cookie {
            request = request.header("Cookie", cookie.expose());
        }
        let response = request.send(body).with_context(|| format!("POST {path}"))?;
        self.take(response)
    }

    fn take(&mut self, mut response: Response<Body>) -> Result<Answer> {
        for header in response.headers().get_all("set-cookie") {
            if let Some(pair) = header.to_str().ok().and_then(|text| text.split(';').next()) {
                self.cookie = Some(Secret::new(pair.to_owned()));
            }
        }
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(BODY_BYTES_MAX).read_to_vec()?;
        Ok(Answer { status, body })
    }
}

impl Answer {
    /// The body, when the status is a success.
    pub fn ok(self, what: &str) -> Result<Vec<u8>> {
        if (200..400).contains(&self.status) {
            return Ok(self.body);
        }
        let detail: String = String::from_utf8_lossy(&self.body).chars().take(300).collect();
        bail!("{what}: HTTP {}: {detail}", self.status)
    }
}
