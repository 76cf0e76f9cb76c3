use serde_json::{Value, json};

use crate::browser::Answer;
use crate::fake_host::{HomePc, Paired, stranger};
use crate::playlists::{Listener, id, on_both_engines};
use crate::server::TestServe;

on_both_engines! {
    an_import_twice_doubles_nothing,
    what_the_owner_changed_stays_unless_it_is_to_be_replaced,
    a_long_list_comes_in_pieces_however_often,
    a_host_imports_for_its_owner_alone,
    what_cannot_be_imported_is_named,
}

struct Home<'s> {
    serve: &'s TestServe,
    host: Paired,
}

impl Home<'_> {
    fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let token = format!("Bearer {}", self.host.access_token);
        stranger(self.serve).send_json(method, &format!("/api/v1/host/playlists{path}"), body, &[("Authorization", &token)])
    }

    /// What became of each.
    fn import(&self, existing: &str, playlists: Value) -> Vec<(String, i64)> {
        let answer = self.send("PUT", "/import", &json!({ "existing": existing, "playlists": playlists }));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let taken = answer.json()["playlists"].as_array().expect("some").clone();
        let outcome = |one: &Value| (one["outcome"].as_str().expect("a word").to_owned(), one["items_added"].as_i64().expect("a number"));
        taken.iter().map(outcome).collect()
    }
}

fn tracks(numbers: impl IntoIterator<Item = u32>) -> Value {
    let track = |n: u32| json!({ "track_id": id(1_000 + n), "title": n.to_string(), "duration_ms": 1000 });
    numbers.into_iter().map(track).collect()
}

fn list(origin: &str, numbers: impl IntoIterator<Item = u32>) -> Value {
    json!({ "origin": origin, "kind": "list", "name": origin, "items": tracks(numbers) })
}

fn of(outcomes: &[(&str, i64)]) -> Vec<(String, i64)> {
    outcomes.iter().map(|(word, added)| ((*word).to_owned(), *added)).collect()
}

fn setting(serve: &TestServe) -> (Listener, Home<'_>) {
    let mut ada = serve.signed_in("ada");
    let host = HomePc::new("Attic").pair(serve, &mut ada);
    (Listener(ada), Home { serve, host })
}

fn id_of(ada: &mut Listener, origin: &str) -> String {
    let all = ada.changes("0");
    let found = all["playlists"].as_array().expect("some").iter().find(|one| one["origin"] == origin).expect("imported").clone();
    found["id"].as_str().expect("an id").to_owned()
}

fn an_import_twice_doubles_nothing(serve: &TestServe) {
    let (mut ada, home) = setting(serve);
    let rules = json!({ "match": "all", "rules": [{ "field": "rating", "op": "greater", "value": 60 }] });
    let all = json!([
        { "origin": "f", "kind": "folder", "name": "From iTunes" },
        { "origin": "l", "kind": "list", "name": "List", "parent_origin": "f", "items":
            [{ "track_id": id(1), "title": "a" }, { "track_id": id(2), "title": "b" }, { "track_id": id(1), "nth": 1, "title": "a" }] },
        { "origin": "s", "kind": "smart", "name": "Good", "parent_origin": "f", "rules": rules },
    ]);
    assert_eq!(home.import("keep", all.clone()), of(&[("made", 0), ("made", 3), ("made", 0)]));
    for existing in ["keep", "add", "replace"] {
        let before = ada.changes("0");
        assert_eq!(home.import(existing, all.clone()), of(&[("unchanged", 0); 3]), "{existing}");
        assert_eq!(ada.changes("0"), before);
    }
    let list = id_of(&mut ada, "l");
    assert_eq!(ada.titles(&list), ["a", "b", "a"]);
    let exported = home.send("GET", "/export", &Value::Null).json();
    assert_eq!(exported["playlists"], ada.changes("0")["playlists"]);
    let [folder, _, smart] = exported["playlists"].as_array().expect("three").as_slice() else { panic!("three: {exported}") };
    assert_eq!((&smart["rules"], &smart["parent"], smart["host_id"].as_str()), (&rules, &folder["id"], Some(home.host.id.as_str())));
    let items = home.send("GET", &format!("/{list}/items"), &Value::Null).json();
    assert_eq!(items["items"].as_array().map(Vec::len), Some(3));
}

