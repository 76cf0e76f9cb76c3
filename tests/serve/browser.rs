//! As much of a browser as the tests need: a cookie, an origin, no redirects followed.

use std::time::Duration;

use serde_json::Value;
use ureq::http::{HeaderMap, Response};
use ureq::{Agent, Body, RequestBuilder};

pub struct Browser {
    pub agent: Agent,
    pub url: String,
    pub cookie: Option<String>,
    /// What is sent as `Origin`; `None` sends nothing.
    pub origin: Option<String>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The code of the error envelope.
    pub fn error_code(&self) -> String {
        self.json()["errors"][0]["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Browser {
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self { agent: config.into(), url: url.to_owned(), cookie: None, origin: Some(url.to_owned()) }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    pub fn head(&mut self, path: &str) -> Answer {
        let request = self.dressed(self.agent.head(format!("{}{path}", self.url)), &[("Accept-Encoding", "identity")]);
        let response = request.call().expect("an answer");
        self.take(response)
    }

    pub fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.dressed(self.agent.get(format!("{}{path}", self.url)), headers);
        let response = request.call().expect("an answer");
        self.take(response)
    }

    pub fn post(&mut self, path: &str, body: &[u8], headers: &[(&str, &str)]) -> Answer {
        let mut request = self.dressed(self.agent.post(format!("{}{path}", self.url)), headers);
        if let Some(origin) = &self.origin {
            request = request.header("Origin", origin);
        }
        let response = request.send(body).expect("an answer");
        self.take(response)
    }

    /// As `method` with a body of JSON; without a body when that is null.
    pub fn send_json(&mut self, method: &str, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let url = format!("{}{path}", self.url);
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let mut request = ureq::http::Request::builder().method(method).uri(url).header("Content-Type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(origin) = &self.origin {
            request = request.header("Origin", origin);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("Cookie", cookie);
        }
        let request = request.body(text).expect("a request");
        let response = self.agent.configure_request(request).allow_non_standard_methods(true).build();
        let response = self.agent.run(response).expect("an answer");
        self.take(response)
    }

    pub fn post_json(&mut self, path: &str, body: &Value) -> Answer {
        self.post(path, body.to_string().as_bytes(), &[("Content-Type", "application/json")])
    }

    pub fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        self.post(path, body.join("&").as_bytes(), &[("Content-Type", "application/x-www-form-urlencoded")])
    }

    /// A request to be relayed.
    pub fn relay(&mut self, host: &str, body: &[u8]) -> Answer {
        self.post(
            &format!("/api/v1/hosts/{host}/relay"),
            body,
            &[("Content-Type", "application/octet-stream"), ("Accept-Encoding", "identity")],
        )
    }

    fn dressed<B>(&self, mut request: RequestBuilder<B>, headers: &[(&str, &str)]) -> RequestBuilder<B> {
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match &self.cookie {
            Some(cookie) => request.header("Cookie", cookie),
            None => request,
        }
    }

    fn take(&mut self, mut response: Response<Body>) -> Answer {
        if let Some(set) = response.headers().get("set-cookie").and_then(|value| value.to_str().ok()) {
            self.cookie = set.split(';').next().map(str::to_owned);
        }
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.body_mut().with_config().limit(64 * 1024 * 1024).read_to_vec().expect("a whole body");
        Answer { status, headers, body }
    }
}
