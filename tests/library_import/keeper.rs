//! The server's part, as `src/ARCHITECTURE.md` has it: whose host asks, and the playlists that it brings.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::host_kit::server;

pub const OWNER: &str = "018f0000-0000-7000-8000-000000000001";

#[derive(Default)]
struct Kept {
    /// By place: the playlist, and its items.
    lists: Vec<(Value, Vec<Value>)>,
    places: HashMap<String, usize>,
    /// Place, track and which of its times in the list.
    known: HashSet<(usize, String, u64)>,
    largest: usize,
}

#[derive(Clone, Default)]
pub struct Keeper(Arc<Mutex<Kept>>);

impl Keeper {
    /// Starts it; returns its URL.
    pub fn serve(&self) -> String {
        let keeper = self.clone();
        server::http(move |heard| {
            assert_eq!(heard.authorization.as_deref(), Some("Bearer irh_test"));
            let (method, path) = heard.what.split_once(' ').expect("a method");
            let answer = match (method, path.split('?').next().unwrap_or(path)) {
                ("GET", "/api/v1/host/tunnel") => json!({ "address": "127.0.0.1:1", "key": "k", "owner": OWNER }),
                ("PUT", "/api/v1/host/playlists/import") => keeper.import(&heard.body),
                ("GET", "/api/v1/host/playlists/export") => keeper.export(),
                ("GET", path) => keeper.items(path),
                _ => return (404, String::new()),
            };
            (200, answer.to_string())
        })
    }

    fn import(&self, body: &str) -> Value {
        let request: Value = serde_json::from_str(body).expect("JSON");
        let mut kept = self.0.lock().expect("not poisoned");
        kept.largest = kept.largest.max(body.len());
        let mut outcomes = Vec::new();
        for list in request["playlists"].as_array().expect("playlists") {
            let origin = list["origin"].as_str().expect("an origin").to_owned();
            let parent = list["parent_origin"].as_str().map(|parent| kept.lists[kept.places[parent]].0["id"].clone());
            let is_new = !kept.places.contains_key(&origin);
            let next = kept.lists.len();
            let place = *kept.places.entry(origin.clone()).or_insert(next);
            if is_new {
                let id = format!("018f0000-0000-7000-8000-{place:012}");
                let made = json!({ "id": id, "kind": list["kind"], "name": list["name"], "parent": parent, "rules": list["rules"], "origin": origin, "changed": place + 1 });
                kept.lists.push((made, Vec::new()));
            }
            let mut added = 0;
            for item in list["items"].as_array().into_iter().flatten() {
                let track = item["track_id"].as_str().expect("an id").to_owned();
                if kept.known.insert((place, track, item["nth"].as_u64().unwrap_or(0))) {
                    let mut item = item.clone();
                    item["host_id"] = json!(server::host_id());
                    kept.lists[place].1.push(item);
                    added += 1;
                }
            }
            let outcome = if is_new {
                "made"
            } else if added > 0 {
                "updated"
            } else {
                "unchanged"
            };
            outcomes.push(json!({ "origin": origin, "outcome": outcome, "items_added": added }));
        }
        json!({ "playlists": outcomes })
    }

    fn export(&self) -> Value {
        let kept = self.0.lock().expect("not poisoned");
        json!({ "version": 1, "more": false, "whole": false, "playlists": kept.lists.iter().map(|(list, _)| list).collect::<Vec<_>>() })
    }

    fn items(&self, path: &str) -> Value {
        let kept = self.0.lock().expect("not poisoned");
        let id = path.split('/').nth(5).expect("an id");
        let (_, items) = kept.lists.iter().find(|(list, _)| list["id"] == id).expect("a list");
        json!({ "items_version": 1, "items": items })
    }

    /// Name, kind, the parent's name, and the titles in it.
    pub fn lists(&self) -> Vec<(String, String, Option<String>, Vec<String>)> {
        let kept = self.0.lock().expect("not poisoned");
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let name_of =
            |id: &Value| kept.lists.iter().find(|(list, _)| list["id"] == *id && !id.is_null()).and_then(|(list, _)| text(&list["name"]));
        kept.lists
            .iter()
            .map(|(list, items)| {
                let titles = items.iter().filter_map(|item| text(&item["title"])).collect();
                (text(&list["name"]).expect("a name"), text(&list["kind"]).expect("a kind"), name_of(&list["parent"]), titles)
            })
            .collect()
    }

    pub fn rules(&self, name: &str) -> Value {
        let kept = self.0.lock().expect("not poisoned");
        kept.lists.iter().find(|(list, _)| list["name"] == name).map(|(list, _)| list["rules"].clone()).expect("a list")
    }

    pub fn largest_request(&self) -> usize {
        self.0.lock().expect("not poisoned").largest
    }
}
