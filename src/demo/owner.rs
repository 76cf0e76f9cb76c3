//! The demo's owner: an account made for it, signed in by a one-time link, who confirms the host's pairing as a person would.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::http::Client;
use crate::auth::b64;
use crate::serve::{DataPlace, admin};
use crate::types::{Secret, random};

/// The account's name.
pub const NAME: &str = "demo";

pub struct Owner {
    client: Client,
}

impl Owner {
    /// Makes the account where there is none yet. Its password is random and kept nowhere: links sign it in.
    pub fn ensure_account(serve_data: &DataPlace) -> Result<()> {
        if admin::list_users(serve_data)?.iter().any(|user| user.name == NAME) {
            return Ok(());
        }
        admin::create_user(serve_data, NAME, Secret::new(b64::encode(&random::bytes::<24>())))?;
        Ok(())
    }

    pub fn sign_in(serve_data: &DataPlace, url: &str) -> Result<Self> {
        let link = admin::sign_in_link(serve_data, NAME, url)?;
        let (_, token) = link.expose().split_once('#').context("a sign-in link carries its token in the fragment")?;
        let mut client = Client::new(url);
        let body = json!({ "token": token }).to_string();
        client.post("/api/v1/sign-in-link", "application/json", body.as_bytes())?.ok("signing in")?;
        Ok(Self { client })
    }

    /// Confirms the pairing that waits under `code`.
    pub fn approve(&mut self, code: &str) -> Result<()> {
        let form = format!("user_code={code}&decision=approve");
        self.client.post("/activate", "application/x-www-form-urlencoded", form.as_bytes())?.ok("confirming the host")?;
        Ok(())
    }

    /// The id of a host that is connected.
    pub fn online_host(&mut self) -> Result<Option<String>> {
        let me: Value = serde_json::from_slice(&self.client.get("/api/v1/me")?.ok("reading the account")?)?;
        let hosts = me["hosts"].as_array().context("the account lists hosts")?;
        let online = hosts.iter().find(|host| host["online"].as_bool() == Some(true));
        Ok(online.and_then(|host| host["id"].as_str()).map(str::to_owned))
    }

    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }
}