fn what_the_owner_changed_stays_unless_it_is_to_be_replaced(serve: &TestServe) {
    let (mut ada, home) = setting(serve);
    home.import("keep", json!([list("l", 1..4)]));
    let at = id_of(&mut ada, "l");
    let items = ada.0.get(&format!("/api/v1/playlists/{at}/items")).json();
    ada.0.post_json(&format!("/api/v1/playlists/{at}/items/remove"), &json!({ "items": [items["items"][1]["id"]] }));
    assert_eq!(ada.0.send_json("PATCH", &format!("/api/v1/playlists/{at}"), &json!({ "version": 1, "name": "Mine" }), &[]).status, 200);

    assert_eq!(home.import("keep", json!([list("l", 1..6)])), of(&[("unchanged", 0)]));
    assert_eq!(ada.titles(&at), ["1", "3"]);
    assert_eq!(home.import("add", json!([list("l", 1..6)])), of(&[("updated", 2)]));
    assert_eq!(ada.titles(&at), ["1", "3", "4", "5"], "what was removed stays so");
    assert_eq!(ada.0.get(&format!("/api/v1/playlists/{at}")).json()["name"], "Mine");
    assert_eq!(home.import("replace", json!([list("l", [6, 2, 1])])), of(&[("updated", 1)]));
    assert_eq!(ada.titles(&at), ["6", "2", "1"]);
    let now = ada.0.get(&format!("/api/v1/playlists/{at}")).json();
    assert_eq!((now["name"].as_str(), now["items"].as_i64(), now["duration_ms"].as_i64()), (Some("l"), Some(3), Some(3_000)));

    assert_eq!(ada.0.send_json("DELETE", &format!("/api/v1/playlists/{at}"), &Value::Null, &[]).status, 200);
    assert_eq!(home.import("keep", json!([list("l", 1..4)])), of(&[("unchanged", 0)]), "it stays in the trash");
    let added = home.send("PUT", "/import", &json!({ "existing": "add", "playlists": [list("l", 1..20)] })).json();
    let why = added["playlists"][0]["detail"].as_str().expect("a reason").to_owned();
    assert!(added["playlists"][0]["outcome"] == "refused" && why.contains("in the trash"), "{added}");
    assert_eq!(ada.titles(&at), ["6", "2", "1"], "nothing is put where nobody looks");
    home.import("replace", json!([list("l", 1..4)]));
    assert_eq!((ada.titles(&at).len(), &ada.0.get(&format!("/api/v1/playlists/{at}")).json()["deleted_at"]), (3, &Value::Null));
}

/// A list in three pieces; each piece may be sent again, and the whole import may be begun anew.
fn a_long_list_comes_in_pieces_however_often(serve: &TestServe) {
    let (mut ada, home) = setting(serve);
    let piece = |range: std::ops::Range<u32>, more: bool| {
        let mut piece = list("l", range.clone());
        piece["from"] = json!(range.start);
        piece["more"] = json!(more);
        json!([piece])
    };
    let expected: Vec<String> = (0..30).map(|n| n.to_string()).collect();
    for existing in ["keep", "replace", "add"] {
        // Broken off after two pieces, the second of which was sent twice.
        for (range, more) in [(0..10, true), (10..20, true), (10..20, true)] {
            home.import(existing, piece(range, more));
        }
        for (range, more) in [(0..10, true), (10..20, true), (20..30, false), (20..30, false)] {
            home.import(existing, piece(range, more));
        }
        let at = id_of(&mut ada, "l");
        assert_eq!(ada.titles(&at), expected, "{existing}");
        assert_eq!(ada.0.get(&format!("/api/v1/playlists/{at}")).json()["items"], 30);
    }
}

fn a_host_imports_for_its_owner_alone(serve: &TestServe) {
    let (mut ada, home) = setting(serve);
    let mut bob = serve.signed_in("bob");
    let cellar = Home { serve, host: HomePc::new("Cellar").pair(serve, &mut bob) };
    let mut bob = Listener(bob);
    assert_eq!(home.import("keep", json!([list("l", 1..3)])), of(&[("made", 2)]));
    assert_eq!(cellar.import("replace", json!([list("l", 7..8)])), of(&[("made", 1)]));
    let (of_ada, of_bob) = (id_of(&mut ada, "l"), id_of(&mut bob, "l"));
    assert_eq!((ada.titles(&of_ada).len(), bob.titles(&of_bob).len()), (2, 1));
    assert_eq!(cellar.send("GET", &format!("/{of_ada}/items"), &Value::Null).status, 404);
    assert_eq!(cellar.send("GET", "/export", &Value::Null).json()["playlists"].as_array().map(Vec::len), Some(1));
    let nobody = stranger(serve).send_json("PUT", "/api/v1/host/playlists/import", &json!({ "playlists": [] }), &[]);
    assert_eq!(nobody.status, 401);
    let by_cookie = ada.0.send_json("PUT", "/api/v1/host/playlists/import", &json!({ "playlists": [] }), &[]);
    assert_eq!(by_cookie.status, 401);
}

fn what_cannot_be_imported_is_named(serve: &TestServe) {
    let (_, home) = setting(serve);
    home.import("keep", json!([list("l", 1..3)]));
    let other = json!([{ "origin": "l", "kind": "folder", "name": "x" }, { "origin": "m", "kind": "list", "name": "y" }]);
    assert_eq!(home.import("replace", other), of(&[("refused", 0), ("made", 0)]));
    for bad in [
        json!({ "origin": "", "kind": "list", "name": "x" }),
        json!({ "origin": "a\u{0}", "kind": "list", "name": "x" }),
        json!({ "origin": "a", "kind": "list", "name": " " }),
        json!({ "origin": "a", "kind": "smart", "name": "x" }),
    ] {
        assert_eq!(home.send("PUT", "/import", &json!({ "playlists": [bad] })).status, 400, "{bad}");
    }
    let many: Vec<Value> = (0..1_001).map(|n| json!({ "origin": n.to_string(), "kind": "list", "name": "x" })).collect();
    assert_eq!(home.send("PUT", "/import", &json!({ "playlists": many })).status, 400);
}
