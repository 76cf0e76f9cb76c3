use crate::server::TestServe;

#[test]
fn an_asset_that_has_not_changed_is_not_sent_again() {
    let serve = TestServe::start();
    let first = serve.browser().get_with("/assets/portal/portal.css", &[("Accept-Encoding", "identity")]);
    assert_eq!((first.status, first.header("content-type"), first.header("cache-control")), (200, "text/css; charset=utf-8", "no-cache"));
    let etag = first.header("etag");
    assert!(etag.starts_with('"') && etag.ends_with('"'));
    for tags in [etag.to_owned(), format!("\"other\", W/{etag}"), "*".to_owned()] {
        let again = serve.browser().get_with("/assets/portal/portal.css", &[("Accept-Encoding", "identity"), ("If-None-Match", &tags)]);
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, etag), "{tags}");
    }
    let changed = serve.browser().get_with("/assets/portal/portal.css", &[("If-None-Match", "\"other\"")]);
    assert_eq!(changed.status, 200);
}

#[test]
fn assets_are_packed_as_the_browser_takes_them() {
    let serve = TestServe::start();
    let get = |encodings: &str| serve.browser().get_with("/assets/portal/portal.css", &[("Accept-Encoding", encodings)]);
    let plain = get("identity");
    let brotli = get("gzip, deflate, br, zstd");
    assert_eq!((brotli.header("content-encoding"), brotli.header("vary")), ("br", "Accept-Encoding"));
    assert!(brotli.body.len() * 3 < plain.body.len());
    assert_ne!(brotli.header("etag"), plain.header("etag"));
    assert_eq!(get("br;q=0.9").header("content-encoding"), "br");
    assert_eq!(get("br;q=0").header("content-encoding"), "");
    // The client unpacks gzip itself.
    assert_eq!(get("gzip").body, plain.body);
}

#[test]
fn no_path_leads_out_of_the_assets() {
    let serve = TestServe::start();
    let paths = [
        "/assets/../Cargo.toml",
        "/assets/%2e%2e/Cargo.toml",
        "/assets/player/..%2f..%2fCargo.toml",
        "/assets/player/%2e%2e%2f%2e%2e%2fCargo.toml",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/assets/portal/base.html",
        "/assets/portal/%62ase.html",
        "/assets/portal",
        "/assets/",
    ];
    for path in paths {
        assert_eq!(serve.browser().get(path).status, 404, "{path}");
    }
}

#[test]
fn pages_refer_to_assets_that_exist() {
    let serve = TestServe::start();
    let mut referred = 0;
    for page in ["/sign-in", "/welcome", "/nowhere"] {
        let html = serve.browser().get(page).text();
        for piece in html.split(['"', '\'']).filter(|piece| piece.starts_with("/assets/")) {
            assert_eq!(serve.browser().get(piece).status, 200, "{piece} of {page}");
            referred += 1;
        }
        assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains(" onclick="));
    }
    assert!(referred >= 9);
}
