//! The server that keeps the playlists, and a host that is paired with it.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use iroam::types::UserId;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::fake_host::{HomePc, Paired};
use crate::server::TestServe;

/// A playlist's name, kind, the name of the folder it is in, and the titles in it.
pub type List = (String, String, Option<String>, Vec<String>);

pub struct Keeper {
    owner: Browser,
    host: Paired,
    serve: TestServe,
}

impl Keeper {
    pub fn start() -> Self {
        let serve = TestServe::start();
        let mut owner = serve.signed_in("ada");
        let host = HomePc::new("Attic").pair(&serve, &mut owner);
        Self { owner, host, serve }
    }

    /// Makes the host of this data folder the one that is paired.
    pub fn pair(&self, data: &Path) {
        let Paired { id, access_token, address, server_key, .. } = &self.host;
        let tunnel = json!({ "address": address.to_string(), "key": server_key.to_string() });
        let pairing = json!({ "server": self.serve.url, "host_id": id, "access_token": access_token, "tunnel": tunnel });
        let mut options = File::options();
        let mut file = options.create(true).truncate(true).write(true).mode(0o600).open(data.join("pairing.json")).expect("opens");
        file.write_all(pairing.to_string().as_bytes()).expect("written");
    }

    pub fn owner(&mut self) -> UserId {
        self.get("/api/v1/me")["user"]["id"].as_str().expect("an id").parse().expect("an id")
    }

    fn get(&mut self, path: &str) -> Value {
        let answer = self.owner.get(path);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    fn all(&mut self) -> Vec<Value> {
        self.get("/api/v1/playlists?since=0")["playlists"].as_array().expect("playlists").clone()
    }

    /// By name.
    pub fn lists(&mut self) -> Vec<List> {
        let all = self.all();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let name_of = |id: &Value| all.iter().find(|list| list["id"] == *id && !id.is_null()).and_then(|list| text(&list["name"]));
        let mut lists: Vec<List> = all
            .iter()
            .map(|list| {
                let kind = text(&list["kind"]).expect("a kind");
                let titles = if kind == "list" { self.titles(list["id"].as_str().expect("an id")) } else { Vec::new() };
                (text(&list["name"]).expect("a name"), kind, name_of(&list["parent"]), titles)
            })
            .collect();
        lists.sort();
        lists
    }

    fn titles(&mut self, id: &str) -> Vec<String> {
        let mut titles = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.get(&format!("/api/v1/playlists/{id}/items?limit=1000{after}"));
            titles.extend(page["items"].as_array().expect("items").iter().map(|item| item["title"].as_str().expect("a title").to_owned()));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return titles,
            }
        }
    }

    pub fn rules(&mut self, name: &str) -> Value {
        self.all().into_iter().find(|list| list["name"] == name).expect("a list")["rules"].clone()
    }
}
