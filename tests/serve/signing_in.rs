use std::time::Duration;

use serde_json::json;

use crate::server::{PASSWORD, TestServe};

fn sign_in(serve: &TestServe, name: &str, password: &str) -> crate::browser::Answer {
    serve.browser().post_form("/sign-in", &[("name", name), ("password", password)])
}

#[test]
fn the_right_password_opens_the_dashboard() {
    let serve = TestServe::start();
    serve.signed_in("ada");
    let mut browser = serve.browser();
    let signed_in = browser.post_form("/sign-in", &[("name", " Ada "), ("password", PASSWORD), ("next", "/player")]);
    assert_eq!((signed_in.status, signed_in.header("location")), (303, "/player"));
    let cookie = signed_in.header("set-cookie");
    for part in ["iroam_session=irs_", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    let dashboard = browser.get("/");
    assert_eq!(dashboard.status, 200);
    assert!(dashboard.text().contains("ada"));
}

#[test]
fn a_wrong_password_and_an_unknown_name_get_the_same_answer() {
    let serve = TestServe::start();
    serve.signed_in("ada");
    let wrong = sign_in(&serve, "ada", "wrong horse battery staple");
    let unknown = sign_in(&serve, "bob", "wrong horse battery staple");
    assert_eq!((wrong.status, unknown.status), (401, 401));
    assert_eq!(wrong.text().replace("ada", "X"), unknown.text().replace("bob", "X"));
    assert!(wrong.headers.get("set-cookie").is_none());
}

#[test]
fn a_name_tried_too_often_waits_and_the_owner_gets_in_later() {
    let serve = TestServe::start();
    serve.signed_in("ada");
    for _ in 0..10 {
        assert_eq!(sign_in(&serve, "ADA", "guess").status, 401);
    }
    let held_back = sign_in(&serve, "ada", PASSWORD);
    assert_eq!((held_back.status, held_back.header("retry-after")), (429, "60"));
    serve.clock.advance(Duration::from_secs(60));
    assert_eq!(sign_in(&serve, "ada", PASSWORD).status, 303);
}

#[test]
fn signing_in_ends_what_the_browser_was_before() {
    let serve = TestServe::start();
    let mut browser = serve.signed_in("ada");
    let before = browser.cookie.clone().expect("a session");
    browser.post_form("/sign-in", &[("name", "ada"), ("password", PASSWORD)]);
    assert_ne!(browser.cookie.as_ref(), Some(&before));
    assert_eq!(browser.get("/api/v1/me").status, 200);
    browser.cookie = Some(before);
    assert_eq!(browser.get("/api/v1/me").status, 401);
}

#[test]
fn signing_out_ends_the_session_not_only_the_cookie() {
    let serve = TestServe::start();
    let mut browser = serve.signed_in("ada");
    let before = browser.cookie.clone();
    let asked = browser.get("/sign-out");
    assert_eq!((asked.status, asked.header("location")), (303, "/"));
    assert_eq!(browser.get("/").status, 200, "only the form signs out");
    let out = browser.post_form("/sign-out", &[]);
    assert_eq!((out.status, out.header("location")), (303, "/sign-in"));
    browser.cookie = before;
    assert_eq!(browser.get("/api/v1/me").status, 401);
}

#[test]
fn a_session_slides_while_used_and_ends_when_not() {
    let serve = TestServe::start();
    let mut browser = serve.signed_in("ada");
    for path in ["/api/v1/me", "/player", "/", "/api/v1/me"] {
        serve.clock.advance(Duration::from_secs(20 * 86_400));
        let answer = browser.get(path);
        assert_eq!(answer.status, 200, "{path}");
        // The browser's cookie ends when the session does: both are renewed by the same use.
        assert!(answer.header("set-cookie").contains("Max-Age=2592000"), "{path}");
    }
    assert_eq!(browser.get("/player").header("set-cookie"), "");
    serve.clock.advance(Duration::from_secs(31 * 86_400));
    assert_eq!(browser.get("/api/v1/me").status, 401);
}

#[test]
fn a_link_signs_in_once_and_not_after_its_time() {
    let serve = TestServe::start();
    serve.signed_in("ada");
    let token = serve.link_token("ada");
    let late = serve.link_token("ada");
    let use_link = |token: &str| serve.browser().post_json("/api/v1/sign-in-link", &json!({ "token": token })).status;
    assert_eq!([use_link(&token), use_link(&token), use_link("irl_x"), use_link("")], [204, 401, 401, 401]);
    serve.clock.advance(Duration::from_secs(11 * 60));
    assert_eq!(use_link(&late), 401);
}

#[test]
fn a_link_does_not_make_a_browser_anothers_without_a_word() {
    let serve = TestServe::start();
    let mut browser = serve.signed_in("ada");
    serve.signed_in("bob");
    let token = serve.link_token("bob");
    let name = |browser: &mut crate::browser::Browser| browser.get("/api/v1/me").json()["user"]["name"].clone();
    let asked = browser.post_json("/api/v1/sign-in-link", &json!({ "token": token }));
    assert_eq!((asked.status, asked.error_code().as_str()), (409, "signed_in_as_another"));
    assert!(asked.text().contains("ada") && asked.text().contains("bob"));
    assert_eq!(name(&mut browser), "ada");
    // The link is as good as before.
    assert_eq!(browser.post_json("/api/v1/sign-in-link", &json!({ "token": token, "switch": true })).status, 204);
    assert_eq!(name(&mut browser), "bob");
    let own = serve.link_token("bob");
    assert_eq!(browser.post_json("/api/v1/sign-in-link", &json!({ "token": own })).status, 204);
}

#[test]
fn sessions_outlive_a_restart() {
    let serve = TestServe::start();
    let cookie = serve.signed_in("ada").cookie;
    let serve = serve.restart();
    let mut browser = serve.browser();
    browser.cookie = cookie;
    assert_eq!(browser.get("/api/v1/me").json()["user"]["name"], "ada");
}

#[test]
fn the_way_back_leads_to_own_pages_only() {
    let serve = TestServe::start();
    serve.signed_in("ada");
    let asked = serve.browser().get("/activate?user_code=BCDF-GHJK");
    assert_eq!((asked.status, asked.header("location")), (303, "/sign-in?next=/activate%3Fuser_code%3DBCDF-GHJK"));
    for foreign in ["//evil.example", "https://evil.example", "/\\evil.example"] {
        let signed_in = serve.browser().post_form("/sign-in", &[("name", "ada"), ("password", PASSWORD), ("next", foreign)]);
        assert_eq!((signed_in.status, signed_in.header("location")), (303, "/"), "{foreign}");
    }
}

#[test]
fn what_a_person_typed_is_shown_as_text() {
    let serve = TestServe::start();
    let page = sign_in(&serve, "\"><script>alert(1)</script>", "wrong password").text();
    assert!(!page.contains("<script>alert"), "{page}");
}

#[test]
fn accounts_have_names_of_their_own_and_good_passwords() {
    use iroam::serve::admin;
    use iroam::types::Secret;
    let serve = TestServe::start();
    serve.signed_in("ada");
    let create = |name: &str, password: &str| admin::create_user(&serve.place(), name, Secret::new(password.to_owned()));
    assert!(create("ADA ", PASSWORD).is_err_and(|error| error.to_string().contains("already")));
    assert!(create("", PASSWORD).is_err());
    assert!(create("bob", "short").is_err_and(|error| error.to_string().contains("at least 10")));
    let names: Vec<String> = admin::list_users(&serve.place()).expect("a list").into_iter().map(|user| user.name).collect();
    assert_eq!(names, ["ada"]);
    assert!(admin::sign_in_link(&serve.place(), "nobody", &serve.url).is_err());
}
