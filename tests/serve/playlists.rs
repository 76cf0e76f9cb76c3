use iroam::store::{Location, Store};
use iroam::types::{Clock, UnixMs};
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::server::TestServe;

/// Makes a test of each of these functions on each engine.
macro_rules! on_both_engines {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $test() {
                super::$test(&$crate::server::TestServe::start());
            })+
        }

        mod postgres {
            $(#[test]
            fn $test() {
                let url = $crate::postgres_kit::Server::shared().new_database();
                super::$test(&$crate::server::TestServe::start_on($crate::postgres::location(&url)));
            })+
        }
    };
}
pub(crate) use on_both_engines;

on_both_engines! {
    a_playlist_is_made_once,
    items_are_added_moved_removed_and_restored,
    who_knows_an_older_version_is_told_of_the_newer,
    smart_playlists_keep_their_rules,
    folders_hold_playlists_and_never_themselves,
    what_is_deleted_can_be_restored_for_thirty_days,
    an_open_player_learns_what_changed,
    nobody_reaches_anothers_playlist,
    too_much_at_once_is_refused,
}

/// The n-th id of a test's own.
pub fn id(n: u32) -> String {
    format!("00000000-0000-4000-8000-{n:012}")
}

pub fn item(n: u32) -> Value {
    json!({ "id": id(n), "host_id": id(1), "track_id": id(1_000 + n), "title": format!("Song {n}"), "duration_ms": 1000 })
}

pub struct Listener(pub Browser);

impl Listener {
    fn create(&mut self, n: u32, kind: &str, name: &str, more: Value) -> Answer {
        let mut body = json!({ "id": id(n), "kind": kind, "name": name });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        self.0.post_json("/api/v1/playlists", &body)
    }

    fn list(&mut self, n: u32, name: &str) {
        assert_eq!(self.create(n, "list", name, json!({})).status, 201);
    }

