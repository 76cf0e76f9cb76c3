//! `Accept-Encoding` (RFC 9110, section 12.5.3).

use actix_web::http::header::{ACCEPT_ENCODING, HeaderMap};

/// Whether the browser names `coding` and does not weigh it nought. `*` names nothing: what is sent plain is always understood.
pub fn takes(headers: &HeaderMap, coding: &str) -> bool {
    let named = headers.get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    named.flat_map(|list| list.split(',')).any(|item| is_taken(item, coding))
}

fn is_taken(item: &str, coding: &str) -> bool {
    let mut parts = item.split(';').map(str::trim);
    let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
    is_named && !parts.filter_map(weight).any(|weight| weight == 0.0)
}

fn weight(parameter: &str) -> Option<f32> {
    let (name, value) = parameter.split_once('=')?;
    if name.trim().eq_ignore_ascii_case("q") { value.trim().parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn reads_what_the_browser_takes_and_how_gladly() {
        for taken in ["zstd", " ZSTD;q=0.5", "br;q=0.9, zstd;q=0.001", "gzip, br , zstd ; q=0.9"] {
            assert!(asked(taken), "{taken}");
        }
        for refused in ["zstd;q=0", "zstd; q=0.000", "zstd;Q=0", "br", "*", "", "xzstd", "br;q=0.9"] {
            assert!(!asked(refused), "{refused}");
        }
    }

    fn asked(list: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.append(ACCEPT_ENCODING, HeaderValue::from_static(list));
        takes(&headers, "zstd")
    }
}
