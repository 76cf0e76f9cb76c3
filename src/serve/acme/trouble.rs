//! What a failed order means and what to do about it, in one line.

use std::time::Duration;

use rustls_acme::OrderError;
use rustls_acme::acme::{AcmeError, Auth, ChallengeType};
use serde_json::Value;

use super::AcmeOrder;

/// Of a directory's own words, in characters.
const QUOTE_LIMIT: usize = 300;

pub fn explain(error: &OrderError, order: &AcmeOrder) -> String {
    let (host, url) = (&order.host, &order.directory_url);
    match error {
        OrderError::Acme(AcmeError::HttpRequest(error)) => request_failed(&error.to_string(), url),
        OrderError::Acme(AcmeError::NoTlsAlpn01Challenge) => {
            format!("{url} offers no TLS-ALPN-01 check: choose another --acme-directory, or give --tls-cert and --tls-key")
        }
        OrderError::Acme(AcmeError::Json(_) | AcmeError::MissingHeader(_)) => {
            format!("{url} did not answer as an ACME directory does ({}): check --acme-directory", quoted(&error.to_string()))
        }
        OrderError::Acme(AcmeError::KeyRejected(_)) => {
            "the ACME account's key is damaged: delete the files acme/account-* in the data folder and restart".to_owned()
        }
        OrderError::BadAuth(auth) => unproved(host, url, &challenge_detail(auth)),
        OrderError::TooManyAttemptsAuth(_) => unproved(host, url, "it did not decide in time"),
        OrderError::BadOrder(bad) => {
            let detail = bad.error.as_ref().and_then(|problem| problem.detail.as_deref()).unwrap_or("no reason given");
            format!("{url} refused the order: {}", quoted(detail))
        }
        OrderError::ProcessingTimeout(_) => format!("{url} did not issue it in time"),
        other => quoted(&other.to_string()),
    }
}

fn unproved(host: &str, url: &str, detail: &str) -> String {
    format!(
        "{url} could not check that {host} is this server ({}): its DNS name must lead here, and TCP port 443 there to --listen here",
        quoted(detail)
    )
}

fn challenge_detail(auth: &Auth) -> String {
    let ours = auth.challenges.iter().filter(|challenge| challenge.typ == ChallengeType::TlsAlpn01);
    let detail = ours.filter_map(|challenge| challenge.error.as_ref()?.detail.clone()).next();
    detail.unwrap_or_else(|| "no reason given".to_owned())
}

/// The client's error types are private to its crate, so its words are what there is to go by.
fn request_failed(text: &str, url: &str) -> String {
    if text.contains("UnknownIssuer") {
        return format!("the certificate of {url} itself is signed by a CA that is not trusted: give that CA's root by --acme-ca FILE");
    }
    if text.contains("InvalidCertificate") {
        return format!("the certificate of {url} itself is not valid ({}): check --acme-directory and this machine's clock", quoted(text));
    }
    match refusal(text) {
        Some(detail) => format!("{url} refused: {}", quoted(&detail)),
        None => format!("{url} cannot be reached ({}): check --acme-directory and this machine's network", quoted(plain(text))),
    }
}

/// The reason in a problem document (RFC 7807), or the status alone, of an answer that was no success.
fn refusal(text: &str) -> Option<String> {
    let (status, body) = text.strip_prefix("non 2xx http status: ")?.split_once(' ')?;
    let body: Option<Value> = serde_json::from_str::<String>(body).ok().and_then(|body| serde_json::from_str(&body).ok());
    let detail = body.as_ref().and_then(|body| body["detail"].as_str());
    Some(detail.map_or_else(|| format!("HTTP status {status}"), |detail| format!("{detail} (HTTP status {status})")))
}

/// What the operating system said, without the structures around it.
fn plain(text: &str) -> &str {
    let begun = ["message: \"", "error: \""].iter().find_map(|mark| text.split_once(mark)).map(|(_, rest)| rest);
    begun.and_then(|rest| rest.split_once('"')).map_or(text, |(words, _)| words)
}

/// A peer's words on one line, of bounded length.
fn quoted(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(QUOTE_LIMIT).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn readable(span: Duration) -> String {
    match span.as_secs() {
        seconds if seconds < 120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_the_directorys_words_on_one_line() {
        let text = r#"non 2xx http status: 429 "{\n \"type\": \"urn:ietf:params:acme:error:rateLimited\",\n \"detail\": \"too many\\ncertificates\"}""#;
        assert_eq!(request_failed(text, "https://ca"), "https://ca refused: too many certificates (HTTP status 429)");
        assert_eq!(request_failed("non 2xx http status: 502 \"<html>\"", "https://ca"), "https://ca refused: HTTP status 502");
        assert!(quoted(&"x\u{7}\n".repeat(1000)).len() <= QUOTE_LIMIT);
    }

    #[test]
    fn an_unknown_issuer_leads_to_the_flag_that_helps() {
        let text = "http error: ConnectError(TlsConnect(Custom { kind: InvalidData, error: InvalidCertificate(UnknownIssuer) }))";
        assert!(request_failed(text, "https://ca").contains("--acme-ca"), "{text}");
        let text = "http error: ConnectError(TcpConnect(Os { code: 111, kind: ConnectionRefused, message: \"Connection refused\" }))";
        assert!(request_failed(text, "https://ca").contains("cannot be reached (Connection refused)"), "{text}");
    }
}