    pub fn get(&mut self, n: u32) -> Value {
        let answer = self.0.get(&format!("/api/v1/playlists/{}", id(n)));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    fn change(&mut self, n: u32, body: Value) -> Answer {
        self.0.send_json("PATCH", &format!("/api/v1/playlists/{}", id(n)), &body, &[])
    }

    fn delete(&mut self, n: u32) -> Answer {
        self.0.send_json("DELETE", &format!("/api/v1/playlists/{}", id(n)), &Value::Null, &[])
    }

    fn items(&mut self, n: u32, way: &str, body: Value) -> Answer {
        self.0.post_json(&format!("/api/v1/playlists/{}/items{way}", id(n)), &body)
    }

    /// The titles of a list, read in pages of three.
    pub fn titles(&mut self, list: &str) -> Vec<String> {
        let (mut titles, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.0.get(&format!("/api/v1/playlists/{list}/items?limit=3&after={after}")).json();
            let items = page["items"].as_array().expect("items").clone();
            titles.extend(items.iter().map(|item| item["title"].as_str().expect("a title").to_owned()));
            match page["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => return titles,
            }
        }
    }

    fn songs(&mut self, n: u32) -> Vec<u32> {
        let number = |title: String| title.trim_start_matches("Song ").parse().expect("a number");
        self.titles(&id(n)).into_iter().map(number).collect()
    }

    pub fn changes(&mut self, since: &str) -> Value {
        self.0.get(&format!("/api/v1/playlists?since={since}")).json()
    }
}

fn listener(serve: &TestServe) -> Listener {
    Listener(serve.signed_in("ada"))
}

/// Empties the trash of what was deleted until `ms` after now; how many rows.
fn empty_trash(serve: &TestServe, ms: i64) -> u64 {
    let until = UnixMs(serve.clock.now().0 + ms);
    serve.block_on(async {
        let database = serve.place().database.unwrap_or_else(|| Location::sqlite(&serve.data().join("iroam.db")));
        let store = Store::open(&database).await.expect("opens");
        store.empty_playlist_trash(until).await.expect("emptied")
    })
}

fn a_playlist_is_made_once(serve: &TestServe) {
    let mut ada = listener(serve);
    let made = ada.create(10, "list", "  Road\u{202e} trip ", json!({ "description": "for\nthe car" }));
    assert_eq!((made.status, made.json()["name"].as_str()), (201, Some("Road trip")), "{}", made.text());
    assert_eq!(made.json()["description"], "for the car");
    let again = ada.create(10, "list", "Another name", json!({}));
    assert_eq!((again.status, again.json()["name"].as_str()), (200, Some("Road trip")));
    assert_eq!(ada.changes("0")["playlists"].as_array().map(Vec::len), Some(1));
    let refused = [
        ada.create(11, "list", "\u{0}", json!({})),
        ada.create(11, "list", "a", json!({ "rules": { "match": "all", "rules": [] } })),
        ada.create(11, "smart", "a", json!({})),
        ada.create(11, "smart", "a", json!({ "rules": { "match": "all", "rules": [{ "field": "year", "op": "is", "value": "x" }] } })),
        ada.create(11, "list", "a", json!({ "parent": id(99) })),
        ada.create(11, "list", "a", json!({ "parent": id(10) })),
    ];
    assert_eq!(refused.map(|answer| (answer.status, answer.error_code())), [(); 6].map(|()| (400, "bad_request".to_owned())));
}

fn items_are_added_moved_removed_and_restored(serve: &TestServe) {
    let mut ada = listener(serve);
    ada.list(10, "a");
    assert_eq!(ada.items(10, "", json!({ "items": [item(1), item(2), item(3)] })).json()["changed"], 3);
    assert_eq!(ada.items(10, "", json!({ "items": [item(2), item(4), item(4)] })).json()["changed"], 1);
    assert_eq!(ada.songs(10), [1, 2, 3, 4]);
    assert_eq!(ada.items(10, "", json!({ "items": [item(5), item(6)], "after": id(1) })).json()["changed"], 2);
    assert_eq!(ada.items(10, "", json!({ "items": [item(7)], "after": null })).json()["changed"], 1);
    assert_eq!(ada.songs(10), [7, 1, 5, 6, 2, 3, 4]);
    assert_eq!((ada.get(10)["items"].as_i64(), ada.get(10)["duration_ms"].as_i64()), (Some(7), Some(7_000)));

    assert_eq!(ada.items(10, "/move", json!({ "items": [id(4), id(7)], "after": id(5) })).json()["changed"], 2);
    assert_eq!(ada.songs(10), [1, 5, 4, 7, 6, 2, 3]);
    assert_eq!(ada.items(10, "/move", json!({ "items": [id(6)], "after": null })).json()["changed"], 1);
    assert_eq!(ada.items(10, "/move", json!({ "items": [id(6), id(1)], "after": id(1) })).status, 400);

    let removed = ada.items(10, "/remove", json!({ "items": [id(5), id(4), id(99)] })).json();
    assert_eq!(removed["changed"], 2);
    assert_eq!(
        ada.items(10, "/remove", json!({ "items": [id(5)] })).json(),
        json!({ "changed": 0, "items_version": removed["items_version"] })
    );
    assert_eq!(ada.songs(10), [6, 1, 7, 2, 3]);
    assert_eq!(
        ada.items(10, "", json!({ "items": [item(8)], "after": id(4) })).json()["changed"],
        1,
        "a removed item still marks its place"
    );
    assert_eq!(ada.items(10, "", json!({ "items": [item(5)] })).json()["changed"], 0, "a repeated add brings nothing back");
    assert_eq!(ada.items(10, "/restore", json!({ "items": [id(4), id(5)] })).json()["changed"], 2);
    assert_eq!(ada.songs(10), [6, 1, 5, 4, 8, 7, 2, 3]);
    assert_eq!((ada.get(10)["items"].as_i64(), ada.get(10)["duration_ms"].as_i64()), (Some(8), Some(8_000)));
    let gone = ada.items(10, "", json!({ "items": [item(9)], "after": id(77) }));
    assert_eq!((gone.status, gone.error_code().as_str()), (409, "conflict"));
}

fn who_knows_an_older_version_is_told_of_the_newer(serve: &TestServe) {
    let mut ada = listener(serve);
    ada.list(10, "a");
    let known = ada.get(10)["version"].clone();
    // What others add meanwhile is no conflict.
    ada.items(10, "", json!({ "items": [item(1)] }));
    let renamed = ada.change(10, json!({ "version": known, "name": "b" }));
    assert_eq!((renamed.status, renamed.json()["name"].as_str()), (200, Some("b")));
    let late = ada.change(10, json!({ "version": known, "name": "c" }));
    assert_eq!((late.status, late.error_code().as_str()), (409, "conflict"));
    assert_eq!((late.json()["current"]["name"].as_str(), &late.json()["current"]["version"]), (Some("b"), &renamed.json()["version"]));
    assert_eq!(ada.get(10)["name"], "b");
}

fn smart_playlists_keep_their_rules(serve: &TestServe) {
    let mut ada = listener(serve);
    let rules = json!({ "match": "any", "rules": [{ "field": "genre", "op": "contains", "value": "jazz\u{0}" }] });
    let made = ada.create(10, "smart", "Jazz", json!({ "rules": rules, "host_id": id(5) }));
    assert_eq!((made.status, &made.json()["rules"], &made.json()["host_id"]), (201, &rules, &json!(id(5))), "{}", made.text());
    let other = json!({ "match": "all", "rules": [], "limit": { "count": 25, "unit": "items", "by": "random" } });
    let changed = ada.change(10, json!({ "version": 1, "rules": other, "host_id": null }));
    assert_eq!((&changed.json()["rules"], &changed.json()["host_id"]), (&other, &Value::Null));
    assert_eq!(ada.items(10, "", json!({ "items": [item(1)] })).status, 400);
}

fn folders_hold_playlists_and_never_themselves(serve: &TestServe) {
    let mut ada = listener(serve);
    for n in 0..8 {
        let above = if n == 0 { json!({}) } else { json!({ "parent": id(10 + n - 1) }) };
        assert_eq!(ada.create(10 + n, "folder", "f", above).status, 201);
    }
    assert_eq!(ada.create(30, "list", "deep", json!({ "parent": id(17) })).status, 201);
    let too_deep = ada.create(18, "folder", "f", json!({ "parent": id(17) }));
    assert_eq!((too_deep.status, too_deep.error_code().as_str()), (409, "limit_reached"));
    assert_eq!(ada.change(10, json!({ "version": 1, "parent": id(12) })).status, 400);
    assert_eq!(ada.change(10, json!({ "version": 1, "parent": id(10) })).status, 400);
    let moved = ada.change(14, json!({ "version": 1, "parent": null }));
    assert_eq!((moved.status, &moved.json()["parent"]), (200, &Value::Null));
    assert_eq!(ada.create(18, "folder", "f", json!({ "parent": id(17) })).status, 201);
    let back = ada.change(10, json!({ "version": 1, "parent": id(18) }));
    assert_eq!((back.status, back.error_code().as_str()), (409, "limit_reached"), "four folders below five");
    assert_eq!(ada.change(10, json!({ "version": 1, "parent": id(17) })).status, 200, "four folders below four");
}

fn what_is_deleted_can_be_restored_for_thirty_days(serve: &TestServe) {
    let mut ada = listener(serve);
    assert_eq!(ada.create(10, "folder", "f", json!({})).status, 201);
    assert_eq!(ada.create(11, "list", "in it", json!({ "parent": id(10) })).status, 201);
    ada.items(11, "", json!({ "items": [item(1)] }));
    assert!(ada.delete(11).json()["deleted_at"].is_i64());
    assert_eq!(ada.items(11, "", json!({ "items": [item(2)] })).error_code(), "conflict");
    assert_eq!(ada.delete(10).status, 200);
    assert_eq!(ada.delete(10).status, 200);
    let restored = ada.0.post_json(&format!("/api/v1/playlists/{}/restore", id(11)), &json!({})).json();
    assert_eq!((&restored["deleted_at"], &restored["parent"]), (&Value::Null, &Value::Null), "its folder is in the trash");
    assert_eq!(ada.songs(11), [1]);
    let known = ada.changes("0")["next"].as_str().expect("a number").to_owned();
    assert_eq!((empty_trash(serve, -1), empty_trash(serve, 0)), (0, 1));
    let now = ada.changes(&known);
    assert_eq!((now["whole"].as_bool(), now["playlists"].as_array().map(Vec::len)), (Some(true), Some(1)), "{now}");
    assert_eq!(ada.0.post_json(&format!("/api/v1/playlists/{}/restore", id(10)), &json!({})).status, 404);
}

fn an_open_player_learns_what_changed(serve: &TestServe) {
    let mut ada = listener(serve);
    for n in 10..13 {
        ada.list(n, "a");
    }
    let all = ada.changes("0");
    assert_eq!((all["whole"].as_bool(), all["playlists"].as_array().map(Vec::len)), (Some(true), Some(3)));
    let (next, tag) = (all["next"].as_str().expect("a text").to_owned(), ada.0.get("/api/v1/playlists").header("etag").to_owned());
    let path = format!("/api/v1/playlists?since={next}");
    assert_eq!(ada.0.get_with(&path, &[("If-None-Match", &tag)]).status, 304);
    ada.items(11, "", json!({ "items": [item(1)] }));
    ada.delete(12);
    let answer = ada.0.get_with(&path, &[("If-None-Match", &tag)]);
    let news: Vec<_> = answer.json()["playlists"].as_array().expect("some").iter().map(|one| one["id"].clone()).collect();
    assert_eq!((answer.status, news), (200, vec![json!(id(11)), json!(id(12))]));
    assert_eq!((answer.json()["whole"].as_bool(), ada.0.get("/api/v1/playlists?since=x").status), (Some(false), 400));
}

fn nobody_reaches_anothers_playlist(serve: &TestServe) {
    let mut ada = listener(serve);
    ada.list(10, "a");
    ada.items(10, "", json!({ "items": [item(1)] }));
    let mut bob = Listener(serve.signed_in("bob"));
    let at = format!("/api/v1/playlists/{}", id(10));
    assert_eq!(bob.0.get(&at).status, 404);
    assert_eq!(bob.0.get(&format!("{at}/items")).status, 404);
    assert_eq!(bob.change(10, json!({ "version": 1, "name": "x" })).status, 404);
    assert_eq!(bob.delete(10).status, 404);
    assert_eq!(bob.0.post_json(&format!("{at}/restore"), &json!({})).status, 404);
    let asked = json!({ "items": [id(1)] });
    assert_eq!(["/move", "/remove", "/restore"].map(|way| bob.items(10, way, asked.clone()).status), [404; 3]);
    assert_eq!(bob.items(10, "", json!({ "items": [item(2)] })).status, 404);
    assert_eq!(bob.create(10, "list", "mine", json!({})).error_code(), "conflict");
    assert_eq!(bob.create(11, "list", "mine", json!({ "parent": id(10) })).status, 400);
    assert_eq!(bob.changes("0")["playlists"], json!([]));
    assert_eq!((ada.get(10)["name"].as_str(), ada.songs(10)), (Some("a"), vec![1]));
}

fn too_much_at_once_is_refused(serve: &TestServe) {
    let mut ada = listener(serve);
    ada.list(10, "a");
    let many = |count: u32| json!({ "items": (0..count).map(item).collect::<Vec<_>>() });
    assert_eq!(ada.items(10, "", many(2_001)).status, 400);
    assert_eq!(ada.items(10, "", many(2_000)).json()["changed"], 2_000);
    assert_eq!(ada.items(10, "", json!({ "items": [], "x": "y".repeat(1024 * 1024) })).status, 413);
    assert_eq!(ada.0.get(&format!("/api/v1/playlists/{}/items?limit=1001", id(10))).status, 400);
    assert_eq!(ada.0.get(&format!("/api/v1/playlists/{}/items?after=%27", id(10))).status, 400);
}
