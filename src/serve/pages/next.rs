//! Where to go after signing in: only ever to a page of our own.

use actix_web::HttpRequest;

/// The page asked for, to come back to.
pub fn of(request: &HttpRequest) -> String {
    if !request.method().is_safe() {
        return request.path().to_owned();
    }
    request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

/// The sign-in page that leads back to `next`.
pub fn sign_in_path(next: &str) -> String {
    match next {
        "/" => "/sign-in".to_owned(),
        next => format!("/sign-in?next={}", percent_encode(next)),
    }
}

/// `asked`, if it is a path on this site; the dashboard otherwise. A browser reads `//x` and `/\x` as other sites.
pub fn own_path(asked: &str) -> &str {
    let mut letters = asked.chars();
    let begins_well = letters.next() == Some('/') && !matches!(letters.next(), Some('/' | '\\'));
    let is_plain = asked.len() <= 512 && asked.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if begins_well && is_plain { asked } else { "/" }
}

fn percent_encode(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_to_own_pages_only() {
        for own in ["/", "/player", "/activate?user_code=BCDF-GHJK"] {
            assert_eq!(own_path(own), own);
        }
        for foreign in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil", "/a b", "player"]
        {
            assert_eq!(own_path(foreign), "/", "{foreign:?}");
        }
    }

    #[test]
    fn the_way_back_survives_the_query() {
        assert_eq!(sign_in_path("/activate?user_code=A-B"), "/sign-in?next=/activate%3Fuser_code%3DA-B");
        assert_eq!(sign_in_path("/"), "/sign-in");
    }
}
